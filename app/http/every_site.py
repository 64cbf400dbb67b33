"""Other sites may read every answer, and none differs by the site that asks.

Starlette's middleware tells caches that answers differ by ``Origin``, and some then keep one copy
for each site; here the same headers go to everybody.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Send


class EverySite(CORSMiddleware):
    """Allows every site to ask and to read, without credentials."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["*"],
            expose_headers=["ETag", "Link", "Content-Location"],
        )

    async def send(self, message: Message, send: Send, request_headers: Headers) -> None:  # noqa: ARG002
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(self.simple_headers)
        await send(message)
