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
import math
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


class Alarm:
    """The one alarm that a process has on the processor's time.

    To set it is a slow call. So it stays as it is where it comes early enough, from job to job, and
    who is woken too early sets it once more.
    """

    def __init__(self) -> None:
        self._due = math.inf
        self._heard: Callable[[], object] | None = None

    def listen(self, heard: Callable[[], object]) -> None:
        """From now on this is called when it rings."""
        if self._heard is None and HERE:
            signal.signal(signal.SIGPROF, self._ring)
        self._heard = heard

    def by(self, due: float, now: float) -> None:
        """Ring at this time of the processor, or before."""
        if due < self._due and HERE:
            self._due = due
            signal.setitimer(signal.ITIMER_PROF, max(LEAST, due - now))

    def _ring(self, *_: object) -> None:
        self._due = math.inf
        if self._heard:
            self._heard()


_alarm = Alarm()


class Limited(Stopwatch):
    """Stages of one job. ``late`` is called, and must not return, where one takes too much.

    The stages inside of a stage have limits of their own and are not counted twice.
    """

    def __init__(self, limits: Mapping[str, float], late: Callable[[TooSlow], object]) -> None:
        super().__init__()
        self._limits, self._late = limits, late
        self._used: Counter[str] = Counter()
        self._since = 0.0
        if limits:
            _alarm.listen(self._look)

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
        if (stage := self.under_way) in self._limits:
            self._used[stage] += time.process_time() - self._since  # type: ignore[assignment]

    def _resume(self) -> None:
        if (stage := self.under_way) in self._limits:
            now = self._since = time.process_time()
            _alarm.by(now + self._limits[stage] - self._used[stage], now)

    def _look(self) -> None:
        """See whether the stage under way has had its time; else be woken when it has."""
        if (stage := self.under_way) not in self._limits:
            return
        now = time.process_time()
        left = self._limits[stage] - self._used[stage] - (now - self._since)
        if left <= 0:
            self._late(TooSlow(stage, self._limits[stage]))
        else:
            _alarm.by(now + left, now)


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
