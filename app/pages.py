"""The pages: the explorer at ``/``, the reference, and the colours that a dark page needs."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.explorer import explore
from app.fields import fields_of
from app.negotiation import offered
from app.problems import SORTS, Problem, ProblemError
from app.views import theme_css
from resnet_core.options import Input, Options
from resnet_core.registry import BLOCKS, NETWORKS

router = APIRouter(include_in_schema=False)
FOR_EVER = "public, max-age=31536000, immutable"


@router.api_route("/", methods=["GET", "HEAD"])
async def explorer(request: Request) -> Response:
    """A subject, its form, its picture and its layers."""
    limit = request.app.state.settings.query_bytes
    if len(request.url.query) > limit:
        raise ProblemError(Problem("query-too-long", f"a query has at most {limit:,} bytes"))
    state = request.app.state
    shown = await explore(state.renderer, request.query_params.multi_items())
    status = shown.problem.status if shown.problem else 200
    return await asyncio.to_thread(
        state.pages.page, request, "explorer.html", status, explorer=shown
    )


@router.api_route("/reference", methods=["GET", "HEAD"])
async def reference(request: Request) -> Response:
    """Every address, every knob of every subject, every sort of problem."""
    forms: list[tuple[str, type[BaseModel]]] = [("input", Input), ("view", Options)]
    context: dict[str, Any] = {
        "subjects": [*BLOCKS.values(), *NETWORKS.values()],
        "fields_of": lambda form: fields_of(form, {}),
        "forms": forms,
        "media": {format: media for media, format in offered().items()},
        "sorts": SORTS,
    }
    return await asyncio.to_thread(
        request.app.state.pages.page, request, "reference.html", **context
    )


@router.api_route("/theme.css", methods=["GET", "HEAD"])
async def theme() -> Response:
    """The dark colours of a diagram that stands in a page."""
    return Response(theme_css(), headers={"Cache-Control": FOR_EVER}, media_type="text/css")
