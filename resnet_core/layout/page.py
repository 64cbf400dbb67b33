"""The page around what is laid out: the heading above, margins, the legend below, its lines.

A network drawn from left to right is ten times as wide as it is high: on a page it is either cut
off or too small to read. So its row goes on in the next line as a text does, broken where a stage
begins or ends, and the main path runs back under the line to the start of the next one.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise
from typing import NamedTuple

from resnet_core.bilingual import Language
from resnet_core.graph.model import Graph, changed
from resnet_core.language.notation import Caption, facts, sums
from resnet_core.layout.sheet import MARGIN, SUBTITLE, TITLE, Drawn, Line, Point, Run, Sheet, Wire
from resnet_core.layout.typesetting import broken, extent, line_width, width

HEADING_GAP = 16.0
LEGEND_GAP = 12.0
# Points that a line of the title may be wide.
_TITLE_WIDTH = 460.0


def heading(caption: Caption, graph: Graph, language: Language = "en") -> tuple[Line, ...]:
    """Title and two lines of facts; ``graph`` is the whole structure, not a view of it."""
    return (
        *titled(caption.above),
        (Run(" · ".join(facts(caption, graph, language)), SUBTITLE, "quiet"),),
        (Run(" · ".join(sums(graph, language)), SUBTITLE, "quiet"),),
    )


def titled(title: str) -> tuple[Line, ...]:
    """The title in lines; nothing where it is empty."""
    return tuple(
        (Run(line, TITLE, bold=True),) for line in broken(title, TITLE, _TITLE_WIDTH, bold=True)
    )


def on_paper(heading: tuple[Line, ...], drawn: Drawn, legend: tuple[Line, ...] = ()) -> Sheet:
    """Shift everything to positive coordinates, between the heading and the legend.

    ``legend`` are the entries, which stand in as few lines as their widths allow.
    """
    xs, ys = _extremes(drawn)
    titles, head = extent(heading)
    head += HEADING_GAP if heading else 0
    wide = max(max(xs) - min(xs), titles, *map(line_width, legend))
    lines = _flowing(legend, wide)
    foot = extent(lines)[1] + (LEGEND_GAP if lines else 0)
    dx = MARGIN - min(xs) + (wide - (max(xs) - min(xs))) / 2
    dy = MARGIN - min(ys) + head

    @cache
    def moved(point: Point) -> Point:
        return round(point[0] + dx, 1), round(point[1] + dy, 1)

    placed = drawn.moved(moved)
    return Sheet(
        placed.boxes,
        placed.wires,
        placed.frames,
        heading,
        round(wide + 2 * MARGIN, 1),
        round(max(ys) - min(ys) + head + foot + 2 * MARGIN, 1),
        lines,
    )


def foot(legend: tuple[Line, ...]) -> float:
    """The room that a legend takes at the foot of a sheet."""
    return extent(legend)[1] + LEGEND_GAP if legend else 0.0


def with_line(sheet: Sheet, line: Line) -> Sheet:
    """The sheet with one line more at its foot, and the room for it."""
    lines = (*sheet.legend, line)
    wide = max(sheet.width, line_width(line) + 2 * MARGIN)
    height = sheet.height - foot(sheet.legend) + foot(lines)
    return replace(sheet, legend=lines, width=round(wide, 1), height=round(height, 1))


def without_legend(sheet: Sheet) -> Sheet:
    """The sheet without the lines at its foot."""
    return replace(sheet, legend=(), height=round(sheet.height - foot(sheet.legend), 1))


def undisturbed(sheet: Sheet) -> Sheet:
    """The sheet without the frames that stand around boxes of others.

    Of a block that one input enters long before the other a frame would hold half of the picture,
    and the names of several would stand in one place. Their boxes stand in the frame around it.
    """
    outer = {frame.group.path: frame.parent for frame in sheet.frames}
    boxes = sorted(sheet.boxes, key=lambda box: box.y)
    heights = [box.y for box in boxes]
    lost = {
        frame.group.path
        for frame in sheet.frames
        for box in boxes[bisect(heights, frame.top) : bisect(heights, frame.bottom)]
        if frame.left < box.x < frame.right and frame.group.path not in _around(box.frame, outer)
    }
    if not lost:
        return sheet

    def kept(path: str) -> str:
        return next((found for found in _around(path, outer) if found not in lost), "")

    return replace(
        sheet,
        boxes=tuple(changed(box, frame=kept(box.frame)) for box in sheet.boxes),
        frames=tuple(
            changed(frame, parent=kept(frame.parent))
            for frame in sheet.frames
            if frame.group.path not in lost
        ),
    )


def _around(path: str, outer: Mapping[str, str]) -> Iterator[str]:
    """A frame and all that it stands in, innermost first."""
    while path:
        yield path
        path = outer[path]


def _extremes(drawn: Drawn) -> tuple[list[float], list[float]]:
    """How far what is drawn reaches, the words at its wires included: every x and every y."""
    xs, ys = drawn.borders
    noted = [wire for wire in drawn.wires if wire.note]
    xs += [wire.note_at[0] + width(wire.note, SUBTITLE) for wire in noted]
    ys += [wire.note_at[1] + SUBTITLE / 2 for wire in noted]
    return xs, ys


def _flowing(entries: tuple[Line, ...], room: float) -> tuple[Line, ...]:
    """The entries in lines, as words flow in a paragraph."""
    lines: list[Line] = []
    for entry in entries:
        longer = (*lines[-1], Run(" " * 6, entry[0].size), *entry) if lines else ()
        if lines and line_width(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(entry)
    return tuple(lines)


# Points that a line may be wide before it is broken: a README shows them at their own size.
ROOM = 1000.0
# Between two lines, with the main path in the middle.
_LEADING = 40.0


class Break(NamedTuple):
    """A place along a row where one straight wire passes and nothing else."""

    at: float
    is_stage: bool


def line_ends(breaks: Sequence[Break], start: float, end: float, room: float) -> list[float]:
    """The places at which a row from ``start`` to ``end`` is broken; none where there is room.

    At the borders of stages; where a line would still be too wide, at every break; a block, which
    has no stages, is one line. The lines are as few as the room allows, and then as equally long
    as the breaks allow.
    """
    ends = [start, *(one.at for one in breaks if one.is_stage), end]
    if len(ends) > 2 and _widest(ends) > room:
        ends = [start, *(one.at for one in breaks), end]
    widest = _widest(ends)
    fewest = len(_filled(ends, max(room, widest)))
    lengths = sorted(stop - begin for begin, stop in combinations(ends, 2))
    tried = (_filled(ends, length) for length in lengths if length >= widest)
    return next(found for found in tried if len(found) <= fewest)


def in_lines(drawn: Drawn, taken: Sequence[float]) -> Drawn:
    """A row broken at ``taken``, its lines one below the other."""
    return _Lines(drawn, taken).joined() if taken else drawn


def _widest(ends: Sequence[float]) -> float:
    return max(end - start for start, end in pairwise(ends))


def _filled(ends: Sequence[float], length: float) -> list[float]:
    """The breaks where each line takes all that still goes into ``length``."""
    found: list[float] = []
    start = ends[0]
    for end, following in pairwise(ends[1:]):
        if following - start > length:
            found.append(end)
            start = end
    return found


class _Lines:
    """Lines of a row that was cut at ``taken``: how far each is moved from where it stood."""

    def __init__(self, drawn: Drawn, taken: Sequence[float]) -> None:
        self.drawn, self.taken = drawn, taken
        start = min(drawn.borders[0])
        self.across = [start - begin for begin in (start, *taken)]
        self.down, self.foot = [], []
        floor = 0.0
        for line in range(len(self.across)):
            _, ys = self._part(line).borders
            self.down.append(floor - min(ys))
            self.foot.append(floor + max(ys) - min(ys))
            floor = self.foot[-1] + _LEADING

    def joined(self) -> Drawn:
        """All lines on one sheet."""
        # A frame ends before its line does: both of its corners are in the same line.
        joined = self.drawn.moved(self._moved)
        pairs = zip(self.drawn.wires, joined.wires, strict=True)
        wires = (
            self._returning(was, wire) if len(self._of(was)) > 1 else wire for was, wire in pairs
        )
        return replace(joined, wires=tuple(wires))

    def _line(self, x: float) -> int:
        return bisect(self.taken, x)

    def _part(self, line: int) -> Drawn:
        """What stands in one line; what passes from line to line is in none."""
        return Drawn(
            tuple(box for box in self.drawn.boxes if self._line(box.x) == line),
            tuple(wire for wire in self.drawn.wires if self._of(wire) == {line}),
            tuple(frame for frame in self.drawn.frames if self._line(frame.left) == line),
        )

    def _of(self, wire: Wire) -> set[int]:
        return {self._line(x) for x, _ in wire.points}

    def _moved(self, point: Point) -> Point:
        line = self._line(point[0])
        return point[0] + self.across[line], point[1] + self.down[line]

    def _returning(self, was: Wire, wire: Wire) -> Wire:
        """Out to the end of the line, back under it, and into the first box of the next one."""
        start, end = wire.points
        line = self._line(was.points[0][0])
        out = self.taken[line] + self.across[line]
        back = self.taken[line] + self.across[line + 1]
        under = self.foot[line] + _LEADING / 2
        turns = ((out, start[1]), (out, under), (back, under), (back, end[1]))
        return replace(wire, points=(start, *turns, end))
