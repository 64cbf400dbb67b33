"""The outermost layer: answers given before, found by the raw address and sent at once.

Equal addresses give equal bytes, so an answer that carries a strong ETag may be given again as it
is: nothing is parsed, routed, negotiated, rendered or compressed for it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.encoding import chosen
from app.http.metrics import Metrics
from app.http.requests import READ

Headers = list[tuple[bytes, bytes]]
# What an answer weighs beside its body.
OVERHEAD = 2048
SHARE = 64
# What is true of one request alone: its id, and how long it took.
OF_REQUEST = (b"x-request-id", b"server-timing")
OF_BODY = (b"content-length", b"content-type", b"content-encoding")
EMPTY: Message = {"type": "http.response.body", "body": b""}


class Hit:
    """A finished answer as ASGI wants it: whole, without a body, and for who has it already."""

    __slots__ = ("head", "size", "tag", "unchanged", "whole")

    def __init__(self, headers: Headers, body: bytes, tag: str) -> None:
        # Comparison is weak here (RFC 9110, section 13.1.2).
        self.tag = tag.removeprefix("W/").encode("latin-1")
        self.size = len(body)
        less = [pair for pair in headers if pair[0] not in OF_BODY]
        start: Message = {"type": "http.response.start", "status": 200, "headers": headers}
        self.whole = (start, {"type": "http.response.body", "body": body})
        self.head = (start, EMPTY)
        self.unchanged = ({**start, "status": 304, "headers": less}, EMPTY)

    def messages(self, method: str, known: bytes | None) -> tuple[Message, Message]:
        """The answer to a request by this method of one who knows these tags."""
        if known is not None:
            tags = [part.strip().removeprefix(b"W/") for part in known.split(b",")]
            if self.tag in tags or b"*" in tags:
                return self.unchanged
        return self.whole if method == "GET" else self.head


class Again:
    """Gives answers again that were given before; at most ``size`` bytes of them are kept."""

    # One answer takes no more than this part of it, so that a few large ones do not empty it.
    share = SHARE

    def __init__(self, app: ASGIApp, size: int) -> None:
        self._app = app
        self._hits: LRUCache[Hashable, Hit] = LRUCache(
            size, getsizeof=lambda hit: hit.size + OVERHEAD
        )

    def key(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Hashable:
        """What two requests share that have one answer."""
        raise NotImplementedError

    def keeps(self, tag: str) -> bool:
        """Whether an answer under this tag may be given again."""
        raise NotImplementedError

    def told(self) -> None:
        """An answer is given again."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in READ:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        key = self.key(scope, headers)
        hit = self._hits.get(key)
        if hit is None:
            await self._app(scope, receive, self._keeping(scope["method"], key, send))
            return
        self.told()
        start, body = hit.messages(scope["method"], headers.get(b"if-none-match"))
        # A copy: who is outside of this may add to it.
        await send(dict(start))
        await send(body)

    def _keeping(self, method: str, key: Hashable, send: Send) -> Send:
        """``send``, which also keeps a whole answer of status 200 that has a tag to be kept."""
        start: Message | None = None

        async def keep(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                # A copy: who is outside of this may add to it.
                start = {**message, "headers": list(message["headers"])}
                await send(message)
                return
            begun, start = start, None
            # Who has asked waits for nothing that is for the next one.
            await send(message)
            whole = begun is not None and not message.get("more_body")
            if begun and whole and method == "GET" and begun["status"] == 200:
                self._remember(key, begun["headers"], message.get("body", b""))

        return keep

    def _remember(self, key: Hashable, given: Headers, body: bytes) -> None:
        headers: Headers = [pair for pair in given if pair[0] not in OF_REQUEST]
        named = dict(headers)
        tag = named.get(b"etag", b"").decode("latin-1")
        # A cookie is for the one who asked.
        own = b"set-cookie" in named
        if self.keeps(tag) and not own and len(body) + OVERHEAD <= self._hits.maxsize / self.share:
            self._hits[key] = Hit(headers, body, tag)


class Hits(Again):
    """Files and pictures, by the raw address.

    With ``by_host`` an answer to one name of the server is not given to who calls it by another,
    which may have to be refused.
    """

    def __init__(self, app: ASGIApp, size: int, metrics: Metrics, by_host: bool = False) -> None:
        super().__init__(app, size)
        self._metrics = metrics
        self._by_host = by_host

    def key(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Hashable:
        """The address with what is taken, byte for byte."""
        return (
            scope.get("root_path", ""),
            scope["path"],
            scope["query_string"],
            headers.get(b"accept", b""),
            headers.get(b"host", b"") if self._by_host else b"",
            chosen(headers.get(b"accept-encoding", b"").decode("latin-1")),
        )

    def keeps(self, tag: str) -> bool:
        """Only bytes that follow from the address alone have a strong tag."""
        return tag.startswith('"')

    def told(self) -> None:
        """It is counted with one addition, for it is meant to cost next to nothing."""
        self._metrics.hits += 1
