"""``/healthz`` and ``/readyz``: for whoever decides whether to send requests here."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Whether the server is alive")
async def healthz() -> dict[str, str]:
    """Answers as long as the event loop turns."""
    return {"status": "alive"}


@router.get("/readyz", summary="Whether the server can draw", responses={503: {}})
async def readyz(request: Request) -> JSONResponse:
    """Ready once a worker has really drawn something; 503 before."""
    if request.app.state.renderer.workers.ready.is_set():
        return JSONResponse({"status": "ready"})
    return JSONResponse({"status": "starting"}, 503, {"Retry-After": "1"})
