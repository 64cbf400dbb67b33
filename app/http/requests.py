"""What a request asks: the names and values of its query, and the format it wants."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_args
from urllib.parse import urlencode

import mimeparse
from fastapi import APIRouter
from starlette.requests import Request

from app.http.problems import Problem, ProblemError, clean
from resnet_core import FORMATS, ParameterError
from resnet_core.bilingual import Text
from resnet_core.diagram.diagram import GIVEN_TWICE
from resnet_core.diagram.form import plain
from resnet_core.formats.graphviz import Format as PictureFormat

Pairs = list[tuple[str, str]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
# How what is only read is asked for.
READ = ["GET", "HEAD"]


def readable(router: APIRouter, path: str, **about: Any) -> Callable[[Endpoint], Endpoint]:
    """A route for whoever reads, GET and HEAD; ``about`` is what the OpenAPI document says of it.

    FastAPI describes each method of a route, and this one has one meaning: the second route, which
    nobody reaches, is there for the document alone.
    """

    def add(endpoint: Endpoint) -> Endpoint:
        router.add_api_route(path, endpoint, methods=READ, include_in_schema=False)
        router.add_api_route(path, endpoint, methods=["GET"], **about)
        return endpoint

    return add


def pairs_of(request: Request) -> Pairs:
    """Names and values in order, repeated names kept. Raises ProblemError where it is too long."""
    limit = request.app.state.settings.query_bytes
    if len(request.url.query) > limit:
        raise ProblemError(
            Problem(
                "query-too-long",
                Text("a query has at most {:,} bytes", "查询最长 {:,} 字节").format(limit),
            )
        )
    return list(request.query_params.multi_items())


# How a mistake is answered: ``on_error=image`` says with a picture and status 200.
ON_ERROR = "on_error"
# Which build's answer is meant: one that is named so may be kept for ever.
BUILD = "v"
_SIDES = ("a", "b")
Some = TypeVar("Some", bound=str)
# What an explanation is written in and no diagram.
SOURCES = {"py": "text/x-python"}
PICTURES: tuple[PictureFormat, ...] = get_args(PictureFormat)
# Browsers send 200 characters. The time that mimeparse takes grows with the square of the length,
# and it is taken from everybody, since the header is read on the event loop.
LONGEST = 1024


@dataclass(frozen=True)
class Rule:
    """What may be said of an answer under one name, and why another value cannot be."""

    pattern: str
    wrong: Text
    legal: Text | list[str]
    suggestion: str | None = None


_ABOUT_THE_ANSWER = {
    BUILD: Rule(
        r"[0-9a-f]{12}", Text("it is no build", "它不是构建编号"),
        Text("12 letters from 0 to 9 and a to f", "12 个 0–9、a–f 的字符"),
    ),
    ON_ERROR: Rule("image", Text("it is not image", "不是 image"), ["image"], "image"),
}  # fmt: skip


@dataclass(frozen=True)
class ResourceRequest:
    """What is asked of a resource: names and values, the extension, the formats on offer."""

    pairs: tuple[tuple[str, str], ...]
    extension: str | None
    formats: tuple[str, ...]

    @classmethod
    def of(cls, pairs: Pairs, extension: str | None, formats: tuple[str, ...]) -> ResourceRequest:
        """The request with these names and values, those of the answer included."""
        return cls(tuple(pairs), extension, formats)

    @property
    def bare(self) -> Pairs:
        """The pairs less ``on_error`` and ``v``, which say how to answer and not what.

        A resource that has no pictures does not know them, and leaves them to be refused.
        """
        if not set(PICTURES) & set(self.formats):
            return list(self.pairs)
        return [pair for pair in self.pairs if pair[0] not in _ABOUT_THE_ANSWER]

    def _said(self, name: str) -> list[str]:
        return [value for said, value in self.pairs if said == name]

    @property
    def build(self) -> str:
        """The build whose answer is meant; empty where none is named."""
        return next(iter(self._said(BUILD)), "")

    @property
    def hides_errors(self) -> bool:
        """Whether a mistake is answered with a picture and status 200."""
        return self._said(ON_ERROR)[:1] == ["image"]

    def check(self) -> None:
        """Raise ParameterError where ``on_error`` or ``v`` is given twice or has no legal value."""
        if self.bare == list(self.pairs):
            return
        for name, rule in _ABOUT_THE_ANSWER.items():
            values = self._said(name)
            twice = len(values) > 1
            if twice or not all(re.fullmatch(rule.pattern, value) for value in values):
                raise ParameterError(
                    name, values[-1], GIVEN_TWICE if twice else rule.wrong, allowed=rule.legal,
                    suggestion=rule.suggestion, fix={},
                )  # fmt: skip

    def corrected(self, extension: str) -> ResourceRequest:
        """The same in the format that was probably meant."""
        return replace(self, extension=extension)


class NotAcceptable(Exception):
    """None of the media types that the request accepts is on offer."""


def offered() -> dict[str, str]:
    """Media type → format, the most wanted first."""
    return offered_of(tuple(FORMATS))


def offered_of(formats: Collection[Some]) -> dict[str, Some]:
    """The same of some formats."""
    wanted = sorted(formats, key=lambda name: 0 if name in SOURCES else -FORMATS[name].quality)
    return {media_of(name): name for name in wanted}


def media_of(format: str) -> str:
    """The media type of a format, of a picture's or of a program's."""
    return SOURCES.get(format) or FORMATS[format].media


def accepted(accept: str | None) -> str:
    """The format that an ``Accept`` header prefers. Raises NotAcceptable."""
    return accepted_of(accept, tuple(FORMATS))


def accepted_of(accept: str | None, formats: Collection[Some]) -> Some:
    """The same of some formats."""
    on_offer = offered_of(formats)
    if not accept or not accept.strip():
        return next(iter(on_offer.values()))
    if len(accept) > LONGEST:
        raise NotAcceptable(f"{accept[:40]}… has more than {LONGEST:,} characters, so it")
    try:
        # mimeparse takes the last of equals.
        best = mimeparse.best_match(list(reversed(on_offer)), accept)
    except mimeparse.MimeTypeParseException:
        best = ""
    if not best:
        raise NotAcceptable(accept)
    return on_offer[best]


def content_type(format: str) -> str:
    """The media type of a format, with the charset where it is text."""
    if format in SOURCES:
        return f"{SOURCES[format]}; charset=utf-8"
    return FORMATS[format].content_type


def prefers_page(accept: str | None) -> bool:
    """Whether the client is a browser that goes to an address, rather than one that embeds."""
    if not accept or len(accept) > LONGEST:
        return False
    try:
        quality: float = mimeparse.quality("text/html", accept)
        others: float = mimeparse.quality("application/problem+json", accept)
    except mimeparse.MimeTypeParseException:
        return False
    return quality > others


def in_a_hurry(request: Request) -> bool:
    """Whether the client would rather have at once what is there (RFC 7240, ``Prefer: wait=0``)."""
    preferences = ",".join(request.headers.getlist("prefer"))[:LONGEST].lower().split(",")
    return "wait=0" in ("".join(preference.split()) for preference in preferences)


async def posted_pairs(request: Request) -> Pairs:
    """Names and values of the JSON object in the body. Raises ProblemError."""
    return _members(await _body(request))


async def _body(request: Request) -> bytes:
    """The body of a POST. Raises ProblemError where it is too long or of another type."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        detail = Text(
            "the body is {}; a POST takes application/json",
            "请求体{}；POST 只接受 application/json",
        )
        kind = (
            Text("{0}", "是 {0}").format(clean(media)) if media else Text("of no type", "没有类型")
        )
        raise ProblemError(
            Problem("not-json", detail.format(kind), headers={"Accept-Post": "application/json"})
        )
    limit = request.app.state.settings.body_bytes
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise ProblemError(
                Problem(
                    "body-too-long",
                    Text("a body has at most {:,} bytes", "请求体最长 {:,} 字节").format(limit),
                )
            )
    return body


def _members(body: bytes) -> Pairs:
    """Names and values of a JSON object, repeated names kept. Raises ProblemError."""
    try:
        found = json.loads(body, object_pairs_hook=_Members)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, _Members):
        detail = Text(
            'the body is not a JSON object, such as {"block": "bottleneck"}',
            '请求体不是 JSON 对象，例如 {"block": "bottleneck"}',
        )
        raise ProblemError(Problem("not-an-object", detail))
    for place, (name, value) in enumerate(found):
        if name in _SIDES and isinstance(value, _Members) and all(map(_is_plain, value)):
            # A side of a comparison is a query of its own, which JSON spells as an object.
            inside = urlencode([(key, plain(part)) for key, part in value], safe=",:")
            found[place] = (name, inside)
            continue
        if not isinstance(value, str | int | float):
            detail = Text(
                "the value of {} is not a text, a number, true or false",
                "{} 的值不是文本、数、true 或 false",
            )
            raise ProblemError(Problem("not-an-object", detail.format(clean(name)), clean(name)))
    return [(name, plain(value)) for name, value in found]


def _is_plain(member: tuple[str, Any]) -> bool:
    return isinstance(member[1], str | int | float)


class _Members(list[tuple[str, Any]]):
    """The members of a JSON object in order; a dict would drop names that are given twice."""
