"""The public address of the server, whatever the request says of it.

With ``base_url`` set, every link, fix and snippet is made with that address; the ``Host`` that a
client sends decides nothing then. Without it, ``hosts`` says which names are answered to.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send


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
