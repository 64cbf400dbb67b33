"""``/blocks`` and ``/models``: what can be drawn, with the knobs as JSON Schema."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app.http.requests import readable
from app.http.responses import unchanging
from resnet_core.diagram.diagram import described
from resnet_core.registry import BLOCKS, NETWORKS, Registry

router = APIRouter(tags=["subjects"])
Described = dict[str, Any]
Listed = list[Described]


@readable(router, "/blocks", summary="The residual blocks", response_model=Listed)
async def blocks() -> Response:
    """Every block with its formula, its paper and its knobs as JSON Schema."""
    return _all(BLOCKS)


@readable(router, "/models", summary="The networks", response_model=Listed)
async def models() -> Response:
    """Every network, presets included, with its knobs as JSON Schema."""
    return _all(NETWORKS)


@readable(router, "/blocks/{name}", summary="One block", response_model=Described)
async def block(name: str) -> Response:
    """The block of this name."""
    return unchanging(described(BLOCKS[name]))


@readable(router, "/models/{name}", summary="One network", response_model=Described)
async def model(name: str) -> Response:
    """The network of this name."""
    return unchanging(described(NETWORKS[name]))


def _all(registry: Registry) -> Response:
    return unchanging([described(item) for item in registry.values()])
