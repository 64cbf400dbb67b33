"""The picture of a comparison: places, marks, words and colours."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from resnet_core import compare, draw
from resnet_core.layout.sheet import COLOURS
from tests.subjects import sampled

PLAIN, SE = {"block": "bottleneck"}, {"block": "bottleneck", "attention": "se"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("view", ["one", "side"])
@pytest.mark.parametrize("direction", sampled(["LR", "TB"]))
def test_no_two_boxes_overlap_and_no_wire_crosses_one(worked, view, direction):
    sheet = compare(*worked, view=view, direction=direction).sheet
    for index, one in enumerate(sheet.boxes):
        assert one.width / 2 <= one.x <= sheet.width - one.width / 2
        assert one.height / 2 <= one.y <= sheet.height - one.height / 2
        for other in sheet.boxes[index + 1 :]:
            apart_x = abs(one.x - other.x) >= (one.width + other.width) / 2
            apart_y = abs(one.y - other.y) >= (one.height + other.height) / 2
            assert apart_x or apart_y, (one.node.id, other.node.id)
    for wire in sheet.wires:
        for box in sheet.boxes:
            if box.node.id not in (wire.edge.source, wire.edge.target):
                assert _clear(wire.points, box), (wire.edge, box.node.id)


def _clear(points, box) -> bool:
    return all(
        max(ax, bx) <= box.x - box.width / 2
        or min(ax, bx) >= box.x + box.width / 2
        or max(ay, by) <= box.y - box.height / 2
        or min(ay, by) >= box.y + box.height / 2
        for (ax, ay), (bx, by) in pairwise(points)
    )


@pytest.mark.parametrize(
    ("direction", "axis"), [("TB", "y"), pytest.param("LR", "x", marks=pytest.mark.slow)]
)
def test_side_by_side_partners_stand_at_the_same_height(worked, direction, axis):
    found = compare(*worked, view="side", fold=False, detail="op", direction=direction)
    place = {box.node.id: box for box in found.sheet.boxes}
    ends = [
        (place[f"a:{pair.a.id}"], place[f"b:{pair.b.id}"])
        for pair in found.pairs
        if pair.a and pair.b and f"a:{pair.a.id}" in place and f"b:{pair.b.id}" in place
    ]
    assert max(abs(getattr(one, axis) - getattr(other, axis)) for one, other in ends) < 1


def test_boxes_carry_their_change_as_class_sign_and_words():
    found = compare(draw(**PLAIN), draw(block="basic"))
    root = ET.fromstring(found.svg)
    groups = {
        element.get("data-node"): element
        for element in root.iter(f"{SVG}g")
        if element.get("data-node")
    }
    assert groups["conv1"].get("class") == "node conv changed"
    assert groups["conv3"].get("class") == "node conv removed"
    assert "−" in "".join(groups["conv3"].itertext())
    struck = [
        element for element in groups["conv3"].iter(f"{SVG}text") if element.get("text-decoration")
    ]
    assert [item.text for item in struck] == ["1×1 conv, 256"]
    assert "kernel 1×1 → 3×3" in "".join(groups["conv1"].itertext())
    assert found.summary()[:40] in root.find(f"{SVG}desc").text


def test_two_shortcuts_into_one_addition_are_named_each_by_itself():
    found = compare(draw(**PLAIN), draw(**PLAIN, shortcut="projection"))
    assert {wire.note for wire in found.sheet.wires} == {"", "− identity", "+ projection"}


@pytest.mark.parametrize("column", [0, 1])
def test_words_of_change_can_be_read_on_their_boxes(column):
    for name in ("added", "removed", "changed", "reshaped"):
        paper = COLOURS["paper"][column]
        for ground in (COLOURS[name][column], paper):
            assert _contrast(COLOURS[f"{name}-text"][column], ground) >= 4.5
        assert _contrast(COLOURS[f"{name}-line"][column], paper) >= 3


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_two_blocks_stand_side_by_side_without_a_mark():
    asked = {"a": draw(block="basic"), "b": draw(block="bottleneck")}
    both = compare(**asked, view="plain")
    alone = {drawing: [box.fill for box in drawing.sheet.boxes] for drawing in asked.values()}
    fills = [box.fill for box in both.sheet.boxes]
    assert fills == [fill for found in alone.values() for fill in found]
    assert not {wire.mark for wire in both.sheet.wires} - {""}
    assert not re.search(r'class="node \w+ (added|removed|changed|reshaped)"', both.svg)
    assert "≠" not in both.mermaid
    assert [run.text for line in both.sheet.heading for run in line] == [
        "BasicBlock  ·  Bottleneck"
    ]
