"""A view on a grid of characters: panels in columns, wires between them, rules above groups.

Every wire is drawn, or both its ends bear the same number. Which ones are cut is found by trying:
first those that would make the picture too wide, then those that could not be told from others.
"""

from __future__ import annotations

from functools import cached_property

from resnet_core.formats.txt.canvas import Grid
from resnet_core.formats.txt.node import (
    INSET,
    Manner,
    Panel,
    panel,
)
from resnet_core.formats.txt.rows import (
    LEAST,
    LIMIT,
    MARGIN,
    Lattice,
    cuts,
    lattice,
)
from resnet_core.graph.model import Edge, Graph
from resnet_core.language.terminal import columns
from resnet_core.layout.coordinates import Course, Tracks, tracks


def chart(graph: Graph, manner: Manner) -> Chart:
    """The chart that fits and can be followed, with as few wires cut as is found easily."""
    panels = {node.id: panel(graph, node, manner) for node in graph.nodes}
    ways, cut = tracks(graph), frozenset[Edge]()
    while True:
        found = Chart(graph, ways, panels, cut, manner)
        if found.is_good:
            return found
        more = found.dispensable
        if not more:
            return _one_column(graph, panels, manner)
        cut = found.cut | more


class Chart:
    """One attempt: a view, its tracks, and the edges that are cut."""

    def __init__(
        self,
        graph: Graph,
        ways: Tracks,
        panels: dict[str, Panel],
        cut: frozenset[Edge],
        manner: Manner,
    ) -> None:
        self.graph, self.ways, self.manner = graph, ways, manner
        self.cut, self.marks = cuts(graph, ways, cut)
        name = manner.say("identity")
        self.notes = {edge: name for edge in graph.edges if _is_identity(graph, edge)}
        self.panels = {name: self._marked(item) for name, item in panels.items()}

    @cached_property
    def lattice(self) -> Lattice:
        return lattice(
            self.graph, self.ways, self.panels, self.notes, self.cut, self.marks, self.manner.spoken
        )

    @cached_property
    def grid(self) -> Grid:
        """Everything but the heading."""
        grid = Grid()
        for edge in self.graph.edges:
            if edge not in self.cut:
                self._wire(grid, edge)
        for name in self.panels:
            self._panel(grid, name)
        for name, row in self.lattice.mark.items():
            self._mark(grid, name, row)
        for row, band, begins in self.lattice.rules:
            told = filter(None, (band.name, band.figures.replace("  ·  ", " · ")))
            texts = [" · ".join(told), band.name]
            texts = texts if begins else [self.manner.say("end of {}", band.name)]
            self._rule(grid, row, [self.manner.spell(text) for text in texts], 2 * band.depth)
        for edge in self.ways.lane:
            if edge not in self.cut and edge in self.notes:
                self._name(grid, edge)
        return grid

    @property
    def is_good(self) -> bool:
        """Whether it is narrow enough, and every wire can be followed."""
        return self.lattice.fits and self.grid.is_clear()

    @property
    def dispensable(self) -> frozenset[Edge]:
        """The wires to cut next; none where that cannot help."""
        drawn = [edge for edge in self.graph.edges if edge not in self.cut]
        if not self.lattice.fits:
            lanes = {edge: self.ways.lane[edge] for edge in drawn if edge in self.ways.lane}
            outermost = max(lanes.values(), default=0)
            return frozenset(item for item, column in lanes.items() if column == outermost)
        tangled = [
            edge
            for edge in drawn
            if self.ways.course[edge] != "straight"
            and self.grid.tangled & {_owner(edge), _owner(edge, into=True)}
        ]
        return frozenset(tangled[-1:])

    def x(self, name: str) -> int:
        """The column of a node's wire."""
        return self._run(self.ways.column[name])

    def bottom(self, name: str) -> int:
        wide = self.lattice.width[self.ways.column[name]]
        return self.lattice.top[name] + self.panels[name].height(wide) - 1

    def entry(self, name: str) -> int:
        """The line in which wires from the side come in."""
        return self.lattice.top[name] + (self.panels[name].kind == "box")

    def _run(self, column: int) -> int:
        return self.lattice.left[column] + INSET

    def _marked(self, one_panel: Panel) -> Panel:
        """The panel with the numbers of the wires that are cut and come in from the side."""
        edges = self.marks.beside.get(one_panel.node.id, ())
        if not edges:
            return one_panel
        texts = [
            " ".join(filter(None, (f"[{self.marks.number[e.source]}]", self.notes.get(e))))
            for e in edges
        ]
        return one_panel.entered_by(self.manner.spell("← " + ", ".join(texts)))

    def _wire(self, grid: Grid, edge: Edge) -> None:
        source, target, course = edge.source, edge.target, self.ways.course[edge]
        here, there = self.x(source), self.x(target)
        start, top = (self.bottom(source), here), (self.lattice.top[target], there)
        if course == "straight":
            grid.wire(_owner(edge), start, top)
            return
        run = here if course == "join" else there
        if course == "lane":
            run = self._run(self.ways.lane[edge])
        path = [start]
        if course != "join":
            path += [(self.lattice.fork[source], here), (self.lattice.fork[source], run)]
        if course == "fork":
            grid.wire(_owner(edge), *path, top)
            return
        corner = (self.entry(target), run)
        grid.wire(_owner(edge), *path, corner)
        grid.wire(_owner(edge, into=True), corner, self._arrow(grid, target, run))

    def _arrow(self, grid: Grid, target: str, run: int) -> tuple[int, int]:
        """Where a wire that runs in this column meets its target's side."""
        column = self.ways.column[target]
        left, row = self.lattice.left[column], self.entry(target)
        if run > self.x(target):
            at, arrow = left + self.panels[target].side(self.lattice.width[column]), "←"
        else:
            at, arrow = left - (self.panels[target].kind != "glyph"), "→"
        grid.write(row, at, self.manner.spell(arrow)[0 if arrow == "←" else -1])
        return row, at

    def _panel(self, grid: Grid, name: str) -> None:
        each, column = self.panels[name], self.ways.column[name]
        top, left, wide = (
            self.lattice.top[name], self.lattice.left[column], self.lattice.width[column]
        )  # fmt: skip
        if name in self.marks.above:
            number = self.marks.number[self.marks.above[name].source]
            grid.write(top - 1, left + INSET, self.manner.spell(f"↓ [{number}]"))
        if each.kind == "glyph":
            grid.write(top, left + INSET - columns(each.head) // 2, each.head)
            for text in each.rest:
                grid.write(top, left + INSET + 2, text)
            return
        inside = {"box": 2, "line": INSET + 2, "end": 0}[each.kind]
        if each.kind == "box":
            grid.box(top, left, each.height(wide), wide)
        elif each.kind == "line":
            grid.wire(f"from {name}", (top, left + INSET), (self.bottom(name), left + INSET))
        for row, text in enumerate(each.lines(wide), top + (each.kind == "box")):
            for at, letter in _letters(text):
                grid.write(row, left + inside + at, letter)

    def _mark(self, grid: Grid, name: str, row: int) -> None:
        """The number that stands for the wires out of a node that are cut."""
        x = self.x(name)
        grid.wire(f"from {name}", (self.bottom(name), x), (row, x), (row, x + 2))
        grid.write(row, x + 2, self.manner.spell(f"→ [{self.marks.number[name]}]"))

    def _rule(self, grid: Grid, row: int, texts: list[str], indent: int) -> None:
        """A dashed line under all wires, with the longest text that finds room between them."""
        end = max(self.lattice.across, LEAST + MARGIN)
        for text in texts:
            places = range(self._run(0) + 3 + indent, LIMIT - columns(text))
            free = [at for at in places if grid.is_free(row, at - 1, at + columns(text) + 1)]
            if free:
                grid.write(row, free[0] - 1, f" {text} ")
                break
        for at in range(1, end):
            if grid.is_free(row, at, at + 1):
                grid.write(row, at, "╌")

    def _name(self, grid: Grid, edge: Edge) -> None:
        """Write what a bare wire is beside it, near its middle."""
        run, note = self._run(self.ways.lane[edge]), self.notes[edge]
        first, last = self.lattice.fork[edge.source] + 1, self.entry(edge.target)
        rows = sorted(range(first, last), key=lambda item: abs(2 * item - first - last))
        for row in rows:
            if grid.is_free(row, run + 1, run + 3 + columns(note)):
                grid.write(row, run + 2, note)
                return


def _owner(edge: Edge, into: bool = False) -> str:
    return f"into {edge.target}" if into else f"from {edge.source}"


def _is_identity(graph: Graph, edge: Edge) -> bool:
    """An identity shortcut is named, for nothing stands on it that would."""
    bare = graph.node[edge.source].lane != "shortcut"
    join = graph.node[edge.target].role == "add"
    return edge.lane == "shortcut" and bare and join


def _one_column(graph: Graph, panels: dict[str, Panel], manner: Manner) -> Chart:
    """All nodes in the order of execution, one below the other: it fits whatever there is."""
    row = {node.id: index for index, node in enumerate(graph.nodes)}
    course: dict[Edge, Course] = {
        edge: "straight" if row[edge.target] == row[edge.source] + 1 else "join"
        for edge in graph.edges
    }
    cut = frozenset(edge for edge in graph.edges if course[edge] == "join")
    return Chart(graph, Tracks(row, dict.fromkeys(row, 0), course, {}), panels, cut, manner)


def _letters(text: str) -> list[tuple[int, str]]:
    """The words of a line with their places; blanks between them cover nothing."""
    found, at = [], 0
    for letter in text:
        if letter != " ":
            found.append((at, letter))
        at += columns(letter)
    return found
