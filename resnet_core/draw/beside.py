"""Two sheets → one: next to each other below one heading, partners at the same height."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from resnet_core.draw.face import extent
from resnet_core.draw.frames import FRAME_TEXT
from resnet_core.draw.letters import width
from resnet_core.draw.sheet import MARGIN, Box, Frame, Line, Point, Sheet, Wire
from resnet_core.graph import Group

BETWEEN = 20.0
HEADING_GAP = 14.0
# A panel's own head: its name, and its figures below.
HEAD = 44.0
# Room that a wire needs to bend between two rows.
_BEND = 10.0

Names = tuple[str, str]


def beside(
    heading: tuple[Line, ...],
    sheets: tuple[Sheet, Sheet],
    titles: tuple[Names, Names],
    partners: Iterable[Names],
    down: bool,
) -> Sheet:
    """Both sheets on one, each in a panel with its name and figures (``titles``).

    Ids start with ``a:`` and ``b:``. Down the page, boxes that are partners stand at the same
    height. In rows (``down`` false) the second panel stands below the first.
    """
    left, right = _level(*sheets, partners) if down else sheets
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
    return Sheet(
        heading,
        first.boxes + second.boxes,
        first.wires + second.wires,
        first.frames + second.frames,
        round(max(at[0] + sizes[1][0], wide + MARGIN) + MARGIN, 1),
        round(at[1] + sizes[1][1] + MARGIN, 1),
    )


def _size(sheet: Sheet, told: Names) -> Point:
    """How large the panel of a sheet must be."""
    texts = max(width(each, FRAME_TEXT) for each in told)
    return max(sheet.width, texts + 2 * MARGIN), sheet.height - MARGIN + HEAD


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


def _level(left: Sheet, right: Sheet, partners: Iterable[Names]) -> tuple[Sheet, Sheet]:
    """Both sheets pulled apart downwards so that partners stand at the same height.

    That is asked of the main path only: what stands beside it has its rows from there.
    """
    one, other = ({each.node.id: each for each in sheet.boxes} for sheet in (left, right))
    known = [(one[a], other[b]) for a, b in partners if a in one and b in other]
    known = [each for each in known if each[0].node.lane == "main"]
    steps: tuple[list[Point], list[Point]] = ([], [])
    shift = [0.0, 0.0]
    for pair in sorted(known, key=lambda each: (each[0].y, each[1].y)):
        heights = [box.y + moved for box, moved in zip(pair, shift, strict=True)]
        behind = 0 if heights[0] < heights[1] else 1
        gap = abs(heights[0] - heights[1])
        if gap > 0.5:
            shift[behind] += gap
            sheet = (left, right)[behind]
            steps[behind].append((_above(sheet, pair[behind]), shift[behind]))
    return _stretched(left, steps[0]), _stretched(right, steps[1])


def _above(sheet: Sheet, box: Box) -> float:
    """Where a sheet may be cut above a box's row: below all that ends before it."""
    top = min(each.y - each.height / 2 for each in sheet.boxes
              if abs(each.y - box.y) < each.height / 2)  # fmt: skip
    ends = [each.y + each.height / 2 for each in sheet.boxes if each.y + each.height / 2 < top]
    last = max(ends, default=top - 2 * _BEND)
    feet = [each.bottom for each in sheet.frames if last < each.bottom < top]
    return max([last, *feet]) + 0.45 * min(_BEND, top - last)


def _stretched(sheet: Sheet, steps: Sequence[Point]) -> Sheet:
    """Everything below a step is pushed down by its distance."""
    if not steps:
        return sheet
    cuts = [cut for cut, _ in steps]
    shifts = [0.0, *(shift for _, shift in steps)]

    def down(y: float) -> float:
        return y + shifts[bisect_right(cuts, y)]

    def at(point: Point) -> Point:
        return point[0], down(point[1])

    return replace(
        sheet,
        boxes=tuple(replace(each, y=down(each.y)) for each in sheet.boxes),
        wires=tuple(
            replace(each, points=tuple(map(at, each.points)), note_at=at(each.note_at))
            for each in sheet.wires
        ),
        frames=tuple(
            replace(each, top=down(each.top), bottom=down(each.bottom), name_at=at(each.name_at),
                    figures_at=at(each.figures_at))
            for each in sheet.frames
        ),
        height=sheet.height + shifts[-1],
    )  # fmt: skip
