"""Two sheets → one: next to each other below one heading, partners at the same height.

Or one of the two by itself, as it stands beside the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from resnet_core.draw.face import extent
from resnet_core.draw.frames import FRAME_TEXT
from resnet_core.draw.letters import width
from resnet_core.draw.level import Names, level
from resnet_core.draw.paper import LEGEND_GAP
from resnet_core.draw.sheet import MARGIN, Box, Frame, Line, Point, Sheet, Wire
from resnet_core.graph import Group

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
    sizes = [_size(each, told) for each, told in zip((left, right), titles, strict=True)]
    if down:
        sizes = [(each[0], max(size[1] for size in sizes)) for each in sizes]
        at = (MARGIN + sizes[0][0] + BETWEEN, top)
    else:
        sizes = [(max(size[0] for size in sizes), each[1]) for each in sizes]
        at = (MARGIN, top + sizes[0][1] + BETWEEN)
    first = _panel(left, "a", titles[0], (MARGIN, top), sizes[0], down)
    second = _panel(right, "b", titles[1], at, sizes[1], down)
    legend = tuple(dict.fromkeys((*left.legend, *right.legend)))
    return Sheet(
        heading,
        first.boxes + second.boxes,
        first.wires + second.wires,
        first.frames + second.frames,
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
    texts = max(width(each, FRAME_TEXT) for each in told)
    high = sheet.height - MARGIN - foot(sheet.legend) + HEAD
    return max(sheet.width, texts + 2 * MARGIN), high


def foot(legend: tuple[Line, ...]) -> float:
    """The room that a legend takes at the foot of a sheet."""
    return extent(legend)[1] + LEGEND_GAP if legend else 0.0


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
        boxes=tuple(replace(each, frame=each.frame or name) for each in moved.boxes),
        frames=(frame, *(replace(each, parent=each.parent or name) for each in moved.frames)),
    )


def _moved(sheet: Sheet, prefix: str, dx: float, dy: float) -> Sheet:
    """The sheet shifted, its ids made its own."""

    def at(point: Point) -> Point:
        return round(point[0] + dx, 1), round(point[1] + dy, 1)

    def box(each: Box) -> Box:
        x, y = at((each.x, each.y))
        node = replace(each.node, id=prefix + each.node.id)
        return replace(each, node=node, x=x, y=y, frame=_named(prefix, each.frame))

    def wire(each: Wire) -> Wire:
        edge = replace(
            each.edge, source=prefix + each.edge.source, target=prefix + each.edge.target
        )
        return replace(
            each, edge=edge, points=tuple(map(at, each.points)), note_at=at(each.note_at)
        )

    def frame(each: Frame) -> Frame:
        (left, top), (right, bottom) = at((each.left, each.top)), at((each.right, each.bottom))
        return replace(
            each, group=replace(each.group, path=prefix + each.group.path),
            parent=_named(prefix, each.parent), left=left, top=top, right=right, bottom=bottom,
            name_at=at(each.name_at), figures_at=at(each.figures_at),
        )  # fmt: skip

    return replace(
        sheet,
        boxes=tuple(map(box, sheet.boxes)),
        wires=tuple(map(wire, sheet.wires)),
        frames=tuple(map(frame, sheet.frames)),
    )


def _named(prefix: str, name: str) -> str:
    return prefix + name if name else ""
