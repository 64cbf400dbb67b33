"""The JSON of the contract."""

from __future__ import annotations

import json

import pytest

from resnet_core import draw
from resnet_core.registry import BLOCKS


def test_the_record_has_everything_the_contract_names():
    record = draw(block="bottleneck", stride=2).to_dict()
    assert record["schema"] == 1
    assert record["subject"]["name"] == "bottleneck"
    assert record["subject"]["formula"].startswith("relu(shortcut(x) + f(x))")
    assert record["subject"]["paper"] == "https://arxiv.org/abs/1512.03385"
    assert record["subject"]["year"] == 2015
    assert record["parameters"]["planes"] == 64
    assert record["input"] == {"shape": [1, 256, 56, 56]}
    assert record["output"] == {"shape": [1, 256, 28, 28]}
    assert record["url"] == "/diagram?block=bottleneck&stride=2"
    assert record["totals"] == {
        "params": 136_448,
        "macs": 144_506_880,
        "flops": 289_013_760,
        "activations": 1_956_864,
        "receptive_field": 3,
        "output_stride": 2,
    }
    assert record["problem"] is None
    conv1 = record["nodes"][1]
    assert conv1["attributes"]["kernel_size"] == [1, 1]
    assert conv1["attributes"]["bias"] is False
    assert conv1["source"]["file"] == "resnet_core/blocks/bottleneck.py"
    assert {"from": "input", "to": "conv1", "shape": [1, 256, 56, 56], "lane": "main"} in record[
        "edges"
    ]
    assert record["groups"][0]["path"] == "downsample"


def test_the_record_does_not_depend_on_the_view():
    fine = draw(model="resnet18", detail="op", fold=False).to_dict()
    coarse = draw(model="resnet18", detail="stage").to_dict()
    assert fine["nodes"] == coarse["nodes"]
    assert fine["totals"] == coarse["totals"]


@pytest.mark.parametrize("name", list(BLOCKS))
def test_the_record_is_plain_json(name):
    record = draw(block=name).to_dict()
    assert json.loads(json.dumps(record)) == record


def test_a_block_inside_a_network_tells_how_to_draw_it_alone():
    groups = {record["path"]: record for record in draw(model="resnet50").to_dict()["groups"]}
    alone = draw(block="bottleneck", **groups["layer3.0"]["parameters"], input=28)
    inside = draw(model="resnet50").graph
    expected = [n.outputs for n in inside.calls if n.group.startswith("layer3.0")]
    assert [call.outputs for call in alone.graph.calls] == expected


def test_where_it_comes_from_and_where_it_stands_is_told():
    record = draw(block="bottleneck", planes=128, stride=2).to_dict()
    assert {"model": "resnet50", "path": "layer2.0"} in record["places"]
    assert "stacking-blocks" in record["subject"]["documents"]
    assert record["subject"]["summary"]["zh"]
