"""The window of a convolution or a pooling: how far it spans, and what it reads of a map.

Every sentence on strides, dilation and padding asks here. What is read is counted position by
position, so that padding, gaps and maps smaller than the window need no rule of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import gcd, prod

from resnet_core.graph.model import Node


@dataclass(frozen=True)
class Side:
    """The window along one side of a map: ``size`` positions come in and ``made`` go out."""

    size: int
    made: int
    kernel: int
    stride: int
    dilation: int
    padding: int

    @property
    def reach(self) -> int:
        """How many positions lie between its first point and its last, both counted."""
        return self.dilation * (self.kernel - 1) + 1

    @cached_property
    def _points(self) -> list[list[int]]:
        """For each output the positions its points fall on, those on padding too."""
        return [
            [out * self.stride + point * self.dilation - self.padding
             for point in range(self.kernel)]
            for out in range(self.made)
        ]  # fmt: skip

    def _inside(self, position: int) -> bool:
        return 0 <= position < self.size

    @cached_property
    def read(self) -> frozenset[int]:
        """The positions that some output reads."""
        return frozenset(
            position for points in self._points for position in points if self._inside(position)
        )

    @cached_property
    def live(self) -> tuple[int, ...]:
        """The points of the kernel that fall inside the map for at least one output."""
        return tuple(
            point
            for point in range(self.kernel)
            if any(self._inside(points[point]) for points in self._points)
        )

    @property
    def cut(self) -> int:
        """How many positions at the end no window reaches."""
        return self.size - 1 - max(self.read, default=-1)

    @property
    def gaps(self) -> bool:
        """Whether positions between those that are read are left out."""
        return bool(self.read) and len(self.read) < max(self.read) - min(self.read) + 1

    @property
    def share(self) -> int:
        """One position in so many is read, where the gaps are regular."""
        if self.kernel == 1:
            return self.stride
        return gcd(self.stride, self.dilation)

    @property
    def shrinkage(self) -> int:
        """How many positions the map would lose at stride 1 without padding."""
        return min(self.size, self.reach - 1)


@dataclass(frozen=True)
class Window:
    """The window of one call: a ``Side`` for the height and one for the width."""

    sides: tuple[Side, Side]

    @property
    def stride(self) -> int:
        return max(side.stride for side in self.sides)

    @property
    def dilation(self) -> int:
        return max(side.dilation for side in self.sides)

    @property
    def padding(self) -> int:
        return max(side.padding for side in self.sides)

    @property
    def square(self) -> bool:
        """Whether kernel, stride, dilation and padding are the same along both sides."""
        one, other = self.sides
        return (one.kernel, one.stride, one.dilation, one.padding) == (
            other.kernel, other.stride, other.dilation, other.padding)  # fmt: skip

    @property
    def reach(self) -> int:
        return max(side.reach for side in self.sides)

    @property
    def read(self) -> int:
        """How many positions of the map are read at all."""
        return prod(len(side.read) for side in self.sides)

    @property
    def size(self) -> int:
        """How many positions the map has."""
        return prod(side.size for side in self.sides)

    @property
    def complete(self) -> bool:
        return self.read == self.size

    @property
    def gaps(self) -> bool:
        return any(side.gaps for side in self.sides)

    @property
    def cut(self) -> tuple[int, int]:
        """How many rows and columns at the end no window reaches."""
        one, other = self.sides
        return one.cut, other.cut

    @property
    def single(self) -> bool:
        """Whether the window fits in one place only, so that there is none beside it."""
        return all(side.made == 1 for side in self.sides)

    @property
    def overlaps(self) -> bool:
        """Whether a window spans positions that the one beside it spans as well."""
        return all(side.reach > side.stride for side in self.sides)

    @property
    def touches(self) -> bool:
        """Whether windows without holes lie edge to edge."""
        return all(side.reach == side.stride and side.dilation == 1 for side in self.sides)

    @property
    def points(self) -> int:
        """How many points the kernel has."""
        return prod(side.kernel for side in self.sides)

    @property
    def live(self) -> int:
        """How many of its points fall inside the map at all; the others meet padding only."""
        return prod(len(side.live) for side in self.sides)


def window(node: Node) -> Window | None:
    """What a call's window reads; None where it has no sliding window over a map of two sides."""
    values = node.attributes
    if not node.inputs or len(node.inputs[0]) != 4 or len(node.shape) != 4:
        return None
    if "kernel_size" not in values or node.type.startswith(("ConvTranspose", "Lazy")):
        return None
    if values.get("ceil_mode") or isinstance(values.get("padding", 0), str):
        return None
    height, width = (_side(node, axis) for axis in (0, 1))
    return Window((height, width))


def _side(node: Node, axis: int) -> Side:
    values = node.attributes
    return Side(
        node.inputs[0][2 + axis],
        node.shape[2 + axis],
        _along(values["kernel_size"], axis),
        _along(values.get("stride") or values["kernel_size"], axis),
        _along(values.get("dilation", 1), axis),
        _along(values.get("padding", 0), axis),
    )


def _along(value: int | list[int] | tuple[int, ...], axis: int) -> int:
    return int(value[axis]) if isinstance(value, list | tuple) else int(value)
