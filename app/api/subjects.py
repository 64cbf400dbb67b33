"""``/blocks`` and ``/models``: what can be drawn, with the knobs as JSON Schema."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from resnet_core.diagram.diagram import described
from resnet_core.registry import BLOCKS, NETWORKS, Registry

router = APIRouter(tags=["subjects"])


@router.get("/blocks", summary="The residual blocks")
async def blocks(response: Response) -> list[dict[str, Any]]:
    """Every block with its formula, its paper and its knobs as JSON Schema."""
    return _all(BLOCKS, response)


@router.get("/models", summary="The networks")
async def models(response: Response) -> list[dict[str, Any]]:
    """Every network, presets included, with its knobs as JSON Schema."""
    return _all(NETWORKS, response)


@router.get("/blocks/{name}", summary="One block")
async def block(name: str, response: Response) -> dict[str, Any]:
    """The block of this name."""
    return _one(BLOCKS, name, response)


@router.get("/models/{name}", summary="One network")
async def model(name: str, response: Response) -> dict[str, Any]:
    """The network of this name."""
    return _one(NETWORKS, name, response)


def _all(registry: Registry, response: Response) -> list[dict[str, Any]]:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return [described(item) for item in registry.values()]


def _one(registry: Registry, name: str, response: Response) -> dict[str, Any]:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return described(registry[name])
