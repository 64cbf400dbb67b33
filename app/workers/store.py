"""Finished drawings that several machines share, in Valkey or Redis.

It only ever saves work: whatever happens to it, an answer is drawn here instead. What it holds is
believed only where its checksum fits, which covers the key, so that nothing is taken for another.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Hashable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.workers.build import name_of, opened, sealed

log = logging.getLogger(__name__)
# A store that is slower than this is slower than drawing.
TIMEOUT = 0.25
# After a failure it is left alone for so many seconds.
REST = 5.0
# A drawing is kept for so many seconds after it was last made.
KEPT = 7 * 86400
# Another machine that draws the same is waited for, so long and no longer.
PATIENCE, LOOK = 3.0, 0.05
RELEASE = "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) end"


class Store:
    """Bytes by what was asked, of this build alone."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(
            url.replace("valkey", "redis", 1),
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
        )
        self._rested = 0.0

    async def get(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """What the store has, or what ``make`` gives, which is put there."""
        if self._resting:
            return await make()
        name = name_of(key)
        found = await self._read(name)
        if found is not None:
            return found
        token = secrets.token_hex(8)
        if not await self._mine(name, token):
            found = await self._wait(name)
            if found is not None:
                return found
        try:
            made = await make()
            if not self._resting:
                await self._write(name, made)
            return made
        finally:
            # A lock that nobody gives back ends by itself.
            if not self._resting:
                await self._try(self._redis.eval(RELEASE, 1, f"{name}:lock", token))

    async def close(self) -> None:
        """Hang up, for good: work that ends later opens no connection of its own."""
        self._rested = float("inf")
        await self._redis.aclose()

    @property
    def trouble(self) -> str | None:
        """What was wrong when it was last asked; None where nothing was."""
        return "the shared store does not answer" if self._resting else None

    @property
    def _resting(self) -> bool:
        return asyncio.get_running_loop().time() < self._rested

    async def _mine(self, name: str, token: str) -> bool:
        """Whether the drawing is this machine's to make; so it is where nobody can be asked."""
        lock = self._redis.set(f"{name}:lock", token, nx=True, px=int(PATIENCE * 1000))
        answer = await self._try(lock)
        return bool(answer) or self._resting

    async def _wait(self, name: str) -> bytes | None:
        """What another machine is making now; None where it does not come."""
        for _ in range(int(PATIENCE / LOOK)):
            await asyncio.sleep(LOOK)
            found = await self._read(name)
            if found is not None or self._resting:
                return found
            if not await self._try(self._redis.exists(f"{name}:lock")):
                return None
        return None

    async def _read(self, name: str) -> bytes | None:
        value = await self._try(self._redis.get(name))
        if not isinstance(value, bytes):
            return None
        found = opened(name, value)
        if found is None:
            log.warning("the store holds something else than was put there; it is drawn again")
        return found

    async def _write(self, name: str, made: bytes) -> None:
        await self._try(self._redis.set(name, sealed(name, made), ex=KEPT))

    async def _try(self, asking: Awaitable[object]) -> object:
        """The store's answer; None where it has none, and then it is left alone for a while."""
        try:
            return await asyncio.wait_for(asking, 2 * TIMEOUT)
        except (RedisError, OSError, TimeoutError) as error:
            if not self._resting:
                log.warning("the store does not answer; drawings are made here: %r", error)
            self._rested = max(self._rested, asyncio.get_running_loop().time() + REST)
            return None
