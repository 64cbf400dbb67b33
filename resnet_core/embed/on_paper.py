"""How large a picture stands on paper: a pixel of the screen is three quarters of a point there."""

from __future__ import annotations

import re
import struct

POINTS_OF_A_PIXEL = 0.75
_PNG = b"\x89PNG"
_BOX = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]")


def size_of(picture: bytes, scale: int = 1) -> tuple[int, int]:
    """Width and height that the SVG of a picture has, told from its PDF or its PNG at a scale."""
    if picture.startswith(_PNG):
        # Graphviz takes the size for points, and gives a PNG 96 dots an inch.
        width, height = (pixels / scale * 0.75 for pixels in struct.unpack(">II", picture[16:24]))
        return round(width), round(height)
    found = _BOX.search(picture)
    assert found is not None, "a page without its size"
    return round(float(found[1])), round(float(found[2]))
