"""ASGI middleware: answers that are letters, compressed for those who can unpack them.

What is made so is kept with its answer, so that it is compressed once. Each has a tag of its own:
a strong one names bytes, and these are other bytes.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from functools import lru_cache

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The first that a client takes is taken: of a picture Brotli leaves the least.
ENCODINGS = ("br", "gzip")
# Less would hardly become shorter.
SHORTEST = 512
# What is longer is compressed away from the event loop, and less thoroughly.
LONG = 48 * 1024
LETTERS = re.compile(r"text/|image/svg\+xml|application/(\w+\+)?(json|javascript|xml)\b")
VARY = "Accept-Encoding"


@lru_cache(256)
def chosen(accepted: str) -> str:
    """The encoding for an ``Accept-Encoding`` header; nothing where the answer goes as it is."""
    wishes: dict[str, float] = {}
    for part in accepted.lower().split(",")[:16]:
        name, _, weight = part.partition(";")
        found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", weight)
        # A weight that cannot be read is none.
        wishes[name.strip()] = float(found[1]) if found else 0.0 if weight.strip() else 1.0
    return next((name for name in ENCODINGS if wishes.get(name, wishes.get("*", 0)) > 0), "")


def packed(body: bytes, encoding: str) -> bytes:
    """The same in fewer bytes, equal whenever and wherever it is made."""
    long = len(body) > LONG
    if encoding == "br":
        made: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=4 if long else 9)
        return made
    # A window of 31 is gzip's own form, without a time in it.
    packer = zlib.compressobj(4 if long else 9, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def tag_of(tag: str, encoding: str) -> str:
    """The tag of the answer in this encoding."""
    return f'{tag[:-1]}-{encoding}"' if encoding else tag


def bare(tag: str) -> str:
    """The tag of the answer as it is."""
    for encoding in ENCODINGS:
        if tag.endswith(ending := f'-{encoding}"'):
            return tag.removesuffix(ending) + '"'
    return tag


class Packing:
    """Compresses whole answers of letters; what is compressed already is left."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        encoding = chosen(asked.get("accept-encoding", ""))
        start: Message | None = None
        parts: list[bytes] = []

        async def gathered(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if _fit(message):
                    start = message
                    return
                _unchanged(message, asked.get("if-none-match", ""), encoding)
            elif start is not None:
                parts.append(message.get("body", b""))
                if message.get("more_body"):
                    return
                body = await _pack(start, b"".join(parts), encoding)
                await send(start)
                message = {"type": "http.response.body", "body": body}
            await send(message)

        await self._app(scope, receive, gathered)


def _fit(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    letters = LETTERS.match(headers.get("content-type", ""))
    whole = start["status"] not in (204, 206, 304) and "content-encoding" not in headers
    return whole and bool(letters)


async def _pack(start: Message, body: bytes, encoding: str) -> bytes:
    """The body as it is sent, and the headers that say so."""
    headers = MutableHeaders(raw=start["headers"])
    headers.add_vary_header(VARY)
    strong = headers.get("etag", "").startswith('"')
    # Under a strong tag everything is, for a 304 must know the tag without the body.
    if encoding and (strong or len(body) >= SHORTEST):
        if len(body) > LONG:
            body = await asyncio.to_thread(packed, body, encoding)
        else:
            body = packed(body, encoding)
        headers["Content-Encoding"] = encoding
        if strong:
            headers["ETag"] = tag_of(headers["etag"], encoding)
    headers["Content-Length"] = str(len(body))
    return body


def _unchanged(start: Message, known: str, encoding: str) -> None:
    """A 304 of letters has the tag of what the client has, and says what that differs by."""
    headers = MutableHeaders(raw=start["headers"])
    if start["status"] != 304:
        return
    letters = LETTERS.match(headers.get("content-type", ""))
    # It was for this layer alone.
    del headers["content-type"]
    if not letters:
        return
    headers.add_vary_header(VARY)
    tag = headers.get("etag", "")
    if tag.startswith('"') and encoding and tag not in known:
        headers["ETag"] = tag_of(tag, encoding)
