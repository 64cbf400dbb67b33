"""Shapes as formulas: which sides follow the batch, the height or the width of the input.

Nothing is derived from the code; formulas are guessed from traces at several sizes, odd ones
among them, and shown only where they hold at all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from resnet_core.bilingual import Text
from resnet_core.errors import ParameterError
from resnet_core.graph.model import (
    Edge,
    Graph,
    Node,
    Shape,
)

MOST = 256


class Side(int):
    """A side of a shape that knows its formula; a plain number in every other respect."""

    symbol: str

    def __new__(cls, value: int, symbol: str) -> Side:
        side = super().__new__(cls, value)
        side.symbol = symbol
        return side


def with_symbols(graph: Graph, shape: Shape, retrace: Callable[[Shape], Graph]) -> Graph:
    """The graph with formulas in its shapes: ``N×64×H/2×W/2``.

    ``retrace`` runs the same structure on another input of the same channels. Raises
    ParameterError where it does not run at the other sizes, or takes another way there.
    """
    if len(shape) != 4 or len(graph.inputs) != 1:
        raise ParameterError(
            "shapes",
            "symbolic",
            Text(
                "formulas are for one input of four sides: N×C×H×W",
                "公式只用于一个四维输入：N×C×H×W",
            ),
            allowed=["concrete"],
            suggestion="concrete",
        )
    batch, channels, height, width = shape
    others = [
        (batch + 1, channels, 2 * height, 3 * width),
        (batch + 2, channels, 2 * height + 1, 2 * width + 3),
        (batch + 4, channels, 3 * height + 3, 2 * width + 1),
    ]
    graphs = [retrace(other) for other in others]
    names = [node.id for node in graph.nodes]
    if any(graph.problem or [node.id for node in graph.nodes] != names for graph in graphs):
        raise ParameterError(
            "shapes",
            "symbolic",
            Text(
                "the structure does not run, or runs differently, at other input sizes",
                "换一个输入尺寸时，这个结构无法运行，或者运行方式不同",
            ),
            allowed=["concrete"],
            suggestion="concrete",
        )
    inputs = [shape, *others]
    nodes = [
        _named(versions, inputs)
        for versions in zip(graph.nodes, *(graph.nodes for graph in graphs), strict=True)
    ]
    made = {node.id: node.outputs for node in nodes}
    edges = [replace(edge, shape=_same(edge, made)) for edge in graph.edges]
    return replace(graph, nodes=tuple(nodes), edges=tuple(edges))


def _named(versions: Sequence[Node], inputs: Sequence[Shape]) -> Node:
    """One call with formulas, found from its versions at all input sizes."""

    def shapes(which: str) -> tuple[Shape, ...]:
        return tuple(
            tuple(_side(sides, inputs) for sides in zip(*shape, strict=True))
            for shape in zip(*(getattr(version, which) for version in versions), strict=True)
        )

    return replace(versions[0], inputs=shapes("inputs"), outputs=shapes("outputs"))


def _side(values: Sequence[int], inputs: Sequence[Shape]) -> int:
    """A side with its formula; as it is where it is constant or follows no rule."""
    if len(set(values)) == 1:
        return values[0]
    for name, axis in (("N", 0), ("H", 2), ("W", 3)):
        sizes = [node_input[axis] for node_input in inputs]
        if list(values) == sizes:
            return Side(values[0], name)
        for part in range(2, MOST):
            if all(-(-size // part) == value for size, value in zip(sizes, values, strict=True)):
                return Side(values[0], f"{name}/{part}")
            if all(size // part == value for size, value in zip(sizes, values, strict=True)):
                return Side(values[0], f"⌊{name}/{part}⌋")
    return values[0]


def _same(edge: Edge, made: dict[str, tuple[Shape, ...]]) -> Shape:
    """The shape of an edge as the node that it comes from tells it."""
    return next((output for output in made[edge.source] if output == edge.shape), edge.shape)
