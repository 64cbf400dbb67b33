"""A diagram in a frame of another page: ``/embed``, and ``/oembed``, which tells of it.

The frame holds the picture, which can be zoomed and dragged, and a link to where it can be changed.
oEmbed (https://oembed.com) is how a blog finds the frame that belongs to a pasted address.
"""

from __future__ import annotations

import asyncio
import re
from html import escape
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.http.problems import FAILURES, Problem, problem_of
from app.http.requests import READ, pairs_of
from app.pages.templates import POLICY, Pages
from app.workers.renderer import Renderer
from resnet_core.compare import asked
from resnet_core.compare.query import SIDES
from resnet_core.diagram.diagram import Diagram

router = APIRouter(include_in_schema=False)
Pairs = list[tuple[str, str]]
# The addresses that have a frame: the explorer's, a picture's, a comparison's, the frame's own.
FRAMED = re.compile(r"/|/(?:diagram|compare)(?:\.\w+)?|/embed")
BAR = 36  # the line below the picture, in pixels
FOLLOWS = "auto"


@router.api_route("/embed", methods=READ)
async def embed(request: Request) -> Response:
    """The picture of a query, to be looked at closely, in a page for frames."""
    pairs = pairs_of(request)
    shown: dict[str, Any] = {"svg": "", "problem": None, "title": "", "place": "/"}
    theme = dict(pairs).get("theme", FOLLOWS)
    try:
        drawn = [(name, "light" if value == FOLLOWS else value) for name, value in pairs]
        shown |= await _drawn(request.app.state.renderer, drawn)
    except FAILURES as error:
        shown["problem"] = await _problem(request, error, pairs)
    asked = f"{str(request.base_url).rstrip('/')}/embed?{request.url.query}"
    shown["oembed"] = f"{request.scope.get('root_path', '')}/oembed?url={quote(asked, safe='')}"
    status = shown["problem"].status if shown["problem"] else 200
    pages: Pages = request.app.state.pages
    page = await asyncio.to_thread(
        pages.page, request, "frame.html", status, follows=theme == FOLLOWS, chosen=theme, **shown
    )
    page.headers["Content-Security-Policy"] = POLICY.replace(
        "frame-ancestors 'self'", "frame-ancestors *"
    )
    for name in ("Cross-Origin-Opener-Policy", "Set-Cookie"):
        # What is asked for inside another page sets nothing for the pages here.
        if name in page.headers:
            del page.headers[name]
    return page


@router.api_route("/oembed", methods=READ)
async def oembed(request: Request) -> Response:
    """The frame that stands for an address of this server."""
    query = request.query_params
    if query.get("format", "json") != "json":
        return _refused(501, "only json is answered")
    pairs = _asked_by(request, query.get("url", ""))
    if pairs is None:
        return _refused(404, "url is no address of a diagram here")
    try:
        shown = await _drawn(request.app.state.renderer, pairs)
    except FAILURES as error:
        problem = await _problem(request, error, pairs)
        return _refused(404 if problem.status < 500 else problem.status, problem.detail["en"])
    base = str(request.base_url).rstrip("/")
    address = f"{base}/embed?{urlencode(pairs, safe=',:')}"
    width, height = _fitting(shown["svg"], query.get("maxwidth", ""), query.get("maxheight", ""))
    frame = (
        f'<iframe src="{escape(address)}" width="{width}" height="{height}" '
        f'title="{escape(shown["title"])}" style="border:0" loading="lazy"></iframe>'
    )
    return JSONResponse(
        {
            "version": "1.0", "type": "rich", "title": shown["title"], "html": frame,
            "width": width, "height": height, "provider_name": "resnet-diagram",
            "provider_url": f"{base}/", "cache_age": request.app.state.settings.max_age,
        },
        headers={"Access-Control-Allow-Origin": "*"},
    )  # fmt: skip


def _asked_by(request: Request, url: str) -> Pairs | None:
    """What an address of this server asks for; None where it is another's, or has no frame."""
    root = request.scope.get("root_path", "")
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    ours = parts.netloc == request.url.netloc and parts.path.startswith(root)
    if not ours or not FRAMED.fullmatch(parts.path.removeprefix(root)):
        return None
    return parse_qsl(parts.query, keep_blank_values=True) or [("block", "bottleneck")]


async def _drawn(renderer: Renderer, pairs: Pairs) -> dict[str, Any]:
    """The picture, its title, and the address of the page where it can be changed."""
    if set(SIDES) & {name for name, _ in pairs}:
        found = asked(pairs)
        svg = await renderer.compare(found.query, "svg")
        return {"svg": svg.decode(), "title": " ≠ ".join(found.names), "place": found.url}
    diagram = Diagram.of(pairs)
    svg = await renderer.render(diagram.query, "svg")
    place = f"/?{diagram.url.partition('?')[2]}"
    return {"svg": svg.decode(), "title": diagram.named, "place": place}


async def _problem(request: Request, error: Exception, pairs: Pairs) -> Problem:
    """What went wrong; a fix is the address of one diagram, not of two."""
    alone = not set(SIDES) & {name for name, _ in pairs}
    return await problem_of(error, request.app.state.renderer, pairs if alone else None)


def _fitting(svg: str, *limits: str) -> tuple[int, int]:
    """The frame's size: the picture's with the line below it, within what the page allows."""
    found = re.match(r'<svg[^>]*? width="([\d.]+)" height="([\d.]+)"', svg)
    sizes = [float(size) for size in found.groups()] if found else [640.0, 480.0]
    most = [int(limit) if re.fullmatch(r"[1-9]\d{1,4}", limit) else None for limit in limits]
    width, height = round(sizes[0]), round(sizes[1]) + BAR
    return min(width, most[0] or width), min(height, most[1] or height)


def _refused(status: int, reason: str) -> Response:
    return JSONResponse({"error": reason}, status, headers={"Access-Control-Allow-Origin": "*"})
