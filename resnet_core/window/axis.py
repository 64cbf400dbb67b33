"""One side of a map and the window that steps along it: what each output reads there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Axis:
    """Height or width of a map under a sliding window.

    ``reads`` has for each output the input positions that it reads; those below zero, and those
    from ``size`` on, are padding. ``before`` and ``after`` are how many positions of padding there
    are, read or not. A window of a global or adaptive pooling has no stride of its own: there
    ``stride`` is None.
    """

    size: int
    reads: tuple[range, ...]
    kernel: int
    stride: int | None
    dilation: int = 1
    before: int = 0
    after: int = 0

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How many windows read each position of the input, padding left out."""
        found = [0] * self.size
        for window in self.reads:
            for place in window:
                if 0 <= place < self.size:
                    found[place] += 1
        return tuple(found)

    @property
    def span(self) -> int:
        """From a window's first position to its last."""
        return max(window[-1] - window[0] + 1 for window in self.reads)

    @cached_property
    def on_padding(self) -> int:
        """How many outputs read padding along this side."""
        return sum(window[0] < 0 or window[-1] >= self.size for window in self.reads)

    @property
    def tail(self) -> range:
        """The positions behind the last window, padding included: no stride is left for them."""
        return range(self.reads[-1][-1] + 1, self.size + self.after)

    @property
    def shared(self) -> int:
        """How many positions a window shares with the next; zero where there is one window."""
        return len(set(self.reads[0]) & set(self.reads[1])) if len(self.reads) > 1 else 0


def sliding(
    size: int,
    kernel: int,
    stride: int,
    dilation: int,
    padding: tuple[int, int],
    outputs: int,
) -> Axis:
    """The axis of a window that steps by ``stride`` from the first position of the padding.

    A window that reaches over the padding's end (``ceil_mode``) is cut there, as torch cuts it.
    """
    before, after = padding
    end = size + after

    def windows() -> Iterator[range]:
        for output in range(outputs):
            start = output * stride - before
            yield range(start, min(start + (kernel - 1) * dilation + 1, end), dilation)

    return Axis(size, tuple(windows()), kernel, stride, dilation, before, after)


def adaptive(size: int, outputs: int) -> Axis:
    """The axis of an adaptive pooling: from ⌊o·size/outputs⌋ up to ⌈(o + 1)·size/outputs⌉."""
    windows = tuple(
        range(output * size // outputs, -(-(output + 1) * size // outputs))
        for output in range(outputs)
    )
    return Axis(size, windows, max(map(len, windows)), None)
