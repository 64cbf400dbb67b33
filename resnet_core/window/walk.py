"""The window of one call over a whole map: a pair of axes, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from resnet_core.graph.model import Graph, Node
from resnet_core.window.axis import Axis, adaptive, sliding

_SLIDING = {"Conv2d", "MaxPool2d", "AvgPool2d", "LPPool2d", "max_pool2d", "avg_pool2d"}
_ADAPTIVE = {"AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "adaptive_avg_pool2d", "adaptive_max_pool2d"}


@dataclass(frozen=True)
class Walk:
    """Where the window of a call goes. ``channels`` is how many channels one output reads."""

    node: Node
    rows: Axis
    columns: Axis
    channels: int

    @property
    def outputs(self) -> int:
        """How many places the window stops at."""
        return len(self.rows.reads) * len(self.columns.reads)

    @property
    def positions(self) -> int:
        """Positions of the input map."""
        return self.rows.size * self.columns.size

    @property
    def never_read(self) -> int:
        """Positions of the input that no window reads."""
        read = sum(map(bool, self.rows.counts)) * sum(map(bool, self.columns.counts))
        return self.positions - read

    @property
    def reads_of_each(self) -> tuple[int, int]:
        """The fewest and the most windows that read one position."""
        rows, columns = self.rows.counts, self.columns.counts
        return min(rows) * min(columns), max(rows) * max(columns)

    @property
    def on_padding(self) -> int:
        """Outputs that read padding."""
        inside = len(self.rows.reads) - self.rows.on_padding
        return self.outputs - inside * (len(self.columns.reads) - self.columns.on_padding)

    @property
    def is_max(self) -> bool:
        """Whether the largest is taken: padding is minus infinity there, and zero elsewhere."""
        return "max" in self.node.type.lower()

    def times(self, row: int, column: int) -> int:
        """How many windows read a position."""
        return self.rows.counts[row] * self.columns.counts[column]


def walk_of(node: Node) -> Walk | None:
    """The window of a call; None where none walks over a map of height and width."""
    if not node.inputs or len(node.inputs[0]) != 4 or len(node.shape) != 4:
        return None
    if 0 in node.shape or node.attributes.get("padding_mode", "zeros") != "zeros":
        return None
    axes = [_axis(node, side) for side in (0, 1)]
    rows, columns = axes
    if rows is None or columns is None:
        return None
    groups = int(node.attributes.get("groups", 1))
    channels = node.inputs[0][1] // groups if node.role == "conv" else 1
    return Walk(node, rows, columns, channels)


def walkers(graph: Graph) -> Iterator[Node]:
    """The calls over whose input a window walks."""
    return (node for node in graph.calls if walk_of(node))


def _axis(node: Node, side: int) -> Axis | None:
    size, outputs = node.inputs[0][2 + side], node.shape[2 + side]
    if node.type in _ADAPTIVE or (node.type == "mean" and _over_the_map(node)):
        return adaptive(size, outputs)
    values = node.attributes
    if node.type not in _SLIDING or "kernel_size" not in values:
        return None
    kernel, dilation = _of(values["kernel_size"], side), _of(values.get("dilation", 1), side)
    stride = _of(values.get("stride") or values["kernel_size"], side)
    padding = _padding(values.get("padding", 0), side, (kernel - 1) * dilation)
    room = size + sum(padding) - (kernel - 1) * dilation - 1
    steps = -(-room // stride) if values.get("ceil_mode") else room // stride
    # torch drops a window that would begin behind the map and its first padding.
    if values.get("ceil_mode") and steps * stride >= size + padding[0]:
        steps -= 1
    if steps + 1 != outputs:
        return None
    return sliding(size, kernel, stride, dilation, padding, outputs)


def _padding(value: Any, side: int, spread: int) -> tuple[int, int]:
    """Padding before and behind; of ``same`` the odd one stands behind."""
    if value == "same":
        return spread // 2, spread - spread // 2
    if value == "valid":
        return 0, 0
    return _of(value, side), _of(value, side)


def _over_the_map(node: Node) -> bool:
    dims = node.attributes.get("dim", ())
    found = {int(item) % 4 for item in (dims if isinstance(dims, list | tuple) else (dims,))}
    return found == {2, 3} and node.shape[2:] == (1, 1)


def _of(value: Any, side: int) -> int:
    return int(value[side if len(value) > 1 else 0] if isinstance(value, list | tuple) else value)
