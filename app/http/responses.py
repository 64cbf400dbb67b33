"""Problems and files as responses: status, format, caching and security headers."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from importlib.metadata import version
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.http import cards, problems
from app.http.encoding import bare
from app.http.problems import FAILURES, Problem, ProblemError, problem_of
from app.http.requests import (
    ON_ERROR,
    PICTURES,
    NotAcceptable,
    ResourceRequest,
    accepted_of,
    content_type,
    offered,
    prefers_page,
)
from app.workers import build
from app.workers.limits import within
from resnet_core.bilingual import LANGUAGES, TAGS, Language, Text
from resnet_core.formats.graphviz import Format as PictureFormat

SHORT = "public, max-age=60"
# What is wrong with the request will be so in a minute; the rest is wrong with the moment.
LASTING = range(400, 429)
# A picture that is opened by itself runs nothing and belongs to no site.
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# An old picture may be shown while the new one is fetched, and while there is no server.
STALE = "stale-while-revalidate=604800, stale-if-error=604800"
FOR_EVER = "public, max-age=31536000, immutable"
# Seconds for a card that a worker has to draw.
CARD = 2.0
log = logging.getLogger(__name__)
Shape = PictureFormat | Literal["json", "page"]


async def to_exception(request: Request, error: Exception) -> Response:
    """The answer to a request that ended in this exception."""
    return await to_problem(request, await _problem(request, error))


async def to_problem(request: Request, problem: Problem) -> Response:
    """The problem as a card, a page or JSON, with its true status unless that was declined."""
    shape = _shape(request)
    hidden = shape in PICTURES and wants_image(request)
    headers = {
        **problem.headers,
        "Cache-Control": SHORT if hidden and problem.status in LASTING else "no-store",
        "Access-Control-Allow-Origin": "*",
        "Vary": "Accept",
    }
    status = 200 if hidden else problem.status
    if shape == "page":
        page: Response = request.app.state.pages.problem(request, problem)
        page.headers.update(headers | {"Vary": f"Accept, {page.headers['Vary']}"})
        return page
    if shape != "json":
        body, shape = await _card(request, problem, shape)
        if shape == "svg":
            headers["Content-Security-Policy"] = SVG_POLICY
        if body:
            return Response(body, status, headers, content_type(shape))
        status, headers["Cache-Control"] = problem.status, "no-store"
    language = _language(request)
    members = located(request, problem).body(language)
    members["type"] = request.scope.get("root_path", "") + members["type"]
    text = json.dumps(members, ensure_ascii=False, indent=2) + "\n"
    headers["Content-Language"] = TAGS[language]
    return Response(text, status, headers, problems.MEDIA_TYPE)


def wants_image(request: Request) -> bool:
    """Whether the request asks for its errors as pictures with status 200."""
    wanted = _asked(request)
    return bool(wanted and wanted.hides_errors) or request.query_params.get(ON_ERROR) == "image"


def located(request: Request, problem: Problem) -> Problem:
    """The problem with its fix in the extension that was asked for, below the server's root."""
    if problem.fix is None:
        return problem
    root = request.scope.get("root_path", "")
    wanted = _asked(request)
    suffix = f".{wanted.extension}" if wanted and wanted.extension else ""
    address = problem.fix.partition("?")[0]
    return problem.with_fix(f"{root}{address}{suffix}?{problem.fix.partition('?')[2]}")


async def _problem(request: Request, error: Exception) -> Problem:
    match error:
        case ProblemError():
            return error.problem
        case NotAcceptable():
            media = list(offered())
            detail = Text(
                "Accept: {} allows none of the formats on offer",
                "Accept: {} 不允许任何一种可用的格式",
            ).format(problems.clean(error))
            return Problem("not-acceptable", detail, allowed=media)
        case HTTPException():
            return _of_http(error, request)
    if isinstance(error, FAILURES):
        wanted = _asked(request)
        pairs = wanted.bare if wanted else []
        return await problem_of(error, request.app.state.renderer, pairs)
    name = secrets.token_hex(4)
    log.error("internal error %s at %s", name, request.url.path, exc_info=error)
    detail = Text(
        "the server made a mistake; its log calls it {}", "服务器出错了；日志中的编号是 {}"
    )
    return Problem("internal", detail.format(name), more={"id": name})


def _of_http(error: HTTPException, request: Request) -> Problem:
    path = problems.clean(request.url.path)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        detail = Text("{} does not take {}", "{} 不接受 {}")
        detail = detail.format(path, problems.clean(request.method))
        return Problem("method-not-allowed", detail, headers=headers)
    detail = Text("there is nothing at {}", "{} 下什么也没有").format(path)
    return Problem("not-found", detail, headers=headers)


def _shape(request: Request) -> Shape:
    """What the answer would have been, as far as a problem can be that."""
    wanted, accept = _asked(request), request.headers.get("accept")
    if wanted is None:
        return "page" if prefers_page(accept) else "json"
    try:
        format = wanted.extension or accepted_of(accept, wanted.formats)
    except NotAcceptable:
        return "json"
    return next((picture for picture in PICTURES if picture == format), "json")


def _language(request: Request) -> Language:
    """The language that the picture would have had; English where none is asked for."""
    wanted = _asked(request)
    asked = dict(wanted.pairs if wanted else request.query_params.multi_items())
    return next((known for known in LANGUAGES if known == asked.get("lang")), LANGUAGES[0])


def _asked(request: Request) -> ResourceRequest | None:
    """What was asked of a resource; None where the request is for a page or something else."""
    wanted: ResourceRequest | None = getattr(request.state, "asked", None)
    return wanted


async def _card(
    request: Request, problem: Problem, format: PictureFormat
) -> tuple[bytes, PictureFormat | Literal["json"]]:
    """The card; as JSON where a worker would have to draw it and cannot."""
    problem = located(request, problem)
    asked = dict(wanted.pairs if (wanted := _asked(request)) else ())
    theme = asked.get("theme", "light")
    language = _language(request)
    if format == "svg" or (problem.status >= 500 and wants_image(request)):
        return cards.svg(problem, theme, language), "svg"
    try:
        # The answer's own time may be over; without a card it would be told as JSON.
        with within(CARD):
            return await request.app.state.renderer.paint(
                cards.dot(problem, theme, language), format
            ), format
    except Exception as error:
        log.warning("no card as %s: %r", format, error)
        return b"", "json"


VERSION = version("resnet-diagram")


def headers_of(
    request: Request, url: str, name: str, format: str, negotiated: bool
) -> dict[str, str]:
    """Headers of the file at the canonical address ``url``, which is saved under ``name``."""
    root = request.scope.get("root_path", "")
    path, _, query = url.partition("?")
    headers = {
        "ETag": _tag(url, format),
        "Cache-Control": _caching(request),
        "Content-Location": f"{root}{path}.{format}?{query}",
        "Link": f'<{root}{url}>; rel="canonical"',
        "Content-Disposition": f'inline; filename="{name}.{format}"',
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if negotiated:
        headers["Vary"] = "Accept"
    if format == "svg":
        headers["Content-Security-Policy"] = SVG_POLICY
    return headers


def _caching(request: Request) -> str:
    """How long a file may be kept; one of somebody's own is asked for again each time.

    For ever where its address names this build. Another build's name is answered with what there is
    now, and that is kept as any other.
    """
    if request.app.state.own:
        return "no-cache"
    wanted = _asked(request)
    if wanted and wanted.build == build.short():
        return FOR_EVER
    return f"public, max-age={request.app.state.settings.max_age}, {STALE}"


def known_already(request: Request, tag: str) -> bool:
    """Whether ``If-None-Match`` names the tag (RFC 9110, section 13.1.2: weak comparison)."""
    return names_tag(request.headers.get("if-none-match", ""), tag)


def names_tag(known: str, tag: str) -> bool:
    """Whether the value of an ``If-None-Match`` header names the tag, however it was packed."""
    if not known:
        return False
    tags = [bare(part.strip().removeprefix("W/")) for part in known.split(",")]
    return "*" in tags or tag in tags


def unchanging(content: object) -> Response:
    """Plain data that is the same until the server ends, as JSON that is made once."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "ETag": weak_tag(body),
        "Cache-Control": "no-cache",
        "Access-Control-Allow-Origin": "*",
    }
    return Response(body, headers=headers, media_type="application/json")


def weak_tag(body: bytes) -> str:
    """A weak tag of what is the same for the reader, whatever its bytes on the way."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def _tag(url: str, format: str) -> str:
    """A strong tag: the bytes follow from the build, the format and the canonical address."""
    source = "\n".join([build.digest(), format, url])
    return f'"{hashlib.sha256(source.encode()).hexdigest()[:32]}"'
