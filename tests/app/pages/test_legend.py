"""The page's legend explains the signs that are in the picture, and no others."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.pages.legend import BOX, LINE, SHAPE, TWICE, legend
from resnet_core import draw
from resnet_core.layout.sheet import Box

PICTURES: tuple[dict[str, Any], ...] = (
    {"block": "bottleneck"},
    {"block": "bottleneck", "stride": 2, "attention": "se"},
    {"block": "basic", "stride": 2, "shortcut": "padded"},
    {"model": "resnet50"},
    {"model": "resnet18", "detail": "stage"},
    {"model": "vgg16", "detail": "layer", "direction": "LR"},
)
ENDS = {"input", "output"}
# What a box of each role is called in the legend.
CALLED = {
    "conv": "convolution", "norm": "normalisation", "activation": "activation", "pool": "pooling",
    "linear": "linear layer", "stage": "a stage", "input": "input and output",
    "output": "input and output",
}  # fmt: skip


@pytest.mark.parametrize("asked", PICTURES, ids=str)
def test_it_tells_what_is_drawn_and_nothing_else(asked: dict[str, Any]) -> None:
    drawing = draw(**asked)
    told = legend(drawing.svg)
    boxes = drawing.sheet.boxes
    calls = [box.node for box in boxes if box.node.role not in ("add", "multiply", "block")]
    said = {str(entry.meaning) for entry in told if entry.sign == BOX}
    expected = {CALLED.get(call.role, "any other operation") for call in calls}
    blocks = [box for box in boxes if box.node.role == "block"]
    working = [bool(_samples(box) & {"projection", "pooled", "padded"}) for box in blocks]
    if any(working):
        expected.add("a block whose shortcut does more than pass x on")
    if not all(working):
        expected.add("a block")
    assert said == expected
    assert any(box.node.folded for box in boxes) == any(entry.sign == TWICE for entry in told)
    inner = [box.node for box in boxes if box.node.role not in ENDS | {"add", "multiply"}]
    shapes = {entry.fill for entry in told if entry.sign == SHAPE}
    assert ("bold" in shapes) == any(node.reshapes for node in inner)
    assert ("grey" in shapes) == any(not node.reshapes for node in inner)
    kinds = {wire.kind or "main" for wire in drawing.sheet.wires}
    samples = set().union(*map(_samples, boxes))
    assert len([entry for entry in told if entry.sign == LINE]) == len(kinds | samples)


def _samples(box: Box) -> set[str]:
    """The kinds of lines of which a box shows a sample."""
    return {run.sample for line in box.face.left for run in line if run.sample}


def test_a_picture_of_costs_or_of_a_failure_has_none(client: TestClient) -> None:
    told = "<summary>Legend</summary>"
    assert told in client.get("/?block=basic").text
    for address in ("/?block=basic&color=macs", "/?block=bottleneck&stride=2&shortcut=identity"):
        assert told not in client.get(address).text
