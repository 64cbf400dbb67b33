"""Somebody's own module beside the catalogue, on the machine of whoever wrote it, and run there."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.workers import build

log = logging.getLogger(__name__)
# Seconds between two looks at the files.
LOOK = 0.3


@dataclass(frozen=True)
class Entered:
    """What a query calls the module, and the files that it is written in."""

    kind: str
    name: str
    files: tuple[Path, ...]


@dataclass
class Own:
    """The module that a server shows first, and what has become of it since the server started.

    ``enter`` loads its file and registers it, in this process and in each worker; it can be
    pickled, and raises where the file fails. ``view`` is what an address needs beside its name, for
    its own input. ``version`` counts the times that it was loaded,
    ``trouble`` says why the file as it stands cannot be.
    """

    enter: Callable[[], Entered]
    view: tuple[tuple[str, str], ...] = ()
    version: int = 0
    trouble: str = ""
    entered: Entered = field(init=False)
    _seen: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def load(self) -> None:
        """Load it as it stands now. Raises what its file raises; then the last one stays."""
        # Looked at before: what is saved meanwhile is loaded again.
        self._seen = {path: _state(path) for path in self._seen}
        self.entered = self.enter()
        self._seen |= {path: _state(path) for path in self.entered.files if path not in self._seen}
        content = b"".join(path.read_bytes() for path in self.entered.files)
        build.set_apart(hashlib.sha256(content).digest())
        self.version += 1
        self.trouble = ""

    async def watch(self, renew: Callable[[], Awaitable[None]]) -> None:
        """Load it again whenever one of its files is saved, and then ``renew`` the workers."""
        while True:
            await asyncio.sleep(LOOK)
            if all(_state(path) == seen for path, seen in self._seen.items()):
                continue
            try:
                await asyncio.to_thread(self.load)
            except Exception as error:
                self._seen = {path: _state(path) for path in self._seen}
                self.trouble = str(getattr(error, "message", error))
                log.warning("the last one that ran stays: %s", self.trouble)
            else:
                await renew()


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
