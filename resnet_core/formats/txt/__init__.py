"""The text form: a diagram in box drawing characters."""

from resnet_core.formats.drawable import Drawable
from resnet_core.formats.registry import FORMATS


@FORMATS.register("txt", media="text/plain", title="Text", rank=6, quality=4)
def write(drawing: Drawable) -> bytes:
    """The drawing for a terminal or a forum."""
    return drawing.txt.encode()
