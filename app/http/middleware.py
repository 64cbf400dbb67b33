"""The outermost layer: no exception leaves the server, and no answer leaves without its headers."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.responses import to_exception

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

        try:
            await self._app(scope, receive, dressed)
        except Exception as error:
            if begun:
                raise
            answer = await to_exception(Request(scope, receive), error)
            await answer(scope, receive, dressed)


def _below(location: str, host: str) -> str:
    """The address without the server's name, which is only what the client calls it.

    A cache that knows the answer by its path alone would send everybody to that name.
    """
    parts = urlsplit(location)
    # A path of two slashes would be read as another server's name.
    if parts.netloc != host or not parts.path.startswith("/") or parts.path.startswith("//"):
        return location
    return parts._replace(scheme="", netloc="").geturl()
