"""Which values of a knob a sweep shows: all where they are few, else some around the present."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.form import Input, choices_of, plain, properties
from resnet_core.registry import NETWORKS

MOST = 12
# As many as fit beside one another on a page, where the knob has more.
_SHOWN = 5
# A knob with so few values is shown whole, and one with so many is walked step by step.
_FEW, _SOME = 8, 16


def knobs(diagram: Diagram) -> tuple[str, ...]:
    """The names of the knobs that change a number: those of the structure and of the input."""
    return (*diagram.subject.params.model_fields, *Input.model_fields)


def present(diagram: Diagram, over: str) -> str:
    """The value that the diagram itself has."""
    if over == "input":
        height, width = diagram.input_shape[2:]
        return str(height) if height == width else f"{height}x{width}"
    form = diagram.input if over in Input.model_fields else diagram.parameters
    return plain(getattr(form, over))


def values_of(diagram: Diagram, over: str) -> tuple[str, ...]:
    """The values that a sweep over this knob shows, the present one among them, in order."""
    form = Input if over in Input.model_fields else diagram.subject.params
    schema = properties(form)[over]
    now = present(diagram, over)
    if choices := choices_of(schema):
        return tuple(plain(choice) for choice in choices)
    if over == "input":
        return _sizes(diagram)
    if known := _of_presets(diagram, over):
        return _in_order({*known, now})
    if schema.get("type") == "number":
        low, high = schema["minimum"], schema["maximum"]
        return _in_order({now, *(f"{low + (high - low) * part / 3:g}" for part in range(4))})
    if "minimum" in schema:
        return tuple(map(str, _whole_numbers(int(now), schema)))
    return (now,)


def _whole_numbers(now: int, schema: Mapping[str, Any]) -> Iterable[int]:
    low, high = schema["minimum"], schema["maximum"]
    if high - low < _FEW:
        return range(low, high + 1)
    if high <= _SOME:
        start = min(max(low, now - _SHOWN // 2), high - _SHOWN + 1)
        return range(start, start + _SHOWN)
    found = {now}
    below = above = now
    for _ in range(_SHOWN // 2):
        below //= 2
        found |= {below} if below >= low else set()
    while len(found) < _SHOWN and above * 2 <= high and above:
        above *= 2
        found.add(above)
    return sorted(found)


def _sizes(diagram: Diagram) -> tuple[str, ...]:
    """Inputs half and twice as large, and the present one."""
    height, width = diagram.input_shape[2:]
    sizes = [(height * part // 4, width * part // 4) for part in (1, 2, 4, 6, 8)]
    return tuple(
        dict.fromkeys(
            str(tall) if tall == wide else f"{tall}x{wide}"
            for tall, wide in sizes
            if tall and wide and max(tall, wide) <= 9999
        )
    )


def _of_presets(diagram: Diagram, over: str) -> tuple[str, ...]:
    """What the presets of this network have there, the smallest first."""
    name = diagram.subject.name
    fixed = (dict(preset.fixed).get(over) for preset in NETWORKS.values() if preset.base == name)
    found = {plain(value) for value in fixed if value is not None}
    return _in_order(found)[:_SHOWN]


def _in_order(values: Iterable[str]) -> tuple[str, ...]:
    """By their numbers, where they are numbers or lists of some."""
    return tuple(sorted(set(values), key=lambda value: (len(value.split(",")), _numbers(value))))


def _numbers(value: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in value.split(","))
    except ValueError:
        return ()
