"""The part of an axis that a picture shows: at most twelve places, and long gaps as one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resnet_core.window.axis import Axis

MOST = 12
# Of a window that is wider than that, so many outputs are shown at most.
_NEIGHBOURS = 3


@dataclass(frozen=True)
class Part:
    """Some neighbouring outputs of an axis and the places that they read.

    A place is one position of the input, or several that are drawn as one: a gap.
    ``from_start`` and ``to_end`` say whether the map, padding included, begins and ends here.
    """

    places: tuple[range, ...]
    outputs: range
    from_start: bool
    to_end: bool

    def index(self, position: int) -> int:
        """The number of the place in which a position is shown."""
        return next(index for index, place in enumerate(self.places) if position in place)


def part_of(axis: Axis, at: int) -> Part:
    """The part around output ``at``: the whole axis where it fits, else from its start."""
    low, high = -axis.before, axis.size + axis.after
    window = axis.reads[at]
    if high - low <= MOST:
        start, stop = low, high
    elif window[-1] - window[0] < MOST:
        start = _start(window, low, high)
        stop = start + MOST
    else:
        return _with_gaps(axis, at)
    places = tuple(range(place, place + 1) for place in range(start, stop))
    inside = [o for o, read in enumerate(axis.reads) if start <= read[0] and read[-1] < stop]
    outputs = _at_most(range(inside[0], inside[-1] + 1), at)
    return Part(places, outputs, start == low, stop == high)


def _start(window: range, low: int, high: int) -> int:
    """Where twelve positions begin that hold a window."""
    if window[-1] - low < MOST:
        return low
    if high - window[0] <= MOST:
        return high - MOST
    middle = (window[0] + window[-1] + 1 - MOST) // 2
    return min(max(middle, low), high - MOST)


def _at_most(outputs: range, at: int) -> range:
    """Twelve of the outputs, with ``at`` among them."""
    if len(outputs) <= MOST:
        return outputs
    start = min(max(outputs[0], at - MOST // 2), outputs[-1] + 1 - MOST)
    return range(start, start + MOST)


def _with_gaps(axis: Axis, at: int) -> Part:
    """A wide window: its own positions and those of a few neighbours, the rest as gaps."""
    low, high = -axis.before, axis.size + axis.after
    for count in range(min(_NEIGHBOURS, len(axis.reads)), 0, -1):
        first = min(max(0, at - count // 2), len(axis.reads) - count)
        outputs = range(first, first + count)
        places = _places({place for output in outputs for place in axis.reads[output]})
        if len(places) <= MOST:
            break
    else:
        places = _shortened(places)
    return Part(places, outputs, places[0][0] == low, places[-1][-1] + 1 == high)


def _places(shown: Iterable[int]) -> tuple[range, ...]:
    """Every position that is shown as a place, and what lies between them as gaps."""
    found: list[range] = []
    for position in sorted(shown):
        if found and position > found[-1].stop:
            found.append(range(found[-1].stop, position))
        found.append(range(position, position + 1))
    return tuple(found)


def _shortened(places: tuple[range, ...]) -> tuple[range, ...]:
    """The first and the last of too many places, and one gap for all between."""
    head, tail = places[: MOST // 2], places[len(places) - (MOST - MOST // 2 - 1) :]
    return (*head, range(head[-1].stop, tail[0].start), *tail)
