"""Which line and column of the text form each node, wire and rule has.

Rows of ``tracks`` become bands of lines. A node that wires enter from the side has a band to
itself, so that nothing stands in their way; every node whose output forks has one line below its
row for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from resnet_core.bilingual import Language
from resnet_core.formats.txt.node import INSET, Panel
from resnet_core.graph.model import Edge, Graph
from resnet_core.language.terminal import columns
from resnet_core.layout.coordinates import Tracks
from resnet_core.layout.elements import Band, bands

LIMIT = 100
MARGIN = 1
LEAST = 38
# Room for the number of a wire that is cut, beside the wire.
NUMBERED = 12


@dataclass(frozen=True)
class Cuts:
    """The edges that are not drawn as a line: a number at either end stands for it.

    ``above`` are those that enter their target from above, ``beside`` the others.
    """

    number: Mapping[str, int] = field(default_factory=dict)
    above: Mapping[str, Edge] = field(default_factory=dict)
    beside: Mapping[str, tuple[Edge, ...]] = field(default_factory=dict)


def cuts(graph: Graph, tracks: Tracks, cut: frozenset[Edge]) -> tuple[frozenset[Edge], Cuts]:
    """All edges that must be cut where these are, and what stands for them.

    Only one wire can enter a node from above. A sign with numbers beside it has no side left.
    """
    found = set(cut)
    above, beside = {}, {}
    for node in graph.nodes:
        edges = graph.incoming[node.id]
        down = [e for e in edges if tracks.course[e] in ("straight", "fork") and e not in found]
        found.update(down[1:])
        missing = [edge for edge in edges if edge in found]
        if len(missing) > (not down):
            found.update(edge for edge in edges if edge not in down[:1])
            missing = [edge for edge in edges if edge in found]
        if missing and not down:
            above[node.id] = missing.pop(0)
        if missing:
            beside[node.id] = tuple(missing)
    sources = [node.id for node in graph.nodes if any(e in found for e in graph.outgoing[node.id])]
    number = {name: count for count, name in enumerate(sources, 1)}
    return frozenset(found), Cuts(number, above, beside)


@dataclass(frozen=True)
class Lattice:
    """Lines and columns. ``top`` and ``left`` are those of a panel, ``fork`` and ``mark`` the
    lines where a node's output forks and where its number stands.
    """

    left: Mapping[int, int]
    width: Mapping[int, int]
    top: Mapping[str, int]
    fork: Mapping[str, int]
    mark: Mapping[str, int]
    rules: Sequence[tuple[int, Band, bool]]
    across: int

    @property
    def fits(self) -> bool:
        return self.across <= LIMIT


def lattice(
    graph: Graph,
    tracks: Tracks,
    panels: Mapping[str, Panel],
    notes: Mapping[Edge, str],
    cut: frozenset[Edge],
    marks: Cuts,
    language: Language = "en",
) -> Lattice:
    """The lattice of a view, some of whose edges are cut."""
    lanes = {edge: column for edge, column in tracks.lane.items() if edge not in cut}
    width = _widths(tracks, panels, {e: notes.get(e, "") for e in lanes}, lanes, marks)
    left, at = {}, MARGIN
    for column, wide in sorted(width.items()):
        left[column] = at
        at += wide + 1
    lines = _Lines(graph, tracks, panels, width, cut, marks)
    lines.run(bands(graph, tracks.row, language))
    return Lattice(left, width, lines.top, lines.fork, lines.mark, lines.rules, at - 1)


def _widths(
    tracks: Tracks,
    panels: Mapping[str, Panel],
    notes: Mapping[Edge, str],
    lanes: Mapping[Edge, int],
    marks: Cuts,
) -> dict[int, int]:
    """Widths of the columns in use: as wide as is comfortable, or as narrow as is needed."""
    floor: dict[int, int] = {}
    width: dict[int, int] = {}
    for edge, column in lanes.items():
        floor[column] = max(floor.get(column, 0), 2 * INSET + columns(notes[edge]))
    width.update(floor)
    boxes = set()
    for name, node in panels.items():
        column = tracks.column[name]
        least = NUMBERED if name in marks.number or name in marks.above else 2 * INSET + 1
        floor[column] = max(floor.get(column, least), least, node.floor)
        width[column] = max(width.get(column, least), least, node.natural)
        if node.kind == "box":
            boxes.add(column)
    room = LIMIT - MARGIN - (len(width) - 1)
    while sum(width.values()) > room:
        widest = max(width, key=lambda item: (width[item] > floor[item], width[item]))
        if width[widest] <= floor[widest]:
            break
        width[widest] -= 1
    while sum(width.values()) < room:
        short = [box for box in boxes if width[box] < LEAST]
        if not short:
            break
        width[min(short, key=lambda item: (width[item], item))] += 1
    return width


class _Lines:
    """Bands one below the other."""

    def __init__(
        self,
        graph: Graph,
        tracks: Tracks,
        panels: Mapping[str, Panel],
        width: Mapping[int, int],
        cut: frozenset[Edge],
        marks: Cuts,
    ) -> None:
        self.graph, self.tracks, self.panels = graph, tracks, panels
        self.width, self.cut, self.marks = width, cut, marks
        self.top: dict[str, int] = {}
        self.fork: dict[str, int] = {}
        self.mark: dict[str, int] = {}
        self.rules: list[tuple[int, Band, bool]] = []
        self.at = 0

    def run(self, groups: Sequence[Band]) -> None:
        rows: dict[int, list[str]] = {}
        for node in self.graph.nodes:
            rows.setdefault(self.tracks.row[node.id], []).append(node.id)
        framed = [group for group in groups if self._is_whole(group, rows)]
        self._rules(framed, -1)
        for row in sorted(rows):
            self._row(rows[row])
            self._rules(framed, row)
            for name in rows[row]:
                self._ways_out(name)

    def _is_whole(self, band: Band, rows: Mapping[int, Sequence[str]]) -> bool:
        """Whether no other call stands beside the group: a rule goes all the way across."""
        calls = {call.id for call in self.graph.calls}
        beside = {name for row in range(band.first, band.last + 1) for name in rows.get(row, ())}
        return band.members.issuperset(beside & calls)

    def _row(self, names: Sequence[str]) -> None:
        entered = [name for name in names if self._is_entered(name)]
        quiet = [name for name in names if name not in entered]
        for group in ([quiet] if quiet else []) + [[item] for item in entered]:
            high = 0
            for name in group:
                above = int(name in self.marks.above)
                self.top[name] = self.at + above
                panel = self.panels[name]
                wide = self.width[self.tracks.column[name]]
                high = max(high, above + panel.height(wide))
            self.at += high

    def _is_entered(self, name: str) -> bool:
        """Whether a wire comes in from the side."""
        edges = self.graph.incoming[name]
        sideways = [edge for edge in edges if self.tracks.course[edge] in ("join", "lane")]
        return any(sideway not in self.cut for sideway in sideways)

    def _rules(self, framed: Sequence[Band], row: int) -> None:
        """Below ``row``: the end of a group, unless its like begins there; then what begins."""
        starts = [path for path in framed if path.first == row + 1]
        ends = [path for path in framed if path.last == row]
        outermost = min(ends, key=lambda end: end.depth, default=None)
        if outermost and not any(start.depth <= outermost.depth for start in starts):
            self._rule(outermost, False)
        for start in starts:
            self._rule(start, True)

    def _rule(self, band: Band, begins: bool) -> None:
        self.rules.append((self.at, band, begins))
        self.at += 1

    def _ways_out(self, name: str) -> None:
        edges = self.graph.outgoing[name]
        drawn = [edge for edge in edges if edge not in self.cut]
        if any(self.tracks.course[edge] in ("fork", "lane") for edge in drawn):
            self.fork[name] = self.at
            self.at += 1
        if len(drawn) < len(edges):
            self.mark[name] = self.at
            self.at += 1
