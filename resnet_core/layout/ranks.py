"""Which column and row each node has, and which column each long edge runs in.

The main path is column 0. Every path beside it (a projection, a gate, an identity shortcut) spans
the rows from its fork to its join, and paths that span the same rows stand side by side, the
shorter one inside. So shortcuts nest like brackets, and no edge has to cross a box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from resnet_core.graph.model import Edge, Graph

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
    return row


def _spine(graph: Graph, row: Mapping[str, int]) -> list[str]:
    """The main path, from the last node back to an input."""
    last = graph.problem.node if graph.problem else graph.nodes[-1].id
    found = [last]
    while before := graph.incoming[found[-1]]:
        found.append(_main(before, row).source)
    return found[::-1]


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

    placed: list[tuple[_Span, int]] = []
    for span in sorted(spans, key=size):
        beside = [
            column for other, column in placed if other.start < span.end and span.start < other.end
        ]
        placed.append((span, 1 + max(beside, default=0)))
    column = {name: where for span, where in placed for name in span.nodes}
    return column, {span.edge: where for span, where in placed if span.edge}


def _branch_span(graph: Graph, row: Mapping[str, int], branch: tuple[str, ...]) -> _Span:
    """From the row of its fork to that of its join."""
    forks = [row[e.source] for e in graph.incoming[branch[0]]]
    joins = [row[e.target] for e in graph.outgoing[branch[-1]]]
    return _Span(min([row[branch[0]] - 1, *forks]), max([row[branch[-1]] + 1, *joins]), branch)
