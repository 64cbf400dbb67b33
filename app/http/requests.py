"""What a request asks: the names and values of its query, and the format it wants."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar, get_args

import mimeparse
from starlette.requests import Request

from app.http.problems import Problem, ProblemError
from resnet_core import FORMATS
from resnet_core.formats.graphviz import Format as PictureFormat

Pairs = list[tuple[str, str]]


def pairs_of(request: Request) -> Pairs:
    """Names and values in order, repeated names kept. Raises ProblemError where it is too long."""
    limit = request.app.state.settings.query_bytes
    if len(request.url.query) > limit:
        raise ProblemError(Problem("query-too-long", f"a query has at most {limit:,} bytes"))
    return list(request.query_params.multi_items())


# How a mistake is answered: ``on_error=image`` says with a picture and status 200.
ON_ERROR = "on_error"
Some = TypeVar("Some", bound=str)
PICTURES: tuple[PictureFormat, ...] = get_args(PictureFormat)


class NotAcceptable(Exception):
    """None of the media types that the request accepts is on offer."""


def offered() -> dict[str, str]:
    """Media type → format, the most wanted first."""
    return offered_of(tuple(FORMATS))


def offered_of(formats: Collection[Some]) -> dict[str, Some]:
    """The same of some formats."""
    wanted = sorted(formats, key=lambda name: -FORMATS[name].quality)
    return {FORMATS[name].media: name for name in wanted}


def accepted(accept: str | None) -> str:
    """The format that an ``Accept`` header prefers. Raises NotAcceptable."""
    return accepted_of(accept, tuple(FORMATS))


def accepted_of(accept: str | None, formats: Collection[Some]) -> Some:
    """The same of some formats."""
    on_offer = offered_of(formats)
    if not accept or not accept.strip():
        return next(iter(on_offer.values()))
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
    return FORMATS[format].content_type


def prefers_page(accept: str | None) -> bool:
    """Whether the client is a browser that goes to an address, rather than one that embeds."""
    if not accept:
        return False
    try:
        quality: float = mimeparse.quality("text/html", accept)
        others: float = mimeparse.quality("application/problem+json", accept)
    except mimeparse.MimeTypeParseException:
        return False
    return quality > others
