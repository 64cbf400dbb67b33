"""The catalogue: formulas computed a second way, real tensors, published numbers, failures."""

from __future__ import annotations

import math
from urllib.parse import parse_qsl

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from resnet_core import TooLarge, build, draw
from resnet_core.blocks.hornet import GatedConv
from resnet_core.diagram.diagram import Diagram, fixed_diagram
from resnet_core.diagram.form import choices_of, properties
from resnet_core.layers import (
    ConvolutionalBlockAttention,
    DropPath,
    EfficientChannelAttention,
    PaddedShortcut,
    SqueezeExcitation,
)
from resnet_core.registry import BLOCKS
from tests.subjects import sampled, whole

RESIDUAL = [
    block for block in BLOCKS.values() if {"inplanes", "stride"} <= set(block.params.model_fields)
]
SIZES = {"resnet1202": ("32",)}


@pytest.fixture(params=whole())
def subject(request):
    return request.param


def test_every_subject_has_a_formula_and_a_link(subject):
    assert subject.formula
    assert subject.paper.startswith("https://arxiv.org/abs/")


def test_every_knob_has_a_description_and_bounds(subject):
    for name, schema in properties(subject.params).items():
        assert schema["description"], name
        bounded = "minimum" in schema and "maximum" in schema
        assert bounded or choices_of(schema) or "pattern" in schema, name


def test_every_subject_draws_with_its_defaults_at_two_sizes(subject):
    for size in SIZES.get(subject.name, (str(subject.input_size), "97x131")):
        diagram = draw(**{subject.kind: subject.name, "input": size})
        assert diagram.graph.problem is None
        assert diagram.graph.outputs
        assert diagram.svg.startswith("<svg")


@pytest.mark.parametrize("subject", RESIDUAL, ids=lambda item: item.name)
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_shape_law_holds(subject, stride):
    """(N, planes · expansion, ⌈H/s⌉, ⌈W/s⌉); pooling alone rounds down."""
    more = {"conv2_stride": "1"} if subject.name == "residual_attention" else {}
    diagram = draw(block=subject.name, stride=stride, input="31x45", batch=2, **more)
    values = diagram.parameters.model_dump()
    channels = values.get("outplanes") or values["planes"] * subject.expansion
    expected = (2, channels, math.ceil(31 / stride), math.ceil(45 / stride))
    assert diagram.graph.outputs[0].shape == expected


@pytest.mark.parametrize("name", sampled(BLOCKS))
def test_blocks_compute_on_real_tensors_and_pass_gradients(name):
    diagram = draw(block=name, input=12, batch=2)
    module = build(block=name)
    x = torch.rand(diagram.input_shape, requires_grad=True)
    out = module(x)
    assert tuple(out.shape) == diagram.graph.outputs[0].shape
    out.sum().backward()
    assert x.grad is not None
    assert all(parameter.grad is not None for parameter in module.parameters())


@pytest.mark.parametrize("name", sampled(["resnet50c", "resnet50d", "resnet50_gn", "seresnet50",
                                          "ecaresnet50d", "resnetv2_50"]))  # fmt: skip
def test_variants_have_timms_numbers(name, published):
    totals = draw(model=name).graph.totals
    assert totals.params == published["timm"][name]["params"]
    assert totals.macs == published["timm"][name]["macs"]


@pytest.mark.parametrize("name", ["hornet_tiny_7x7", "hornet_small_7x7", "hornet_base_7x7"])
def test_hornets_have_the_published_numbers(name, published):
    totals = draw(model=name).graph.totals
    assert totals.params == published["hornet"][name]["params"]
    assert round(totals.macs / 1e9, 3) == published["hornet"][name]["gmacs"]


@pytest.mark.parametrize("name", ["vgg16", "vgg16_bn"])
def test_vggs_have_the_published_numbers(name, published):
    totals = draw(model=name).graph.totals
    assert totals.params == published["torchvision"][name]["params"]
    assert round(totals.macs / 1e9, 3) == published["torchvision"][name]["gmacs"]
    assert totals.receptive_field == published["receptive_field"]["vgg16"]


@pytest.mark.parametrize("depth", sampled([110, 20, 32, 44, 56, 1202], every=6))
def test_cifar_resnets_have_the_papers_parameters(depth, published):
    with torch.device("meta"):
        count = sum(parameter.numel() for parameter in build(model=f"resnet{depth}").parameters())
    assert float(f"{count / 1e6:.{1 if count > 1e6 else 2}f}") == published["cifar"][str(depth)]


def test_the_gated_convolution_is_the_papers_formula():
    torch.manual_seed(1)
    module, order, x = GatedConv(32, 4), 4, torch.rand(2, 32, 9, 7)
    widths = [4, 8, 16, 32]
    projected = F.conv2d(x, module.proj_in.weight, module.proj_in.bias)
    p, q = projected[:, :4], projected[:, 4:]
    f = F.conv2d(q, module.dwconv.weight, module.dwconv.bias, padding=3, groups=60) / 3
    start = 0
    for step in range(order):
        if step:
            p = torch.einsum("oi,nihw->nohw", module.pws[step - 1].weight[:, :, 0, 0], p)
            p = p + module.pws[step - 1].bias[None, :, None, None]
        p = p * f[:, start : start + widths[step]]
        start += widths[step]
    expected = F.conv2d(p, module.proj_out.weight, module.proj_out.bias)
    torch.testing.assert_close(module(x), expected)


def test_squeeze_and_excitation_is_the_papers_formula():
    module, x = SqueezeExcitation(32), torch.rand(2, 32, 5, 6)
    w1, w2 = module.fc1.weight[:, :, 0, 0], module.fc2.weight[:, :, 0, 0]
    mean = x.mean(dim=(2, 3))
    gate = torch.sigmoid((mean @ w1.T + module.fc1.bias).clamp(min=0) @ w2.T + module.fc2.bias)
    torch.testing.assert_close(module(x), x * gate[:, :, None, None])


@pytest.mark.parametrize(("channels", "size"), [(16, 3), (64, 3), (256, 5), (1024, 5), (2048, 7)])
def test_efficient_channel_attention_weighs_each_channel_by_its_neighbours(channels, size):
    module, x = EfficientChannelAttention(channels), torch.rand(2, channels, 4, 3)
    weight = module.conv.weight[0, 0]
    assert len(weight) == size
    mean = F.pad(x.mean(dim=(2, 3)), (size // 2, size // 2))
    gate = torch.stack([mean[:, c : c + size] @ weight for c in range(channels)], dim=1)
    torch.testing.assert_close(module(x), x * torch.sigmoid(gate)[:, :, None, None])


def test_cbam_is_the_papers_formula():
    module, x = ConvolutionalBlockAttention(32), torch.rand(2, 32, 8, 9)

    def perceptron(v: torch.Tensor) -> torch.Tensor:
        return (v @ module.fc1.weight[:, :, 0, 0].T).relu() @ module.fc2.weight[:, :, 0, 0].T

    channel = torch.sigmoid(perceptron(x.mean((2, 3))) + perceptron(x.amax((2, 3))))
    y = x * channel[:, :, None, None]
    summary = torch.stack([y.mean(1), y.amax(1)], dim=1)
    expected = y * torch.sigmoid(F.conv2d(summary, module.conv.weight, padding=3))
    torch.testing.assert_close(module(x), expected)


@pytest.mark.parametrize(("channels", "stride"), [((4, 8), 2), ((4, 9), 1), ((5, 5), 2)])
def test_the_padded_shortcut_takes_every_second_position_and_adds_zeros(channels, stride):
    x = torch.rand(2, channels[0], 7, 9)
    out = PaddedShortcut(*channels, stride)(x)
    before = (channels[1] - channels[0]) // 2
    expected = torch.zeros(2, channels[1], math.ceil(7 / stride), math.ceil(9 / stride))
    for row in range(expected.shape[2]):
        for column in range(expected.shape[3]):
            part = x[:, :, row * stride, column * stride]
            expected[:, before : before + channels[0], row, column] = part
    torch.testing.assert_close(out, expected)


def test_drop_path_drops_whole_samples_and_keeps_the_mean():
    torch.manual_seed(0)
    drop, x = DropPath(0.5), torch.ones(1000, 2, 3, 3)
    out = drop.train()(x)
    assert set(out.unique().tolist()) == {0.0, 2.0}
    assert all(len(item.unique()) == 1 for item in out[:50])
    assert out.mean().item() == pytest.approx(1, abs=0.1)
    assert drop.eval()(x) is x


def test_the_backbone_gives_four_maps_of_which_each_comes_from_the_one_before():
    record = draw(model="vgg_backbone").to_dict()
    assert [one_record["shape"] for one_record in record["outputs"]] == [
        [1, 128, 112, 112], [1, 256, 56, 56], [1, 512, 28, 28], [1, 512, 14, 14],
    ]  # fmt: skip
    assert record["output"] == record["outputs"][0]
    ends = [
        one_record["from"]
        for one_record in record["edges"]
        if one_record["to"].startswith("output")
    ]
    assert ends == ["body1.8", "body2.6", "body3.6", "body4.6"]


FAILURES = [
    ({"block": "residual_attention", "stride": 2}, "add", [(1, 64, 14, 14), (1, 64, 28, 28)]),
    (
        {"block": "bottleneck", "inplanes": 64, "shortcut": "identity"},
        "add",
        [(1, 256, 56, 56), (1, 64, 56, 56)],
    ),
    (
        {"block": "bottleneck", "stride": 2, "shortcut": "identity"},
        "add",
        [(1, 256, 28, 28), (1, 256, 56, 56)],
    ),
    ({"model": "vgg16", "input": 16}, "features.30", [(1, 512, 1, 1)]),
]


@pytest.mark.parametrize(("asked", "node", "shapes"), FAILURES)
def test_what_cannot_run_is_drawn_up_to_the_failing_call_and_fixed(asked, node, shapes):
    diagram = draw(**asked)
    problem = diagram.to_dict()["problem"]
    assert problem["node"] == node
    assert [tuple(size) for size in problem["shapes"]] == shapes
    assert "fix:" in diagram.svg
    fixed = Diagram.of(parse_qsl(problem["fix"].partition("?")[2]))
    assert fixed.graph.problem is None
    assert fixed.svg.startswith("<svg")


@pytest.mark.slow
def test_resnet1202_is_drawn_folded_and_refused_unfolded_with_a_way_out():
    folded = draw(model="resnet1202")
    assert len(folded.shown.calls) < 12
    assert folded.svg.startswith("<svg")
    asked = {"model": "resnet1202", "detail": "op", "fold": "false"}
    with pytest.raises(TooLarge, match="more than 1,500") as caught:
        draw(**asked).shown  # noqa: B018
    assert fixed_diagram(asked.items(), caught.value) == folded


def test_aliases_are_taken_and_written_canonically():
    diagram = draw(block="Bottleneck", rate=2, in_channels=64)
    assert diagram.url == "/diagram?block=bottleneck&dilation=2&inplanes=64"
    assert draw(block="ResidualBlockWithAttention").subject.name == "residual_attention"
    assert isinstance(build(block="BasicBlock"), nn.Module)
