"""ASGI middleware: answers given before, found by the raw address and sent before any routing.

Equal addresses give equal bytes, so an answer that carries a strong ETag may be given again as it
is: nothing is parsed, negotiated or rendered for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.metrics import Metrics
from app.http.responses import names_tag

Headers = list[tuple[bytes, bytes]]
Key = tuple[str, str, bytes, bytes, bytes]
METHODS = ("GET", "HEAD")
# What an answer weighs beside its body.
OVERHEAD = 2048
# One answer takes no more than this part of the whole, so that a few large ones do not empty it.
SHARE = 64
# What is true of one request alone: its id, and how long it took.
OF_REQUEST = (b"x-request-id", b"server-timing")
OF_BODY = (b"content-length", b"content-type")


@dataclass(frozen=True)
class Hit:
    """A finished answer: its headers, its body, its ETag."""

    headers: Headers
    body: bytes
    tag: str

    def messages(self, method: str, known: str) -> tuple[Message, Message]:
        """The answer as ASGI wants it; without its body for HEAD, and for who has it already."""
        unchanged = names_tag(known, self.tag)
        # A copy: what is outside of this adds headers in place.
        headers = list(self.headers)
        if unchanged:
            headers = [pair for pair in headers if pair[0] not in OF_BODY]
        body = b"" if unchanged or method == "HEAD" else self.body
        start = {"type": "http.response.start", "status": 304 if unchanged else 200}
        return {**start, "headers": headers}, {"type": "http.response.body", "body": body}


class Hits:
    """Gives answers again that were given before; at most ``size`` bytes of them are kept."""

    def __init__(self, app: ASGIApp, size: int, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._hits: LRUCache[Key, Hit] = LRUCache(
            size, getsizeof=lambda hit: len(hit.body) + OVERHEAD
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in METHODS:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        # Static files are sent packed to who can unpack them.
        key = (
            scope.get("root_path", ""),
            scope["path"],
            scope["query_string"],
            headers.get(b"accept", b""),
            headers.get(b"accept-encoding", b""),
        )
        hit = self._hits.get(key)
        if hit is None:
            await self._app(scope, receive, self._keeping(scope, key, send))
            return
        self._metrics.hits += 1
        known = headers.get(b"if-none-match", b"").decode("latin-1")
        for message in hit.messages(scope["method"], known):
            await send(message)

    def _keeping(self, scope: Scope, key: Key, send: Send) -> Send:
        """``send``, which also keeps a whole answer of status 200 that has a strong ETag."""
        start: Message | None = None

        async def keep(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                # As it is now: what is outside of this adds headers in place.
                start = {**message, "headers": list(message["headers"])}
            elif start is not None and not message.get("more_body"):
                self._remember(scope, key, start, message.get("body", b""))
                start = None
            else:
                start = None
            await send(message)

        return keep

    def _remember(self, scope: Scope, key: Key, start: Message, body: bytes) -> None:
        headers: Headers = [pair for pair in start["headers"] if pair[0] not in OF_REQUEST]
        tag = dict(headers).get(b"etag", b"").decode("latin-1")
        whole = scope["method"] == "GET" and start["status"] == 200 and tag.startswith('"')
        if whole and len(body) + OVERHEAD <= self._hits.maxsize / SHARE:
            self._hits[key] = Hit(headers, body, tag)
