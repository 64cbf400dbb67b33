"""The window of a convolution or a pooling: which positions each output reads, as a picture.

>>> from resnet_core import draw, window
>>> found = window(draw(block="bottleneck", stride=2), "downsample.0")
>>> found.walk.never_read, found.walk.positions
(2352, 3136)
"""

from __future__ import annotations

from resnet_core.diagram.picture import Drawing
from resnet_core.window.asking import window_of
from resnet_core.window.still import FORMATS, Window
from resnet_core.window.walk import Walk

__all__ = ["FORMATS", "Walk", "Window", "window"]


def window(drawing: Drawing, node: str, at: str = "0,0") -> Window:
    """The window of one call of a drawing, by the call's id: ``conv2``, ``layer2.0.conv1``.

    ``at`` is the output position whose window is marked, as row and column from zero. Theme,
    language and scale are those of the drawing. Raises ParameterError where there is no such call,
    where no window walks in it, or where it has no such output.
    """
    return window_of(drawing, node, at)
