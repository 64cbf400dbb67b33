"""Finished drawings by what was asked, the least recently used forgotten first."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from cachetools import LRUCache, TTLCache

from app.workers.jobs import Refusal
from app.workers.queue import TooLong

# One answer takes no more than this part of the cache, so that a few large ones do not empty it.
SHARE = 64
# What is longer is kept packed, where that makes it much shorter.
PACKED = 16 * 1024
# Seconds after which it is packed.
LATER = 0.05
# Refusals and timeouts cost as much as drawings; so many are kept for so many seconds.
FAILURES, SECONDS = 1024, 30.0


class Level(Protocol):
    """Where drawings are kept that are not here, or not here any more."""

    async def get(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """What is kept there, or what ``make`` gives."""
        ...


@dataclass
class Making:
    """A drawing under way, and how many wait for it."""

    task: asyncio.Task[bytes]
    waiting: int = 0


class Cache:
    """At most so many bytes of drawings, and each made only once however many ask for it.

    It lives on the event loop, which runs one piece of code at a time: there is nothing to lock.
    What it has not is asked of ``levels``, one after the other, before it is made.
    """

    def __init__(self, limit: int, share: int = SHARE, levels: Sequence[Level] = ()) -> None:
        self._levels = levels
        self._largest = limit / share
        self._kept: LRUCache[Hashable, tuple[bool, bytes]] = LRUCache(
            limit, getsizeof=lambda item: len(item[1])
        )
        self._failed: TTLCache[Hashable, Exception] = TTLCache(FAILURES, SECONDS)
        self._making: dict[Hashable, Making] = {}

    def clear(self) -> None:
        """Forget everything; what is being made is given to who waits for it."""
        self._kept.clear()
        self._failed.clear()
        self._making.clear()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """What is kept under ``key``, or what ``make`` gives.

        What it raises is not kept, but for refusals and what takes too long, and these not for
        long.
        """
        kept = self._kept.get(key)
        if kept is not None:
            packed, body = kept
            return zlib.decompress(body) if packed else body
        if (failure := self._failed.get(key)) is not None:
            raise failure.with_traceback(None)
        making = self._making.get(key)
        if making is None:
            making = Making(asyncio.create_task(self._made(key, make)))
            self._making[key] = making
        return await self._shared(key, making)

    async def _shared(self, key: Hashable, making: Making) -> bytes:
        """The drawing under way. Whoever asked first may leave; the last to leave ends it."""
        making.waiting += 1
        try:
            return await asyncio.shield(making.task)
        finally:
            making.waiting -= 1
            if not making.waiting and not making.task.done():
                self._forget(key, making)
                making.task.cancel()

    async def _made(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        mine = self._making[key]
        try:
            for level in reversed(self._levels):
                make = partial(level.get, key, make)
            made = await make()
        except (Refusal, TooLong) as failure:
            self._failed[key] = failure
            raise
        finally:
            self._forget(key, mine)
        self._keep(key, made)
        return made

    def _forget(self, key: Hashable, making: Making) -> None:
        """It is under way no more; another under the same key may be already."""
        if self._making.get(key) is making:
            del self._making[key]

    def _keep(self, key: Hashable, made: bytes) -> None:
        if len(made) > self._largest:
            self._pack(key, made)
            return
        self._kept[key] = (False, made)
        if len(made) > PACKED:
            # Whoever has asked does not wait for it.
            asyncio.get_running_loop().call_later(LATER, self._pack_kept, key, made)

    def _pack_kept(self, key: Hashable, made: bytes) -> None:
        """Pack what was kept, unless it was forgotten meanwhile."""
        if (kept := self._kept.get(key)) and kept[1] is made:
            self._pack(key, made)

    def _pack(self, key: Hashable, made: bytes) -> None:
        """Keep it in fewer bytes, where these are much fewer and not too many."""
        if self._largest and len(made) > PACKED:
            packed = zlib.compress(made, 1)
            if len(packed) < len(made) / 2 and len(packed) <= self._largest:
                self._kept[key] = (True, packed)
