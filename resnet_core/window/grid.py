"""The picture of a window: the input as cells, the window on it, the output beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from resnet_core.bilingual import TYPESET, Language, Text
from resnet_core.diagram.form import Options
from resnet_core.graph.formulas import size_formulas
from resnet_core.graph.model import Graph
from resnet_core.language.notation import Caption, call_title, facts, shape_text
from resnet_core.layout.sheet import MARGIN, SMALL, SUBTITLE, Run, paint_of
from resnet_core.layout.typesetting import broken
from resnet_core.plate.marks import (
    LEADING,
    Cluster,
    Lines,
    Mark,
    Plate,
    Rect,
    Stroke,
    Words,
    centred,
    from_left,
    ground,
    heading,
    stacked,
    to_right,
)
from resnet_core.window.axis import Axis
from resnet_core.window.part import Part
from resnet_core.window.telling import told
from resnet_core.window.walk import Walk

CELL = 22.0
# Between the two grids; beside and above a grid, for the numbers of its rows and columns.
BETWEEN, SIDE, ABOVE = 66.0, 30.0, 42.0
_NUMBER, _INDEX = 8.0, 7.5
_LEAST_WIDTH = 460.0
NOW, NOW_LINE = "changed", "changed-line"

_NOW = Text("read for the marked output", "标出的输出所读取的")
_READ = Text("read, by so many windows", "被读取，数字是窗口的个数")
_UNREAD = Text("never read", "从未被读取")
_ZEROS = Text("padding", "填充")
_NEXT = Text("the next window", "下一个窗口")
_INPUT, _OUTPUT = Text("input {}", "输入 {}"), Text("output {}", "输出 {}")


def plate_of(
    walk: Walk,
    parts: tuple[Part, Part],
    at: tuple[int, int],
    graph: Graph,
    caption: Caption,
    options: Options,
    url: str,
) -> Plate:
    """The whole picture."""
    node, language = walk.node, options.lang
    title = f"{node.path or node.id} · {call_title(node, language)}"
    said = [TYPESET[language](text[language]) for text in told(walk)]
    scene = _Scene(walk, parts, at, language)
    wide = max(scene.width, _LEAST_WIDTH)
    of_what = " · ".join([caption.called(language), *facts(caption, graph, language)])
    subtitles = [*broken(of_what, SUBTITLE, wide), *size_formulas(node)]
    head = heading(options, title, subtitles, wide)
    top = MARGIN + sum(high for _, high in head) + (8 if head else -8)
    marks: list[Mark] = [*stacked(head, MARGIN), *scene.marks(MARGIN, top)]
    bottom = top + scene.height + 14
    if options.legend:
        marks.append(Cluster(tuple(scene.legend(MARGIN, bottom, wide)), "legend"))
        bottom += scene.legend_height(wide) + 6
    for text in said:
        texts: Lines = [(Run(line, SUBTITLE), LEADING) for line in broken(text, SUBTITLE, wide)]
        marks.append(Cluster(tuple(stacked(texts, bottom)), "told"))
        bottom += LEADING * len(texts)
    width, height = wide + 2 * MARGIN, bottom + MARGIN - 4
    return Plate(
        width, height, (*ground(options, width, height), *marks), f"window {node.role}",
        caption.own_title or title, " ".join([*size_formulas(node), *said]), url,
        scene.data | {"grids": f"{top + scene.height + 6:.0f}"},
    )  # fmt: skip


class _Scene:
    """Both grids on their place."""

    def __init__(
        self, walk: Walk, parts: tuple[Part, Part], at: tuple[int, int], language: Language
    ) -> None:
        self.walk, self.at, self.language = walk, at, language
        self.rows, self.columns = parts
        self.paint = paint_of(walk.node.role)
        self.across, self.down = len(self.columns.places), len(self.rows.places)
        wide, high = len(self.columns.outputs), len(self.rows.outputs)
        self.width = SIDE + CELL * self.across + BETWEEN + CELL * wide + SIDE
        self.height = ABOVE + CELL * max(self.down, high) + 14
        self.left = self.top = self.right = self.right_top = 0.0

    @property
    def data(self) -> dict[str, str]:
        """What a page needs to let the window walk: the places that each shown output reads."""
        return {
            "rows": _read_places(self.walk.rows, self.rows),
            "columns": _read_places(self.walk.columns, self.columns),
            "at": f"{self.at[0] - self.rows.outputs[0]},{self.at[1] - self.columns.outputs[0]}",
            "first": f"{self.rows.outputs[0]},{self.columns.outputs[0]}",
        }

    def marks(self, x: float, y: float) -> Iterator[Mark]:
        """Everything of the two grids, from the left upper corner."""
        room = CELL * max(self.down, len(self.rows.outputs))
        self.left = x + SIDE
        self.top = y + ABOVE + (room - CELL * self.down) / 2
        self.right = self.left + CELL * self.across + BETWEEN
        self.right_top = y + ABOVE + (room - CELL * len(self.rows.outputs)) / 2
        cells = [(r, c) for r in range(self.down) for c in range(self.across)]
        yield Cluster(tuple(self._cell(r, c) for r, c in cells), "places")
        yield from self._border()
        yield Cluster(tuple(self._now()), "now")
        yield Cluster(tuple(self._next()), "next")
        yield Cluster(tuple(self._sight()), "sight")
        yield Cluster(tuple(filter(None, (self._number(r, c) for r, c in cells))), "times")
        yield Cluster(tuple(self._outputs()), "outputs")
        yield Cluster((self._made(),), "made")
        yield from self._names()

    def _cell(self, row: int, column: int) -> Rect:
        x, y = self._corner(row, column)
        if self._is_padding(row, column):
            return Rect(x, y, CELL, CELL, "paper", "other-line", dash="2 2", pen=0.8)
        if not self._times(row, column):
            return Rect(x, y, CELL, CELL, "unread", "unread-edge")
        return Rect(x, y, CELL, CELL, self.paint, "frame-line")

    def _number(self, row: int, column: int) -> Mark | None:
        """How many windows read a place, or what stands in the padding."""
        x, y = self._corner(row, column)
        down, across = self.rows.places[row], self.columns.places[column]
        if len(down) > 1 or len(across) > 1:
            words = "" if len(down) == 1 else "⋮"
            words = words or "⋯"
            colour = (
                "quiet"
                if self._times(row, column) or self._is_padding(row, column)
                else "unread-text"
            )
            return centred(Run(words, _NUMBER, colour), x + CELL / 2, y + CELL / 2)
        if self._is_padding(row, column):
            if not self._padding_read(row, column):
                return None
            words = "−∞" if self.walk.is_max else "0"
            return centred(Run(words, _NUMBER, "quiet"), x + CELL / 2, y + CELL / 2)
        times = self._times(row, column)
        words = str(times)
        return centred(Run(words, _NUMBER), x + CELL / 2, y + CELL / 2) if times else None

    def _border(self) -> Iterator[Mark]:
        """The edge between the map and its padding, as far as it is in the picture."""
        down = [n for n, place in enumerate(self.rows.places) if _inside(place, self.walk.rows)]
        across = [
            n for n, place in enumerate(self.columns.places) if _inside(place, self.walk.columns)
        ]
        if down and across:
            x, y = self._corner(down[0], across[0])
            yield Rect(x, y, CELL * len(across), CELL * len(down), "", "wire", pen=1.2)

    def _now(self) -> Iterator[Mark]:
        """The cells that the marked output reads."""
        for row, column in self._read_now():
            x, y = self._corner(row, column)
            yield _marked(x, y, CELL)

    def _next(self) -> Iterator[Mark]:
        """The outline of the window one step to the right, where it is in the picture."""
        after = self.at[1] + 1
        if after not in self.columns.outputs or self.walk.columns.stride is None:
            return
        read = self.walk.columns.reads[after]
        first, last = self.columns.index(read[0]), self.columns.index(read[-1])
        rows = [row for row, _ in self._read_now()]
        x, y = self._corner(min(rows), first)
        wide, high = CELL * (last - first + 1), CELL * (max(rows) - min(rows) + 1)
        yield Rect(x + 2, y + 2, wide - 4, high - 4, "", "wire", pen=1.2, dash="4 3")

    def _outputs(self) -> Iterator[Mark]:
        """The output, filled as far as the window has come."""
        for row in self.rows.outputs:
            for column in self.columns.outputs:
                x = self.right + CELL * (column - self.columns.outputs[0])
                y = self.right_top + CELL * (row - self.rows.outputs[0])
                done = self.paint if (row, column) <= self.at else "frame"
                yield Rect(x, y, CELL, CELL, done, "frame-line")

    def _made(self) -> Rect:
        """The mark on the output that is made now."""
        x = self.right + CELL * (self.at[1] - self.columns.outputs[0])
        y = self.right_top + CELL * (self.at[0] - self.rows.outputs[0])
        return _marked(x, y, CELL)

    def _sight(self) -> Iterator[Mark]:
        """Two lines from the window to the output that is made of it."""
        read = self._read_now()
        first, last = min(row for row, _ in read), max(row for row, _ in read)
        x = self._corner(0, max(column for _, column in read))[0] + CELL
        end = self.right + CELL * (self.at[1] - self.columns.outputs[0])
        y = self.right_top + CELL * (self.at[0] - self.rows.outputs[0])
        for start, stop in ((first, y), (last + 1, y + CELL)):
            points = ((x, self.top + CELL * start), (end, stop))
            yield Stroke(points, NOW_LINE, pen=0.9)

    def _names(self) -> Iterator[Mark]:
        """What the grids are, the numbers of rows and columns, and dots where a map goes on."""
        node = self.walk.node
        for words, shape, x, y in (
            (_INPUT, node.inputs[0], self.left, self.top),
            (_OUTPUT, node.shape, self.right, self.right_top),
        ):
            text = words[self.language].format(shape_text(shape))
            yield from_left(Run(text, SUBTITLE, bold=True), x, y - 31)
        yield from self._indices(self.rows.places, self.columns.places, self.left, self.top)
        outputs = [[range(o, o + 1) for o in part.outputs] for part in (self.rows, self.columns)]
        yield from self._indices(outputs[0], outputs[1], self.right, self.right_top)
        yield from self._goes_on()

    def _indices(
        self, down: Sequence[range], across: Sequence[range], x: float, y: float
    ) -> Iterator[Words]:
        limits = (self.walk.rows.size, self.walk.columns.size)
        for number, place in enumerate(across):
            if len(place) == 1 and 0 <= place[0] < limits[1]:
                run = Run(str(place[0]), _INDEX, "quiet")
                yield centred(run, x + CELL * (number + 0.5), y - 7)
        for number, place in enumerate(down):
            if len(place) == 1 and 0 <= place[0] < limits[0]:
                run = Run(str(place[0]), _INDEX, "quiet")
                yield to_right(run, x - 5, y + CELL * (number + 0.5))

    def _goes_on(self) -> Iterator[Mark]:
        """Dots at the sides where the map goes on beyond the picture."""
        high, wide = CELL * self.down, CELL * self.across
        end = self.right + CELL * len(self.columns.outputs)
        tall = CELL * len(self.rows.outputs)
        ways = (
            (self.columns.to_end, "⋯", self.left + wide + 10, self.top + high / 2),
            (self._is_last(1), "⋯", end + 10, self.right_top + tall / 2),
            (self._is_last(0), "⋮", (self.right + end) / 2, self.right_top + tall + 9),
            (self.rows.to_end, "⋮", self.left + wide / 2, self.top + high + 9),
            (self.columns.from_start, "⋯", self.left - 26, self.top + high / 2),
            (self.rows.from_start, "⋮", self.left + wide / 2, self.top - 17),
        )
        for whole, dots, x, y in ways:
            if not whole:
                yield centred(Run(dots, SUBTITLE, "quiet", bold=True), x, y)

    def _is_last(self, side: int) -> bool:
        """Whether the last output of a side is in the picture."""
        axis = (self.walk.rows, self.walk.columns)[side]
        return (self.rows, self.columns)[side].outputs[-1] + 1 == len(axis.reads)

    def legend(self, x: float, y: float, room: float) -> Iterator[Mark]:
        """A sample of each kind of cell that is in the picture, with its meaning."""
        for left, top, sample, words in self._entries(x, y, room):
            marked = sample[0] == NOW
            yield (
                _marked(left, top, 12)
                if marked
                else Rect(left, top, 12, 12, *sample[:2], dash=sample[2])
            )
            yield from_left(Run(words, SMALL + 1, "quiet"), left + 17, top + 6)

    def legend_height(self, room: float) -> float:
        return max(top for _, top, _, _ in self._entries(0, 0, room)) + 16

    def _entries(
        self, x: float, y: float, room: float
    ) -> Iterator[tuple[float, float, tuple[str, str, str], str]]:
        left = x
        for sample, text in self._kinds():
            words = text[self.language]
            wide = 17 + from_left(Run(words, SMALL + 1), 0, 0).width + 18
            if left > x and left + wide - 18 > x + room:
                left, y = x, y + 18
            yield left, y, sample, words
            left += wide

    def _kinds(self) -> Iterator[tuple[tuple[str, str, str], Text]]:
        cells = [(r, c) for r in range(self.down) for c in range(self.across)]
        inside = [cell for cell in cells if not self._is_padding(*cell)]
        yield (NOW, NOW_LINE, ""), _NOW
        if any(self._times(*cell) for cell in inside):
            yield (self.paint, "frame-line", ""), _READ
        if not all(self._times(*cell) for cell in inside):
            yield ("unread", "unread-edge", ""), _UNREAD
        if len(inside) < len(cells):
            yield ("paper", "other-line", "2 2"), _ZEROS
        if list(self._next()):
            yield ("", "wire", "4 3"), _NEXT

    def _read_now(self) -> list[tuple[int, int]]:
        rows = _places_read(self.walk.rows, self.rows, self.at[0])
        columns = _places_read(self.walk.columns, self.columns, self.at[1])
        return [(row, column) for row in rows for column in columns]

    def _corner(self, row: int, column: int) -> tuple[float, float]:
        return self.left + CELL * column, self.top + CELL * row

    def _is_padding(self, row: int, column: int) -> bool:
        return not (
            _inside(self.rows.places[row], self.walk.rows)
            and _inside(self.columns.places[column], self.walk.columns)
        )

    def _padding_read(self, row: int, column: int) -> bool:
        return all(
            any(place in read for place in places for read in axis.reads)
            for axis, places in (
                (self.walk.rows, self.rows.places[row]),
                (self.walk.columns, self.columns.places[column]),
            )
        )

    def _times(self, row: int, column: int) -> int:
        """How many windows read a place; of a gap the most of any position in it."""
        return _most(self.walk.rows, self.rows.places[row]) * _most(
            self.walk.columns, self.columns.places[column]
        )


def _marked(x: float, y: float, side: float) -> Rect:
    """A cell with a heavy rim inside: the mark is seen without its colour too."""
    rim = 2.0
    return Rect(x + rim / 2, y + rim / 2, side - rim, side - rim, NOW, NOW_LINE, pen=rim)


def _inside(place: range, axis: Axis) -> bool:
    return place[-1] >= 0 and place[0] < axis.size


def _most(axis: Axis, place: range) -> int:
    return max(axis.counts[max(0, place[0]) : max(0, place[-1] + 1)], default=0)


def _places_read(axis: Axis, part: Part, output: int) -> list[int]:
    """The numbers of the places that an output reads."""
    return sorted({part.index(position) for position in axis.reads[output]})


def _read_places(axis: Axis, part: Part) -> str:
    """The same of every output that is shown, as one attribute."""
    return ";".join(",".join(map(str, _places_read(axis, part, output))) for output in part.outputs)
