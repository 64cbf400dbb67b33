"""The headers of a file that follows from its address alone: cached, embedded, saved by name."""

from __future__ import annotations

import hashlib
from importlib.metadata import version

from starlette.requests import Request

from app.answers import SVG_POLICY

VERSION = version("resnet-diagram")


def headers_of(
    request: Request, url: str, name: str, format: str, negotiated: bool
) -> dict[str, str]:
    """Headers of the file at the canonical address ``url``, which is saved under ``name``."""
    root = request.scope.get("root_path", "")
    path, _, query = url.partition("?")
    headers = {
        "ETag": _tag(url, format),
        "Cache-Control": f"public, max-age={request.app.state.settings.max_age}",
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


def known_already(request: Request, tag: str) -> bool:
    """Whether ``If-None-Match`` names the tag (RFC 9110, section 13.1.2: weak comparison)."""
    given = request.headers.get("if-none-match", "")
    tags = [each.strip().removeprefix("W/") for each in given.split(",")]
    return "*" in tags or tag in tags


def _tag(url: str, format: str) -> str:
    """A strong tag: the bytes follow from the version, the format and the canonical address."""
    source = "\n".join([VERSION, format, url])
    return f'"{hashlib.sha256(source.encode()).hexdigest()[:32]}"'
