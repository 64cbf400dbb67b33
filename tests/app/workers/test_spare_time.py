"""What is drawn ahead waits for silence, gives way to anybody, and is there after a start."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.pages import finished as ahead
from app.settings import Settings
from app.workers import spare_time
from app.workers.queue import Busy, Queue, Ticket, unasked
from app.workers.spare_time import Idle


class Pool:
    """Workers as far as they are looked at."""

    def __init__(self) -> None:
        self.busy = self.waiting = self.pressing = self.asked = 0
        self.ready = asyncio.Event()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare_time, "QUIET", 0.05)
    monkeypatch.setattr(spare_time, "LOOK", 0.005)


def play(scene: Callable[[Pool, Idle], Awaitable[None]]) -> None:
    async def whole() -> None:
        pool = Pool()
        await scene(pool, Idle(pool, lambda: pool.asked))  # type: ignore[arg-type]

    asyncio.run(whole())


def test_nothing_is_done_before_there_is_silence() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(1)

    async def scene(pool: Pool, idle: Idle) -> None:
        running = asyncio.create_task(idle.run([work, work]))
        await asyncio.sleep(0.15)
        assert done == []
        pool.ready.set()
        pool.busy = 1
        await asyncio.sleep(0.15)
        assert done == []
        pool.busy = 0
        for _ in range(10):
            # Somebody asks for what needs no worker.
            pool.asked += 1
            await asyncio.sleep(0.02)
        assert done == []
        await asyncio.wait_for(running, 5)
        assert done == [1, 1]
        assert idle.counts == {"done": 2}

    play(scene)


def test_what_is_under_way_is_given_up_for_whoever_waits_and_done_later() -> None:
    begun: list[float] = []
    ended: list[float] = []

    async def work() -> None:
        begun.append(time.monotonic())
        await asyncio.sleep(0.2)
        ended.append(time.monotonic())

    async def scene(pool: Pool, idle: Idle) -> None:
        pool.ready.set()
        running = asyncio.create_task(idle.run([work]))
        while not begun:
            await asyncio.sleep(0.005)
        pool.waiting = pool.pressing = 1
        await asyncio.sleep(0.1)
        assert idle.counts == {"gave way": 1}
        await asyncio.sleep(0.2)
        assert ended == []
        assert len(begun) == 1
        pool.waiting = pool.pressing = 0
        await asyncio.wait_for(running, 5)
        assert len(begun) == 2
        assert len(ended) == 1

    play(scene)


def test_what_fails_or_is_always_in_the_way_stops_nothing() -> None:
    async def fail() -> None:
        raise ValueError("no")

    async def scene(pool: Pool, idle: Idle) -> None:
        pool.ready.set()

        async def stubborn() -> None:
            pool.pressing = 1
            try:
                await asyncio.sleep(60)
            finally:
                pool.pressing = 0

        await asyncio.wait_for(idle.run([fail, stubborn, fail]), 10)
        assert idle.counts == {"failed": 2, "gave way": 3}

    play(scene)


def test_whoever_asks_goes_before_what_nobody_asked_for() -> None:
    async def whole() -> None:
        queue = Queue(8, 1)
        mine = unasked.set(True)
        early = Ticket(len, (), 0.01, since=0, deadline=9)
        unasked.reset(mine)
        late = Ticket(len, (), 0.9, since=5, deadline=9)
        for ticket in (early, late):
            queue.put(ticket)
        assert queue.pressing == 1
        assert queue.take(small_only=True) is late
        assert queue.pressing == 0
        queue.put(late)
        queue.shed(1)
        assert isinstance(early.answer.exception(), Busy)
        assert queue.take(small_only=True) is late

    asyncio.run(whole())


@pytest.mark.slow
def test_what_is_likely_is_drawn_kept_and_there_after_a_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = ahead.likely
    wanted = 7
    monkeypatch.setattr(
        "app.main.likely",
        lambda renderer: (work for work, _ in zip(every(renderer), range(wanted), strict=False)),
    )
    settings: dict[str, Any] = {"workers": 0, "timeout": 60, "disk": str(tmp_path)}
    with TestClient(create_app(Settings(**settings))) as client:
        deadline = time.monotonic() + 60
        while client.app.state.idle.counts["done"] < wanted:  # type: ignore[attr-defined]
            assert time.monotonic() < deadline
            time.sleep(0.3)
    with TestClient(create_app(Settings(**settings, ahead=False))) as client:

        async def refuse(*_: object) -> bytes:
            raise AssertionError("it was drawn again")

        assert not hasattr(client.app.state, "idle")  # type: ignore[attr-defined]
        monkeypatch.setattr(client.app.state.renderer.workers, "run", refuse)  # type: ignore[attr-defined]
        cards = [card for family in ahead.families() for card in family.cards]
        for theme, language in (("light", "en"), ("light", "zh"), ("dark", "en"), ("dark", "zh")):
            query = cards[0].picture(theme, language)
            assert client.get(f"/diagram.svg?{query}").status_code == 200
        for language in ("en", "zh"):
            page = client.get(f"/?lang={language}")
            assert page.status_code == 200
            # Picture, words and what to try next.
            assert "etag" in page.headers


def test_every_picture_of_the_pages_is_likely() -> None:
    drawn: set[str] = set()

    class Told:
        own = None

        async def render(self, query: tuple[tuple[str, str], ...], format: str) -> bytes:
            drawn.add(ahead.Diagram.of(query).url + format)
            return b"{}"

        async def nothing(self, *_: object) -> bytes:
            return b'{"svg": "", "record": {}, "presets": []}'

        explore = nothing

        async def prose(self, *_: object) -> None:
            return None

        turns = annotated = prose

    async def whole() -> None:
        for work in ahead.likely(Told()):  # type: ignore[arg-type]
            await work()

    asyncio.run(whole())
    for document in ahead.DOCUMENTS:
        for system in document.systems:
            for query in (system.query, *(query for _, query in system.also)):
                for language in ("en", "zh"):
                    plain = ahead.Diagram.of([*query.items(), ("lang", language)])
                    for diagram in (plain, ahead.themed(plain, "dark")):
                        assert diagram.url + "svg" in drawn
    for family in ahead.families():
        for card in family.cards:
            if card.drawn:
                assert (
                    ahead.Diagram.of([(card.subject.kind, card.subject.name)]).url + "svg" in drawn
                )
