"""A store shared by machines saves work, and is never believed or waited for too long."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotThere

from app.workers.cache import Cache
from app.workers.store import Store

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SERVER is None, reason="neither valkey-server nor redis-server is here"),
]


class Shared:
    """A store's server: its address, and the means to harm it."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "s"
        self.url = f"unix://{self.socket}"
        self.start()

    def start(self) -> None:
        assert SERVER
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        self.process = subprocess.Popen([SERVER, *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while True:
            try:
                with Redis.from_url(self.url) as client:
                    client.ping()
                return
            except (NotThere, OSError):
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


@pytest.fixture
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    server = Shared(tmp_path_factory.mktemp("store"))
    yield server
    server.stop()


class Maker:
    """Makes the same bytes each time, slowly, and counts."""

    def __init__(self) -> None:
        self.made = 0

    async def __call__(self) -> bytes:
        self.made += 1
        await asyncio.sleep(0.1)
        return b"<svg/>" * 1000


def play(scene: Callable[[Cache, Cache, Maker], Awaitable[None]], url: str) -> None:
    """A scene with two machines that share a store."""

    async def whole() -> None:
        stores = [Store(url), Store(url)]
        try:
            one, two = (Cache(1, levels=[store]) for store in stores)
            await scene(one, two, Maker())
        finally:
            for store in stores:
                await store.close()

    asyncio.run(whole())


def test_what_one_machine_has_drawn_no_other_draws(shared: Shared) -> None:
    async def scene(one: Cache, two: Cache, maker: Maker) -> None:
        assert await one.get("key", maker) == await two.get("key", maker)
        assert maker.made == 1

    play(scene, shared.url)


def test_two_machines_that_are_asked_at_once_draw_once(shared: Shared) -> None:
    async def scene(one: Cache, two: Cache, maker: Maker) -> None:
        answers = await asyncio.gather(one.get("key", maker), two.get("key", maker))
        assert len(set(answers)) == 1
        assert maker.made == 1

    play(scene, shared.url)


def test_what_was_tampered_with_is_drawn_again(shared: Shared) -> None:
    async def scene(one: Cache, two: Cache, maker: Maker) -> None:
        first = await one.get("key", maker)
        await one.get("other", maker)
        with Redis.from_url(shared.url) as client:
            names = [name for name in client.keys("*") if not name.endswith(b":lock")]
            assert len(names) == 2
            values = [client.get(name) for name in names]
            # Whole answers under each other's names, then rubbish.
            for name, value in zip(names, reversed(values), strict=True):
                client.set(name, value)
            assert await two.get("key", maker) == first
            for name in names:
                client.set(name, b"rubbish")
            assert await two.get("key", maker) == first
        assert maker.made == 4

    play(scene, shared.url)


def test_a_store_that_is_gone_or_stopped_is_left_alone_and_found_again(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.workers.store.REST", 0.5)

    async def scene(one: Cache, two: Cache, maker: Maker) -> None:
        shared.process.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        for key in range(3):
            await one.get(key, maker)
        assert time.monotonic() - begun < 4
        shared.stop()
        await one.get("gone", maker)
        assert maker.made == 4
        await asyncio.to_thread(shared.start)
        await asyncio.sleep(0.6)
        await one.get("back", maker)
        await two.get("back", maker)
        assert maker.made == 5

    play(scene, shared.url)


def test_a_machine_that_dies_while_it_draws_holds_nobody_up(shared: Shared) -> None:
    async def scene(one: Cache, two: Cache, maker: Maker) -> None:
        dying = asyncio.create_task(one.get("key", Forever()))
        await asyncio.sleep(0.2)
        begun = time.monotonic()
        assert await two.get("key", maker) == b"<svg/>" * 1000
        assert time.monotonic() - begun < 5
        dying.cancel()

    play(scene, shared.url)


def test_work_that_ends_after_the_store_was_closed_asks_it_nothing(shared: Shared) -> None:
    async def whole() -> None:
        store = Store(shared.url)
        late = asyncio.create_task(store.get("key", Forever()))
        await asyncio.sleep(0.2)
        await store.close()
        late.cancel()
        with pytest.raises(asyncio.CancelledError):
            await late
        assert store.trouble

    with Redis.from_url(shared.url) as client:
        asyncio.run(whole())
        deadline = time.monotonic() + 5
        while len(client.client_list()) > 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(client.client_list()) == 1


class Forever(Maker):
    async def __call__(self) -> bytes:
        await asyncio.sleep(60)
        return b""
