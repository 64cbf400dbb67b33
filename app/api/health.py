"""``/healthz`` and ``/readyz``: for whoever decides whether to send requests here."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.http.siblings import Siblings
from app.workers.renderer import Renderer

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Whether the server is alive")
@router.head("/healthz", include_in_schema=False)
async def healthz() -> dict[str, str]:
    """Answers as long as the event loop turns."""
    return {"status": "alive"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", summary="Whether the server can draw", responses={503: {}})
async def readyz(request: Request) -> JSONResponse:
    """Ready while something was drawn lately and more may be asked; otherwise 503, and why not.

    What is missing and costs nothing but time, such as a store that is gone, is told beside it.
    """
    renderer: Renderer = request.app.state.renderer
    trouble = renderer.workers.trouble
    if trouble is None:
        lacks = renderer.lacks
        return JSONResponse({"status": "ready"} | ({"degraded": lacks} if lacks else {}))
    return JSONResponse({"status": trouble}, 503, {"Retry-After": "1"})


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Counts and times for Prometheus. Raises HTTPException where the operator wants none."""
    if not request.app.state.settings.metrics:
        raise HTTPException(404)
    text: bytes = request.app.state.metrics.text()
    siblings: Siblings | None = getattr(request.app.state, "siblings", None)
    if siblings:
        text = await siblings.text(text)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
