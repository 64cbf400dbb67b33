"""A client's connection, with a limit on everything that it may leave us waiting for.

uvicorn reads and writes HTTP; what it lacks is here: a limit on the sum of all headers, on the
time until a request is there, and on the time that an answer may stay unread. What is meant
for two servers, or for none, is refused before anything is made of it.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.settings import Settings

TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: 34\r\n"
    b"Cache-Control: no-store\r\n"
    b"Connection: close\r\n\r\n"
    b"the headers are longer than taken\n"
)
# What a Host may be, by RFC 3986, section 3.2: a name, or an address, and a port.
HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(:[0-9]{0,5})?", re.ASCII)
# The last version of HTTP that did without it.
OLD = "1.0"
# Descriptors for everything that is no connection: pipes, files, listeners.
OURS = 48
# Bytes a second that the reader of a long answer must take.
SLOWEST = 1024
# To copy more than this takes longer than to write twice.
SHORT = 64 * 1024


def protocol(settings: Settings) -> type[HttpToolsProtocol]:
    """The class of the server's connections under these settings."""

    class Bounded(Connection):
        limits = settings
        most = _most(settings.connections)

    return Bounded


def _most(wanted: int) -> int:
    """How many connections can be open at once: with no descriptor left nobody is served."""
    try:
        import resource
    except ImportError:
        return wanted
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if soft == resource.RLIM_INFINITY else max(8, min(wanted, soft - OURS))


class Connection(HttpToolsProtocol):
    """A connection that is closed when its client keeps it waiting."""

    limits: Settings
    most: int

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._in_head = 0
        self._reading = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect()
        if len(self.connections) > self.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._reading:
            self._in_head += len(data)
        head = self._in_head
        super().data_received(data)
        # Parsing has set it back where the headers are complete.
        if self._in_head == head and not self._reading and head > self.limits.header_bytes:
            self._refuse()

    def on_message_begin(self) -> None:
        self._expect()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        size = sum(len(name) + len(value) + 4 for name, value in self.headers)
        self._in_head = 0
        self._reading = True
        self._check_host()
        super().on_headers_complete()
        # An answer to HEAD is nothing but a head, and "100 Continue" must not wait.
        if self.cycle and self.scope["method"] != "HEAD" and not self.expect_100_continue:
            self.cycle.transport = Parcel(self.transport, self.loop)
        if size > self.limits.header_bytes:
            self._refuse()

    def _check_host(self) -> None:
        """Raise ValueError, which the parser answers with 400, as RFC 9112, section 3.2, wants it.

        Of two names, a proxy and we might each believe another.
        """
        hosts = [value for name, value in self.headers if name == b"host"]
        missing = not hosts and self.parser.get_http_version() != OLD
        if missing or len(hosts) > 1 or not all(map(HOST.fullmatch, hosts)):
            raise ValueError("a request has one Host")

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: who asks for a websocket is answered without one.

        uvicorn would advise to install what is left out on purpose.
        """

    def on_message_complete(self) -> None:
        self._rest()
        self._reading = False
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._watch_reader(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        if self._unread:
            self._unread.cancel()
            self._unread = None
        super().resume_writing()

    def _watch_reader(self, before: int) -> None:
        """Close the connection unless its client reads on; a slow line is no offence."""
        unread = self.transport.get_write_buffer_size()
        if self._unread and before - unread < self.limits.silence * SLOWEST:
            self._drop()
            return
        self._unread = self.loop.call_later(self.limits.silence, self._watch_reader, unread)

    def _expect(self) -> None:
        """A request is begun: it must be complete in time."""
        self._rest()
        self._timer = self.loop.call_later(self.limits.silence, self._drop)

    def _rest(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _drop(self) -> None:
        if self.transport:
            self.transport.abort()

    def _refuse(self) -> None:
        """Headers beyond all use: they cost memory and time before anybody has read them."""
        if self.transport and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def _make_room(self) -> None:
        """Close the connection that has been silent for longest: it waits, the others ask."""
        silent = [one for one in self.connections if isinstance(one, Connection) and one.is_silent]
        if silent:
            min(silent, key=lambda one: one._timer.when() if one._timer else 0.0)._drop()

    @property
    def is_silent(self) -> bool:
        """Whether no request is being answered on it."""
        return self.cycle is None or bool(self.cycle.response_complete)


class Parcel(asyncio.Transport):
    """What one answer is written to: its head goes out together with what follows at once.

    uvicorn writes the two apart, and each is a call of the system and a packet to be read.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport, self._loop = transport, loop
        # None until there is one; empty when it is on its way.
        self._head: bytes | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send it. Of an answer whose body is yet to come the head does not wait."""
        if self._head is None:
            self._head = bytes(data)
            self._loop.call_soon(self._send_head)
            return
        if self._head and len(data) < SHORT:
            data, self._head = self._head + data, b""
        self._send_head()
        self._transport.write(data)

    def close(self) -> None:
        """Close the connection behind all that was written."""
        self._send_head()
        self._transport.close()

    def _send_head(self) -> None:
        head, self._head = self._head, b""
        if head and not self._transport.is_closing():
            self._transport.write(head)
