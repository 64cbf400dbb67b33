"""Work for the time in which nobody asks for anything: one piece after the other, never in the way.

It begins only where no request has come for a while and no worker is busy, and is given up as soon
as anything waits for a worker.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from app.workers.pool import Workers
from app.workers.queue import unasked

log = logging.getLogger(__name__)
Work = Callable[[], Awaitable[object]]
# Nobody has asked for so many seconds.
QUIET = 0.5
# So often it is looked whether somebody waits.
LOOK = 0.02
# What was given up so often is left to whoever asks for it.
TRIES = 3


class Idle:
    """Does work while the workers have nothing else to do.

    ``asked`` tells how many requests there were, so that a server busy with what needs no worker
    is not taken for idle.
    """

    def __init__(self, workers: Workers, asked: Callable[[], int]) -> None:
        self._workers, self._asked = workers, asked
        self._seen = -1
        self.counts: Counter[str] = Counter()

    async def run(self, works: Iterable[Work]) -> None:
        """Do all of it, however long that takes."""
        await self._workers.ready.wait()
        for work in works:
            for _ in range(TRIES):
                await self._quiet()
                if await self._done(work):
                    break
        log.info("drawn ahead: %s", dict(self.counts))

    async def _quiet(self) -> None:
        """Wait until nobody asks for anything."""
        while self._seen != self._asked() or self._workers.busy or self._workers.waiting:
            self._seen = self._asked()
            await asyncio.sleep(QUIET)

    async def _done(self, work: Work) -> bool:
        """Whether it came to its end; it has not where somebody else was waiting."""
        mine = unasked.set(True)
        doing = asyncio.ensure_future(work())
        unasked.reset(mine)
        try:
            while not (await asyncio.wait({doing}, timeout=LOOK))[0]:
                if self._workers.pressing:
                    self.counts["gave way"] += 1
                    return False
        finally:
            doing.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await doing
        failed = doing.exception()
        if failed:
            # Whoever asks for it will be told why.
            log.debug("not drawn ahead: %r", failed)
        self.counts["failed" if failed else "done"] += 1
        return True
