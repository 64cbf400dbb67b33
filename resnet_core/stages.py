"""Where one is: the stage of a picture, with a stopwatch of each, and the line of a pasted source.

Nobody carries a stopwatch unless ``timed`` is asked for; a stage costs next to nothing then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

# The module is made, run and read; its view gets places; Graphviz draws; its SVG is dressed; what
# else a format takes.
STAGES = ("build", "trace", "layout", "engine", "dress", "encode")
# A sweep of many steps goes through all of them many times.
MOST = 500


class Lap(NamedTuple):
    """One stage, gone through once: nanoseconds of the wall's clock, and how deep in others.

    ``own`` are the nanoseconds that were spent in no stage inside of it.
    """

    stage: str
    depth: int
    begun: int
    ended: int
    own: int


class Stopwatch:
    """Stages under way and done; of these the first ``MOST``."""

    def __init__(self) -> None:
        self.laps: list[Lap] = []
        self._offset = time.time_ns() - time.perf_counter_ns()
        # Each with its beginning, and what the stages inside of it have taken.
        self._open: list[tuple[str, int]] = []
        self._inside: list[int] = [0]

    @property
    def under_way(self) -> str:
        """The innermost stage; empty between stages."""
        return self._open[-1][0] if self._open else ""

    def begin(self, stage: str) -> None:
        """A stage begins, inside of whatever is under way."""
        self._open.append((stage, time.perf_counter_ns()))
        self._inside.append(0)

    def end(self) -> None:
        """The stage that began last is over."""
        stage, begun = self._open.pop()
        taken = time.perf_counter_ns() - begun
        own = taken - self._inside.pop()
        self._inside[-1] += taken
        begun += self._offset
        if len(self.laps) < MOST:
            self.laps.append(Lap(stage, len(self._open), begun, begun + taken, own))


_carried: ContextVar[Stopwatch | None] = ContextVar("stopwatch", default=None)


@contextmanager
def timed(watch: Stopwatch | None = None) -> Iterator[Stopwatch]:
    """A stopwatch for all stages inside."""
    watch = watch or Stopwatch()
    kept = _carried.set(watch)
    try:
        yield watch
    finally:
        _carried.reset(kept)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """What is inside is this stage."""
    watch = _carried.get()
    if watch is None:
        yield
        return
    watch.begin(name)
    try:
        yield
    finally:
        watch.end()


def seconds(laps: list[Lap]) -> dict[str, float]:
    """Seconds of each stage that was gone through, without what is inside of it, in their order."""
    sums = dict.fromkeys(STAGES, 0)
    for lap in laps:
        sums[lap.stage] = sums.get(lap.stage, 0) + lap.own
    return {name: own / 1e9 for name, own in sums.items() if own}


class _Place(threading.local):
    """File and line of the source that one thread is reading; no line while it reads none."""

    file: str = ""
    line: int | None = None


PLACE = _Place()
