"""A sheet of character cells: lines that join as they meet, boxes, and words.

Every cell knows which of its sides a line leaves it by; the character follows from that. Lines of
different wires may cross. Where they would touch in any other way the sheet says so, because a
reader could not tell them apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from resnet_core.language.terminal import advance, columns

UP, RIGHT, DOWN, LEFT = 1, 2, 4, 8
CROSSING = UP | RIGHT | DOWN | LEFT

Cell = tuple[int, int]

_LINES = {
    UP: "╵", RIGHT: "╶", DOWN: "╷", LEFT: "╴",
    UP | DOWN: "│", LEFT | RIGHT: "─",
    DOWN | RIGHT: "┌", DOWN | LEFT: "┐", UP | RIGHT: "└", UP | LEFT: "┘",
    UP | DOWN | RIGHT: "├", UP | DOWN | LEFT: "┤",
    LEFT | RIGHT | DOWN: "┬", LEFT | RIGHT | UP: "┴",
    CROSSING: "┼",
}  # fmt: skip


class Grid:
    """Cells by row and column."""

    def __init__(self) -> None:
        self._sides: dict[Cell, int] = {}
        self._words: dict[Cell, str] = {}
        self._owners: dict[tuple[Cell, bool], str] = {}
        self._joints: set[Cell] = set()
        self.tangled: set[str] = set()

    def box(self, top: int, left: int, height: int, width: int) -> None:
        bottom, right = top + height - 1, left + width - 1
        for row in (top, bottom):
            self._draw((row, left), (row, right))
        for column in (left, right):
            self._draw((top, column), (bottom, column))

    def wire(self, owner: str, *points: Cell) -> None:
        """A line with right angles. It may join lines of the same owner, and cross all others.

        Its two ends belong to no one, for there it meets what it connects.
        """
        for start, end in pairwise(points):
            level = start[0] == end[0]
            for cell in _between(start, end):
                if cell in (points[0], points[-1]):
                    continue
                known = self._owners.setdefault((cell, level), owner)
                if known != owner:
                    self.tangled.update((known, owner))
            self._draw(start, end)
        self._joints.update(points)

    def write(self, row: int, column: int, text: str) -> None:
        for letter in unicodedata.normalize("NFC", text):
            self._words[row, column] = letter
            column += advance(letter)

    def is_free(self, row: int, left: int, right: int) -> bool:
        """Whether nothing stands in these columns of a row; ``right`` is not one of them."""
        cells = [(row, column) for column in range(left, right)]
        return not any(cell in self._sides or cell in self._words for cell in cells)

    def is_clear(self) -> bool:
        """Whether every wire can be followed by eye from its beginning to its end."""
        for cell in self._joints:
            if self._sides.get(cell) == CROSSING:
                owners = (self._owners.get((cell, level)) for level in (True, False))
                self.tangled.update(owner for owner in owners if owner)
        return not self.tangled

    def lines(self) -> list[str]:
        """The sheet as text, without blanks at the ends of lines."""
        cells = [*self._sides, *self._words]
        height = 1 + max((row for row, _ in cells), default=-1)
        width = 1 + max((column for _, column in cells), default=-1)
        return ["".join(self._row(row, width)).rstrip() for row in range(height)]

    def _row(self, row: int, width: int) -> Iterator[str]:
        column = 0
        while column < width:
            cell = (row, column)
            letter = self._words.get(cell) or _LINES.get(self._sides.get(cell, 0), " ")
            yield letter
            column += columns(letter) or 1

    def _draw(self, start: Cell, end: Cell) -> None:
        forth, back = (RIGHT, LEFT) if start[0] == end[0] else (DOWN, UP)
        cells = list(_between(*sorted((start, end))))
        for here, there in pairwise(cells):
            self._sides[here] = self._sides.get(here, 0) | forth
            self._sides[there] = self._sides.get(there, 0) | back


def _between(start: Cell, end: Cell) -> Iterator[Cell]:
    """All cells from one to the other, both included; they share a row or a column."""
    (top, left), (bottom, right) = sorted((start, end))
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            yield row, column
