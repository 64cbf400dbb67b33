"""A query → bytes, one way for ``/diagram``, ``/explain``, ``/compare``, ``/window``, ``/sweep``.

A resource says what is its own: its path, its formats, how a query is read, who renders it. What
is the same for all stands once: formats negotiated, ETag and 304, fixes in the resource's own
address, mistakes as problems.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from app.http.problems import ProblemError, refusal, unknown_format
from app.http.requests import (
    READ,
    Pairs,
    ResourceRequest,
    accepted_of,
    content_type,
    pairs_of,
    posted_pairs,
    prefers_page,
)
from app.http.responses import headers_of, known_already
from app.workers.jobs import Refusal
from app.workers.renderer import Renderer
from resnet_core import FORMATS, Diagram, ParameterError
from resnet_core.bilingual import LANGUAGES, TAGS
from resnet_core.compare import FORMATS as COMPARED
from resnet_core.compare import asked as compared
from resnet_core.compare.query import canonical_sides, has_source
from resnet_core.diagram.diagram import address
from resnet_core.diagram.pasted import canonical, is_pasted
from resnet_core.errors import NO_FORMAT, nearest
from resnet_core.explain.explanation import FORMATS as EXPLAINED
from resnet_core.sweep import FORMATS as SWEPT
from resnet_core.sweep import series, sweeping
from resnet_core.window import FORMATS as WINDOWED
from resnet_core.window import asking, still

T = TypeVar("T")
Query = tuple[tuple[str, str], ...]
# Seconds after which a worker is at work, where one is free.
MOMENT = 0.001
Page = Callable[[Request, Pairs], Awaitable[Response]]


@dataclass(frozen=True)
class Asked:
    """What a query turned out to name: the canonical query, what is told of it, its language.

    ``told`` gives the canonical address and the file's name, which nobody needs before the answer.
    """

    query: Query
    told: Callable[[], tuple[str, str]]
    language: str | None = None


class Meanwhile(Generic[T]):
    """What is made while something else is waited for: in a moment, or when it is asked for."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []
        self._later = asyncio.get_running_loop().call_later(MOMENT, self._finish)

    def _finish(self) -> None:
        # What goes wrong with it is for whoever asks.
        with suppress(Exception):
            self._made.append(self._make())

    @property
    def made(self) -> T:
        """It itself. Raises what making it raises."""
        self._later.cancel()
        if not self._made:
            self._made.append(self._make())
        return self._made[0]


@dataclass(frozen=True)
class Resource:
    """Something that is asked for by names and values and answered in one of several formats.

    ``formats`` is asked anew each time, since a format may be added; the first is the one that a
    mistaken extension is corrected to where none is near. ``parse`` reads a query and raises
    ParameterError; ``render`` makes the bytes; ``fix`` finds the address of the nearest query
    that works.
    """

    path: str
    formats: Callable[[], Collection[str]]
    parse: Callable[[Renderer, Pairs], Awaitable[Asked]]
    render: Callable[[Renderer, Asked, str], Awaitable[bytes]]
    fix: Callable[[Renderer, Pairs, ParameterError], Awaitable[str | None]]
    posted: bool = False

    def at_home(self, fix: str | None) -> str | None:
        """The address of a fix below this resource's path."""
        return f"{self.path}?{fix.partition('?')[2]}" if fix else None


class Way(Route):
    """A route of Starlette's, which hands the request over as it is; it says which one it is."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        # Metrics and traces count by it, as they do by FastAPI's.
        return match, {**found, "route": self}


def routes(resource: Resource, page: Page | None = None) -> list[Way]:
    """The routes of a resource; ``page`` answers browsers that go to its bare address."""
    with_extension = f"{resource.path}.{{extension}}"

    async def take(request: Request) -> Response:
        extension: str | None = request.path_params.get("extension")
        if request.method == "POST":
            request.state.asked = ResourceRequest((), extension, tuple(resource.formats()))
            return await answer(resource, request, await posted_pairs(request), extension)
        pairs = pairs_of(request)
        if page and extension is None and prefers_page(request.headers.get("accept")):
            return await page(request, pairs)
        return await answer(resource, request, pairs, extension)

    # One route for all methods: what an address takes is told where another one is tried.
    methods = [*READ, "POST"] if resource.posted else READ
    return [Way(path, take, methods=methods) for path in (resource.path, with_extension)]


async def answer(
    resource: Resource, request: Request, pairs: Pairs, extension: str | None
) -> Response:
    """The resource as the request asks for it. Raises ProblemError, Busy, TimeoutError."""
    renderer: Renderer = request.app.state.renderer
    wanted = ResourceRequest.of(pairs, extension, tuple(resource.formats()))
    request.state.asked = wanted
    try:
        wanted.check()
        format = await _format(resource, request, wanted)
        asked = await resource.parse(renderer, wanted.bare)
        headers = Meanwhile(lambda: _headers(request, asked, format, extension is None))
        if _knows_some(request) and known_already(request, headers.made["ETag"]):
            return Response(status_code=304, headers=headers.made, media_type=content_type(format))
        body = await resource.render(renderer, asked, format)
    except ParameterError as error:
        fix = resource.at_home(await resource.fix(renderer, wanted.bare, error))
        raise ProblemError(refusal(error, fix)) from None
    except Refusal as error:
        raise ProblemError(refusal(error.error, resource.at_home(error.fix))) from None
    return Response(body, headers=headers.made, media_type=content_type(format))


def _headers(request: Request, asked: Asked, format: str, negotiated: bool) -> dict[str, str]:
    url, name = asked.told()
    headers = headers_of(request, url, name, format, negotiated)
    return headers | ({"Content-Language": asked.language} if asked.language else {})


def _knows_some(request: Request) -> bool:
    """Whether the client has an answer already, and asks whether it is still this one."""
    return request.method != "POST" and "if-none-match" in request.headers


async def _format(resource: Resource, request: Request, wanted: ResourceRequest) -> str:
    """The format asked for. Raises NotAcceptable, ProblemError for an unknown extension."""
    known, extension = wanted.formats, wanted.extension
    if extension is None:
        return accepted_of(request.headers.get("accept"), known)
    if extension in known:
        return extension
    near = nearest(extension, known) or known[0]
    # The fix, and a card that tells of the mistake, come in the format that was probably meant.
    request.state.asked = wanted.corrected(near)
    wrong = ParameterError("format", extension, NO_FORMAT, fix={})
    fix = await resource.fix(request.app.state.renderer, wanted.bare, wrong)
    raise ProblemError(unknown_format(extension, known, near, resource.at_home(fix)))


def _below(path: str, query: Query) -> str:
    """The address of a diagram's query at another resource."""
    return f"{path}?{address(query).partition('?')[2]}"


def _pasted(path: str, pairs: Pairs) -> Asked:
    """A pasted source. It is read by a worker and not here."""
    query = canonical(pairs)
    return Asked(query, lambda: (_below(path, query), "source"))


async def _diagram(_: Renderer, pairs: Pairs) -> Asked:
    if is_pasted(pairs):
        return _pasted("/diagram", pairs)
    diagram = Diagram.of(pairs)
    return Asked(diagram.query, lambda: (diagram.url, diagram.file_name))


async def _explanation(_: Renderer, pairs: Pairs) -> Asked:
    if is_pasted(pairs):
        asked = dict(pairs).get("lang", "")
        tag = next((tag for name, tag in TAGS.items() if name == asked), TAGS[LANGUAGES[0]])
        return replace(_pasted("/explain", pairs), language=tag)
    diagram = Diagram.of(pairs)
    query = diagram.explained_by
    name = diagram.subject.name
    return Asked(query, lambda: (_below("/explain", query), name), TAGS[diagram.options.lang])


async def _comparison(renderer: Renderer, pairs: Pairs) -> Asked:
    if has_source(pairs):  # it is read by a worker and not here
        query = canonical_sides(pairs)
        return Asked(query, lambda: (_below("/compare", query), "compare"))
    try:
        found = compared(pairs)
    except ParameterError:
        # A worker finds the same mistake, and has the time to look for what would fix it.
        await renderer.compare(pairs, "json")
        raise
    return Asked(found.query, lambda: (found.url, "compare"))


async def _fix_comparison(_: Renderer, pairs: Pairs, __: ParameterError) -> str | None:
    """The comparison itself, where only its format is wrong."""
    if has_source(pairs):
        return None
    try:
        return compared(pairs).url
    except ParameterError:
        return None


async def _window(renderer: Renderer, pairs: Pairs) -> Asked:
    try:
        diagram, node, at = asking.asked(pairs)
    except ParameterError:
        # A worker finds the same mistake, and has the time to look for what would fix it.
        await renderer.window(pairs, "json")
        raise
    query = still.canonical(diagram, node, at)
    # Of a call that is not there the name may be any letters; it is refused when it is drawn.
    name = f"{diagram.subject.name}-{node}" if node.replace(".", "").isalnum() else "window"
    return Asked(query, lambda: (still.address(query), name if name.isascii() else "window"))


async def _fix_window(_: Renderer, pairs: Pairs, __: ParameterError) -> str | None:
    """The window itself, where only its format is wrong."""
    try:
        return still.address(asking.query_of(pairs))
    except ParameterError:
        return None


async def _sweep(renderer: Renderer, pairs: Pairs) -> Asked:
    try:
        found = sweeping.asked(pairs)
    except ParameterError:
        await renderer.sweep(pairs, "json")
        raise
    name = f"{found.diagram.subject.name}-{found.over}"
    return Asked(found.query, lambda: (found.url, name))


async def _fix_sweep(_: Renderer, pairs: Pairs, __: ParameterError) -> str | None:
    """The sweep itself, where only its format is wrong."""
    try:
        return series.address(sweeping.query_of(pairs))
    except ParameterError:
        return None


DIAGRAM = Resource(
    "/diagram",
    lambda: tuple(FORMATS),
    _diagram,
    lambda renderer, asked, format: renderer.render(asked.query, format),
    lambda renderer, pairs, error: renderer.fix(pairs, error),
    posted=True,
)
EXPLANATION = Resource(
    "/explain",
    lambda: EXPLAINED,
    _explanation,
    lambda renderer, asked, format: renderer.explain(asked.query, format),
    lambda renderer, pairs, error: renderer.fix(pairs, error),
    posted=True,
)
COMPARISON = Resource(
    "/compare",
    lambda: COMPARED,
    _comparison,
    lambda renderer, asked, format: renderer.compare(asked.query, format),
    _fix_comparison,
    posted=True,
)
WINDOW = Resource(
    "/window",
    lambda: WINDOWED,
    _window,
    lambda renderer, asked, format: renderer.window(asked.query, format),
    _fix_window,
)
SWEEP = Resource(
    "/sweep",
    lambda: SWEPT,
    _sweep,
    lambda renderer, asked, format: renderer.sweep(asked.query, format),
    _fix_sweep,
)
