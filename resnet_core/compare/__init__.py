"""Two structures aligned by role: what was added, removed or reshaped, and what it costs.

>>> from resnet_core import compare, draw
>>> found = compare(draw(block="bottleneck"), draw(block="bottleneck", stride_on="conv1"))
>>> found.same
True
"""

from __future__ import annotations

from typing import Any

from resnet_core.compare.changes import Change, Difference, Pair
from resnet_core.compare.comparison import FORMATS, VIEWS, Comparison, View
from resnet_core.compare.query import asked, comparison
from resnet_core.diagram.picture import Drawing

__all__ = [
    "FORMATS",
    "VIEWS",
    "Change",
    "Comparison",
    "Difference",
    "Pair",
    "View",
    "asked",
    "compare",
]


def compare(a: Drawing, b: Drawing, *, view: str = "one", **options: Any) -> Comparison:
    """What becomes of ``a`` in ``b``.

    ``view`` is ``one`` for a single picture, ``side`` for two next to each other, and ``a`` or
    ``b`` for one of these two. ``options`` are those of ``draw`` (detail, theme, lang …); what is
    not said here is taken from ``a``, or else from ``b``. Raises ParameterError.
    """
    return comparison(a, b, view, options)
