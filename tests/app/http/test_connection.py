"""An answer goes out in one write, and nothing that may not wait is held back for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn

from app.http import connection
from app.http.connection import SHORT, Parcel
from app.settings import Settings

HEAD = b"GET /%s HTTP/1.1\r\nHost: a\r\n%s\r\n"


class Line:
    """A transport that remembers what was written to it."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


def told(act: Callable[[Parcel], Awaitable[None] | None]) -> Line:
    """What a line was told in one turn of the loop and the next."""
    line = Line()

    async def scene() -> None:
        parcel = Parcel(line, asyncio.get_running_loop())  # type: ignore[arg-type]
        waiting = act(parcel)
        if waiting:
            await waiting
        await asyncio.sleep(0)

    asyncio.run(scene())
    return line


def test_head_and_body_are_one_write() -> None:
    def answer(parcel: Parcel) -> None:
        parcel.write(b"head ")
        parcel.write(b"body")
        parcel.write(b" more")

    assert told(answer).written == [b"head body", b" more"]


def test_a_long_body_is_not_copied() -> None:
    def answer(parcel: Parcel) -> None:
        parcel.write(b"head ")
        parcel.write(b"x" * SHORT)

    assert told(answer).written == [b"head ", b"x" * SHORT]


def test_a_head_alone_goes_out_at_once() -> None:
    async def answer(parcel: Parcel) -> None:
        parcel.write(b"head ")
        await asyncio.sleep(0)
        parcel.write(b"body")

    assert told(answer).written == [b"head ", b"body"]


def test_a_closed_line_was_told_all_before() -> None:
    def answer(parcel: Parcel) -> None:
        parcel.write(b"head")
        parcel.close()

    line = told(answer)
    assert line.written == [b"head"]
    assert line.closed


def test_nothing_is_written_to_a_line_that_has_gone() -> None:
    async def answer(parcel: Parcel) -> None:
        parcel.write(b"head")
        parcel._transport.close()

    assert told(answer).written == []


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the path; below /late the body comes later than the head."""
    more, said = True, b""
    while more:
        message = await receive()
        more, said = message.get("more_body", False), said + message.get("body", b"")
    body = scope["path"].encode() + said
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"].startswith("/late"):
        await asyncio.sleep(0.3)
    await send({"type": "http.response.body", "body": body})


def spoken(*words: bytes) -> list[bytes]:
    """What a server says to these words on one connection, in the pieces in which it came.

    After each of them the client waits for something.
    """
    found: list[bytes] = []

    async def scene() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        http = connection.protocol(Settings())
        config = uvicorn.Config(_app, http=http, ws="none", lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve([listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        for word in words:
            writer.write(word)
            found.append(await asyncio.wait_for(reader.read(2**16), 10))
        writer.write(HEAD % (b"end", b"Connection: close\r\n"))
        found.append(await asyncio.wait_for(reader.read(), 10))
        writer.close()
        server.should_exit = True
        await serving

    asyncio.run(scene())
    return found


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
def test_an_answer_comes_in_one_piece(method: bytes) -> None:
    said, end = spoken((HEAD % (b"x", b"")).replace(b"GET", method))
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert body == (b"/x" if method == b"GET" else b"")
    assert end.endswith(b"\r\n\r\n/end")


def test_a_head_is_read_before_a_late_body() -> None:
    said, rest = spoken(HEAD % (b"late", b""))
    assert said.endswith(b"\r\n\r\n")
    assert rest.startswith(b"/late")


def test_answers_come_in_the_order_of_the_questions() -> None:
    _, rest = spoken(HEAD % (b"late1", b"") + HEAD % (b"2", b"") + HEAD % (b"3", b""))
    assert [rest.index(word) for word in (b"/late1", b"/2", b"/3", b"/end")] == sorted(
        rest.index(word) for word in (b"/late1", b"/2", b"/3", b"/end")
    )


def test_who_waits_for_leave_to_send_its_body_gets_it() -> None:
    ask = (HEAD % (b"x", b"Expect: 100-continue\r\nContent-Length: 4\r\n")).replace(b"GET", b"POST")
    leave, *said = spoken(ask, b"body")
    assert leave == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert b"\r\n\r\n/xbody" in b"".join(said)


def test_who_asks_for_a_websocket_is_answered_without_one(caplog: pytest.LogCaptureFixture) -> None:
    said, _ = spoken(HEAD % (b"x", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"))
    assert said.startswith(b"HTTP/1.1 200")
    assert said.endswith(b"\r\n\r\n/x")
    assert "WebSocket" not in caplog.text
