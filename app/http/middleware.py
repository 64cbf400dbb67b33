"""The outermost layer: no exception leaves the server, and no answer leaves without its headers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.responses import to_exception
from app.workers.limits import within

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


class Guard:
    """Answers whatever the application raises, as a problem with an id that the log explains.

    Starlette's own handler for all exceptions raises them again for the server to log, with a
    traceback that says nothing new.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def dressed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if location := headers.get("location"):
                    headers["location"] = _below(location, Headers(scope=scope).get("host", ""))
            await send(message)

        patience = scope["app"].state.settings.timeout
        mailbox = Mailbox(receive)
        try:
            with within(patience):
                await mailbox.serve(self._app(scope, mailbox.receive, dressed))
        except Exception as error:
            if begun:
                raise
            answer = await to_exception(Request(scope, receive), error)
            await answer(scope, receive, dressed)


class Mailbox:
    """What the client sends, read ahead by one message, so that its leaving is seen at once."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._letters: asyncio.Queue[Message] = asyncio.Queue(1)
        self._gone = False

    async def receive(self) -> Message:
        """The next message; once the client has left, always that it has."""
        if self._gone and self._letters.empty():
            return {"type": "http.disconnect"}
        return await self._letters.get()

    async def serve(self, answering: Awaitable[None]) -> None:
        """Await the answer; it is given up, with all that it waits for, when the client leaves."""
        answer = asyncio.current_task()
        assert answer is not None  # a coroutine of the event loop's is always in one
        reading = asyncio.create_task(self._read(answer))
        try:
            await answering
        except asyncio.CancelledError:
            # By the client; or by the server, which is ending and wants to know that it is over.
            if not self._gone or answer.uncancel():
                raise
        finally:
            reading.cancel()

    async def _read(self, answer: asyncio.Task[None]) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._gone = True
                answer.cancel()
                return
            await self._letters.put(message)


def _below(location: str, host: str) -> str:
    """The address without the server's name, which is only what the client calls it.

    A cache that knows the answer by its path alone would send everybody to that name.
    """
    parts = urlsplit(location)
    # A path of two slashes would be read as another server's name.
    if parts.netloc != host or not parts.path.startswith("/") or parts.path.startswith("//"):
        return location
    return parts._replace(scheme="", netloc="").geturl()
