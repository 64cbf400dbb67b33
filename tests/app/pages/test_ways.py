"""A block of a network alone: the same parameters, the same work, the same output."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from app.pages.ways import alone
from resnet_core import Diagram

NETWORKS = (
    "model=resnet18",
    "model=resnet50d",
    "model=resnext50_32x4d&output_stride=16",
    "model=resnetv2_50&input=97x131",
    "model=hornet_tiny_7x7",
)


def record(query: str) -> dict:
    return Diagram.of(parse_qsl(query)).to_dict()


@pytest.mark.parametrize("query", NETWORKS)
def test_a_block_alone_is_what_it_is_in_its_network(query: str) -> None:
    network = record(query)
    found = alone(network)
    blocks = [group["path"] for group in network["groups"] if group["level"] == "block"]
    assert set(found) == set(blocks)
    for path in {blocks[0], blocks[len(blocks) // 2], blocks[-1]}:
        inside = [node for node in network["nodes"] if node["id"].startswith(f"{path}.")]
        block = record(found[path])
        assert block["totals"]["params"] == sum(node["params"] for node in inside), path
        assert block["totals"]["macs"] == sum(node["macs"] for node in inside), path
        assert block["output"]["shape"] == inside[-1]["outputs"][0], path


def test_a_block_and_a_network_without_blocks_have_none() -> None:
    assert alone(record("block=bottleneck")) == {}
    assert alone(record("model=vgg16")) == {}
