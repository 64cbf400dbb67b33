"""What a request has had done for it: each job, its time in the queue and in a worker, its stages.

It goes with the request. A drawing that many wait for is told of the one that asked first.
"""

from __future__ import annotations

import time
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, field

from resnet_core.stages import STAGES, Lap, seconds

QUEUE = "queue"


@dataclass(frozen=True)
class Leg:
    """One job: when it was asked for, begun and done, in nanoseconds, by whom, and its stages."""

    job: str
    asked: int
    begun: int
    ended: int
    worker: str
    laps: list[Lap]

    @property
    def waited(self) -> float:
        return (self.begun - self.asked) / 1e9

    @property
    def taken(self) -> float:
        return (self.ended - self.begun) / 1e9

    @property
    def stages(self) -> dict[str, float]:
        """Seconds in the queue and of each stage."""
        return {QUEUE: self.waited, **seconds(self.laps)}

    @classmethod
    def now(cls, job: str, waited: float, taken: float, worker: str, laps: list[Lap]) -> Leg:
        """A job that is done at this moment."""
        ended = time.time_ns()
        begun = ended - round(taken * 1e9)
        return cls(job, begun - round(waited * 1e9), begun, ended, worker, laps)


@dataclass
class Journey:
    """The jobs of one request."""

    legs: list[Leg] = field(default_factory=list)

    @property
    def stages(self) -> dict[str, float]:
        """Seconds of all its jobs in the queue and in each stage, in the order of the stages."""
        sums: Counter[str] = Counter()
        for leg in self.legs:
            sums.update(leg.stages)
        return {name: sums[name] for name in (QUEUE, *STAGES) if name in sums}


journey: ContextVar[Journey | None] = ContextVar("journey", default=None)
