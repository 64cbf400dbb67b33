"""View → View: a convolution that was replaced stands apart from what follows it in its box."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from resnet_core.graph.model import Edge, Graph, Node


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
