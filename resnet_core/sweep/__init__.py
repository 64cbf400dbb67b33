"""One structure at several values of one knob: small pictures side by side, and what each costs.

>>> from resnet_core import draw, sweep
>>> found = sweep(draw(block="bottleneck"), over="stride")
>>> [(step.value, step.graph.totals.params) for step in found.steps]
[('1', 70400), ('2', 136448), ('3', 136448), ('4', 136448)]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.form import plain
from resnet_core.sweep.series import FORMATS, Sweep
from resnet_core.sweep.step import Step
from resnet_core.sweep.sweeping import sweep_of

__all__ = ["FORMATS", "Step", "Sweep", "sweep"]


def sweep(diagram: Diagram, over: str, values: Sequence[Any] = ()) -> Sweep:
    """The diagram at several values of the knob ``over``, its own value among them.

    ``values`` are those to show; if none are given, all that there are where they are few, and
    else some around the diagram's own. Theme, language and scale are those of the diagram. A value
    that is refused is shown with the reason. Raises ParameterError where there is no such knob.
    """
    return sweep_of(diagram, over, tuple(plain(value) for value in values))
