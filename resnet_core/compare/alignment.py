"""Which node of one structure stands for which node of the other.

First blocks and stages find their partners, by name, kind and place; inside two that are partners,
calls find theirs by role: what they are, what they are called, which lane they stand in and what
comes before them. Convolutions and additions count for more than what stands between them. A call
that the other structure has a whole module for (a 7×7 convolution, and a stem of three 3×3) has no
partner in it: it was replaced.

Each step is the best alignment of two sequences (Needleman and Wunsch, A general method applicable
to the search for similarities in the amino acid sequence of two proteins, 1970,
https://doi.org/10.1016/0022-2836(70)90057-4): partners keep their order, and what has none was
added or removed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resnet_core.graph.model import Graph, Node
from resnet_core.graph.structure import groups, is_depthwise, kernel

Match = tuple[Node | None, Node | None]
_Steps = list[tuple[int, int]]
# What a structure hangs on; the rest stands between these.
_WEIGHT = {"conv": 8, "linear": 8, "add": 6, "multiply": 4, "block": 8, "stage": 8}


@dataclass(frozen=True)
class Unit:
    """What is aligned as a whole: a node, or an open block or stage with all that is in it."""

    name: str
    nodes: tuple[Node, ...]
    open: str = ""
    before: str = ""

    @property
    def first(self) -> Node:
        return self.nodes[0]


@dataclass(frozen=True)
class Alignment:
    """Partners in order, and the open groups of the first that are partners of the second's."""

    matches: tuple[Match, ...]
    groups: Mapping[str, str]


def align(a: Graph, b: Graph) -> Alignment:
    """The nodes of two graphs side by side, in an order that keeps both orders of execution."""
    search = _Search(a, b)
    matches = search.aligned(_units(a, ""), _units(b, ""))
    return Alignment(tuple(matches), search.groups)


def replaced(a: Graph, b: Graph) -> dict[str, str]:
    """The convolutions of ``a`` that ``b`` has a whole module for, of the same path."""
    modules = {group.path for group in b.groups if group.path and not group.level}
    return {node.id: node.path for node in a.nodes if node.role == "conv" and node.path in modules}


def partners(a: Sequence[Node], b: Sequence[Node], inside: Sequence[str]) -> list[Match]:
    """The calls inside two closed groups side by side; ``inside`` are the groups' paths."""
    left, right = (
        [Unit(node.path.removeprefix(f"{path}."), (node,)) for node in nodes]
        for nodes, path in zip((a, b), inside, strict=True)
    )
    steps = _best(left, right, [[_call_score(x, y) for y in right] for x in left])
    return [(a[i] if i >= 0 else None, b[j] if j >= 0 else None) for i, j in steps]


class _Search:
    """The way down two graphs; ``groups`` are the partners among the open groups found so far."""

    def __init__(self, a: Graph, b: Graph) -> None:
        self.a, self.b = a, b
        self.groups = {"": ""}
        self._replaced = {*replaced(a, b)}, {*replaced(b, a)}

    def aligned(self, left: Sequence[Unit], right: Sequence[Unit]) -> list[Match]:
        found: list[Match] = []
        score = [[self._score(one, other) for other in right] for one in left]
        for one, other in _best(left, right, score):
            first = left[one] if one >= 0 else None
            second = right[other] if other >= 0 else None
            if first and second and first.open and second.open:
                self.groups[first.open] = second.open
                found += self.aligned(_units(self.a, first.open), _units(self.b, second.open))
            elif first and second:
                found.append((first.first, second.first))
            else:
                found += [(node, None) for node in (first.nodes if first else ())]
                found += [(None, node) for node in (second.nodes if second else ())]
        return found

    def _score(self, one: Unit, other: Unit) -> float:
        """How well two units go together; nothing where they cannot be partners."""
        if bool(one.open) != bool(other.open):
            return 0
        if one.open:
            return self._group_score(one, other)
        if one.first.id in self._replaced[0] or other.first.id in self._replaced[1]:
            return 0
        return _call_score(one, other)

    def _group_score(self, one: Unit, other: Unit) -> float:
        x, y = self.a.group[one.open], self.b.group[other.open]
        if x.level != y.level:
            return 0
        return 2 + 6 * (one.name == other.name) + 2 * (x.type == y.type)


def _units(graph: Graph, inside: str) -> list[Unit]:
    """What stands directly in a group; groups that are no block and no stage are seen through."""
    found: dict[str, list[Node]] = {}
    for node in graph.nodes:
        lineage = graph.lineage(node.group)
        if inside and inside not in lineage:
            continue
        inner = lineage[: lineage.index(inside)] if inside else lineage
        around = [path for path in inner if graph.group[path].level]
        found.setdefault(f"in {around[-1]}" if around else node.id, []).append(node)
    return [_unit(graph, name, nodes, inside) for name, nodes in found.items()]


def _unit(graph: Graph, name: str, nodes: list[Node], inside: str) -> Unit:
    opened = name.removeprefix("in ") if name.startswith("in ") else ""
    path = opened or nodes[0].path or nodes[0].id
    relative = path.removeprefix(f"{inside}.") if inside else path
    before = graph.incoming[nodes[0].id]
    return Unit(relative, tuple(nodes), opened, graph.node[before[0].source].role if before else "")


def _best(left: Sequence[Unit], right: Sequence[Unit], score: list[list[float]]) -> _Steps:
    """The pairs of indices with the highest sum of scores; -1 where there is no partner."""
    rows, columns = len(left), len(right)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + score[i][j])
    return _walked(best, score)


def _walked(best: list[list[float]], score: list[list[float]]) -> _Steps:
    """The way through the table: a partner where it pays, removals before additions."""
    steps: _Steps = []
    i, j, rows, columns = 0, 0, len(best) - 1, len(best[0]) - 1
    while i < rows or j < columns:
        meets = i < rows and j < columns and score[i][j] > 0
        if meets and best[i][j] == best[i + 1][j + 1] + score[i][j]:
            steps.append((i, j))
            i, j = i + 1, j + 1
        elif i < rows and best[i][j] == best[i + 1][j]:
            steps.append((i, -1))
            i += 1
        else:
            steps.append((-1, j))
            j += 1
    return steps


def _one_job(x: Node, y: Node, named_alike: bool) -> bool:
    """Whether two calls may stand for each other.

    A linear layer on the channels of each position is a 1×1 convolution by another name; a
    depthwise convolution mixes no channels, so it stands for another one only under its name.
    """
    if x.role != y.role:
        return _pointwise(x) and _pointwise(y)
    if x.role != "conv" or named_alike:
        return True
    return is_depthwise(x) == is_depthwise(y)


def _pointwise(node: Node) -> bool:
    """Whether a call mixes channels at each position of a map by itself."""
    if len(node.shape) != 4 or node.role not in ("conv", "linear"):
        return False
    return node.role == "linear" or (kernel(node) == 1 and groups(node) == 1)


def _call_score(one: Unit, other: Unit) -> float:
    x, y = one.first, other.first
    if x.lane != y.lane or not _one_job(x, y, one.name == other.name):
        return 0
    # A module called again keeps its name and does another job, so its name counts for less.
    again = x.call > 1 or y.call > 1 or x.kind == "function"
    return (
        _WEIGHT.get(x.role, 2)
        + (1 if again else 6) * (one.name == other.name)
        + 3 * (one.before == other.before)
        + 2 * (x.type == y.type)
        + 1 * (x.shape == y.shape)
        + 1 * (str(x.attributes) == str(y.attributes))
    )
