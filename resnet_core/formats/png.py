"""PNG: the picture in pixels; its text chunk ``Source`` holds the URL."""

from __future__ import annotations

from resnet_core.bilingual import Text
from resnet_core.errors import TooLarge
from resnet_core.formats import graphviz
from resnet_core.formats.metadata import stamped
from resnet_core.formats.registry import FORMATS, Drawable, Pictured

# Graphviz's rasteriser gives up beyond.
MAX_PIXELS = 32_000
# Pixels of the whole; each takes 4 bytes several times over while it is drawn.
MAX_AREA = 40_000_000


@FORMATS.register("png", media="image/png", title="PNG", rank=2, quality=8, scales=(1, 2, 3, 4))
def write(drawing: Drawable) -> bytes:
    """The drawing as a PNG at the scale of its options."""
    return png(drawing, drawing.options.scale)


def png(picture: Pictured, scale: int) -> bytes:
    """The picture as a PNG, ``scale`` times the width that is asked for, or of its own.

    Raises TooLarge where it would have more pixels than a PNG can hold.
    """
    factor = scale * picture.options.enlarged(picture.sheet.width)
    limited(picture.sheet.width, picture.sheet.height, factor, scale)
    return stamped(graphviz.draw(picture.dot, "png", factor), picture.caption.url)


def limited(width: float, height: float, factor: float, scale: int) -> None:
    """Raise TooLarge where a picture of so many points would have more pixels than a PNG."""
    sides = [length * factor * graphviz.DPI / 72 for length in (width, height)]
    if max(sides) > MAX_PIXELS or sides[0] * sides[1] > MAX_AREA:
        raise TooLarge(
            "scale",
            scale,
            Text(
                "the PNG would be {:,.0f}×{:,.0f} pixels, more than {:,} on a side or {:,} in all; "
                "SVG and PDF have no such limit",
                "PNG 会有 {:,.0f}×{:,.0f} 像素，单边超过了 {:,} 或总数超过了 {:,}；"
                "SVG 和 PDF 没有这个限制",
            ).format(*sides, MAX_PIXELS, MAX_AREA),
            allowed=Text("a coarser detail or a smaller scale", "更粗的 detail，或更小的 scale"),
            fix={"scale": None, "width": None, "detail": None, "fold": None},
        )
