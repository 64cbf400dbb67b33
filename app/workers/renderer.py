"""A diagram → bytes: from the cache, or from a worker."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from app.settings import Settings
from app.workers import jobs
from app.workers.cache import Cache
from app.workers.disk import Disk
from app.workers.own_module import Own
from app.workers.pool import Workers
from app.workers.store import Store
from resnet_core import Diagram, ParameterError
from resnet_core.formats.graphviz import Format as PictureFormat

log = logging.getLogger(__name__)


class Renderer:
    """Everything that costs time is asked of this object."""

    def __init__(self, settings: Settings, own: Own | None = None) -> None:
        self.own = own
        self.workers = Workers(settings, own.enter if own else None)
        self.limit = settings.timeout
        self.disk = None
        if settings.disk != "none":
            self.disk = Disk(Path(settings.disk), settings.disk_bytes)
        self.store = None if settings.store == "none" else Store(settings.store)
        self._levels = [level for level in (self.disk, self.store) if level]
        self._cache = Cache(settings.cache_bytes // 2, levels=self._levels)

    async def stop(self) -> None:
        """End the workers, and leave the stores."""
        await self.workers.stop()
        for level in self._levels:
            await level.close()

    @property
    def lacks(self) -> list[str]:
        """What is not there that would make answers quicker; they are right without it."""
        said = [level.trouble for level in self._levels if level.trouble]
        if self.workers.apart:
            said.append("no folder can be written to: each worker loads torch by itself")
        return said

    async def renew(self) -> None:
        """Draw everything anew from now on: somebody's own file is another one."""
        self._cache.clear()
        self.workers.renew()

    async def render(self, pairs: Sequence[tuple[str, str]], format: str) -> bytes:
        """The diagram of a canonical query in a format. Raises Refusal, Busy, TimeoutError."""
        query = tuple(pairs)
        return await self._cache.get(
            (query, format), lambda: self.workers.run(jobs.render, query, format)
        )

    async def explore(self, diagram: Diagram) -> bytes:
        """What a page shows of the diagram but words. Raises Refusal, Busy, TimeoutError."""
        query = diagram.query
        return await self._cache.get(
            ("explore", query), lambda: self.workers.run(jobs.explore, query)
        )

    async def prose(self, diagram: Diagram) -> bytes | None:
        """The words that a page shows of the diagram; None where they cannot be made in time."""
        query = diagram.explained_by
        try:
            return await self._cache.get(
                ("prose", query), lambda: self.workers.run(jobs.prose, query)
            )
        except Exception:
            # The picture stands without words; that these are missing is told on the page.
            log.exception("no explanation of %s", diagram.url)
            return None

    async def turns(self, diagram: Diagram) -> bytes | None:
        """What is worth trying next; None where it cannot be found in time."""
        query = diagram.explained_by
        try:
            return await self._cache.get(
                ("turns", query), lambda: self.workers.run(jobs.turns, query)
            )
        except Exception:
            # Picture and words stand without.
            log.exception("nothing to try next for %s", diagram.url)
            return None

    async def annotated(self, diagram: Diagram) -> str | None:
        """The source with a comment at each line, where there is one; None if not in time."""
        try:
            return (await self.explain(diagram.explained_by, "py")).decode()
        except jobs.Refusal:
            # A class that was typed into a notebook is in no file.
            return ""
        except Exception:
            log.exception("no annotated source of %s", diagram.url)
            return None

    async def explain(self, pairs: Sequence[tuple[str, str]], format: str) -> bytes:
        """A structure told in words. Raises Refusal, Busy, TimeoutError."""
        query = tuple(pairs)
        return await self._cache.get(
            ("explain", query, format), lambda: self.workers.run(jobs.explain, query, format)
        )

    async def compare(self, pairs: Sequence[tuple[str, str]], format: str) -> bytes:
        """The comparison that a query asks for. Raises Refusal, Busy, TimeoutError."""
        query = tuple(pairs)
        return await self._cache.get(
            ("compare", query, format), lambda: self.workers.run(jobs.compare, query, format)
        )

    async def window(self, pairs: Sequence[tuple[str, str]], format: str) -> bytes:
        """The window of a call. Raises Refusal, Busy, TimeoutError."""
        query = tuple(pairs)
        return await self._cache.get(
            ("window", query, format), lambda: self.workers.run(jobs.window, query, format)
        )

    async def sweep(self, pairs: Sequence[tuple[str, str]], format: str) -> bytes:
        """A sweep over a knob. Raises Refusal, Busy, TimeoutError."""
        query = tuple(pairs)
        return await self._cache.get(
            ("sweep", query, format), lambda: self.workers.run(jobs.sweep, query, format)
        )

    async def fix(self, pairs: Sequence[tuple[str, str]], error: ParameterError) -> str | None:
        """The URL of the nearest diagram that works, or None where none is found in time."""
        try:
            return await self.workers.run(jobs.fix, pairs, error)
        except Exception as failure:
            # A refusal without a fix is still the right answer; a failure would hide it.
            log.warning("no fix for %s: %r", error, failure)
            return None

    async def read(self, pairs: Sequence[tuple[str, str]]) -> bytes:
        """What a page shows of a pasted source. Raises Busy, TimeoutError."""
        query = tuple(pairs)
        return await self._cache.get(("read", query), lambda: self.workers.run(jobs.read, query))

    async def restored(self, source: str) -> str:
        """A pasted listing as Python, as far as it can be restored. Raises Busy, TimeoutError."""
        text = await self._cache.get(
            ("restored", source), lambda: self.workers.run(jobs.restore, source)
        )
        return text.decode()

    async def paint(self, dot: str, format: PictureFormat) -> bytes:
        """A picture in the DOT language as bytes."""
        return await self._cache.get(
            (dot, format), lambda: self.workers.run(jobs.paint, dot, format)
        )
