"""Worker processes: what they do when it takes too long, and when too many ask."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.workers import jobs
from app.workers.pool import Busy, WorkerLost, Workers
from app.workers.queue import Ticket


@pytest.fixture
def asleep(hasty: TestClient, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Every drawing sleeps in its worker, far longer than it may."""
    workers = hasty.app.state.renderer.workers  # type: ignore[attr-defined]
    run = workers.run

    async def sleep(job: Any, *arguments: Any) -> Any:
        slow = job in (jobs.render, jobs.explore)
        return await (run(time.sleep, 60) if slow else run(job, *arguments))

    monkeypatch.setattr(workers, "run", sleep)
    return monkeypatch


@pytest.mark.slow
def test_a_drawing_that_takes_too_long_is_given_up_and_the_next_one_works(
    hasty: TestClient, asleep: pytest.MonkeyPatch
) -> None:
    begun = time.monotonic()
    answer = hasty.get("/diagram.json?block=basic")
    assert answer.status_code == 504
    assert answer.json()["type"].endswith("#timeout")
    assert time.monotonic() - begun < 20
    assert hasty.get("/diagram.svg?block=basic").text.count("504") > 0
    asleep.undo()
    assert hasty.get("/diagram.json?block=basic&planes=96").status_code == 200
    # Who asks for the same again at once does not cost as much again.
    begun = time.monotonic()
    assert hasty.get("/diagram.json?block=basic").status_code == 504
    assert time.monotonic() - begun < 1


@pytest.mark.slow
def test_too_many_drawings_at_once_are_turned_away(
    hasty: TestClient, asleep: pytest.MonkeyPatch
) -> None:
    urls = [f"/diagram.json?block=basic&planes={number}" for number in (8, 16, 24, 32)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(hasty.get, urls))
    turned_away = [answer for answer in answers if answer.status_code == 503]
    # Two find no room; the turn of the one that waits does not come in time.
    assert len(turned_away) == 3
    assert all(item.headers["retry-after"] for item in turned_away)
    asleep.undo()
    assert hasty.get("/diagram.json?block=basic&planes=104").status_code == 200


@pytest.mark.slow
@pytest.mark.usefixtures("asleep")
def test_the_server_answers_while_all_workers_are_taken(hasty: TestClient) -> None:
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(hasty.get, "/diagram.json?block=basic&planes=40")
        time.sleep(0.2)
        begun = time.monotonic()
        assert hasty.get("/healthz").json() == {"status": "alive"}
        assert time.monotonic() - begun < 0.5
        assert slow.result().status_code == 504


@pytest.mark.slow
def test_a_page_says_that_its_drawing_took_too_long(
    hasty: TestClient, asleep: pytest.MonkeyPatch
) -> None:
    async def nothing(_: object) -> None:
        """What is worth trying next, which would want the one place in the queue."""

    asleep.setattr(hasty.app.state.renderer, "turns", nothing)  # type: ignore[attr-defined]
    answer = hasty.get("/?block=basic&planes=48")
    assert answer.status_code == 504, answer.text[-3000:]
    assert 'role="alert"' in answer.text


@pytest.mark.slow
def test_a_server_is_not_ready_before_something_has_been_drawn() -> None:
    with TestClient(create_app(Settings(workers=0))) as client:
        ready = client.app.state.renderer.workers.ready  # type: ignore[attr-defined]
        while client.get("/readyz").status_code != 200:
            time.sleep(0.05)
        ready.clear()
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


@pytest.mark.slow
def test_a_thread_stands_in_for_the_processes_and_keeps_to_the_limits() -> None:
    async def scene() -> None:
        workers = Workers(Settings(workers=0, timeout=0.1, queue=0))
        with pytest.raises(TimeoutError):
            await workers.run(time.sleep, 0.5)
        patient = asyncio.create_task(workers.run(time.sleep, 0))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await workers.run(time.sleep, 0)
        # The thread is still at work on what nobody waits for: there was no turn for it.
        with pytest.raises(Busy):
            await patient
        await workers.stop()

    asyncio.run(scene())


@pytest.mark.slow
def test_a_worker_that_dies_costs_its_request_a_503_that_nobody_keeps(
    hasty: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = hasty.app.state.renderer.workers  # type: ignore[attr-defined]
    run = workers.run

    async def die(*_: Any) -> Any:
        return await run(os._exit, 1)

    monkeypatch.setattr(workers, "run", die)
    answer = hasty.get("/diagram.json?block=basic&planes=72")
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("#worker-lost")
    assert answer.headers["retry-after"]
    hidden = hasty.get("/diagram.svg?block=basic&planes=72&on_error=image")
    assert hidden.status_code == 200
    assert hidden.headers["cache-control"] == "no-store"
    monkeypatch.undo()
    assert hasty.get("/diagram.json?block=basic&planes=72").status_code == 200


@pytest.mark.slow
def test_the_death_of_an_idle_worker_leaves_no_stray_process() -> None:
    async def scene() -> None:
        workers = Workers(Settings(workers=2))
        names = await asyncio.gather(*(workers.run(_named) for _ in range(2)))
        assert len(set(names)) == 2
        os.kill(names[0], signal.SIGKILL)
        await asyncio.sleep(1)
        with suppress(WorkerLost):
            await workers.run(_named)
        at_work = set(await asyncio.gather(*(workers.run(_named) for _ in range(2))))
        deadline = time.monotonic() + 10
        while any(_lives(name) and name not in at_work for name in names):
            assert time.monotonic() < deadline, "a worker that gets no jobs is still there"
            await asyncio.sleep(0.1)
        await workers.stop()

    asyncio.run(scene())


@pytest.mark.slow
def test_a_new_worker_has_imported_all_that_drawing_needs() -> None:
    async def scene() -> None:
        workers = Workers(Settings(workers=1, timeout=60))
        workers.start()
        await workers.ready.wait()
        assert await workers.run(_imported, [("activation", "gelu")]) < 10
        assert await workers.run(_imported, [("norm_layer", "group"), ("theme", "dark")]) < 10
        await workers.stop()

    asyncio.run(scene())


def _imported(knobs: list[tuple[str, str]]) -> int:
    """How many modules one drawing imports."""
    before = len(sys.modules)
    jobs.render([("block", "bottleneck"), *knobs], "svg")
    return len(sys.modules) - before


def _named() -> int:
    time.sleep(0.5)
    return os.getpid()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("count", [0, 1])
def test_a_job_that_runs_out_of_an_iterator_is_answered_as_any_failure(count: int) -> None:
    async def scene() -> None:
        workers = Workers(Settings(workers=count, timeout=30))
        with pytest.raises(RuntimeError):
            await asyncio.wait_for(workers.run(next, iter(())), 60)
        await workers.stop()

    asyncio.run(scene())


def test_a_job_that_another_worker_has_taken_over_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The express ends late on a busy machine: when the other is at work on its job already."""
    monkeypatch.setattr("app.workers.pool.SMALL", 0.01)

    class Express:
        name = "express"

        def __init__(self) -> None:
            self.killed, self.ended = asyncio.Event(), asyncio.Event()

        def do(self, *_: Any) -> asyncio.Future[Any]:
            return asyncio.ensure_future(self._end())

        async def _end(self) -> None:
            await self.ended.wait()
            raise WorkerLost("worker express ended")

        def kill(self) -> None:
            self.killed.set()

    async def scene() -> None:
        workers, express = Workers(Settings(workers=1)), Express()
        now = asyncio.get_running_loop().time()
        ticket = Ticket(jobs.probe, (), 0.0, now, now + 60)
        given = asyncio.create_task(workers._give(express, ticket, True))  # type: ignore[arg-type]
        await express.killed.wait()
        assert await workers._queue.next(False, 1) is ticket
        ticket.begun = now + 1
        express.ended.set()
        await given
        assert not ticket.answer.done()
        assert workers.counts["lost"] == 0

    asyncio.run(scene())
