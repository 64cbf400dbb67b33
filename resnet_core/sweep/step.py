"""One value of a sweep: the diagram with it, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from resnet_core.bilingual import LANGUAGES, Text
from resnet_core.diagram.diagram import Diagram
from resnet_core.errors import ParameterError
from resnet_core.graph.model import Graph, Shape


@dataclass(frozen=True)
class Step:
    """What becomes of a structure at one value of the knob.

    ``graph`` is None where the value is refused; a structure that cannot run has a graph up to
    the call that fails. ``reason`` says why in both cases.
    """

    value: str
    is_present: bool
    url: str
    graph: Graph | None
    reason: Text | None = None

    @property
    def runs(self) -> bool:
        """Whether there is a structure that runs."""
        return self.graph is not None and self.graph.problem is None

    @property
    def output(self) -> Shape:
        """Shape of the first output; empty where nothing comes out."""
        return self.graph.outputs[0].shape if self.graph and self.runs else ()

    def to_dict(self) -> dict[str, Any]:
        """It as plain data."""
        totals = self.graph.totals if self.graph and self.runs else None
        return {
            "value": self.value,
            "present": self.is_present,
            "runs": self.runs,
            "url": self.url,
            "output": {"shape": list(self.output)} if self.runs else None,
            "params": totals.params if totals else None,
            "macs": totals.macs if totals else None,
            "activations": totals.activations if totals else None,
            "receptive_field": totals.receptive_field if totals else None,
            "reason": {language: self.reason[language] for language in LANGUAGES}
            if self.reason
            else None,
        }


def step_of(diagram: Diagram, over: str, value: str, present: str) -> Step:
    """The structure with another value of one knob."""
    pairs = {name: given for name, given in diagram.query if name != over}
    is_present = value == present
    try:
        made = Diagram.of((pairs | {over: value}).items())
        graph = made.graph
    except ParameterError as error:
        # A fix of another knob is no fix of this one: the reason alone is told.
        return Step(value, is_present, "", None, error.text)
    return Step(value, is_present, made.url, graph, graph.problem.text if graph.problem else None)
