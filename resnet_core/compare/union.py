"""Two structures at one level of detail, marked, and in one graph where that can be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from resnet_core.bilingual import Language, Text
from resnet_core.compare.alignment import Alignment, align, replaced
from resnet_core.compare.changes import Pair, rows
from resnet_core.diagram.form import Options
from resnet_core.diagram.picture import readable
from resnet_core.errors import TooLarge
from resnet_core.graph.model import (
    Edge,
    Graph,
    Group,
    MarkedEdge,
    Node,
    change_of,
    marked_node,
)
from resnet_core.graph.view import Detail, view
from resnet_core.language.notation import SIGNS
from resnet_core.language.terms import say

# Follows a name of the first structure that the second has given to something else.
BEFORE = ":before"
_TOO_MANY = Text(
    "side by side, because one diagram would have too many boxes", "合成一张图方框太多，所以并排"
)


class OppositeOrders(ValueError):
    """No order of execution suits both structures, so they cannot be one graph."""


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
    return marked_node(node, pair.change, told)


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
        _as_marked(edge, "same" if ends in before else "added")
        for ends, edge in after.items()
        if ends in before or edge.lane != "main" or not _is_round(ends, before, nodes, "removed")
    ]
    busy = {edge.target for edge in found if edge.lane == "main"}
    for (source, target), edge in before.items():
        if (source, target) in after:
            continue
        if edge.lane == "main" and _is_round((source, target), after, nodes, "added"):
            continue
        # Where both have a way in, the path of the second is the straight one.
        lane = "gate" if edge.lane == "main" and target in busy else edge.lane
        moved = replace(edge, source=source, target=target, lane=lane)
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
            if name not in seen and change_of(nodes[name]) == change:
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
        ready = next((node for node in rest if not needs[node.id]), None)
        if ready is None:
            raise OppositeOrders("the two structures run in opposite orders")
        rest.remove(ready)
        found.append(ready)
        for missing in needs.values():
            missing.discard(ready.id)
    return found


def apart(graph: Graph, names: Collection[str]) -> Graph:
    """The view with these nodes, where they are joined ones, cut in two behind the first call.

    The norm and the activation behind a 7×7 convolution stay where it gives way to three 3×3.
    """
    cut = {node.id: _halves(node) for node in graph.nodes
           if node.id in names and len(node.parts) > 1}  # fmt: skip
    nodes: list[Node] = []
    for node in graph.nodes:
        nodes += cut.get(node.id, (node,))
    edges = [
        replace(edge, source=cut[edge.source][1].id) if edge.source in cut else edge
        for edge in graph.edges
    ]
    edges += [Edge(first.id, rest.id, first.shape, first.lane) for first, rest in cut.values()]
    return replace(graph, nodes=tuple(nodes), edges=tuple(edges))


def _halves(node: Node) -> tuple[Node, Node]:
    first, second, *more = node.parts
    if not more:
        return first, second
    parts = (second, *more)
    rest = replace(
        second,
        outputs=parts[-1].outputs,
        params=sum(part.params for part in parts),
        macs=sum(part.macs for part in parts),
        receptive_field=parts[-1].receptive_field,
        parts=parts,
    )
    return first, rest


@dataclass(frozen=True)
class Views:
    """Both structures as they are drawn, and the change of each box.

    ``sides`` are the views with marks, ``both`` their union. Where there is none although it was
    asked for, ``why`` says so.
    """

    a: Graph
    b: Graph
    pairs: tuple[Pair, ...]
    sides: tuple[Graph, Graph]
    both: Graph | None
    why: str = ""

    def unmarked(self, folded: bool) -> tuple[Graph, Graph]:
        """Both structures as each is drawn alone."""
        return view(self.a, "op", fold=folded), view(self.b, "op", fold=folded)

    def notes(self, language: Language) -> Mapping[Edge, str]:
        """The kind of each shortcut of the union: of two into one addition each has its own."""
        if self.both is None:
            return {}
        before = {pair.b.id: pair.a.id for pair in self.pairs if pair.a and pair.b}
        found: dict[Edge, str] = {}
        for edge in self.both.edges:
            change, target = change_of(edge), edge.target
            if edge.lane != "shortcut" or self.both.node[target].role != "add":
                continue
            if change == "removed" or target not in self.b.node:
                kind = self.a.shortcut_into(before.get(target, target.removesuffix(BEFORE)))
            else:
                kind = self.b.shortcut_into(target)
            found[edge] = " ".join(filter(None, (SIGNS.get(change), say(kind, language))))
        return found


def views(
    graphs: tuple[Graph, Graph],
    names: tuple[str, str],
    options: Options,
    detail: Detail,
    joined: bool,
) -> Views:
    """The views of two structures; in one graph too if that is wanted (``joined``).

    Raises TooLarge where nobody could read them.
    """
    a, b = _at_detail(graphs, options, detail)
    alignment = align(a, b)
    pairs = rows(a, b, alignment, options.lang)
    sides = (
        readable(marked(a, pairs, "a", options.fold), "op"),
        readable(marked(b, pairs, "b", options.fold), "op"),
    )
    if not joined:
        return Views(a, b, pairs, sides, None)
    for name, graph in zip(names, (a, b), strict=True):
        if graph.problem:
            # It ends somewhere: the other one is no continuation of it.
            why = say("side by side, because {} cannot run", options.lang, name)
            return Views(a, b, pairs, sides, None, why)
    try:
        both = readable(union(a, b, alignment, pairs, options.fold), "op")
    except OppositeOrders:
        why = say("side by side, because the order is reversed", options.lang)
        return Views(a, b, pairs, sides, None, why)
    except TooLarge:
        # Each by itself can be read.
        return Views(a, b, pairs, sides, None, _TOO_MANY[options.lang])
    return Views(a, b, pairs, sides, both)


def _at_detail(
    graphs: tuple[Graph, Graph], options: Options, detail: Detail
) -> tuple[Graph, Graph]:
    """Both structures at one level of detail, equal neighbours not yet folded."""
    if any(graph.problem and graph.group[""].level == "block" for graph in graphs):
        # A block that cannot run is never closed: neither is the one beside it.
        detail = "op" if detail == "op" else "layer"
    known = [{group.path for group in graph.groups} for graph in graphs]
    wanted = (*options.expanded, *filter(None, map(_failing, graphs)))
    one, other = (
        view(
            graph, detail, fold=False,
            # A group that only the other one has is nothing to open here.
            expand=[path for path in wanted if path in own or path not in others],
        )
        for graph, own, others in zip(graphs, known, known[::-1], strict=True)
    )  # fmt: skip
    a, b = graphs
    return apart(one, replaced(a, b)), apart(other, replaced(b, a))


def _failing(graph: Graph) -> str:
    """The block in which a structure fails."""
    if graph.problem is None:
        return ""
    lineage = graph.lineage(graph.node[graph.problem.node].group)
    return next((path for path in lineage if graph.group[path].level == "block"), "")
