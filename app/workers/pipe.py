"""The server's end of a worker's pipe: a job goes in, whole messages come out.

The event loop reads it as it reads its clients, so that no thread stands between the two. Messages
are those of ``multiprocessing.connection.Connection``, which is the worker's end.
"""

from __future__ import annotations

import asyncio
import pickle
import socket
import struct
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, cast

# A message begins with its length; one of 2 GB or more with this mark and a longer length.
LENGTH, LONG = struct.Struct("!i"), struct.Struct("!Q")
LONGER = -1


class Pipe(asyncio.Protocol):
    """What a worker says, message by message, and that it says no more.

    ``heard`` is called with each message, ``garbled`` with what one that cannot be read raised, and
    ``ended`` once when the other end is closed.
    """

    def __init__(
        self,
        heard: Callable[[Any], None],
        garbled: Callable[[Exception], None],
        ended: Callable[[], None],
    ) -> None:
        self._heard, self._garbled, self._ended = heard, garbled, ended
        self._transport: asyncio.Transport | None = None
        self._said = bytearray()

    async def connect(self, end: socket.socket) -> None:
        """Listen at this end from now on."""
        loop = asyncio.get_running_loop()
        if end.family == getattr(socket, "AF_UNIX", None):
            await loop.create_unix_connection(lambda: self, sock=end)
        else:
            await loop.create_connection(lambda: self, sock=end)

    @property
    def open(self) -> bool:
        """Whether anything can still come."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, message: Any) -> None:
        """Say something; whoever does not listen keeps nobody waiting."""
        assert self._transport is not None  # it is connected
        words = pickle.dumps(message)
        self._transport.write(LENGTH.pack(len(words)) + words)

    def close(self) -> None:
        """Say and hear no more. Not for other threads than the event loop's."""
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is a stream too, and no descendant of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  it is called by name
        self._ended()

    def data_received(self, data: bytes) -> None:
        self._said += data
        while self.open and (found := self._length()):
            start, length = found
            if len(self._said) < start + length:
                return
            words = bytes(memoryview(self._said)[start : start + length])
            del self._said[: start + length]
            try:
                message = pickle.loads(words)
            except Exception as error:  # whatever the bytes of a broken worker make of it
                self._garbled(error)
                return
            self._heard(message)

    def _length(self) -> tuple[int, int] | None:
        """Where the next message starts and how long it is; None where that is not said yet."""
        if len(self._said) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack_from(self._said)
        if length != LONGER:
            return LENGTH.size, length
        if len(self._said) < LENGTH.size + LONG.size:
            return None
        (length,) = LONG.unpack_from(self._said, LENGTH.size)
        return LENGTH.size + LONG.size, length


def both_ends() -> tuple[socket.socket, Connection]:
    """The two ends of a new pipe: the server's, to be connected, and one to hand to a worker."""
    ours, theirs = socket.socketpair()
    return ours, Connection(theirs.detach())
