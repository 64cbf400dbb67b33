"""The pages, from the explorer at ``/`` to the reference, and the colours of a dark page."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.http.problems import SORTS, ProblemError, clean
from app.http.requests import READ, in_a_hurry, offered, pairs_of
from app.http.responses import FOR_EVER
from app.pages.compare import code_page
from app.pages.documents import found_in, read
from app.pages.explorer import explore
from app.pages.fields import fields_of
from app.pages.gallery import families
from app.pages.i18n import PARAMETER, language_of
from app.pages.pasting import paste, posted
from app.pages.presence import robots, sitemap
from app.pages.templates import Pages, folder, theme_css
from app.workers.own_module import Own
from resnet_core.diagram.form import Input, Options
from resnet_core.documents import DOCUMENTS
from resnet_core.registry import BLOCKS, NETWORKS

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=READ)
async def explorer(request: Request) -> Response:
    """A subject, its form, its picture and its layers."""
    query = pairs_of(request)
    renderer, language = request.app.state.renderer, language_of(request).name
    shown = await explore(renderer, query, language, in_a_hurry(request))
    # A form that no script has read sends every field: its address says what it means, no more.
    if shown.diagram and any(not value.strip() for _, value in query):
        asked = [(PARAMETER, request.query_params[PARAMETER])] if PARAMETER in dict(query) else []
        known = [pair for pair in shown.diagram.query if pair[0] != PARAMETER]
        home = request.scope.get("root_path", "")
        return RedirectResponse(f"{home}/?{urlencode([*known, *asked], safe=',:')}", 303)
    status = shown.problem.status if shown.problem else 200
    return await _page(
        request, "explorer.html", status, shown.complete, explorer=shown, kept=shown.kept
    )


@router.api_route("/gallery", methods=READ)
async def gallery(request: Request) -> Response:
    """Every subject on a card."""
    return await _page(request, "gallery.html", families=families(), documents_of=found_in)


@router.api_route("/documents", methods=READ)
async def documents(request: Request) -> Response:
    """The documents that the subjects come from."""
    return await _page(request, "documents.html", documents=DOCUMENTS, missing="")


@router.api_route("/documents/{slug}", methods=READ)
async def document(request: Request, slug: str) -> Response:
    """What one document says, and what the code in it does."""
    found = next((document for document in DOCUMENTS if document.slug == slug), None)
    if found is None:
        return await _page(request, "documents.html", 404, documents=DOCUMENTS, missing=clean(slug))
    sections = await read(request.app.state.renderer, found, language_of(request).name)
    figures = [figure for section in sections for figure in (section.figure, *section.also)]
    whole = all(figure.record for figure in figures)
    return await _page(
        request,
        "document.html",
        whole=whole,
        document=found,
        sections=sections,
        documents=DOCUMENTS,
    )


@router.api_route("/read", methods=READ)
async def own_code(request: Request) -> Response:
    """One's own code: a form to paste it, and what an address with a source in it shows."""
    return await _own(request, pairs_of(request))


@router.post("/read")
async def own_code_posted(request: Request) -> Response:
    """One's own code as the form sends it: too long for an address."""
    return await _own(request, await posted(request))


@router.post("/compare/code")
async def compared_code(request: Request) -> Response:
    """Code that is compared, as the form sends it: too long for an address, perhaps."""
    return await code_page(request, await posted(request))


@router.api_route("/read.json", methods=[*READ, "POST"])
async def own_code_found(request: Request) -> Response:
    """What the page of one's own code shows, as JSON: restored, other readings, drawn, told."""
    pairs = await posted(request) if request.method == "POST" else pairs_of(request)
    shown = await paste(request.app.state.renderer, pairs, language_of(request).name)
    if shown.problem:
        raise ProblemError(shown.problem)
    return JSONResponse(shown.found)


async def _own(request: Request, pairs: list[tuple[str, str]]) -> Response:
    shown = await paste(request.app.state.renderer, pairs, language_of(request).name)
    status = shown.problem.status if shown.problem else 200
    return await _page(request, "read.html", status, pasted=shown)


@router.api_route("/reference", methods=READ)
async def reference(request: Request) -> Response:
    """Every address, every knob of every subject, every sort of problem."""
    forms: list[tuple[str, type[BaseModel]]] = [("input", Input), ("view", Options)]
    return await _page(
        request,
        "reference.html",
        subjects=[*BLOCKS.values(), *NETWORKS.values()],
        fields_of=lambda form: fields_of(form, {}),
        forms=forms,
        media={format: media for media, format in offered().items()},
        sorts=SORTS,
    )


@router.api_route("/own.json", methods=READ)
async def own(request: Request) -> Response:
    """What has become of somebody's own module since: how often it was loaded, what is wrong."""
    found: Own | None = request.app.state.own
    if found is None:
        raise HTTPException(404)
    told = {"version": found.version, "trouble": found.trouble}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@router.api_route("/theme.css", methods=READ)
async def theme() -> Response:
    """The dark colours of a diagram that stands in a page."""
    return Response(theme_css(), headers={"Cache-Control": FOR_EVER}, media_type="text/css")


@router.api_route("/sitemap.xml", methods=READ)
async def site(request: Request) -> Response:
    """The map of the pages."""
    return Response(sitemap(str(request.base_url)), media_type="application/xml")


@router.api_route("/robots.txt", methods=READ)
async def for_robots(request: Request) -> Response:
    """What those that index pages are asked to do."""
    return Response(robots(str(request.base_url)), media_type="text/plain")


@router.api_route("/favicon.ico", methods=READ)
async def icon() -> Response:
    """The sign of the site, for those that ask at the old place."""
    return Response((folder("static") / "icon.svg").read_bytes(), media_type="image/svg+xml")


async def _page(
    request: Request, template: str, status: int = 200, whole: bool = True, **context: Any
) -> Response:
    """The page, made in a thread: a long one takes a while."""
    pages: Pages = request.app.state.pages
    return await asyncio.to_thread(pages.page, request, template, status, whole, **context)
