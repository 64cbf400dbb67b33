"""The readings of a listing that draw something else: where a page has lost what would tell."""

from __future__ import annotations

from typing import Any

from resnet_core.diagram.lookalike import lookalike, structure
from resnet_core.diagram.pasted import SourceDrawing, draw_source
from resnet_core.errors import ParameterError
from resnet_core.source.listing import Restored, readings

MOST_OFFERED = 3
_MOST_CALLS = 400


def others(listing: str, drawing: SourceDrawing) -> list[Restored]:
    """The readings that draw another structure than ``drawing``, which is of the first one.

    None where the first is a subject of the catalogue: then nobody doubts what it was.
    """
    several = readings(listing)[1:]
    if not several or drawing.graph.problem or len(drawing.graph.nodes) > _MOST_CALLS:
        return []
    if lookalike(drawing.graph) is not None:
        several = [one for one in several if one.of_another_class]
    met = {structure(drawing.graph)}
    found = []
    for other in several:
        made = _structure(other, drawing)
        if made is not None and made not in met:
            met.add(made)
            found.append(other)
    return found[:MOST_OFFERED]


def _structure(other: Restored, drawing: SourceDrawing) -> tuple[Any, ...] | None:
    """What another reading draws; None where it draws nothing."""
    call = None if other.of_another_class else drawing.call
    shapes = None if other.of_another_class else drawing.shapes
    try:
        graph = draw_source(other.text, call, shapes).graph
    except ParameterError:
        return None
    return None if graph.problem else structure(graph)
