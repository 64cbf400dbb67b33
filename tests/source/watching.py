"""What Python's audit hook hears of while a source is read: nothing at the machine's edge."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from resnet_core.formats.registry import FORMATS
from resnet_core.source.syntax import NAME

# What no import does by itself: torch reads parts of itself when they are first asked for.
EDGE = (
    "socket.", "subprocess.", "shutil.", "urllib.", "pickle.", "os.system", "os.exec", "os.fork",
    "os.posix_spawn", "os.spawn", "os.startfile", "os.remove", "os.rename", "os.rmdir", "os.kill",
    "os.chmod", "os.link", "os.symlink", "os.truncate", "pty.", "ftplib.", "smtplib.",
    "_thread.start_new_thread",
)  # fmt: skip
WATCHED = (*EDGE, "os.", "ctypes.", "marshal.", "exec", "open", "import", "compile")
seen: list[str] = []
# The events that may not happen, and the thread that reads: a server of another test may still be
# ending in this process.
watching: list[tuple[tuple[str, ...], int]] = []


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if not watching or threading.get_ident() != watching[-1][1]:
        return
    if not event.startswith(watching[-1][0]):
        return
    # A source is parsed, which Python calls compiling; for the line of a syntax error it looks
    # whether there is a file of this name.
    if (event == "open" and args[0] == NAME) or (event == "compile" and args[1] == NAME):
        return
    seen.append(f"{event} {args[:2]}")


sys.addaudithook(_hook)


@contextmanager
def watched(events: tuple[str, ...] = WATCHED) -> Iterator[None]:
    """None of these events may happen in here."""
    # The formats are looked up in their folder when they are first asked for.
    list(FORMATS)
    seen.clear()
    watching.append((events, threading.get_ident()))
    try:
        yield
    finally:
        watching.clear()
    assert not seen, seen[:3]
