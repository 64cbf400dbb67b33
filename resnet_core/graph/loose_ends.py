"""The loose ends of a graph: calls that no input feeds, results that nothing takes up.

A layer that works on a buffer alone, a result that is thrown away, a tensor that left torch on its
way (numpy, a list of numbers) and came back as another: each is drawn as a box that hangs on
nothing. What a forward makes without a layer or a parameter, a mask or a grid, is a constant, and
nobody misses its input.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resnet_core.graph.model import Graph, Node


@dataclass(frozen=True)
class LooseEnds:
    """What does not hang together, in execution order.

    ``unfed`` are calls that have weights or are layers and take nothing from any input, the first
    of each row. ``unused`` are calls whose result goes into no
    other, and ``cut`` the outputs to which no way leads from an input.
    """

    unfed: tuple[Node, ...] = ()
    unused: tuple[Node, ...] = ()
    cut: tuple[Node, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.unfed or self.unused or self.cut)


def loose_ends(graph: Graph) -> LooseEnds:
    """Those of a graph that runs; of one that fails nothing is said, as it is not whole."""
    if graph.problem is not None:
        return LooseEnds()
    fed = _reached(graph, graph.inputs)
    apart = [node for node in graph.calls if node.id not in fed]
    hidden = _reached(graph, [node for node in apart if _is_work(node)])
    first = [
        node
        for node in apart
        if node.id in hidden and not any(edge.source in hidden for edge in graph.incoming[node.id])
    ]
    ends = graph.outputs and [node for node in graph.calls if not graph.outgoing[node.id]]
    return LooseEnds(
        unfed=tuple(first),
        unused=tuple(node for node in ends if node.outputs),
        cut=tuple(node for node in graph.outputs if node.id not in fed),
    )


def _is_work(node: Node) -> bool:
    """A layer, or a function of a module's own parameters or buffers: no constant of a forward."""
    own = node.attributes.get("parameters") or node.attributes.get("buffers")
    return node.kind != "function" or bool(own)


def _reached(graph: Graph, start: Iterable[Node]) -> set[str]:
    """The ids of these nodes and of all that their results lead to."""
    found = {node.id for node in start}
    open_ = list(found)
    while open_:
        for edge in graph.outgoing[open_.pop()]:
            if edge.target not in found:
                found.add(edge.target)
                open_.append(edge.target)
    return found
