"""Workers that are killed, stopped, flooded or forsaken: one job is lost at most, nobody waits."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from app.settings import Settings
from app.workers import jobs
from app.workers.estimate import SMALL, cost_of
from app.workers.pool import Busy, WorkerLost, Workers

pytestmark = pytest.mark.slow
BLOCK = [("block", "basic")]
HEAVY = [("model", "hornet"), ("depths", "99,99,99,99"), ("shapes", "symbolic")]


def play(scene: Callable[[Workers], Awaitable[None]], **settings: Any) -> None:
    """Run a scene with workers that are ready and have a job behind them."""

    async def whole() -> None:
        workers = Workers(Settings(**{"workers": 2, "timeout": 9, **settings}))
        workers.start()
        try:
            await asyncio.wait_for(workers.ready.wait(), 90)
            await scene(workers)
        finally:
            await workers.stop()

    asyncio.run(whole())


def pids(workers: Workers) -> list[int]:
    return [worker.pid for worker in workers._workers if worker.pid]


async def soon(true: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        await asyncio.sleep(0.05)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds


def half_an_answer() -> None:
    """A message that says it is longer than it is, then the end of the process."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        with suppress(OSError):
            if os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):  # noqa: PTH115
                os.write(int(name), b"\x00\x01\x00\x00half")
    os.kill(os.getpid(), signal.SIGKILL)


def garbage() -> None:
    """A whole message that is no pickle."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        with suppress(OSError):
            if os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):  # noqa: PTH115
                os.write(int(name), b"\x00\x00\x00\x04oops")


def flood() -> int:
    return len(bytearray(2**33))


def deaf() -> None:
    """Ignores every signal that can be ignored."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    time.sleep(60)


@pytest.mark.parametrize("job", [half_an_answer, garbage, flood])
def test_a_worker_that_fails_in_any_way_costs_its_own_job_alone(job: Callable[[], Any]) -> None:
    async def scene(workers: Workers) -> None:
        with at_most(5):
            with pytest.raises(WorkerLost):
                await workers.run(job)
            answers = await asyncio.gather(
                *(workers.run(jobs.render, BLOCK, "svg") for _ in range(6))
            )
        assert len(set(answers)) == 1

    play(scene, worker_limit=2**31)


def test_a_job_that_ignores_signals_ends_at_its_deadline() -> None:
    async def scene(workers: Workers) -> None:
        with at_most(3), pytest.raises(TimeoutError):
            await workers.run(deaf)
        assert await workers.run(jobs.render, BLOCK, "svg")

    play(scene, timeout=1.5)


def test_idle_workers_that_were_stopped_are_replaced_and_no_job_is_lost() -> None:
    async def scene(workers: Workers) -> None:
        for pid in pids(workers):
            os.kill(pid, signal.SIGSTOP)
        with at_most(6):
            assert await workers.run(jobs.render, BLOCK, "svg")

    play(scene)


def test_idle_workers_that_were_killed_are_replaced_and_no_job_is_lost() -> None:
    async def scene(workers: Workers) -> None:
        before = pids(workers)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        with at_most(5):
            assert await workers.run(jobs.render, BLOCK, "svg")
            await soon(lambda: len(pids(workers)) == 3 and not set(pids(workers)) & set(before))

    play(scene)


@pytest.mark.parametrize("by", [signal.SIGSTOP, signal.SIGKILL])
def test_workers_outlive_the_process_that_they_are_forked_from(by: signal.Signals) -> None:
    from multiprocessing import forkserver

    async def scene(workers: Workers) -> None:
        parent = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
        os.kill(parent, by)
        for pid in pids(workers):
            os.kill(pid, signal.SIGKILL)
        with at_most(30):
            assert await workers.run(jobs.render, BLOCK, "svg")

    play(scene, timeout=30)


def test_a_small_job_does_not_wait_for_large_ones() -> None:
    async def scene(workers: Workers) -> None:
        large = [asyncio.create_task(workers.run(time.sleep, 3)) for _ in range(10)]
        await asyncio.sleep(0.5)
        assert workers.waiting == 8
        with at_most(0.5):
            await workers.run(jobs.render, BLOCK, "svg")
        for task in large:
            task.cancel()

    play(scene)


def test_sixty_who_ask_for_large_things_and_leave_keep_nobody_waiting() -> None:
    async def scene(workers: Workers) -> None:
        large = [asyncio.create_task(workers.run(time.sleep, 60)) for _ in range(60)]
        await asyncio.sleep(0.5)
        for task in large:
            task.cancel()
        with at_most(1):
            await workers.run(jobs.render, BLOCK, "svg")
        assert workers.waiting == 0
        await soon(lambda: workers.busy == 0)

    play(scene)


def test_a_full_queue_turns_away_the_large_and_keeps_the_small() -> None:
    async def scene(workers: Workers) -> None:
        large = [asyncio.create_task(workers.run(time.sleep, 4)) for _ in range(5)]
        await asyncio.sleep(0.2)
        turned_away = [task for task in large if task.done()]
        assert len(turned_away) == 1
        refusal = turned_away[0].exception()
        assert isinstance(refusal, Busy)
        assert 1 <= refusal.after <= 60
        assert await workers.run(jobs.render, BLOCK, "svg")
        for task in large:
            task.cancel()

    play(scene, queue=2)


def test_a_job_that_is_larger_than_it_looks_leaves_the_express() -> None:
    async def scene(workers: Workers) -> None:
        large = [asyncio.create_task(workers.run(time.sleep, 8)) for _ in range(2)]
        await asyncio.sleep(0.3)
        assert cost_of(jobs.render, (HEAVY, "svg")) >= SMALL
        ticket = asyncio.create_task(workers.run(jobs.paint, Sleeper(), "svg"))
        await asyncio.sleep(2 * SMALL + 1)
        with at_most(1):
            await workers.run(jobs.render, BLOCK, "svg")
        for task in [*large, ticket]:
            task.cancel()

    play(scene, timeout=20)


class Sleeper:
    """An argument that takes 60 s where it is looked at."""

    def __eq__(self, _: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]

    def replace(self, *_: Any) -> str:
        time.sleep(60)
        return ""

    def encode(self, *_: Any) -> bytes:
        time.sleep(60)
        return b""

    def __str__(self) -> str:
        time.sleep(60)
        return ""


def test_readiness_is_lost_and_found_again() -> None:
    async def scene(workers: Workers) -> None:
        assert workers.trouble is None
        workers._drawn -= 60
        assert workers.trouble == "not drawing"
        # The probe finds out that all is well.
        await soon(lambda: workers.trouble is None)
        workers.leaving = True
        assert workers.trouble == "leaving"

    play(scene)


def test_a_worker_that_has_grown_is_replaced_when_it_is_idle() -> None:
    async def scene(workers: Workers) -> None:
        before = set(pids(workers))
        await asyncio.gather(*(workers.run(jobs.render, BLOCK, "svg") for _ in range(3)))
        await soon(lambda: bool(pids(workers)) and not before <= set(pids(workers)))

    play(scene, worker_bytes=2**20)


def test_a_drawing_that_is_too_large_to_wait_for_leaves_no_process_at_work() -> None:
    async def scene(workers: Workers) -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(workers.run(jobs.render, HEAVY, "svg"), 0.3)
        await soon(lambda: workers.busy == 0, 1)

    play(scene)
