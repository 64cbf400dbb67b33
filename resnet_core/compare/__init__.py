"""Two structures aligned by role: what was added, removed or reshaped, and what it costs.

>>> from resnet_core import compare, draw
>>> found = compare(draw(block="bottleneck"), draw(block="bottleneck", stride_on="conv1"))
>>> found.same
True
"""

from __future__ import annotations

from typing import Any

from resnet_core.compare.comparison import FORMATS, VIEWS, Comparison, View
from resnet_core.compare.pair import Change, Difference, Pair
from resnet_core.drawing import Drawing
from resnet_core.errors import ParameterError, UnknownParameter
from resnet_core.forms import fill, plain
from resnet_core.options import Options

__all__ = ["FORMATS", "VIEWS", "Change", "Comparison", "Difference", "Pair", "View", "compare"]


def compare(a: Drawing, b: Drawing, *, view: str = "one", **options: Any) -> Comparison:
    """What becomes of ``a`` in ``b``.

    ``view`` is ``one`` for a single picture or ``side`` for two next to each other. ``options``
    are those of ``draw`` (detail, theme, lang …); what is not said here is taken from ``a``, or
    else from ``b``. Raises ParameterError.
    """
    if view not in VIEWS:
        raise ParameterError("view", view, "it is not one of the choices", allowed=VIEWS,
                             suggestion="one")  # fmt: skip
    for name, value in options.items():
        if name not in Options.model_fields:
            raise UnknownParameter(name, value, "a comparison", ["view", *Options.model_fields])
    chosen: dict[str, Any] = {}
    for drawing in (b, a):
        for name, value in drawing.options.model_dump().items():
            if value != Options.model_fields[name].default:
                chosen[name] = plain(value)
    return Comparison(a, b, fill(Options, chosen | options), "side" if view == "side" else "one")
