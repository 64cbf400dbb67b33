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
    """Ready while something was drawn lately and more may be asked; otherwise 503, and why not."""
    trouble = request.app.state.renderer.workers.trouble
    if trouble is None:
        return JSONResponse({"status": "ready"})
    return JSONResponse({"status": trouble}, 503, {"Retry-After": "1"})
