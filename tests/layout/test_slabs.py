"""Slabs are to scale, stand inside their boxes, and are the same in every format."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations
from typing import Any

import pytest

from resnet_core import Diagram, draw
from resnet_core.layout.sheet import Box
from resnet_core.layout.slabs import LEAST, SIDE, THICK, faces
from resnet_core.layout.typesetting import on_box, width
from tests.subjects import SUBJECTS, whole

VIEWS: list[dict[str, Any]] = [
    {"direction": direction, "detail": detail, "lang": lang}
    for direction, detail, lang in (("TB", None, "en"), ("LR", "layer", "zh"))
]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(subject: Any, **view: Any) -> Diagram:
    asked = {name: value for name, value in view.items() if value is not None}
    return draw(**{subject.kind: subject.name}, style="slabs", **asked)


def slabs(diagram: Diagram) -> list[Box]:
    return [box for box in diagram.sheet.boxes if box.slab]


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=["TB", "LR"])
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_a_slab_stands_inside_its_box_and_beside_its_words(subject: Any, view: Any) -> None:
    diagram = drawn(subject, **view)
    found = slabs(diagram)
    assert found
    for box in found:
        corners = [corner for face in faces(box, view["direction"] == "TB") for corner in face]
        left, right = min(x for x, _ in corners), max(x for x, _ in corners)
        top, bottom = min(y for _, y in corners), max(y for _, y in corners)
        assert box.x - box.width / 2 < left < right < box.x + box.width / 2
        assert box.y - box.height / 2 < top < bottom < box.y + box.height / 2
        for letters in on_box(box):
            end = letters.x + width(letters.text.text, letters.text.size, letters.text.bold)
            over = letters.y - letters.text.size * 0.75
            assert end <= left or letters.x >= right or over >= bottom, letters


@pytest.mark.parametrize("subject", whole())
def test_a_larger_size_is_drawn_larger_and_an_equal_one_equal(subject: Any) -> None:
    for one, other in combinations(slabs(drawn(subject)), 2):
        assert one.slab
        assert other.slab
        if len(one.node.shape) != 4 or len(other.node.shape) != 4:
            continue
        for axis, length in ((1, "tall"), (2, "deep"), (3, "front")):
            sizes = one.node.shape[axis], other.node.shape[axis]
            lengths = getattr(one.slab, length), getattr(other.slab, length)
            assert (lengths[0] > lengths[1]) <= (sizes[0] > sizes[1]), (one.node, other.node)
            assert (lengths[0] == lengths[1]) or min(sizes) < max(sizes)


def test_the_lengths_are_in_proportion_where_nothing_is_said_of_a_root() -> None:
    diagram = draw(block="bottleneck", stride=2, style="slabs")
    assert "root" not in diagram.svg
    for box in slabs(diagram):
        _, channels, high, wide = box.node.shape
        assert box.slab
        assert box.slab.tall == pytest.approx(THICK * channels / 256)
        assert box.slab.deep == pytest.approx(SIDE * high / 56)
        assert box.slab.front == pytest.approx(SIDE * wide / 56)


def test_a_root_is_told_and_drawn() -> None:
    diagram = draw(model="resnet50", style="slabs")
    assert "(square root), thickness = channels (cube root)" in diagram.svg
    assert "（平方根）" in draw(model="resnet50", style="slabs", lang="zh").svg
    for box in slabs(diagram):
        assert box.slab
        channels = box.node.shape[1]
        assert box.slab.tall == pytest.approx(max(LEAST, THICK * (channels / 2048) ** (1 / 3)))


@pytest.mark.parametrize("theme", ["light", "dark", "ink", "auto"])
def test_in_an_svg_a_slab_is_part_of_its_box(theme: str) -> None:
    diagram = draw(block="bottleneck", stride=2, style="slabs", theme=theme)
    root = ET.fromstring(diagram.svg)
    groups = {group.get("data-node"): group for group in root.iter(f"{SVG}g")}
    for box in diagram.sheet.boxes:
        shapes = len(groups[box.node.id].findall(f"{SVG}path"))
        assert shapes == (3 if box.slab else 0), box.node.id
    plain = draw(block="bottleneck", stride=2, theme=theme)
    assert diagram.png(1) != plain.png(1)
    assert diagram.pdf.startswith(b"%PDF")


def test_it_is_a_view_and_changes_no_number() -> None:
    slabbed, plain = draw(block="basic", style="slabs"), draw(block="basic")
    assert slabbed.txt == plain.txt
    assert slabbed.url == "/diagram?block=basic&style=slabs"
    assert slabbed.to_dict()["nodes"] == plain.to_dict()["nodes"]
    assert draw(block="basic", style="boxes").url == plain.url


def test_costs_and_symbols_go_with_it() -> None:
    diagram = draw(block="bottleneck", style="slabs", color="params", shapes="symbolic")
    fills = {box.fill for box in slabs(diagram)}
    assert len([fill for fill in fills if fill.startswith("cost-")]) > 1
    assert "share of all parameters" in diagram.svg
    assert "N×64×H×W" in diagram.svg or "64×H×W" in diagram.svg
