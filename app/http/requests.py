"""What a request asks: the names and values of its query, and the format it wants."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar, get_args

import mimeparse
from starlette.requests import Request

from app.http.problems import Problem, ProblemError
from resnet_core import FORMATS
from resnet_core.diagram.picture import Format
from resnet_core.formats.graphviz import Format as PictureFormat

Pairs = list[tuple[str, str]]


def pairs_of(request: Request) -> Pairs:
    """Names and values in order, repeated names kept. Raises ProblemError where it is too long."""
    limit = request.app.state.settings.query_bytes
    if len(request.url.query) > limit:
        raise ProblemError(Problem("query-too-long", f"a query has at most {limit:,} bytes"))
    return list(request.query_params.multi_items())


# The most wanted first: that is what `*/*`, `image/*` or `text/*` choose.
# How a mistake is answered: ``on_error=image`` says with a picture and status 200.
ON_ERROR = "on_error"
MEDIA: dict[str, str] = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "json": "application/json",
    "pdf": "application/pdf",
    "md": "text/markdown",
    "txt": "text/plain",
    "csv": "text/csv",
    "dot": "text/vnd.graphviz",
    "mmd": "text/vnd.mermaid",
}
Some = TypeVar("Some", bound=str)
PICTURES: tuple[PictureFormat, ...] = get_args(PictureFormat)


class NotAcceptable(Exception):
    """None of the media types that the request accepts is on offer."""


def offered() -> dict[str, Format]:
    """Media type → format, the most wanted first."""
    return offered_of(FORMATS)


def offered_of(formats: Collection[Some]) -> dict[str, Some]:
    """The same of some formats."""
    known: dict[str, Some] = {str(one_format): one_format for one_format in formats}
    return {MEDIA[name]: known[name] for name in MEDIA if name in known}


def accepted(accept: str | None) -> Format:
    """The format that an ``Accept`` header prefers. Raises NotAcceptable."""
    return accepted_of(accept, FORMATS)


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
    media = MEDIA[format]
    return f"{media}; charset=utf-8" if media.startswith("text/") else media


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
