"""``/diagram``: a query → a picture, a table or numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.http.problems import (
    Problem,
    ProblemError,
    clean,
    unknown_format,
)
from app.http.requests import ON_ERROR, accepted, content_type, pairs_of
from app.http.responses import headers_of, known_already
from resnet_core import FORMATS, Diagram, ParameterError
from resnet_core.diagram.form import plain
from resnet_core.errors import nearest

Pairs = list[tuple[str, str]]
router = APIRouter()


@router.api_route("/diagram", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/diagram.{extension}", methods=["GET", "HEAD"], include_in_schema=False)
async def draw(request: Request, extension: str | None = None) -> Response:
    """Draw what the query names."""
    request.state.extension = extension
    request.state.pairs = []
    return await _answer(request, pairs_of(request), extension)


@router.post("/diagram", include_in_schema=False)
@router.post("/diagram.{extension}", include_in_schema=False)
async def draw_posted(request: Request, extension: str | None = None) -> Response:
    """Draw what the JSON object in the body names."""
    request.state.extension = extension
    request.state.pairs = []
    return await _answer(request, _pairs(await _body(request)), extension)


async def _answer(request: Request, pairs: Pairs, extension: str | None) -> Response:
    request.state.pairs = pairs = _without_on_error(request, pairs)
    format = await _format(request, extension)
    diagram = Diagram.of(pairs)
    name, negotiated = diagram.subject.name, extension is None
    headers = headers_of(request, diagram.url, name, format, negotiated)
    if request.method != "POST" and known_already(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    body = await request.app.state.renderer.render(diagram, format)
    return Response(body, headers=headers, media_type=content_type(format))


async def _format(request: Request, extension: str | None) -> str:
    """The format asked for. Raises NotAcceptable, ProblemError for an unknown extension."""
    if extension is None:
        return accepted(request.headers.get("accept"))
    if extension in FORMATS:
        return extension
    near = nearest(extension, FORMATS) or "svg"
    request.state.extension = near
    wrong = ParameterError("format", extension, "it is not a format", mend={})
    fix = await request.app.state.renderer.fix(request.state.pairs, wrong)
    raise ProblemError(unknown_format(extension, tuple(FORMATS), near, fix))


def _without_on_error(request: Request, pairs: Sequence[tuple[str, str]]) -> Pairs:
    """The pairs less ``on_error``, which says how to answer and not what to draw."""
    given = [value for name, value in pairs if name == ON_ERROR]
    rest = [(name, value) for name, value in pairs if name != ON_ERROR]
    request.state.pairs = rest
    request.state.on_error_image = given[:1] == ["image"]
    if len(given) > 1 or given not in ([], ["image"]):
        reason = "it is given more than once" if len(given) > 1 else "it is not image"
        raise ParameterError(
            ON_ERROR, given[-1], reason, allowed=["image"], suggestion="image", mend={}
        )
    return rest


async def _body(request: Request) -> bytes:
    """The body of a POST. Raises ProblemError where it is too long or of another type."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        detail = f"the body is {clean(media) or 'of no type'}; a POST takes application/json"
        raise ProblemError(Problem("not-json", detail, headers={"Accept-Post": "application/json"}))
    limit = request.app.state.settings.body_bytes
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise ProblemError(Problem("body-too-long", f"a body has at most {limit:,} bytes"))
    return body


def _pairs(body: bytes) -> Pairs:
    """Names and values of a JSON object, repeated names kept. Raises ProblemError."""
    try:
        found = json.loads(body, object_pairs_hook=_Members)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, _Members):
        detail = 'the body is not a JSON object, such as {"block": "bottleneck"}'
        raise ProblemError(Problem("not-an-object", detail))
    for name, value in found:
        if not isinstance(value, str | int | float):
            detail = f"the value of {clean(name)} is not a text, a number, true or false"
            raise ProblemError(Problem("not-an-object", detail, clean(name)))
    return [(name, plain(value)) for name, value in found]


class _Members(list[tuple[str, Any]]):
    """The members of a JSON object in order; a dict would drop names that are given twice."""
