"""What a call costs and how far it sees, and what each box of a view costs with all its calls."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from resnet_core.graph.model import Edge, Graph, Node, Shape

CONVOLUTIONS = frozenset({"Conv1d", "Conv2d", "Conv3d", "conv1d", "conv2d", "conv3d"})
TRANSPOSED = frozenset({"ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"})
PRODUCTS = frozenset({"matmul", "mm", "bmm", "addmm", "baddbmm"})


def multiply_adds(
    kind: str, attributes: Mapping[str, Any], operands: Sequence[Shape], outputs: Sequence[Shape]
) -> int:
    """Multiply-adds of a convolution or matrix product; zero for everything else.

    ``operands`` are the shapes of all tensors that go in: for a module its input, for a function
    its weight too. The count is half of what ``torch.utils.flop_counter`` says: biases, norms
    and activations are not counted (https://arxiv.org/abs/1512.03385, table 1, does the same).
    """
    if not outputs or not operands:
        return 0
    made = math.prod(outputs[0])
    if kind in CONVOLUTIONS:
        if "kernel_size" in attributes:
            per_group = int(attributes["in_channels"]) // int(attributes["groups"])
            return int(made * per_group * math.prod(attributes["kernel_size"]))
        return made * math.prod(operands[1][1:])
    if kind in TRANSPOSED:
        per_group = int(attributes["out_channels"]) // int(attributes["groups"])
        return int(math.prod(operands[0]) * per_group * math.prod(attributes["kernel_size"]))
    if kind in ("Linear", "linear"):
        return made * operands[0][-1]
    if kind in PRODUCTS:
        return made * operands[-2][-1]
    return 0


@dataclass(frozen=True, slots=True)
class Sight:
    """How far one output position sees: extent and step in input pixels, each (height, width).

    After Araujo et al., Computing Receptive Fields of Convolutional Neural Networks, 2019,
    https://distill.pub/2019/computing-receptive-fields: r ← r + (k − 1)·j, j ← j·s, with
    dilation d widening k to (k − 1)·d + 1. ``whole`` says that it passed a global pooling: from
    there on it sees the whole input.
    """

    extent: tuple[float, float] = (1, 1)
    step: tuple[float, float] = (1, 1)
    whole: bool = False

    @property
    def side(self) -> int:
        return math.ceil(max(self.extent))

    def through(self, kind: str, attributes: Mapping[str, Any], shape: Shape) -> Sight:
        """What is seen after a call that takes an input of ``shape``."""
        met = _window(kind, attributes, shape)
        if met is None:
            return self
        kernel, stride = met
        if kind in TRANSPOSED:
            step = _each(lambda j, s: j / s, self.step, stride)
            before = step
        else:
            step = _each(lambda j, s: j * s, self.step, stride)
            before = self.step
        grown = _each(lambda j, k: j * (k - 1), before, kernel)
        extent = _each(lambda r, g: r + g, self.extent, grown)
        return Sight(extent, step, self.whole or _is_global(kind, attributes))

    def enlarged(self, node: Node) -> Sight:
        """What is seen after the map was made larger, with or without looking at neighbours."""
        given, made = node.inputs[0] if node.inputs else (), node.shape
        if len(given) != len(made) or len(made) < 3 or 0 in (*given, *made):
            return self
        ratio = (given[-2] / made[-2], given[-1] / made[-1]) if len(made) > 3 else (
            (given[-1] / made[-1],) * 2
        )  # fmt: skip
        mode = str(node.attributes.get("mode", ""))
        taps = 3 if "cubic" in mode else int("linear" in mode or "Bilinear" in node.type)
        extent = _each(lambda r, j: r + j * taps, self.extent, self.step)
        return Sight(extent, _each(lambda j, q: j * q, self.step, ratio), self.whole)


# What makes a map larger (or smaller) by naming its new size.
_ENLARGING = (
    "Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d", "interpolate", "upsample",
    "PixelShuffle", "pixel_shuffle",
)  # fmt: skip


def widest(sights: Sequence[Sight]) -> Sight:
    """Where paths meet, the widest counts.

    A path through a global pooling (the gate of a squeeze-and-excitation, say) sees everything;
    it counts only where all paths do, for it would hide what the convolutions see.
    """
    local = [sight for sight in sights if not sight.whole] or list(sights) or [Sight()]
    extent = (max(item.extent[0] for item in local), max(item.extent[1] for item in local))
    step = (max(item.step[0] for item in local), max(item.step[1] for item in local))
    return Sight(extent, step, local[0].whole)


def sights(nodes: Sequence[Node], edges: Iterable[Edge]) -> dict[str, Sight]:
    """What every node sees, by id; ``nodes`` in execution order."""
    before: dict[str, list[str]] = {node.id: [] for node in nodes}
    for edge in edges:
        before[edge.target].append(edge.source)
    found: dict[str, Sight] = {}
    for node in nodes:
        met = widest([found[item] for item in before[node.id]])
        shape = node.inputs[0] if node.inputs else ()
        seen = met.through(node.type, node.attributes, shape)
        found[node.id] = seen.enlarged(node) if node.type in _ENLARGING else seen
    return found


# What slides along one axis or three, by how many sizes its input has.
_AXES = {3: ("1d",), 5: ("3d",)}


def _window(
    kind: str, attributes: Mapping[str, Any], shape: Shape
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Effective kernel and stride of a sliding or pooling window; None where there is none."""
    if len(shape) != 4 and not (kind.endswith(_AXES.get(len(shape), ()))):
        return None
    if kind.startswith("Adaptive"):
        out = _pair(attributes.get("output_size", 1))
        # Along one axis both sides are the same one; of three the last two count.
        size = (shape[-2], shape[-1]) if len(shape) > 3 else (shape[-1], shape[-1])
        target = _each(lambda o, s: s if o is None else o, out, size)
        return (
            _each(lambda o, s: math.ceil(s / o), target, size),
            _each(lambda o, s: max(1, s // o), target, size),
        )
    if kind == "mean" and _is_global(kind, attributes):
        return (shape[2], shape[3]), (shape[2], shape[3])
    if "kernel_size" not in attributes:
        return None
    kernel = _pair(attributes["kernel_size"])
    dilation = _pair(attributes.get("dilation", 1))
    stride = attributes.get("stride") or None  # an empty one is torch's way to say none
    spread = _each(lambda k, d: (k - 1) * d + 1, kernel, dilation)
    return spread, kernel if stride is None else _pair(stride)


def _is_global(kind: str, attributes: Mapping[str, Any]) -> bool:
    if kind.startswith("Adaptive"):
        return _pair(attributes.get("output_size", 1)) == (1, 1)
    dims = attributes.get("dim", ())
    return kind == "mean" and {item % 4 for item in _sequence(dims)} >= {2, 3}


def _sequence(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _pair(value: Any) -> tuple[Any, Any]:
    both = _sequence(value)[-2:]
    return (both[0], both[-1])


def _each(function: Any, left: tuple[Any, Any], right: tuple[Any, Any]) -> tuple[Any, Any]:
    return function(left[0], right[0]), function(left[1], right[1])


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
