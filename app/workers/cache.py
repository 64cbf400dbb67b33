"""Finished drawings by what was asked, the least recently used forgotten first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable

from cachetools import LRUCache


class Cache:
    """At most so many bytes of drawings, and each made only once however many ask for it.

    It lives on the event loop, which runs one piece of code at a time: there is nothing to lock.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: LRUCache[Hashable, bytes] = LRUCache(limit, getsizeof=len)
        self._making: dict[Hashable, asyncio.Task[bytes]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """What is kept under ``key``, or what ``make`` gives; what it raises is not kept."""
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        if key not in self._making:
            self._making[key] = asyncio.create_task(self._made(key, make))
        # Whoever asked first may leave; the others still want the answer.
        return await asyncio.shield(self._making[key])

    async def _made(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        try:
            made = await make()
        finally:
            del self._making[key]
        if len(made) <= self._limit:
            self._kept[key] = made
        return made
