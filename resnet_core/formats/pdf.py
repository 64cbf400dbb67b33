"""PDF: the picture in vectors; its information dictionary tells title and URL."""

from __future__ import annotations

from resnet_core.formats import graphviz
from resnet_core.formats.metadata import signed
from resnet_core.formats.registry import FORMATS, Drawable, Pictured


@FORMATS.register("pdf", media="application/pdf", title="PDF", rank=3, quality=6)
def write(drawing: Drawable) -> bytes:
    """The drawing as a PDF."""
    return pdf(drawing)


def pdf(picture: Pictured) -> bytes:
    """The picture as a PDF of one page, as large as the drawing, or as asked for."""
    caption = picture.caption
    factor = picture.options.enlarged(picture.sheet.width)
    return signed(graphviz.draw(picture.dot, "pdf", factor), caption.named, caption.url)
