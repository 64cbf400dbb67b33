"""Jobs that wait for a worker: so many at most, the small ones not behind the large ones."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from app.workers.estimate import SMALL
from app.workers.journey import Leg

# A second of work counts as so many seconds of having come later. Whatever waits long enough is
# first in the end.
LATER = 4.0
LONGEST = 60
# Whether nobody has asked for what is done now: it lets everybody go first.
unasked: ContextVar[bool] = ContextVar("unasked", default=False)


class Busy(Exception):
    """As many jobs are waiting as may wait, or this one has waited for as long as it may.

    ``after`` is the number of seconds after which it is worth asking again.
    """

    def __init__(self, after: int = 2) -> None:
        super().__init__(after)
        self.after = after


class TooLong(TimeoutError):
    """A large job has taken all of its time; it would again. A small one was only unlucky."""


@dataclass(eq=False)
class Ticket:
    """A job, what it probably costs, by when its answer must be there, and that answer."""

    job: Callable[..., Any]
    arguments: tuple[Any, ...]
    cost: float
    since: float
    deadline: float
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.Future())
    begun: float | None = None
    # What a worker makes of it.
    work: asyncio.Future[Any] | None = None
    tries: int = 0
    leg: Leg | None = None
    unasked: bool = field(default_factory=lambda: unasked.get())

    @property
    def large(self) -> bool:
        return self.cost >= SMALL

    @property
    def turn(self) -> tuple[bool, float]:
        """The lower, the sooner."""
        return self.unasked, self.since + LATER * self.cost

    def last(self) -> tuple[bool, float, float]:
        """The higher, the sooner it is turned away."""
        return self.unasked, self.cost, self.since

    def wait_again(self) -> None:
        """Nobody has begun it after all."""
        self.begun = self.work = None

    def fail(self, error: Exception) -> None:
        """Tell who asked, where somebody still waits."""
        if not self.answer.done():
            self.answer.set_exception(error)


@dataclass(eq=False)
class Resting:
    """Somebody with nothing to do: for small jobs only or for all, and when he worked last.

    ``begin`` lets him begin with a ticket at once.
    """

    small_only: bool
    worked: float
    begin: Callable[[Ticket], object]
    call: asyncio.Future[Ticket | None] = field(default_factory=lambda: asyncio.Future())

    def ring(self) -> None:
        """Let him look after himself."""
        if not self.call.done():
            self.call.set_result(None)


class Queue:
    """The waiting tickets. It lives on the event loop: there is nothing to lock."""

    def __init__(self, limit: int, workers: int) -> None:
        self._limit, self._workers = limit, max(1, workers)
        self._waiting: list[Ticket] = []
        self._idle: list[Resting] = []

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def pressing(self) -> int:
        """How many wait that somebody has asked for."""
        return sum(not ticket.unasked for ticket in self._waiting)

    @property
    def full(self) -> bool:
        return len(self._waiting) > self._limit

    @property
    def wait(self) -> int:
        """Whole seconds until what waits now is probably done, 1 to 60."""
        seconds = sum(ticket.cost for ticket in self._waiting) / self._workers
        return min(LONGEST, max(1, math.ceil(seconds)))

    def put(self, ticket: Ticket) -> None:
        """Let it wait; where there are too many then, the costliest of all gets Busy."""
        self._waiting.append(ticket)
        fit = [
            idle
            for idle in self._idle
            if not idle.call.done() and not (idle.small_only and ticket.large)
        ]
        if fit:
            # The last to have worked is called first: its memory is warm.
            called = max(fit, key=lambda idle: idle.worked)
            first = self.take(called.small_only)
            assert first is not None  # the one that was put is there
            called.begin(first)
            called.call.set_result(first)

    def shed(self, most: int) -> None:
        """Turn away the costliest, of equals the last, until no more than ``most`` wait."""
        while len(self._waiting) > most:
            after = self.wait
            costliest = max(self._waiting, key=Ticket.last)
            self._waiting.remove(costliest)
            costliest.fail(Busy(after))

    def drop(self, ticket: Ticket) -> bool:
        """Forget a ticket; whether it was still waiting."""
        if ticket not in self._waiting:
            return False
        self._waiting.remove(ticket)
        return True

    def take(self, small_only: bool) -> Ticket | None:
        """The ticket whose turn it is, if there is one."""
        fit = [ticket for ticket in self._waiting if not (small_only and ticket.large)]
        if not fit:
            return None
        first = min(fit, key=lambda ticket: ticket.turn)
        self._waiting.remove(first)
        return first

    async def next(
        self,
        small_only: bool,
        patience: float,
        worked: float = 0.0,
        begin: Callable[[Ticket], object] = lambda _: None,
    ) -> Ticket | None:
        """The ticket whose turn it is, or None where none has come for so many seconds.

        ``worked`` is when whoever asks has worked last. ``begin`` is called with a ticket that
        comes while he rests: it waits no turn of the loop.
        """
        if ticket := self.take(small_only):
            return ticket
        idle = Resting(small_only, worked, begin)
        self._idle.append(idle)
        bell = asyncio.get_running_loop().call_later(patience, idle.ring)
        try:
            return await idle.call or self.take(small_only)
        finally:
            bell.cancel()
            self._idle.remove(idle)
