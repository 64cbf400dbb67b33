"""A stopwatch with an alarm: a stage that takes more of the processor than it may ends its worker.

It is the processor's time, so that a busy machine ends nothing that a free one draws; the time of
day has a limit of its own, for the whole answer. Nothing is interrupted in the middle and used
again: the worker says why, and is gone.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping

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
