"""Graph → Sheet: the layout for the residual idea.

One straight main path; every shortcut in a lane of its own on one side; frames around groups.
All is computed along the path and across it, so that top-to-bottom and left-to-right are one.

Ranks come first: which column and row each node has. The main path is column 0. Every path beside
it (a projection, a gate, an identity shortcut) spans the rows from its fork to its join, and paths
that span the same rows stand side by side, the shorter one inside. So shortcuts nest like brackets,
and no edge has to cross a box.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from resnet_core.bilingual import Language
from resnet_core.graph.model import Edge, Graph
from resnet_core.language.terms import say
from resnet_core.layout.elements import Band, Tile, Tiles, bands, legend
from resnet_core.layout.page import ROOM, Break, in_lines, line_ends, on_paper
from resnet_core.layout.sheet import (
    FRAME_TEXT,
    SUBTITLE,
    Box,
    Drawn,
    Frame,
    Line,
    Point,
    Sheet,
    Wire,
)
from resnet_core.layout.typesetting import width

Course = Literal["straight", "fork", "join", "lane"]


@dataclass(frozen=True)
class Tracks:
    """Rows by rank and columns by nesting.

    ``course`` says how an edge runs: straight down its column; as a ``fork`` over to its
    target's column and down; as a ``join`` down its source's column and over; or in a ``lane``
    of its own, whose column ``lane`` tells.
    """

    row: Mapping[str, int]
    column: Mapping[str, int]
    course: Mapping[Edge, Course]
    lane: Mapping[Edge, int]


@dataclass(frozen=True)
class _Span:
    """Something that takes up a column from one row to another: a branch or a long edge."""

    start: int
    end: int
    nodes: tuple[str, ...] = ()
    edge: Edge | None = None


def tracks(graph: Graph) -> Tracks:
    """Rows and columns for all that is drawn."""
    row = _rows(graph)
    spine = _spine(graph, row)
    main = set(spine)
    branches = _branches(graph, row, [node.id for node in graph.nodes if node.id not in main])
    paths = [tuple(spine), *branches]
    place = {name: (path, index) for path in paths for index, name in enumerate(path)}
    course = {edge: _course(place[edge.source], place[edge.target]) for edge in graph.edges}
    column, lane = _columns(graph, row, branches, course)
    return Tracks(row, {**dict.fromkeys(spine, 0), **column}, course, lane)


def _rows(graph: Graph) -> dict[str, int]:
    """Each node one row below the lowest of those it needs; what needs nothing, just in time."""
    row: dict[str, int] = {}
    for node in graph.nodes:
        row[node.id] = 1 + max((row[e.source] for e in graph.incoming[node.id]), default=-1)
    for node in graph.nodes[1:]:
        if not graph.incoming[node.id] and graph.outgoing[node.id]:
            row[node.id] = max(0, min(row[e.target] for e in graph.outgoing[node.id]) - 1)
    if failed := _untouched(graph):
        row[failed] = 1 + max(row.values())
    return row


def _untouched(graph: Graph) -> str:
    """A call that failed and took nothing that is drawn; empty where there is none."""
    failed = graph.problem.node if graph.problem else ""
    alone = failed and len(graph.nodes) > 1 and not graph.incoming[failed]
    return failed if alone else ""


def _spine(graph: Graph, row: Mapping[str, int]) -> list[str]:
    """The main path, from the last node back to an input.

    Of several outputs it leads to the one that the longest way leads to, of equal ones the first. A
    call that failed without taking anything stands below the last one before it.
    """
    untouched = _untouched(graph)
    if untouched:
        last = next(node.id for node in reversed(graph.nodes) if node.id != untouched)
    elif graph.problem:
        last = graph.problem.node
    else:
        ends = graph.outputs or graph.nodes[-1:]
        last = max(ends, key=lambda node: row[node.id]).id
    found = [last]
    while before := graph.incoming[found[-1]]:
        found.append(_main(before, row).source)
    return [*found[::-1], *([untouched] if untouched else [])]


def _main(edges: Sequence[Edge], row: Mapping[str, int]) -> Edge:
    """Of the edges into a node the one that comes along the main path."""
    main = [edge for edge in edges if edge.lane == "main"] or list(edges)
    return max(main, key=lambda edge: row[edge.source])


def _branches(graph: Graph, row: Mapping[str, int], nodes: Iterable[str]) -> list[tuple[str, ...]]:
    """What is beside the spine, cut into rows of nodes that follow one another."""
    rest = list(nodes)
    inside = set(rest)
    branches: list[list[str]] = []
    ends: dict[str, list[str]] = {}
    for name in rest:
        before = graph.incoming[name]
        previous = _main(before, row).source if before else ""
        if previous in inside and previous in ends:
            branch = ends.pop(previous)
        else:
            branch = []
            branches.append(branch)
        branch.append(name)
        ends[name] = branch
    return [tuple(branch) for branch in branches]


def _course(source: tuple[tuple[str, ...], int], target: tuple[tuple[str, ...], int]) -> Course:
    (leaves, out), (enters, into) = source, target
    if leaves is enters:
        return "straight" if into == out + 1 else "lane"
    if into == 0:
        return "fork"
    if out == len(leaves) - 1:
        return "join"
    return "lane"


def _columns(
    graph: Graph,
    row: Mapping[str, int],
    branches: Sequence[tuple[str, ...]],
    course: Mapping[Edge, Course],
) -> tuple[dict[str, int], dict[Edge, int]]:
    """Columns of branches and lanes: outside all that they overlap and that is shorter."""
    spans = [_branch_span(graph, row, branch) for branch in branches]
    spans += [
        _Span(row[edge.source], row[edge.target], edge=edge)
        for edge, item in course.items()
        if item == "lane"
    ]
    length = {name: span.end - span.start for span in spans for name in span.nodes}

    def size(span: _Span) -> tuple[int, bool, int]:
        ends = (span.edge.source, span.edge.target) if span.edge else ()
        longest = max([span.end - span.start, *(length.get(end, 0) for end in ends)])
        return longest, span.edge is not None, span.start

    # The outermost column that is taken in each row, from the one above the first.
    outermost = [0] * (max((span.end for span in spans), default=0) + 1)
    column: dict[str, int] = {}
    lane: dict[Edge, int] = {}
    for span in sorted(spans, key=size):
        rows = slice(span.start + 1, span.end + 1)
        where = 1 + max(outermost[rows], default=0)
        outermost[rows] = [where] * (span.end - span.start)
        column.update(dict.fromkeys(span.nodes, where))
        if span.edge:
            lane[span.edge] = where
    return column, lane


def _branch_span(graph: Graph, row: Mapping[str, int], branch: tuple[str, ...]) -> _Span:
    """From the row of its fork to that of its join."""
    forks = [row[e.source] for e in graph.incoming[branch[0]]]
    joins = [row[e.target] for e in graph.outgoing[branch[-1]]]
    return _Span(min([row[branch[0]] - 1, *forks]), max([row[branch[-1]] + 1, *joins]), branch)


ASIDE = 30.0
# Graphviz draws a second outline this far outside the first.
RIM = 4.0
PAD = 11.0


@dataclass(frozen=True)
class _Ways:
    """Distances that depend on the direction."""

    gap: float
    head: float
    foot: float
    roof: float
    note: float


_WAYS = {
    "TB": _Ways(gap=19, head=24, foot=10, roof=0, note=0),
    "LR": _Ways(gap=24, head=PAD, foot=PAD, roof=17, note=15),
}


@dataclass(frozen=True)
class _Spot:
    """Where a tile stands: its middle and half its size, along the path and across it."""

    along: float
    across: float
    half_along: float
    half_across: float

    @property
    def start(self) -> float:
        return self.along - self.half_along

    @property
    def end(self) -> float:
        return self.along + self.half_along


def arrange(
    graph: Graph,
    heading: Sequence[Line],
    direction: str,
    tiles: Tiles,
    language: Language,
    room: float = ROOM,
) -> Sheet:
    """Everything the picture shows, with its place, for a graph that is a view.

    ``tiles`` are what stands for each of its nodes. A row of stages that is wider than ``room``
    goes on in a next line.
    """
    return _Arrangement(graph, direction, tiles, language).sheet(tuple(heading), room)


class _Arrangement:
    """One graph on its way to the sheet."""

    def __init__(self, graph: Graph, direction: str, tiles: Tiles, language: Language) -> None:
        self.graph = graph
        self.down = direction == "TB"
        self.ways = _WAYS[direction]
        self.tracks = tracks(graph)
        self.language = language
        self.bands = bands(graph, self.tracks.row, language)
        # The frame right around each box: of several the innermost, which comes last.
        self.framed = {name: band.group.path for band in self.bands for name in band.members}
        self.tiles = tiles
        self.notes = {e: self._note(e) for e in graph.edges}
        self.width: dict[int, float] = {}
        self.row_start, self.row_end = self._rows()
        self.left, self.centre = self._columns()
        self.spots = {name: self._spot(name, item) for name, item in self.tiles.items()}
        # The columns that are taken in each row.
        self.taken: dict[int, set[int]] = {}
        for name in self.tiles:
            self.taken.setdefault(self.tracks.row[name], set()).add(self.tracks.column[name])

    def sheet(self, heading: tuple[Line, ...], room: float) -> Sheet:
        ends = [] if self.down else self._line_ends(room)
        drawn = Drawn(
            tuple(map(self._box, self.tiles)),
            tuple(map(self._wire, self.graph.edges)),
            tuple(self._frames(ends)),
        )
        drawn = in_lines(drawn, ends)
        told = legend(drawn.boxes, drawn.wires, self.language)
        made = on_paper(heading, drawn, told)
        return replace(made, direction="TB" if self.down else "LR")

    def _line_ends(self, room: float) -> list[float]:
        return line_ends(list(self._breaks()), self.row_start[0], self.row_end[-1], room)

    def _breaks(self) -> Iterator[Break]:
        """Where a row may be broken: outside of frames, where one straight wire passes."""
        row = self.tracks.row
        stages = [band for band in self.bands if band.group.level == "stage"]
        borders = {band.first for band in stages} | {band.last + 1 for band in stages}
        for name, item in self.tiles.items():
            if item.node.role == "stage":
                borders |= {row[name], row[name] + 1}
        for after in range(1, len(self.row_start)):
            passing = [e for e in self.graph.edges if row[e.source] < after <= row[e.target]]
            straight = all(self.tracks.course[edge] == "straight" for edge in passing)
            inside = any(band.first < after <= band.last for band in self.bands)
            if len(passing) == 1 and straight and not inside:
                foot = self.ways.foot * sum(band.last == after - 1 for band in self.bands)
                head = self.ways.head * sum(band.first == after for band in self.bands)
                at = (self.row_end[after - 1] + foot + self.row_start[after] - head) / 2
                yield Break(at, after in borders)

    def _size(self, box: Tile) -> tuple[float, float]:
        """Size along the path and across it, with the second outline of a folded box."""
        rim = 2 * RIM * bool(box.node.folded)
        wide, high = box.width + rim, box.height + rim
        return (high, wide) if self.down else (wide, high)

    def _rows(self) -> tuple[list[float], list[float]]:
        """Where each row starts and ends along the path, with room for the frames between."""
        count = 1 + max(self.tracks.row.values())
        size = [0.0] * count
        for name, item in self.tiles.items():
            row = self.tracks.row[name]
            size[row] = max(size[row], self._size(item)[0])
        starts, ends = [], []
        at = 0.0
        opened = Counter(band.first for band in self.bands)
        closed = Counter(band.last for band in self.bands)
        for row in range(count):
            at += self.ways.head * opened[row]
            starts.append(at)
            at += size[row]
            ends.append(at)
            at += self.ways.foot * closed[row] + self.ways.gap
        return starts, ends

    def _columns(self) -> tuple[dict[int, float], dict[int, float]]:
        """Where each column starts across the path, and its middle. The main path is at 0."""
        need: dict[int, float] = {}
        for name, box in self.tiles.items():
            column = self.tracks.column[name]
            need[column] = max(need.get(column, 0.0), self._size(box)[1])
            if box.shape == "box":
                wide = box.width if self.down else box.height
                self.width[column] = max(self.width.get(column, 0.0), wide)
        if self.down:
            room = max((2 * (band.room - PAD) for band in self.bands), default=0.0)
            need[0] = max(need[0], room)
            self.width[0] = max(self.width.get(0, 0.0), room)
        for edge, column in self.tracks.lane.items():
            note = width(self.notes[edge], SUBTITLE) + 8 if self.down else self.ways.note
            need[column] = max(need.get(column, 0.0), note if self.notes[edge] else 0.0)
        left, centre = {0: -need[0] / 2}, {0: 0.0}
        for column in range(1, 1 + max(need)):
            left[column] = left[column - 1] + need.get(column - 1, 0.0) + ASIDE
            centre[column] = left[column] + need.get(column, 0.0) / 2
        return left, centre

    def _spot(self, name: str, one_tile: Tile) -> _Spot:
        row, column = self.tracks.row[name], self.tracks.column[name]
        along, across = self._size(one_tile)
        if one_tile.shape == "box":
            across = self.width[column] + 2 * RIM * bool(one_tile.node.folded)
        middle = (self.row_start[row] + self.row_end[row]) / 2
        return _Spot(middle, self.centre[column], along / 2, across / 2)

    def _box(self, name: str) -> Box:
        each, spot = self.tiles[name], self.spots[name]
        x, y = self._point(spot.along, spot.across)
        rim = 2 * RIM * bool(each.node.folded)
        wide, high = 2 * spot.half_across - rim, 2 * spot.half_along - rim
        if not self.down:
            wide, high = high, wide
        return Box(
            each.node,
            each.face,
            each.shape,
            x,
            y,
            wide,
            high,
            each.fill,
            each.line,
            self.framed.get(name, ""),
            each.slab,
        )

    def _note(self, edge: Edge) -> str:
        """The last edge of a shortcut says what kind it is."""
        if edge.lane != "shortcut" or self.graph.node[edge.target].role != "add":
            return ""
        return say(self.graph.shortcut_into(edge.target), self.language)

    def _wire(self, edge: Edge) -> Wire:
        source, target = self.spots[edge.source], self.spots[edge.target]
        course = self.tracks.course[edge]
        if course == "straight":
            ends = ((source.end, source.across), (target.start, target.across))
            points = tuple(self._point(*end) for end in ends)
            return Wire(edge, points, self._fails(edge), kind=self._kind(edge))
        run = {
            "fork": target.across,
            "join": source.across,
            "lane": self.left.get(self.tracks.lane.get(edge, 0), 0.0),
        }[course]
        path = [
            *([(source.end, run)] if course == "join" else self._leave(edge, source, run)),
            *([(target.start, run)] if course == "fork" else self._enter(edge, target, run)),
        ]
        middle = (path[0][0] + path[-1][0]) / 2
        note_at = self._point(middle, run + 7) if self.down else self._point(middle, run + 10)
        points = tuple(self._point(*item) for item in path)
        return Wire(edge, points, self._fails(edge), self.notes[edge], note_at, self._kind(edge))

    def _kind(self, edge: Edge) -> str:
        target = self.tiles[edge.target]
        if edge.lane == "gate" and target.shape == "glyph" and target.node.role == "multiply":
            return "gate"
        return self.graph.shortcuts.get(edge, "")

    def _fails(self, edge: Edge) -> bool:
        problem = self.graph.problem
        return problem is not None and edge.target == problem.node

    def _leave(self, edge: Edge, source: _Spot, run: float) -> list[Point]:
        """Out of the source's side and over to the column; below it where the side is taken."""
        busy = any(
            self.tracks.course[one_edge] in ("join", "lane")
            for one_edge in self.graph.incoming[edge.source]
        )
        if busy or self._blocked(self.tracks.row[edge.source], source.across, run):
            beneath = self.row_end[self.tracks.row[edge.source]] + self.ways.gap * 0.38
            return [(source.end, source.across), (beneath, source.across), (beneath, run)]
        side = source.across + (source.half_across if run > source.across else -source.half_across)
        return [(source.along, side), (source.along, run)]

    def _enter(self, edge: Edge, target: _Spot, run: float) -> list[Point]:
        """From the column over to the target's side; to its top where something is between."""
        if self._blocked(self.tracks.row[edge.target], target.across, run):
            above = self.row_start[self.tracks.row[edge.target]] - self.ways.gap * 0.5
            aside = target.across + target.half_across * 0.5
            return [(above, run), (above, aside), (target.start, aside)]
        peers = [
            one_edge
            for one_edge in self.graph.incoming[edge.target]
            if self.tracks.course[one_edge] in ("join", "lane")
        ]
        step = min(9.0, 1.4 * target.half_along / max(1, len(peers)))
        along = target.along + step * (peers.index(edge) - (len(peers) - 1) / 2)
        side = target.across + (target.half_across if run > target.across else -target.half_across)
        return [(along, run), (along, side)]

    def _blocked(self, row: int, start: float, end: float) -> bool:
        """Whether a box of this row stands between two positions across."""
        low, high = sorted((start, end))
        return any(
            low < self.left[column] and self.centre[column] < high
            for column in self.taken.get(row, ())
        )

    def _frames(self, line_ends: Sequence[float]) -> list[Frame]:
        """Frames of a level are equally wide, so that a column of blocks has straight sides.

        In a row broken at ``line_ends``, those in one line.
        """
        reach = {band.group.path: self._reach(band) for band in self.bands}
        rows: dict[tuple[int, str, str], list[str]] = {}
        for band in self.bands:
            line = bisect(line_ends, self.row_start[band.first])
            same = band.group.level if self._on_main(band) else band.group.path
            rows.setdefault((line, band.parent, same), []).append(band.group.path)
        for names in rows.values():
            lows, highs = zip(*(reach[name] for name in names), strict=True)
            reach |= dict.fromkeys(names, (min(lows), max(highs)))
        return [self._frame(band, *reach[band.group.path]) for band in self.bands]

    def _on_main(self, band: Band) -> bool:
        return any(self.tracks.column[member] == 0 for member in band.members)

    def _middle(self, band: Band) -> float:
        """Where the path enters the band: the main path, or else that of its first node."""
        if self._on_main(band):
            return 0.0
        row, column = self.tracks.row, self.tracks.column
        # Of several in its first row the innermost: a set has no order.
        first = min(band.members, key=lambda member: (row[member], column[member]))
        return self.spots[first].across

    def _reach(self, band: Band) -> tuple[float, float]:
        """How far the band's nodes and lanes go across."""
        spots = [self.spots[member] for member in band.members]
        low = min(spot.across - spot.half_across for spot in spots)
        high = max(spot.across + spot.half_across for spot in spots)
        for edge, column in self.tracks.lane.items():
            if edge.target in band.members:
                note = width(self.notes[edge], SUBTITLE) + 8 if self.down else self.ways.note
                high = max(high, self.left[column] + (note if self.notes[edge] else 0))
        if self.down:
            middle = self._middle(band)
            low, high = min(low, middle + PAD - band.room), max(high, middle + band.room - PAD)
        return low - PAD * band.height - self.ways.roof * band.height, high + PAD * band.height

    def _frame(self, band: Band, low: float, high: float) -> Frame:
        inner = [
            one_band
            for one_band in self.bands
            if one_band is band or band.group.path in one_band.outer
        ]
        head = self.ways.head * sum(inner_group.first == band.first for inner_group in inner)
        foot = self.ways.foot * sum(inner_group.last == band.last for inner_group in inner)
        first, last = self.row_start[band.first] - head, self.row_end[band.last] + foot
        left, top = self._point(first, low)
        right, bottom = self._point(last, high)
        name_at = (left + 10, top + FRAME_TEXT + 3)
        if self.down:
            # A path runs through the middle of the frame's head: texts keep clear of it.
            figures_at = (self._middle(band) + 10, name_at[1])
        else:
            figures_at = (name_at[0] + width(band.name, FRAME_TEXT) + 12, name_at[1])
        return Frame(
            band.group,
            left,
            top,
            right,
            bottom,
            band.name,
            band.figures,
            name_at,
            figures_at,
            parent=band.parent,
        )

    def _point(self, along: float, across: float) -> Point:
        return (across, along) if self.down else (along, across)
