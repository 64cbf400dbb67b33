"""The layout of every subject, detail and direction: nothing touches what it should not.

All is measured on the sheet, before Graphviz: boxes, wires, frames and the rectangles of texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from resnet_core import draw, draw_module
from resnet_core.diagram.diagram import Diagram
from resnet_core.layout.coordinates import RIM, tracks
from resnet_core.layout.page import ROOM
from resnet_core.layout.sheet import (
    FRAME_TEXT,
    SMALL,
    SUBTITLE,
    Box,
    Frame,
    Point,
    Sheet,
    Wire,
)
from resnet_core.layout.typesetting import width
from resnet_core.registry import BLOCKS, NETWORKS
from tests.subjects import MODELS, names

VARIANTS = [
    {"block": "bottleneck", "stride": 2, "attention": "cbam", "shortcut": "avgpool"},
    {"block": "bottleneck", "stride": 2, "attention": "eca"},
    {"block": "basic", "stride": 2, "attention": "se", "norm_layer": "none"},
    {"block": "basic", "planes": 128, "stride": 2, "shortcut": "padded"},
    {"block": "basic", "shortcut": "none"},
    {"block": "res2net", "stride": 2},
    {"block": "bottleneck", "stride": 2, "shortcut": "identity"},
    {"block": "residual_attention", "stride": 2},
    {"model": "resnet50", "shortcut": "identity"},
    {"model": "vgg16", "input": 16},
    {"model": "resnet50", "expand": "layer1.0"},
    {"model": "resnet50", "expand": "layer2.1,layer4"},
    {"model": "seresnet50", "expand": "layer1.0,layer3.2"},
    {"model": "resnet20", "expand": "layer2"},
    {"model": "hornet_tiny_7x7", "expand": "stages.1"},
    {"model": "resnet50", "fold": "false"},
]
ASKED = [{"block": name} for name in BLOCKS] + [{"model": name} for name in MODELS] + VARIANTS
# A quick run looks at networks folded, as they are drawn by default, and at blocks in full.
QUICK = {"block": {("op", "TB"), ("layer", "LR")}, "model": {("block", "TB")}}
CASES = [
    pytest.param(
        {**asked, "detail": detail, "direction": direction},
        marks=[pytest.mark.slow] if (detail, direction) not in QUICK[next(iter(asked))] else [],
    )
    for asked in ASKED
    for detail in ("op", "layer", "block", "stage")
    for direction in ("TB", "LR")
    if not (asked.get("fold") and detail == "op")
]


Segment = tuple[Point, Point]


@dataclass(frozen=True)
class Rectangle:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rectangle) -> bool:
        return (
            self.left < other.right - 0.1
            and other.left < self.right - 0.1
            and self.top < other.bottom - 0.1
            and other.top < self.bottom - 0.1
        )

    def holds(self, other: Rectangle) -> bool:
        return (
            self.left < other.left
            and other.right < self.right
            and self.top < other.top
            and other.bottom < self.bottom
        )


def outline(box: Box | Frame) -> Rectangle:
    """The border; of what is folded the second one, which Graphviz draws outside the first."""
    if isinstance(box, Frame):
        rim = RIM * bool(box.group.folded)
        return Rectangle(box.left - rim, box.top - rim, box.right + rim, box.bottom + rim)
    rim = RIM * bool(box.node.folded)
    wide, high = box.width / 2 + rim, box.height / 2 + rim
    return Rectangle(box.x - wide, box.y - high, box.x + wide, box.y + high)


def segments(wire: Wire) -> Iterator[Rectangle]:
    for (ax, ay), (bx, by) in pairwise(wire.points):
        yield Rectangle(min(ax, bx) - 1, min(ay, by) - 1, max(ax, bx) + 1, max(ay, by) + 1)


def shared(one: Segment, other: Segment) -> float:
    """How long two segments run in the same place."""
    for along, across in ((0, 1), (1, 0)):
        if len({round(point[across]) for point in (*one, *other)}) == 1:
            (a, b), (c, d) = (sorted(point[along] for point in value) for value in (one, other))
            return min(b, d) - max(a, c)
    return 0


def note(wire: Wire) -> Rectangle:
    x, y = wire.note_at
    return Rectangle(x, y - SUBTITLE / 2, x + width(wire.note, SUBTITLE), y + SUBTITLE / 2)


def labels(frame: Frame) -> Iterator[Rectangle]:
    """The rectangles of name and figures, which stand on their baselines."""
    for text, (x, y) in ((frame.name, frame.name_at), (frame.figures, frame.figures_at)):
        if text:
            yield Rectangle(x, y - FRAME_TEXT * 0.8, x + width(text, FRAME_TEXT), y + 2)


def title(case: dict[str, str]) -> str:
    return " ".join(str(item) for item in case.values())


@pytest.fixture(scope="module", params=CASES, ids=title)
def diagram(request) -> Diagram:
    return draw(**request.param)


@pytest.fixture
def sheet(diagram) -> Sheet:
    return diagram.sheet


def test_no_two_boxes_overlap(sheet):
    for one, other in combinations(sheet.boxes, 2):
        assert not outline(one).meets(outline(other)), (one.node.id, other.node.id)


def test_the_main_path_is_straight_and_everything_else_on_one_side_of_it(diagram, sheet):
    """In a row of several lines: in each of them."""
    down = diagram.options.direction == "TB"
    column = tracks(diagram.shown).column
    across = {box.node.id: box.x if down else box.y for box in sheet.boxes}
    line = lines_of(sheet)
    for number in set(line.values()):
        here = [name for name in across if line[name] == number]
        main = [across[name] for name in here if column[name] == 0]
        assert max(main) - min(main) < 1
        assert all(across[name] > max(main) for name in here if column[name] != 0)
        for wire in sheet.wires:
            if line[wire.edge.source] == number and (wire.kind or wire.edge.lane != "main"):
                assert line[wire.edge.target] == number
                assert all(point[0 if down else 1] > min(main) - 1 for point in wire.points)


def lines_of(sheet: Sheet) -> dict[str, int]:
    """In which line of a row each box stands: a new one begins where a wire runs back."""
    line = {sheet.boxes[0].node.id: 0}
    for wire in sheet.wires:
        back = wire.points[-1][0] < wire.points[0][0] and sheet.direction == "LR"
        line[wire.edge.target] = max(line.get(wire.edge.target, 0), line[wire.edge.source] + back)
    return line


def test_a_row_of_stages_goes_on_in_lines_that_a_page_has_room_for():
    """ResNet-50 in one row is 2,767 points wide: a page shows three boxes of it, or dots."""
    sheet = draw(model="resnet50", direction="LR").sheet
    assert sheet.width < 1.1 * ROOM
    line = lines_of(sheet)
    assert set(line.values()) == {0, 1, 2}
    stages = [
        {line[box.node.id] for box in sheet.boxes if box.frame == f"layer{n}"} for n in (1, 2, 3, 4)
    ]
    assert all(len(stage) == 1 for stage in stages)
    lengths = [[box.x for box in sheet.boxes if line[box.node.id] == number] for number in range(3)]
    assert all(max(one) - min(one) > 0.4 * ROOM for one in lengths)


def test_a_block_is_one_line_however_wide_it_is():
    sheet = draw(block="bottleneck", stride=2, direction="LR").sheet
    assert sheet.width > ROOM
    assert set(lines_of(sheet).values()) == {0}


@pytest.mark.parametrize("width", ["a4", "column"])
def test_a_row_is_broken_for_a_narrow_place_so_that_its_letters_can_be_read(width):
    drawing = draw(model="resnet50", direction="LR", width=width)
    assert drawing.options.enlarged(drawing.sheet.width) * SMALL >= READABLE
    assert max(lines_of(drawing.sheet).values()) >= 3


def test_no_wire_crosses_a_box(sheet):
    for wire in sheet.wires:
        for box in sheet.boxes:
            if box.node.id not in (wire.edge.source, wire.edge.target):
                crossed = [outline(box).meets(segment) for segment in segments(wire)]
                assert not any(crossed), (wire.edge, box.node.id)


def test_no_two_wires_run_on_top_of_each_other(sheet):
    for one, other in combinations(sheet.wires, 2):
        if one.edge.source == other.edge.source or one.edge.target == other.edge.target:
            continue
        for a in pairwise(one.points):
            for b in pairwise(other.points):
                assert shared(a, b) < 1, (one.edge, other.edge)


def test_frames_nest_and_hold_their_boxes_and_no_others(diagram, sheet):
    frames = {frame.group.path: frame for frame in sheet.frames}
    for path, frame in frames.items():
        if frame.parent:
            assert outline(frames[frame.parent]).holds(outline(frame)), path
        for other in frames.values():
            if other is not frame and other.parent == frame.parent:
                assert not outline(frame).meets(outline(other)), (path, other.group.path)
        for box in sheet.boxes:
            inside = path in diagram.shown.lineage(box.node.group)
            if inside:
                assert outline(frame).holds(outline(box)), (path, box.node.id)
            else:
                assert not outline(frame).meets(outline(box)), (path, box.node.id)


def test_no_wire_and_no_box_touches_the_label_of_a_frame(sheet):
    for frame in sheet.frames:
        for label in labels(frame):
            assert outline(frame).holds(label), frame.name
            for wire in sheet.wires:
                assert not any(map(label.meets, segments(wire))), (frame.name, wire.edge)
            for box in sheet.boxes:
                assert not label.meets(outline(box)), (frame.name, box.node.id)
    every = [label for frame in sheet.frames for label in labels(frame)]
    assert not any(one.meets(other) for one, other in combinations(every, 2))


def test_the_words_beside_wires_stand_free(sheet):
    words = [(wire, note(wire)) for wire in sheet.wires if wire.note]
    for wire, word in words:
        assert all(not word.meets(outline(box)) for box in sheet.boxes), wire.edge
        assert all(not word.meets(label) for frame in sheet.frames for label in labels(frame))
        for other in sheet.wires:
            assert not any(map(word.meets, segments(other))), (wire.edge, other.edge)
    for (_, one), (_, other) in combinations(words, 2):
        assert not one.meets(other)


def test_everything_is_on_the_paper(sheet):
    paper = Rectangle(0, 0, sheet.width, sheet.height)
    shapes = [outline(box) for box in (*sheet.boxes, *sheet.frames)]
    shapes += [note(wire) for wire in sheet.wires if wire.note]
    shapes += [segment for wire in sheet.wires for segment in segments(wire)]
    assert all(paper.holds(shape) for shape in shapes)


# A4 in points. The sheet brings margins of its own.
PAGE = (595, 842)
READABLE = 6.0


@pytest.mark.parametrize(
    "name", names(one for one in NETWORKS.values() if not one.name.startswith("vgg"))
)
def test_a_network_of_blocks_fits_on_one_page_and_can_be_read_there(name):
    sheet = draw(model=name, detail="block").sheet
    scale = min(PAGE[0] / sheet.width, PAGE[1] / sheet.height)
    assert scale * SMALL >= READABLE


class Modulated(nn.Module):
    """A block that one of its inputs enters long before the other."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Linear(8, 16)
        self.conv1, self.conv2 = (nn.Conv2d(8, 8, 3, padding=1) for _ in range(2))

    def forward(self, x, time):
        times, plus = self.scale(time).chunk(2, 1)
        inner = self.conv1(x) * times[:, :, None, None] + plus[:, :, None, None]
        return x + self.conv2(F.relu(inner))


class Denoiser(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv2d(3, 8, 3, padding=1)
        self.blocks = nn.ModuleList(Modulated() for _ in range(3))

    def forward(self, x, time):
        x = self.enter(x)
        for block in self.blocks:
            x = block(x, time)
        return x


def inside(frame, box) -> bool:
    return frame.left < box.x < frame.right and frame.top < box.y < frame.bottom


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_no_frame_stands_around_what_is_not_its_own(direction):
    drawing = draw_module(Denoiser(), [(1, 3, 16, 16), (1, 8)], detail="op", direction=direction)
    sheet, graph = drawing.sheet, drawing.shown
    for frame in sheet.frames:
        strange = [
            box.node.id
            for box in sheet.boxes
            if inside(frame, box) and frame.group.path not in graph.lineage(box.node.group)
        ]
        assert not strange
    places = [(frame.name_at, frame.name) for frame in sheet.frames]
    assert len(dict(places)) == len(places)
    # A block that is entered in one place keeps its frame.
    assert draw_module(Modulated(), [(1, 8, 8, 8), (1, 8)], detail="op").sheet.frames == ()
    assert len(draw(model="resnet18", detail="op").sheet.frames) > 8


class Heads(nn.Module):
    """Three outputs, the longest way to the first or to the last of them."""

    def __init__(self, backwards: bool = False) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
        self.heads = nn.ModuleList(nn.Linear(8, size) for size in (1, 2, 3))
        self.backwards = backwards

    def forward(self, x):
        made = [head(x) for head in self.heads]
        deep = self.body(made[2].repeat(1, 3)[:, :8])
        return (deep, *made[:2]) if self.backwards else (*made, deep)[1:]


def test_equal_outputs_stand_from_left_to_right():
    class Even(Heads):
        def forward(self, x):
            return tuple(head(x) for head in self.heads)

    places = {box.node.id: box.x for box in draw_module(Even(), (1, 8)).sheet.boxes}
    assert places["output1"] < places["output2"] < places["output3"]


@pytest.mark.parametrize(("backwards", "longest"), [(True, "output1"), (False, "output3")])
def test_of_several_outputs_the_longest_way_is_the_main_path(backwards, longest):
    boxes = draw_module(Heads(backwards), (1, 8)).sheet.boxes
    places = {box.node.id: box.x for box in boxes}
    assert places[longest] == places["input"] == min(places.values())


def test_a_call_that_failed_without_taking_anything_stands_below_the_last_before_it():
    class Failing(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x):
            return self.layer(x) + torch.cat([torch.zeros(2, 3), torch.zeros(3, 4)])

    boxes = {box.node.id: box for box in draw_module(Failing(), (1, 8)).sheet.boxes}
    assert boxes["cat"].x == boxes["layer"].x
    assert boxes["cat"].y > boxes["layer"].y > boxes["input"].y
