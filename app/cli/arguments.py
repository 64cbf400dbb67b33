"""Help on one subject: its formula and its knobs, read from the same form as the REST API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click
from pydantic import BaseModel

from resnet_core.diagram.form import choices_of, plain, properties
from resnet_core.diagram.options import Input, Options
from resnet_core.diagram.words import SWITCH
from resnet_core.errors import option
from resnet_core.registry import Subject


def leaflet(subject: Subject, ctx: click.Context | None = None) -> str:
    """The whole text; with the options of the command that was asked for help."""
    page = click.HelpFormatter(width=100)
    if ctx is not None:
        page.write_usage(ctx.command_path, f"{subject.name} [--KNOB VALUE]…")
        page.write_paragraph()
    page.write_text(f"{subject.title}: {subject.formula}")
    if subject.fixed:
        fixed = " ".join(f"{option(name)} {plain(value)}" for name, value in subject.fixed)
        page.write_text(f"It is {subject.base} {fixed}.")
    if subject.paper:
        page.write_text(subject.paper)
    for title, form in (("Structure", subject.params), ("Input", Input), ("View", Options)):
        with page.section(title):
            page.write_dl(list(rows(form, subject)))
    if ctx is not None:
        with page.section("Command"):
            options = [param for param in ctx.command.params if isinstance(param, click.Option)]
            records = [one_option.get_help_record(ctx) for one_option in options]
            page.write_dl([record for record in records if record])
    return page.getvalue()


def rows(form: type[BaseModel], subject: Subject) -> Iterator[tuple[str, str]]:
    """One row per knob: its name with what it takes, its description with its default."""
    known = {"input": subject.input_size, "detail": "op" if subject.kind == "block" else "block"}
    for name, schema in properties(form).items():
        default = known.get(name, schema["default"])
        shown = f"  [default: {plain(default)}]" if default != "" else ""
        yield _takes(name, schema), schema["description"] + shown


def _takes(name: str, schema: Mapping[str, Any]) -> str:
    choices = [str(item) for item in choices_of(schema)]
    if choices == SWITCH:
        return f"{option(name)} / {option('no_' + name)}"
    if choices:
        return f"{option(name)} [{'|'.join(choices)}]"
    if "minimum" in schema:
        return f"{option(name)} {schema['minimum']}..{schema['maximum']}"
    return f"{option(name)} TEXT"
