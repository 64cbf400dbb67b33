"""The face of a sweep: its steps, and every format of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlencode

from resnet_core.bilingual import LANGUAGES, TYPESET
from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.form import Options
from resnet_core.plate.marks import Plate
from resnet_core.plate.plated import Plated
from resnet_core.sweep.knob_values import present, values_of
from resnet_core.sweep.step import Step, step_of
from resnet_core.sweep.strip import plate_of, told

SCHEMA = 1
# What of the view changes the picture; the rest is no part of its address.
VIEW = ("background", "header", "lang", "scale", "theme", "title")
COLUMNS = ("value", "present", "runs", "output", "params", "macs", "activations",
           "receptive_field", "reason", "url")  # fmt: skip


@dataclass(frozen=True)
class Sweep(Plated):
    """A structure at several values of the knob ``over``. Shows itself in a notebook.

    ``values`` are those that were asked for; none means those that the knob offers.
    """

    diagram: Diagram
    over: str
    values: tuple[str, ...] = ()

    @property
    def options(self) -> Options:
        return self.diagram.options

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The canonical query. Equal queries mean equal sweeps."""
        return canonical(self.diagram, self.over, self.values)

    @property
    def url(self) -> str:
        """The permalink, without host."""
        return address(self.query)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What becomes of the structure at each value."""
        now = present(self.diagram, self.over)
        values = self.values or values_of(self.diagram, self.over)
        return tuple(step_of(self.diagram, self.over, value, now) for value in values)

    @cached_property
    def plate(self) -> Plate:
        """Every mark of the picture with its place."""
        return plate_of(self.diagram, self.over, self.steps, self.url)

    def to_dict(self) -> dict[str, Any]:
        """The sweep as plain data: what ``/sweep.json`` answers."""
        subject = self.diagram.subject
        return {
            "schema": SCHEMA,
            "url": self.url,
            "subject": {"kind": subject.kind, "name": subject.name, "title": subject.title},
            "over": self.over,
            "present": present(self.diagram, self.over),
            "steps": [step.to_dict() for step in self.steps],
            "told": {
                language: [TYPESET[language](text[language]) for text in told(self.steps)]
                for language in LANGUAGES
            },
        }

    @property
    def csv(self) -> str:
        """One line for each value, with exact numbers."""
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow([self.over, *COLUMNS[1:]])
        for step in self.steps:
            row = step.to_dict()
            row["output"] = "×".join(map(str, step.output))
            row["reason"] = step.reason[self.options.lang] if step.reason else ""
            row |= {name: plain_answer(row[name]) for name in ("present", "runs")}
            writer.writerow(["" if row[name] is None else row[name] for name in COLUMNS])
        return lines.getvalue()

    @classmethod
    def writers(cls) -> Mapping[str, Callable[[Self], bytes]]:
        return {**super().writers(), "csv": lambda sweep: sweep.csv.encode()}


FORMATS = tuple(Sweep.writers())


def canonical(diagram: Diagram, over: str, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The query of a sweep, sorted and without defaults."""
    foreign = set(Options.model_fields) - set(VIEW)
    named = {name: value for name, value in diagram.query if name not in foreign}
    named["over"] = over
    if values:
        # A value that is a list has commas of its own.
        listed = any("," in value for value in values)
        named["values"] = (";" if listed else ",").join(values) + ";" * (
            listed and len(values) == 1
        )
    return tuple(sorted(named.items()))


def address(query: tuple[tuple[str, str], ...]) -> str:
    """The URL of a sweep's query, without host."""
    return "/sweep?" + urlencode(query, safe=",:;")


def plain_answer(holds: bool) -> str:
    """Yes or no as a query spells it."""
    return "true" if holds else "false"
