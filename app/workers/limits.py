"""Limits: of the processor's time for a stage, and of the time of day for a whole answer.

A stopwatch with an alarm ends the worker of a stage that takes more of the processor than it may.
It is the processor's time, so that a busy machine ends nothing that a free one draws. Nothing is
interrupted in the middle and used again: the worker says why, and is gone.

The moment by which an answer must be there, however many jobs it takes, is kept on the event loop's
clock, which nobody can set, and goes with the request: every job asked for while it is answered
finds it.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from resnet_core.stages import Stopwatch

# Of a stage that has no time left the alarm comes at once; zero would be none.
LEAST = 0.001
HERE = hasattr(signal, "setitimer")


class TooSlow(Exception):
    """A stage took more of the processor than it may: its name, and that limit in seconds."""

    def __init__(self, stage: str, seconds: float) -> None:
        super().__init__(stage, seconds)
        self.stage, self.seconds = stage, seconds


class Limited(Stopwatch):
    """Stages of one job. ``late`` is called, and must not return, where one takes too much.

    The stages inside of a stage have limits of their own and are not counted twice.
    """

    def __init__(self, limits: Mapping[str, float], late: Callable[[TooSlow], object]) -> None:
        super().__init__()
        self._limits, self._late = limits, late
        self._used: Counter[str] = Counter()
        self._since = time.process_time()
        if HERE and limits:
            signal.signal(signal.SIGPROF, self._alarm)

    def begin(self, stage: str) -> None:
        """A stage begins; the one around it pauses."""
        self._pause()
        super().begin(stage)
        self._resume()

    def end(self) -> None:
        """A stage is over; the one around it goes on."""
        self._pause()
        super().end()
        self._resume()

    def _pause(self) -> None:
        now = time.process_time()
        if stage := self.under_way:
            self._used[stage] += now - self._since  # type: ignore[assignment]
        self._since = now

    def _resume(self) -> None:
        limit = self._limits.get(self.under_way, 0)
        left = max(LEAST, limit - self._used[self.under_way]) if limit else 0
        if HERE:
            signal.setitimer(signal.ITIMER_PROF, left)

    def _alarm(self, *_: object) -> None:
        stage = self.under_way
        if stage in self._limits:
            self._late(TooSlow(stage, self._limits[stage]))


_moment: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All that is asked for inside must be there in so many seconds from now."""
    kept = _moment.set(asyncio.get_running_loop().time() + seconds)
    try:
        yield
    finally:
        _moment.reset(kept)


def moment(seconds: float) -> float:
    """The moment of this answer; where none is set, so many seconds from now."""
    return _moment.get() or asyncio.get_running_loop().time() + seconds
