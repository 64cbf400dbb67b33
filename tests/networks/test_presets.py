"""The presets against what others have published."""

from __future__ import annotations

import pytest

from resnet_core import build, draw

PRESETS = (
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d",
    "resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2",
)  # fmt: skip

# The paper's table 1, column "output size", at 224×224: conv1, then conv2_x to conv5_x.
TABLE_1 = {"maxpool": 56, "layer1": 56, "layer2": 28, "layer3": 14, "layer4": 7}


@pytest.mark.parametrize("name", PRESETS)
def test_parameters_and_multiply_adds_are_the_published_ones(name, published):
    totals = draw(model=name).graph.totals
    expected = published["torchvision"][name]
    assert totals.params == expected["params"]
    assert round(totals.macs / 1e9, 3) == expected["gmacs"]


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_stages_have_the_sizes_of_table_1(name):
    shown = draw(model=name, detail="stage").shown
    for node, side in TABLE_1.items():
        assert shown.node[node].shape[2:] == (side, side)
    assert shown.node["conv1"].shape[2:] == (112, 112)


@pytest.mark.parametrize(("stride_on", "expected"), [("conv2", 427), ("conv1", 483)])
def test_the_receptive_field_of_resnet50_is_the_published_one(stride_on, expected):
    assert draw(model="resnet50", stride_on=stride_on).graph.totals.receptive_field == expected


@pytest.mark.parametrize(("output_stride", "side"), [(32, 7), (16, 14), (8, 28)])
def test_output_stride_trades_stride_for_dilation(output_stride, side):
    diagram = draw(model="resnet50", output_stride=output_stride, include_top=False)
    assert diagram.graph.outputs[0].shape == (1, 2048, side, side)
    assert diagram.graph.totals.output_stride == output_stride
    assert diagram.graph.totals.params == 23_508_032  # dilation costs no parameter


def test_dilated_stages_keep_torchvisions_dilations():
    net = build(model="resnet50", output_stride=8)
    found = [block.conv2.dilation[0] for block in (*net.layer3, *net.layer4)]
    assert found == [1, 2, 2, 2, 2, 2, 2, 4, 4]


def test_totals_do_not_change_with_the_view():
    totals = {
        draw(model="resnet18", detail=detail, fold=fold).shown.totals
        for detail in ("stage", "block", "layer", "op")
        for fold in (True, False)
    }
    assert len(totals) == 1
