"""Drawings are kept up to a number of bytes, and made once however many ask."""

from __future__ import annotations

import asyncio

import pytest

from app.workers.cache import LATER, Cache
from app.workers.queue import TooLong


class Maker:
    """Makes bytes of a given length, slowly, and counts."""

    def __init__(self, length: int = 1, error: Exception | None = None) -> None:
        self.length, self.error, self.made = length, error, 0

    async def __call__(self) -> bytes:
        self.made += 1
        await asyncio.sleep(0.01)
        if self.error:
            raise self.error
        return b"x" * self.length


def test_many_who_ask_at_once_share_one_drawing() -> None:
    async def scene() -> None:
        cache, maker = Cache(10), Maker()
        answers = await asyncio.gather(*(cache.get("key", maker) for _ in range(20)))
        assert answers == [b"x"] * 20
        assert maker.made == 1

    asyncio.run(scene())


def test_who_leaves_does_not_take_the_drawing_from_the_others() -> None:
    async def scene() -> None:
        cache, maker = Cache(10), Maker()
        first = asyncio.create_task(cache.get("key", maker))
        second = asyncio.create_task(cache.get("key", maker))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == b"x"
        assert maker.made == 1

    asyncio.run(scene())


def test_the_least_recently_used_is_forgotten_when_the_bytes_run_out() -> None:
    async def scene() -> None:
        cache, maker = Cache(10, share=2), Maker(4)
        for key in ("a", "b", "a", "c", "a"):
            await cache.get(key, maker)
        assert maker.made == 3
        await cache.get("b", maker)
        assert maker.made == 4

    asyncio.run(scene())


def test_what_is_larger_than_the_whole_cache_is_answered_and_not_kept() -> None:
    async def scene() -> None:
        cache, maker = Cache(3), Maker(4)
        assert await cache.get("key", maker) == await cache.get("key", maker) == b"xxxx"
        assert maker.made == 2

    asyncio.run(scene())


def test_a_failure_reaches_all_who_asked_and_is_not_kept() -> None:
    async def scene() -> None:
        cache, maker = Cache(10), Maker(error=ValueError("no"))
        found = await asyncio.gather(
            *(cache.get("key", maker) for _ in range(3)), return_exceptions=True
        )
        assert [type(entry) for entry in found] == [ValueError] * 3
        with pytest.raises(ValueError, match="no"):
            await cache.get("key", maker)
        assert maker.made == 2

    asyncio.run(scene())


@pytest.mark.slow
def test_eight_large_answers_do_not_empty_the_cache() -> None:
    async def scene() -> None:
        cache, small = Cache(6400), Maker(10)
        for key in range(200):
            await cache.get(key, small)
        for key in range(8):
            await cache.get(("large", key), Maker(800))
        for key in range(200):
            await cache.get(key, small)
        assert small.made == 200

    asyncio.run(scene())


def test_what_shrinks_is_kept_packed_and_comes_out_as_it_was() -> None:
    async def scene() -> None:
        cache, maker = Cache(640_000), Maker(600_000)
        first = await cache.get("key", maker)
        assert await cache.get("key", maker) == first
        assert maker.made == 1

    asyncio.run(scene())


def test_nobody_waits_until_what_is_kept_is_packed() -> None:
    async def scene() -> None:
        cache, maker = Cache(64 * 30_000), Maker(30_000)
        await cache.get("key", maker)
        assert cache._kept["key"] == (False, b"x" * 30_000)
        await cache.get("forgotten", maker)
        del cache._kept["forgotten"]
        await asyncio.sleep(2 * LATER)
        packed, body = cache._kept["key"]
        assert packed
        assert len(body) < 1_000
        assert await cache.get("key", maker) == b"x" * 30_000
        assert "forgotten" not in cache._kept

    asyncio.run(scene())


def test_the_last_to_leave_ends_the_drawing() -> None:
    async def scene() -> None:
        cache, ended = Cache(10), asyncio.Event()

        async def make() -> bytes:
            try:
                await asyncio.sleep(60)
            finally:
                ended.set()
            return b""

        asking = [asyncio.create_task(cache.get("key", make)) for _ in range(2)]
        await asyncio.sleep(0)
        asking[0].cancel()
        await asyncio.sleep(0.01)
        assert not ended.is_set()
        asking[1].cancel()
        await asyncio.wait_for(ended.wait(), 1)
        # Nothing is left of it: the next one is drawn.
        assert await cache.get("key", Maker(1)) == b"x"

    asyncio.run(scene())


def test_what_takes_too_long_is_not_tried_again_at_once() -> None:
    async def scene() -> None:
        cache, maker = Cache(10), Maker(error=TooLong())
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await cache.get("key", maker)
        assert maker.made == 1

    asyncio.run(scene())
