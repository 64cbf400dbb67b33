"""A row of stages that goes on in the next line, as a text does.

A network drawn from left to right is ten times as wide as it is high: on a page it is either cut
off or too small to read. So its row is broken where a stage begins or ends, and the main path runs
back under the line to the start of the next one.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import NamedTuple

from resnet_core.layout.sheet import Drawn, Point, Wire

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
