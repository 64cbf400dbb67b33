"""A program on a terminal of its own: what is typed there, and what it shows."""

from __future__ import annotations

import os
import pty
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager

BELL = b"\x07"


@contextmanager
def terminal(command: list[str], **more: str) -> Iterator[int]:
    """A program on a terminal; what is written to the number is typed."""
    child, typed = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, os.environ | more)
    try:
        yield typed
    finally:
        os.close(typed)
        os.waitpid(child, 0)


def shown(typed: int, wanted: str) -> str:
    """What the terminal shows until it shows what is wanted, ends, or is still for too long."""
    seen = b""
    until = time.monotonic() + 20
    while wanted.encode() not in seen and time.monotonic() < until:
        if select.select([typed], [], [], 1)[0]:
            try:
                seen += os.read(typed, 65536).replace(BELL, b"")
            except OSError:  # the program has ended
                break
    return seen.decode(errors="replace")
