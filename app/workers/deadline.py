"""The moment by which a whole answer must be there, however many jobs it takes.

It is kept on the event loop's clock, which nobody can set, and goes with the request: every job
asked for while a request is answered finds it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_moment: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All that is asked for inside must be there in so many seconds from now."""
    kept = _moment.set(asyncio.get_running_loop().time() + seconds)
    try:
        yield
    finally:
        _moment.reset(kept)


def moment(seconds: float) -> float:
    """The moment of this answer; where none is set, so many seconds from now."""
    return _moment.get() or asyncio.get_running_loop().time() + seconds
