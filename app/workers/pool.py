"""Processes that draw: so many at once, so many waiting, so long for each."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from app.settings import Settings
from app.workers import jobs

T = TypeVar("T")
log = logging.getLogger(__name__)
PAUSE = 2.0


class Busy(Exception):
    """As many jobs are waiting as may wait."""


class WorkerLost(Exception):
    """The process that was at work on the job has ended."""


class Workers:
    """Runs jobs away from the event loop, which alone calls these methods.

    Tracing takes a lock and torch takes the interpreter, so a thread would not do: processes draw
    side by side, and one that takes too long is killed and replaced.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._room = max(1, settings.workers) + settings.queue
        self._running = 0
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="resnet-diagram")
        self._pool: ProcessPool | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._door = asyncio.Lock()
        self._opening: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    def start(self) -> None:
        """Begin to open; ``ready`` is set once something has really been drawn."""
        self._opening = asyncio.create_task(self._open())

    async def stop(self) -> None:
        """End all workers; what they were doing is lost."""
        if self._opening:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        if self._pool:
            await asyncio.to_thread(_close, self._pool)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, job: Callable[..., T], *arguments: Any) -> T:
        """What the job returns or raises.

        Raises Busy where too many wait already, TimeoutError where it takes too long, WorkerLost
        where its process ended. It is not tried again: a job that ends one worker would end two.
        """
        if self._running >= self._room:
            raise Busy
        self._running += 1
        try:
            return await self._begun(job, *arguments)
        finally:
            self._running -= 1

    async def _open(self) -> None:
        while not self.ready.is_set():
            try:
                await self._begun(jobs.warm_up)
            except Exception:
                log.exception("the first drawing failed; it is tried again")
                await asyncio.sleep(PAUSE)
            else:
                self.ready.set()

    async def _begun(self, job: Callable[..., T], *arguments: Any) -> T:
        limit = self._settings.timeout
        if self._settings.workers:
            pool = await self._open_pool()
            try:
                return await asyncio.wrap_future(pool.schedule(job, arguments, timeout=limit))
            except ProcessExpired as error:
                log.warning("a worker ended: %s", error)
                raise WorkerLost from None
        work = asyncio.get_running_loop().run_in_executor(self._threads, job, *arguments)
        return await asyncio.wait_for(work, limit)

    async def _open_pool(self) -> ProcessPool:
        """The pool; a new one at the start, and where the old one has broken."""
        async with self._door:
            if self._pool is None or not self._pool.active:
                if self._pool:
                    self._close_broken(self._pool)
                self._pool = _pool(self._settings.workers)
                # The first job starts the processes and waits for them: not on the event loop.
                await asyncio.to_thread(_first, self._pool)
            return self._pool

    def _close_broken(self, pool: ProcessPool) -> None:
        """End the other workers of a pool that lost an idle one; nobody waits for that."""
        closing = asyncio.create_task(asyncio.to_thread(_close, pool))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


def _pool(workers: int) -> ProcessPool:
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["app.workers.preload"])
    return ProcessPool(workers, context=context)


def _first(pool: ProcessPool) -> None:
    pool.schedule(int).result()


def _close(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()
