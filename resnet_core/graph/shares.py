"""What each box of a view costs: parameters, multiply-adds or memory, all that it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from resnet_core.graph.model import Graph, Node

Cost = Literal["params", "macs", "memory"]


def costs(view: Graph, cost: Cost) -> Mapping[str, int]:
    """What every box costs, by its id; of memory the elements that its calls put out.

    A box of several calls costs what all of them do, and one that stands for equal neighbours, or
    stands in a frame that does, as often as there are. Inputs and outputs cost nothing.
    """
    return {node.id: _times(view, node) * sum(_of(call, cost) for call in _calls(node))
            for node in view.calls}  # fmt: skip


def whole(graph: Graph, cost: Cost) -> int:
    """What the structure costs in all, without layers that pass their input on unchanged."""
    return sum(_of(node, cost) for node in graph.calls if node.role != "identity")


def _of(call: Node, cost: Cost) -> int:
    if cost == "params":
        return call.params
    return call.macs if cost == "macs" else call.activations


def _calls(node: Node) -> Iterator[Node]:
    """The calls that a box stands for."""
    if not node.parts:
        yield node
    for part in node.parts:
        yield from _calls(part)


def _times(view: Graph, node: Node) -> int:
    """How many equal ones a box stands for, frames around it included."""
    count = 1 + len(node.folded)
    for path in view.lineage(node.group):
        count *= 1 + len(view.group[path].folded)
    return count
