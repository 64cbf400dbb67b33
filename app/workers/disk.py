"""Finished drawings on this machine's disk: server processes share them, and they outlive a start.

It only ever saves work: whatever happens to it, an answer is drawn instead. It is asked in a
thread, and neither a slow disk nor a full one keeps anybody waiting.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import diskcache
from diskcache.core import MODE_PICKLE

from app.workers.build import name_of, opened, sealed

log = logging.getLogger(__name__)
# All of it stands in this folder below the one that is set, and nothing else does.
FOLDER = "resnet-diagram-drawings"
DATABASE = "cache.db"
# A disk that is slower than this is slower than drawing.
TIMEOUT = 0.25
# After a failure it is left alone for so many seconds; while it is full, it is only read.
REST, FULL = 5.0, 30.0
# So many drawings may wait to be written; a disk that is slower than the workers gets no more.
WAITING = 64
# A thread for each of a reader that hangs and everybody else.
THREADS = 2
# Of the whole, one drawing takes no more than this part.
SHARE = 16
# Everything stands in the database: a file beside it would be left over by a write that fails.
NEVER = 2**31 - 1
# What is wrong with these is where the folder is, not what stands in it.
OUTSIDE = (OSError, sqlite3.OperationalError)


class Disk:
    """Bytes by what was asked, of this build alone; at most ``size`` bytes of them."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder, self._size = folder / FOLDER, size
        self._cache: diskcache.Cache | None = None
        self._opened: tuple[int, int] | None = None
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="resnet-diagram-disk")
        self._rested = self._full = 0.0
        self._writing: set[asyncio.Future[None]] = set()
        # What was wrong when it was last read and written.
        self._troubles: dict[str, str] = {}
        self.counts: Counter[str] = Counter()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """What the disk has, or what ``make`` gives, which is written there meanwhile."""
        name = name_of(key)
        found = await self._read(name)
        if found is None:
            found = await make()
            self._put(name, found)
        return found

    async def settle(self) -> None:
        """Wait until what is to be written is written."""
        if self._writing:
            await asyncio.wait(self._writing, timeout=1)

    async def close(self) -> None:
        """Write what waits, not for long, and ask no more."""
        await self.settle()
        self._rested = self._full = float("inf")
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def trouble(self) -> str | None:
        """What was wrong when it was last asked; None where nothing was."""
        return next(iter(self._troubles.values()), None)

    async def _read(self, name: str) -> bytes | None:
        if self._now < self._rested:
            return None
        try:
            asking = asyncio.get_running_loop().run_in_executor(self._threads, self._find, name)
            value = await asyncio.wait_for(asking, 2 * TIMEOUT)
        except Exception as error:
            self._rested = self._now + REST
            self._tell("read", error)
            return None
        self._troubles.pop("read", None)
        found = opened(name, value) if isinstance(value, bytes) else None
        if found is None and value is not None:
            self.counts["garbage"] += 1
            log.warning("the disk holds something else than was put there; it is drawn again")
        self.counts["miss" if found is None else "hit"] += 1
        return found

    def _put(self, name: str, made: bytes) -> None:
        """Write it while the answer is on its way already."""
        if self._now < max(self._full, self._rested) or len(self._writing) >= WAITING:
            return
        loop = asyncio.get_running_loop()
        writing = loop.run_in_executor(self._threads, self._lay, name, made)
        self._writing.add(writing)
        writing.add_done_callback(self._written)

    def _written(self, writing: asyncio.Future[None]) -> None:
        self._writing.discard(writing)
        if writing.cancelled():
            return
        if (error := writing.exception()) is None:
            self.counts["written"] += 1
            self._troubles.pop("written", None)
        else:
            self._full = self._now + FULL
            self._tell("written", error)

    def _tell(self, act: str, error: BaseException) -> None:
        self.counts["failed"] += 1
        said = f"drawings on disk cannot be {act}: {str(error) or type(error).__name__}"
        if act not in self._troubles:
            log.warning("%s; they are made here", said)
        self._troubles[act] = said

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    # In a thread, from here on.

    def _find(self, name: str) -> object:
        return self._asked(lambda cache: cache.get(name))

    def _lay(self, name: str, made: bytes) -> None:
        value = sealed(name, made)
        if len(value) <= self._size / SHARE:
            self._asked(lambda cache: cache.set(name, value))

    def _asked(self, question: Callable[[diskcache.Cache], Any]) -> Any:
        """The answer to it. A store that is broken is thrown away, for it can be drawn again."""
        try:
            return question(self._open())
        except diskcache.Timeout:
            # Another process writes.
            raise
        except Exception as error:
            # To open it is to write: what is full can still be read as it was opened.
            if getattr(error, "sqlite_errorname", "") != "SQLITE_FULL":
                self._cache = None
            if not isinstance(error, OUTSIDE):
                log.warning("the drawings on disk are broken and thrown away: %r", error)
                shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def _open(self) -> diskcache.Cache:
        """The store; opened again where somebody has taken its files away."""
        if self._cache is None or self._place() != self._opened:
            self._cache = diskcache.Cache(
                str(self._folder),
                timeout=TIMEOUT,
                disk=Plain,
                size_limit=self._size,
                disk_min_file_size=NEVER,
                # Neither a file that somebody cuts short nor a full disk may end the process, as
                # they would where it is a part of its memory.
                sqlite_mmap_size=0,
                sqlite_journal_mode="truncate",
                # What the power's failure breaks is thrown away.
                sqlite_synchronous=0,
            )
            self._opened = self._place()
        return self._cache

    def _place(self) -> tuple[int, int] | None:
        with suppress(OSError):
            found = (self._folder / DATABASE).stat()
            return found.st_dev, found.st_ino
        return None


class Plain(diskcache.Disk):  # type: ignore[misc]
    """Values that are bytes in the database; whatever else stands there was put there by others."""

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        """The bytes. Raises ValueError for a pickle, which would run what it holds."""
        if mode == MODE_PICKLE or filename:
            raise ValueError("the disk holds what was never put there")
        return super().fetch(mode, filename, value, read)

    def remove(self, file_path: str) -> None:
        """Remove nothing: no value has a file, whatever the database says."""
