"""Two sheets as one: next to each other below one heading, partners at the same height."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from resnet_core.graph.model import Group
from resnet_core.layout.page import foot
from resnet_core.layout.sheet import (
    FRAME_TEXT,
    MARGIN,
    Box,
    Frame,
    Line,
    Point,
    Sheet,
    Wire,
)
from resnet_core.layout.typesetting import extent, width

BETWEEN = 20.0
HEADING_GAP = 14.0
# A panel's own head: its name, and its figures below.
HEAD = 44.0


def beside(
    heading: tuple[Line, ...],
    sheets: tuple[Sheet, Sheet],
    titles: tuple[Names, Names],
    partners: Iterable[Names],
    down: bool,
) -> Sheet:
    """Both sheets on one, each in a panel with its name and figures (``titles``).

    Ids start with ``a:`` and ``b:``. Boxes that are partners stand at the same height; in rows
    (``down`` false), where the second panel stands below the first, one below the other.
    """
    left, right = level(*sheets, partners, down)
    wide, high = extent(heading)
    top = MARGIN + high + HEADING_GAP
    sizes = [_size(pair, told) for pair, told in zip((left, right), titles, strict=True)]
    if down:
        sizes = [(pair[0], max(size[1] for size in sizes)) for pair in sizes]
        at = (MARGIN + sizes[0][0] + BETWEEN, top)
    else:
        sizes = [(max(size[0] for size in sizes), pair[1]) for pair in sizes]
        at = (MARGIN, top + sizes[0][1] + BETWEEN)
    first = _panel(left, "a", titles[0], (MARGIN, top), sizes[0], down)
    second = _panel(right, "b", titles[1], at, sizes[1], down)
    legend = tuple(dict.fromkeys((*left.legend, *right.legend)))
    return Sheet(
        first.boxes + second.boxes,
        first.wires + second.wires,
        first.frames + second.frames,
        heading,
        round(max(at[0] + sizes[1][0], wide + MARGIN, extent(legend)[0] + MARGIN) + MARGIN, 1),
        round(at[1] + sizes[1][1] + foot(legend) + MARGIN, 1),
        legend,
    )


def alone(
    heading: tuple[Line, ...],
    sheets: tuple[Sheet, Sheet],
    partners: Iterable[Names],
    down: bool,
    second: bool,
) -> Sheet:
    """One of the two sheets below a heading, its boxes where they would stand ``beside``."""
    sheet = level(*sheets, partners, down)[second]
    wide, high = extent(heading)
    moved = _moved(sheet, "", 0, high + HEADING_GAP)
    return replace(
        moved,
        heading=heading,
        width=round(max(sheet.width, wide + 2 * MARGIN), 1),
        height=round(sheet.height + high + HEADING_GAP, 1),
    )


def _size(sheet: Sheet, told: Names) -> Point:
    """How large the panel of a sheet must be."""
    texts = max(width(note, FRAME_TEXT) for note in told)
    high = sheet.height - MARGIN - foot(sheet.legend) + HEAD
    return max(sheet.width, texts + 2 * MARGIN), high


def _panel(sheet: Sheet, name: str, told: Names, at: Point, size: Point, down: bool) -> Sheet:
    """The sheet in a frame at its place."""
    x, y = at
    # A column stands in the middle of its panel; rows begin at one side.
    aside = (size[0] - sheet.width) / 2 if down else 0.0
    moved = _moved(sheet, f"{name}:", x + aside, y + HEAD - MARGIN)
    frame = Frame(
        Group(name, "", ""), x, y, x + size[0], y + size[1], *told,
        name_at=(x + 12, y + 17), figures_at=(x + 12, y + 31),
    )  # fmt: skip
    return replace(
        moved,
        boxes=tuple(replace(box, frame=box.frame or name) for box in moved.boxes),
        frames=(frame, *(replace(frame, parent=frame.parent or name) for frame in moved.frames)),
    )


def _moved(sheet: Sheet, prefix: str, dx: float, dy: float) -> Sheet:
    """The sheet shifted, its ids made its own."""

    def at(point: Point) -> Point:
        return round(point[0] + dx, 1), round(point[1] + dy, 1)

    moved = sheet.moved(at)
    boxes = [
        replace(
            box, node=replace(box.node, id=prefix + box.node.id), frame=_named(prefix, box.frame)
        )
        for box in moved.boxes
    ]
    wires = [
        replace(
            wire,
            edge=replace(
                wire.edge, source=prefix + wire.edge.source, target=prefix + wire.edge.target
            ),
        )
        for wire in moved.wires
    ]
    frames = [
        replace(
            frame,
            group=replace(frame.group, path=prefix + frame.group.path),
            parent=_named(prefix, frame.parent),
        )
        for frame in moved.frames
    ]
    return replace(moved, boxes=tuple(boxes), wires=tuple(wires), frames=tuple(frames))


def _named(prefix: str, name: str) -> str:
    return prefix + name if name else ""


# Room that a wire needs to bend between two rows.
_BEND = 10.0
# Room between a box that is moved and the next.
_GAP = 16.0

Names = tuple[str, str]


def level(left: Sheet, right: Sheet, partners: Iterable[Names], down: bool) -> tuple[Sheet, Sheet]:
    """Both sheets with partners at the same height; where they run to the right, one below other.

    ``partners`` are ids of boxes, of the first sheet and of the second.
    """
    known = list(partners)
    if not down:
        one, other = level(_flipped(left), _flipped(right), known, True)
        return _flipped(one), _flipped(other)
    left, right = _rows(left, right, known)
    return _aside(left, right, known)


def _rows(left: Sheet, right: Sheet, partners: Sequence[Names]) -> tuple[Sheet, Sheet]:
    """The main paths at the same height."""
    known = [box for box in _boxes(left, right, partners) if box[0].node.lane == "main"]
    steps: tuple[list[Point], list[Point]] = ([], [])
    shift = [0.0, 0.0]
    for pair in sorted(known, key=lambda choice: (choice[0].y, choice[1].y)):
        heights = [box.y + moved for box, moved in zip(pair, shift, strict=True)]
        behind = 0 if heights[0] < heights[1] else 1
        gap = abs(heights[0] - heights[1])
        if gap > 0.5:
            shift[behind] += gap
            sheet = (left, right)[behind]
            steps[behind].append((_above(sheet, pair[behind]), shift[behind]))
    return _stretched(left, steps[0]), _stretched(right, steps[1])


def _aside(left: Sheet, right: Sheet, partners: Sequence[Names]) -> tuple[Sheet, Sheet]:
    """What stands beside the main path, the lowest first: it makes room for the next."""
    sheets = [left, right]
    beside = [box for box in _boxes(left, right, partners) if box[0].node.lane != "main"]
    for pair in sorted(beside, key=lambda pair: -max(pair[0].y, pair[1].y)):
        behind = 0 if pair[0].y < pair[1].y else 1
        gap = abs(pair[0].y - pair[1].y)
        if gap > 0.5 and gap <= _room(sheets[behind], pair[behind]):
            sheets[behind] = _lowered(sheets[behind], pair[behind], gap)
    return sheets[0], sheets[1]


def _boxes(left: Sheet, right: Sheet, partners: Sequence[Names]) -> list[tuple[Box, Box]]:
    one, other = ({box.node.id: box for box in sheet.boxes} for sheet in (left, right))
    return [(one[a], other[b]) for a, b in partners if a in one and b in other]


def _room(sheet: Sheet, box: Box) -> float:
    """How far a box may go down."""
    foot = box.y + box.height / 2
    below = [
        one_box.y - one_box.height / 2
        for one_box in sheet.boxes
        if one_box.y > box.y and abs(one_box.x - box.x) < (one_box.width + box.width) / 2
    ]
    joins = [wire.points[-1][1] for wire in sheet.wires if wire.edge.source == box.node.id]
    return min([*below, *joins], default=foot) - foot - _GAP


def _lowered(sheet: Sheet, box: Box, by: float) -> Sheet:
    """One box moved down, and the ends of its wires with it."""
    name = box.node.id

    def wire(one_wire: Wire) -> Wire:
        points = one_wire.points
        if one_wire.edge.source == name:
            points = _pulled(points, by)
        if one_wire.edge.target == name:
            points = _pulled(points[::-1], by)[::-1]
        return replace(one_wire, points=points)

    boxes = tuple(replace(e, y=e.y + by) if e.node.id == name else e for e in sheet.boxes)
    return replace(sheet, boxes=boxes, wires=tuple(map(wire, sheet.wires)))


def _pulled(points: tuple[Point, ...], by: float) -> tuple[Point, ...]:
    """The first point moved down, with those at its height that follow it."""
    first = points[0][1]
    end = next((index for index, (_, y) in enumerate(points) if abs(y - first) > 0.5), len(points))
    return (*((x, y + by) for x, y in points[:end]), *points[end:])


def _above(sheet: Sheet, box: Box) -> float:
    """Where a sheet may be cut above a box's row: below all that ends before it."""
    top = min(one_box.y - one_box.height / 2 for one_box in sheet.boxes
              if abs(one_box.y - box.y) < one_box.height / 2)  # fmt: skip
    ends = [box.y + box.height / 2 for box in sheet.boxes if box.y + box.height / 2 < top]
    last = max(ends, default=top - 2 * _BEND)
    feet = [frame.bottom for frame in sheet.frames if last < frame.bottom < top]
    return max([last, *feet]) + 0.45 * min(_BEND, top - last)


def _stretched(sheet: Sheet, steps: Sequence[Point]) -> Sheet:
    """Everything below a step is pushed down by its distance."""
    cuts = [cut for cut, _ in steps]
    shifts = [0.0, *(shift for _, shift in steps)]

    def at(point: Point) -> Point:
        return point[0], point[1] + shifts[bisect_right(cuts, point[1])]

    return replace(sheet.moved(at), height=sheet.height + shifts[-1])


def _flipped(sheet: Sheet) -> Sheet:
    """Left and right exchanged with up and down."""
    turned = sheet.moved(lambda point: point[::-1])
    boxes = tuple(replace(e, width=e.height, height=e.width) for e in turned.boxes)
    return replace(turned, boxes=boxes, width=sheet.height, height=sheet.width)
