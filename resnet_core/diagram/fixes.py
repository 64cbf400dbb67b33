"""Which change of one parameter makes a structure run that cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel

from resnet_core.diagram.form import Input, choices_of, plain, properties
from resnet_core.errors import ParameterError, TraceError
from resnet_core.graph.model import Graph, Shape

Try = Callable[[BaseModel, Shape], Graph]

# Traces are cheap but not free: enough for every knob of every subject at its likely values.
MAX_TRIES = 24

# Choices that decide which shapes meet.
_STRUCTURAL = ("shortcut", "conv2_stride", "downsample")


def fix_for(parameters: BaseModel, shape: Shape, run: Try) -> tuple[tuple[str, str], ...]:
    """The first single change that helps, as (name, value); nothing where none does.

    Choices come before numbers and the input's size comes last: whoever chose a stride or a
    number of channels meant it more than how the shortcut is made.
    """
    for tries, (name, value) in enumerate(_changes(parameters, shape)):
        if tries == MAX_TRIES:
            break
        try:
            changed = shape
            other = parameters
            if name == "input":
                changed = (*shape[:2], *Input(input=value).size(0))
            else:
                other = type(parameters).model_validate(parameters.model_dump() | {name: value})
            if run(other, changed).problem is None:
                return ((name, plain(value)),)
        except (ParameterError, TraceError, ValueError):
            continue
    return ()


def _changes(parameters: BaseModel, shape: Shape) -> Iterator[tuple[str, Any]]:
    """Single changes, the least intrusive first."""
    schemas = properties(type(parameters))
    values = parameters.model_dump()
    defaults = {name: field.default for name, field in type(parameters).model_fields.items()}
    several = [name for name in values if len(choices_of(schemas[name])) > 1]
    yield from ((n, defaults[n]) for n in several if values[n] != defaults[n])
    for name in several:
        if name in _STRUCTURAL:
            rest = [item for item in choices_of(schemas[name]) if item != values[name]]
            yield from ((name, item) for item in rest if item != defaults[name])
    if "padding" in values:
        yield from (("padding", width) for width in range(8) if width != values["padding"])
    for factor in (2, 4, 8, 16, 32):
        sides = [min(4096, side * factor) for side in shape[2:]]
        yield "input", "x".join(str(side) for side in dict.fromkeys(sides))
    for name in values:
        if name not in several and values[name] != defaults[name]:
            yield name, defaults[name]
