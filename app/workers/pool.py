"""Workers that draw: so many at once, so many jobs waiting, one deadline for each answer."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from app.settings import Settings
from app.workers import jobs
from app.workers.estimate import SMALL, cost_of
from app.workers.journey import Leg, journey
from app.workers.limits import TooSlow, moment, within
from app.workers.process import NotBegun, Process, Thread, Worker, forks
from app.workers.process import WorkerLost as WorkerLost
from app.workers.queue import Busy as Busy
from app.workers.queue import Queue, Ticket, TooLong
from resnet_core.errors import RenderError

T = TypeVar("T")
log = logging.getLogger(__name__)
PAUSE = 2.0
# The first drawing waits for torch to be imported.
STARTING = 120.0
# An idle worker looks after itself so often, in seconds, and something is drawn at least so often.
IDLE, PROBED, STALE = 1.0, 5.0, 15.0
# What nobody waits for any more may take so many seconds to its end; a new process costs as much.
GRACE = 0.2
TRIES = 5
# How much the processes let the server and the small jobs go first.
CALM = 5


class Workers:
    """Runs jobs away from the event loop, which alone calls these methods.

    Tracing takes a lock and torch takes the interpreter, so a thread would not do: processes draw
    side by side, and one that takes too long is killed and replaced. One more process, the
    express, does small jobs only, so that these never wait for large ones.
    """

    def __init__(self, settings: Settings, begin: Callable[[], object] | None = None) -> None:
        self._begin = begin
        self._settings = settings
        self._room = max(1, settings.workers) + settings.queue
        self._queue = Queue(settings.queue, settings.workers)
        self._workers: list[Worker] = []
        self._tending: list[asyncio.Task[None]] = []
        self._at_work: dict[Worker, Ticket] = {}
        self._starting: asyncio.Lock | None = None
        self._drawn = 0.0
        self._doubted = self._pictureless = False
        self.counts: Counter[str] = Counter()
        # Told of each job that is done.
        self.observe: Callable[[Leg], None] = lambda _: None
        self.ready = asyncio.Event()
        self.leaving = False

    def start(self) -> None:
        """Begin to open; ``ready`` is set once something has really been drawn."""
        self._open()
        self._tending.append(asyncio.create_task(self._watch()))

    def renew(self) -> None:
        """Let every process begin anew; what it was doing is lost."""
        for worker in self._workers:
            worker.kill()

    async def stop(self) -> None:
        """End all workers; what they were doing is lost."""
        for task in self._tending:
            task.cancel()
        if self._tending:
            await asyncio.wait(self._tending)
        for worker in self._workers:
            worker.kill()
        await asyncio.gather(*(asyncio.to_thread(worker.close) for worker in self._workers))

    async def run(self, job: Callable[..., T], *arguments: Any) -> T:
        """What the job returns or raises.

        Raises Busy where too many wait already or its turn did not come before the deadline,
        TimeoutError where it takes too long, WorkerLost where its process ended. It is not tried
        again: a job that ends one worker would end two. Whoever is cancelled gives its place up.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        end = moment(self._settings.timeout)
        ticket = Ticket(job, arguments, cost_of(job, arguments), now, end)
        self._open()
        self._queue.put(ticket)
        self._shed()
        overdue = loop.call_at(end, self._overdue, ticket)
        try:
            answer: T = await ticket.answer
            return answer
        finally:
            overdue.cancel()
            self._queue.drop(ticket)
            if ticket.leg and (mine := journey.get()):
                mine.legs.append(ticket.leg)

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        return len(self._queue)

    @property
    def pressing(self) -> int:
        """How many of them somebody has asked for."""
        return self._queue.pressing

    @property
    def busy(self) -> int:
        """How many workers are at work."""
        return len(self._at_work)

    @property
    def apart(self) -> bool:
        """Whether each worker loads by itself what others share."""
        return bool(self._settings.workers) and not forks()

    @property
    def trouble(self) -> str | None:
        """Why no request should be sent here now; None where all is well."""
        if self.leaving:
            return "leaving"
        if self._pictureless:
            return "no pictures: Graphviz is missing or fails"
        if not self.ready.is_set():
            return "starting"
        if self._queue.full or (self._settings.queue and self.waiting >= self._settings.queue):
            return "busy"
        if asyncio.get_running_loop().time() - self._drawn > STALE:
            return "not drawing"
        return None

    def _open(self) -> None:
        if self._workers:
            return
        self._starting = asyncio.Lock()
        count, memory = self._settings.workers, self._settings.worker_limit
        if count:
            limits = self._settings.stages
            self._workers = [
                Process(str(at + 1), memory, CALM, self._begin, limits) for at in range(count)
            ]
            self._workers.append(Process("express", memory, 0, self._begin, limits))
        else:
            self._workers = [Thread()]
        for worker in self._workers:
            express = worker.name == "express"
            self._tending.append(asyncio.create_task(self._tend(worker, express)))

    async def _watch(self) -> None:
        """See to it that something is drawn, at the start and whenever nobody asks for long."""
        while True:
            clock = asyncio.get_running_loop()
            try:
                if not self.ready.is_set():
                    with within(STARTING):
                        await self.run(jobs.warm_up)
                    self.ready.set()
                elif self._doubted or clock.time() - self._drawn > PROBED:
                    await self.run(jobs.probe)
            except Exception as error:
                self._pictureless = isinstance(error, RenderError)
                log.warning("the probe was not drawn; it is tried again: %r", error)
                await asyncio.sleep(PAUSE)
            else:
                self._doubted = self._pictureless = False
                await asyncio.sleep(IDLE)

    async def _tend(self, worker: Worker, express: bool) -> None:
        """Keep a worker alive and give it one job after the other."""
        worked = 0.0
        while True:
            try:
                if not worker.alive:
                    await self._restart(worker)
                begin = partial(self._set_on, worker)
                ticket = await self._queue.next(express, IDLE, worked, begin)
                if ticket:
                    await self._give(worker, ticket, express)
                    worked = asyncio.get_running_loop().time()
                    self._spare(worker)
            except Exception:
                log.exception("worker %s could not be used; it is tried again", worker.name)
                worker.kill()
                await asyncio.sleep(PAUSE)

    async def _restart(self, worker: Worker) -> None:
        assert self._starting is not None  # it is made with the workers
        async with self._starting:
            await worker.start()
        self.counts["started"] += 1

    def _set_on(self, worker: Worker, ticket: Ticket) -> None:
        """Let a worker begin with a job."""
        clock = asyncio.get_running_loop()
        ticket.begun = clock.time()
        self._at_work[worker] = ticket
        ticket.work = worker.do(ticket.job, *ticket.arguments)
        # Before anything is written down of it: somebody waits.
        ticket.work.add_done_callback(lambda done: _hand_over(done, ticket, worker, clock.time()))

    async def _give(self, worker: Worker, ticket: Ticket, express: bool) -> None:
        """Have a job done, and end it where its time is up or nobody waits for it."""
        if ticket.work is None:
            self._set_on(worker, ticket)
        work, begun = ticket.work, ticket.begun
        assert work is not None  # it is begun
        assert begun is not None
        limit = max(0.0, ticket.deadline - begun)
        if express:
            limit = min(limit, 2 * SMALL)
        try:
            await asyncio.wait({work, ticket.answer}, timeout=limit, return_when="FIRST_COMPLETED")
            if not work.done() and ticket.answer.cancelled():
                await asyncio.wait({work}, timeout=GRACE)
            if not work.done() and self._end(worker, ticket, express):
                # Another worker has the job, or soon will: how this one ends is no news.
                await asyncio.gather(work, return_exceptions=True)
            else:
                await self._answer(work, ticket)
        finally:
            self._at_work.pop(worker, None)
            if not work.done():
                work.cancel()

    def _end(self, worker: Worker, ticket: Ticket, express: bool) -> bool:
        """Stop a job: it comes too late, or is larger than it looked, or nobody wants it.

        The answer is whether another worker shall do it.
        """
        now = asyncio.get_running_loop().time()
        passed_on = express and now < ticket.deadline and not ticket.answer.cancelled()
        if ticket.answer.cancelled():
            self.counts["abandoned"] += 1
        elif passed_on:
            ticket.cost = max(ticket.cost, 3 * SMALL)
            ticket.wait_again()
            self._queue.put(ticket)
            self._shed()
        else:
            self._overdue(ticket)
        worker.kill()
        return passed_on

    async def _answer(self, work: asyncio.Future[Any], ticket: Ticket) -> None:
        """Write down how it went. A job that no worker has begun is tried again."""
        try:
            await work
        except NotBegun as error:
            self.counts["lost"] += 1
            ticket.tries += 1
            if ticket.tries < TRIES and not ticket.answer.done():
                ticket.wait_again()
                self._queue.put(ticket)
            else:
                ticket.fail(WorkerLost(str(error)))
        except (WorkerLost, MemoryError) as error:
            if not ticket.answer.done():
                self.counts["lost"] += 1
                log.warning("a worker ended: %r", error)
                ticket.fail(WorkerLost(str(error)))
        except TooSlow as error:
            self.counts["timeout"] += 1
            ticket.fail(TooLong(error))
        except RenderError as error:
            # One picture that Graphviz refuses says little; the probe shows whether it draws any.
            self._doubted = True
            ticket.fail(error)
        except Exception as error:
            self._drawn = asyncio.get_running_loop().time()
            ticket.fail(error)
        else:
            self._drawn = asyncio.get_running_loop().time()
            assert ticket.leg is not None  # it was handed over
            self.observe(ticket.leg)

    def _spare(self, worker: Worker) -> None:
        """Replace a worker that has grown; it is idle now."""
        if worker.resident > self._settings.worker_bytes and worker.alive:
            self.counts["recycled"] += 1
            worker.kill()

    def _shed(self) -> None:
        taken = [worker for worker in self._at_work if worker.name != "express"]
        before = len(self._queue)
        self._queue.shed(self._room - len(taken))
        self.counts["refused"] += before - len(self._queue)

    def _overdue(self, ticket: Ticket) -> None:
        """The deadline has passed: too large a job, or too long a queue."""
        if ticket.answer.done():
            return
        now = asyncio.get_running_loop().time()
        waited = (ticket.begun or now) - ticket.since
        if self._queue.drop(ticket) or waited > (now - ticket.since) / 2:
            self.counts["refused"] += 1
            ticket.fail(Busy(self._queue.wait))
        else:
            self.counts["timeout"] += 1
            ticket.fail(TooLong() if ticket.large else TimeoutError())


def _hand_over(done: asyncio.Future[Any], ticket: Ticket, worker: Worker, now: float) -> None:
    """Give what was made to who asked for it, with the way that it has gone."""
    if done.cancelled() or done.exception():
        return
    assert ticket.begun is not None  # who has its outcome has begun it
    waited, taken = ticket.begun - ticket.since, now - ticket.begun
    ticket.leg = Leg.now(ticket.job.__name__, waited, taken, worker.name, worker.laps)
    if not ticket.answer.done():
        ticket.answer.set_result(done.result())
