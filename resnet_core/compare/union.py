"""Two structures in one graph: what both have, what was added, and what was removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from resnet_core.compare.align import Alignment
from resnet_core.compare.pair import Pair
from resnet_core.graph.model import (
    Edge,
    Graph,
    Group,
    Node,
)
from resnet_core.graph.view import view
from resnet_core.layout.diff_marks import (
    CHANGE,
    DIFFERENCES,
    SIGNS,
    MarkedEdge,
)

# Follows a name of the first structure that the second has given to something else.
BEFORE = ":before"


@dataclass(frozen=True)
class _Names:
    """What the first structure's nodes and groups are called in the union."""

    node: Mapping[str, str]
    group: Mapping[str, str]


def union(a: Graph, b: Graph, alignment: Alignment, pairs: Sequence[Pair], fold: bool) -> Graph:
    """One graph of both views: the second's names, and marks that say what has changed.

    Equal neighbours are folded only now, where equal includes what has happened to them.
    """
    names, extra = _named(a, b, alignment, pairs)
    nodes = [_node(pair, names) for pair in pairs]
    edges = _edges(a, b, names, {node.id: node for node in nodes})
    whole = replace(
        b, nodes=tuple(_in_order(nodes, edges)), edges=tuple(edges), groups=(*b.groups, *extra)
    )
    return view(whole, "op", fold=fold)


def marked(graph: Graph, pairs: Iterable[Pair], side: str, fold: bool) -> Graph:
    """One of the two views, with marks that say how its nodes fare in the other."""
    telling = side == "b"
    ends = (*graph.inputs, *graph.outputs)
    found = {
        node.id: _marked(node, pair, pair.fate != "" or (telling and node not in ends))
        for pair in pairs
        if (node := getattr(pair, side))
    }
    nodes = tuple(found[node.id] for node in graph.nodes)
    edges = tuple(_as_marked(edge, "same") for edge in graph.edges)
    return view(replace(graph, nodes=nodes, edges=edges), "op", fold=fold)


def same_wires(a: Graph, b: Graph, pairs: Iterable[Pair]) -> bool:
    """Whether partners are connected alike."""
    name = {pair.a.id: pair.b.id for pair in pairs if pair.a and pair.b}
    ends = {(name.get(edge.source), name.get(edge.target)) for edge in a.edges}
    return ends == {(edge.source, edge.target) for edge in b.edges}


def _marked(node: Node, pair: Pair, telling: bool = True) -> Node:
    if pair.change not in SIGNS:
        return node
    told = [difference.text for difference in pair.differences] if telling else []
    return replace(node, attributes={**node.attributes, CHANGE: pair.change, DIFFERENCES: told})


def _node(pair: Pair, names: _Names) -> Node:
    node = _marked(pair.node, pair)
    if pair.b is None:
        return replace(node, id=names.node[node.id], group=names.group[node.group])
    return node


def _named(
    a: Graph, b: Graph, alignment: Alignment, pairs: Iterable[Pair]
) -> tuple[_Names, list[Group]]:
    """The names of the first's nodes and groups, and those of its groups that b has not got."""
    taken = {node.id for node in b.nodes}
    node: dict[str, str] = {}
    for pair in pairs:
        if pair.a:
            free = pair.a.id if pair.a.id not in taken else pair.a.id + BEFORE
            node[pair.a.id] = pair.b.id if pair.b else free
    known = {group.path for group in b.groups}
    group: dict[str, str] = dict(alignment.groups)
    extra: list[Group] = []
    for old in sorted(a.groups, key=lambda group: len(a.lineage(group.path))):
        if old.path in group:
            continue
        parent = group[old.parent]
        name = ".".join(filter(None, (parent, old.path.rpartition(".")[2])))
        framed = bool(old.level)
        if framed and name in known:
            name += BEFORE
        group[old.path] = name
        if name not in known:
            known.add(name)
            extra.append(replace(old, path=name, parent=parent))
    return _Names(node, group), extra


def _edges(a: Graph, b: Graph, names: _Names, nodes: Mapping[str, Node]) -> list[Edge]:
    """The edges of both. An edge that only goes round what was added or removed is left out:
    the box with its mark in the middle of the path says the same.
    """
    before = {(names.node[e.source], names.node[e.target]): e for e in a.edges}
    after = {(e.source, e.target): e for e in b.edges}
    found: list[Edge] = [
        _as_marked(node, "same" if ends in before else "added")
        for ends, node in after.items()
        if ends in before or node.lane != "main" or not _is_round(ends, before, nodes, "removed")
    ]
    busy = {node.target for node in found if node.lane == "main"}
    for (source, target), node in before.items():
        if (source, target) in after:
            continue
        if node.lane == "main" and _is_round((source, target), after, nodes, "added"):
            continue
        # Where both have a way in, the path of the second is the straight one.
        lane = "gate" if node.lane == "main" and target in busy else node.lane
        moved = replace(node, source=source, target=target, lane=lane)
        found.append(_as_marked(moved, "removed"))
    return found


def _as_marked(edge: Edge, change: str) -> MarkedEdge:
    return MarkedEdge(edge.source, edge.target, edge.shape, edge.lane, change)


def _is_round(
    ends: tuple[str, str],
    ways: Mapping[tuple[str, str], Edge],
    nodes: Mapping[str, Node],
    change: str,
) -> bool:
    """Whether these ways lead from one end to the other through nodes of this change only."""
    after: dict[str, list[str]] = {}
    for source, target in ways:
        after.setdefault(source, []).append(target)
    ahead, seen = [ends[0]], {ends[0]}
    while ahead:
        for name in after.get(ahead.pop(), ()):
            if name == ends[1]:
                return True
            if name not in seen and nodes[name].attributes.get(CHANGE) == change:
                seen.add(name)
                ahead.append(name)
    return False


def _in_order(nodes: Sequence[Node], edges: Iterable[Edge]) -> list[Node]:
    """Each node after those it needs, otherwise in the order given."""
    needs: dict[str, set[str]] = {node.id: set() for node in nodes}
    for edge in edges:
        needs[edge.target].add(edge.source)
    rest, found = list(nodes), []
    while rest:
        ready = next((item for item in rest if not needs[item.id]), None)
        if ready is None:
            raise ValueError("the two structures run in opposite orders")
        rest.remove(ready)
        found.append(ready)
        for need in needs.values():
            need.discard(ready.id)
    return found
