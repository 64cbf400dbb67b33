"""A form's model → the fields of a page: what to type, within which bounds, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from app.http.problems import Problem
from resnet_core.diagram.form import choices_of, plain, properties
from resnet_core.params import GROUPS

Widget = Literal["number", "select", "text"]
# What is known of a knob of somebody's own module.
OWN_KNOB = "a parameter of its constructor"
Dress = Literal["switch", "segments", "double", "step", ""]
YES_OR_NO = ("true", "false")
# So many values stand side by side, if their letters fit in one row of the form.
MOST_SEGMENTS, MOST_LETTERS = 4, 26
# What is counted by ones, however many there may be; other large numbers are powers of two.
COUNTED = ("blocks", "num_classes", "depth", "batch")
LARGE = 32


@dataclass(frozen=True)
class Field:
    """One knob on the page. ``default`` is empty where leaving it out has a meaning of its own.

    ``parts`` are what a text with commas may consist of.
    """

    name: str
    widget: Widget
    description: str
    default: str
    value: str
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    whole: bool = False
    pattern: str = ""
    placeholder: str = ""
    parts: tuple[str, ...] = ()
    problem: Problem | None = None

    @property
    def changed(self) -> bool:
        return self.value != self.default

    @property
    def dress(self) -> Dress:
        """What the control looks like where a script can dress it; the control stays what it is."""
        if self.segments:
            return "segments"
        if self.widget == "number":
            large = (self.maximum or 0) >= LARGE and self.name not in COUNTED
            return ("double" if large else "step") if self.whole else ""
        return "switch" if self.default and set(self.choices) == set(YES_OR_NO) else ""

    @property
    def segments(self) -> tuple[str, ...]:
        """The values side by side where they are few and short; else none."""
        few = self.choices
        if self.whole and self.minimum is not None and self.maximum is not None:
            last = min(self.maximum, self.minimum + MOST_SEGMENTS)
            few = tuple(str(value) for value in range(self.minimum, last + 1))
        fits = 1 < len(few) <= MOST_SEGMENTS and sum(map(len, few)) <= MOST_LETTERS
        return few if fits and self.default and set(few) != set(YES_OR_NO) else ()

    @property
    def bounds(self) -> str:
        """What may be typed, in a few letters: ``1–4``; empty where a list shows it."""
        if self.minimum is None or self.maximum is None:
            return ""
        return f"{self.minimum:,}–{self.maximum:,}"

    @property
    def options(self) -> tuple[str, ...]:
        """The choices; a value that is none of them stays in sight until it is fixed."""
        extra = () if self.value in self.choices or not self.value else (self.value,)
        return (*self.choices, *extra)


def grouped(fields: Sequence[Field]) -> list[tuple[str, list[Field]]]:
    """Knobs under the headings of the vocabulary; those of no group come first."""
    known = {name for names in GROUPS.values() for name in names}
    parts = {"Structure": [field for field in fields if field.name not in known]}
    for heading, names in GROUPS.items():
        parts[heading] = [field for field in fields if field.name in names]
    return [(heading, part) for heading, part in parts.items() if part]


def fields_of(
    form: type[BaseModel],
    typed: Mapping[str, str],
    problem: Problem | None = None,
    placeholders: Mapping[str, str] | None = None,
) -> list[Field]:
    """The fields of a form, with what was typed and what is wrong with it."""
    return [
        _field(name, schema, typed, problem, (placeholders or {}).get(name, ""))
        for name, schema in properties(form).items()
    ]


def _field(
    name: str,
    schema: Mapping[str, Any],
    typed: Mapping[str, str],
    problem: Problem | None,
    placeholder: str,
) -> Field:
    choices = tuple(plain(item) for item in choices_of(schema))
    bounds = _bounds(schema)
    default = "" if schema.get("default") is None else plain(schema["default"])
    return Field(
        name=name,
        widget="select" if choices else "number" if "minimum" in bounds else "text",
        description=schema.get("description", ""),
        default=default,
        value=typed.get(name, default),
        choices=choices,
        minimum=bounds.get("minimum"),
        maximum=bounds.get("maximum"),
        whole=bounds.get("type") == "integer",
        pattern=str(bounds.get("pattern", "")).removeprefix("^").removesuffix("$"),
        placeholder=placeholder,
        parts=tuple(schema.get("parts", ())),
        problem=problem if problem and problem.parameter == name else None,
    )


def _bounds(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of a schema that bounds the value: of "this or null" it is this."""
    parts = [item for item in schema.get("anyOf", ()) if item.get("type") != "null"]
    return parts[0] if parts else schema
