"""ASGI middleware: the sites that may ask, the names answered to, and the server's public address.

Other sites may read every answer, and none differs by the site that asks. Starlette's middleware
tells caches that answers differ by ``Origin``, and some then keep one copy for each site; here the
same headers go to everybody.

With ``base_url`` set, every link, fix and snippet is made with that address; the ``Host`` that a
client sends decides nothing then. Without it, ``hosts`` says which names are answered to.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send


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


class PublicAddress:
    """Puts the public scheme, host and root path into each request."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self._app = app
        parts = urlsplit(base_url.rstrip("/"))
        self._scheme, self._host, self._root = parts.scheme, parts.netloc.encode(), parts.path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [pair for pair in scope["headers"] if pair[0] != b"host"]
            # In place: what is outside of this learns from the same scope where it was routed.
            scope.update(
                {
                    "scheme": self._scheme,
                    "headers": [(b"host", self._host), *headers],
                    "root_path": self._root,
                }
            )
        await self._app(scope, receive, send)


def spelled(scope: Scope) -> None:
    """Let bytes that no query may hold stand in it as browsers would send them.

    uvicorn refuses them; other servers hand them on, and to read the address would be an error.
    """
    query = scope.get("query_string", b"")
    if not query.isascii():
        scope["query_string"] = quote(query, safe=bytes(range(128))).encode()


class TrustedHosts(TrustedHostMiddleware):
    """Answers 400 to names that are not the server's; probes may call it by its address."""

    PROBES = ("/healthz", "/readyz", "/metrics")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in self.PROBES:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
