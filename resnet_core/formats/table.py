"""The layer table: every call in order, as Markdown, CSV, or plain columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from resnet_core.bilingual import Language
from resnet_core.formats.drawable import Drawable
from resnet_core.formats.registry import FORMATS
from resnet_core.graph.model import Graph, Node
from resnet_core.language.caption import Caption, facts, sums
from resnet_core.language.notation import call_title, shape_text
from resnet_core.language.numbers import amount, ordinal
from resnet_core.language.terminal import columns as advance
from resnet_core.language.terms import say

COLUMNS = ("layer", "operation", "input", "output", "params", "multiply-adds", "receptive field")


@FORMATS.register("md", media="text/markdown", title="Markdown", rank=8, quality=5)
def write_markdown(drawing: Drawable) -> bytes:
    """The layer table for a README."""
    return markdown(drawing.graph, drawing.caption, drawing.options.lang).encode()


@FORMATS.register("csv", media="text/csv", title="CSV", rank=9, quality=3)
def write_csv(drawing: Drawable) -> bytes:
    """The layer table for a program."""
    return comma_separated(drawing.graph).encode()


def rows(graph: Graph, language: Language = "en") -> list[tuple[str, ...]]:
    """One row per call, in execution order, below the names of the columns."""
    names = tuple(say(column, language) for column in COLUMNS)
    return [names, *(_row(call, language) for call in graph.calls)]


def markdown(graph: Graph, caption: Caption, language: Language = "en") -> str:
    """A table that GitHub renders, with the sums below it."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows(graph, language))
    lines = [
        f"**{caption.title}** — {' · '.join(facts(caption, graph, language))}",
        "",
        head,
        "|---|---|---|---|---:|---:|---:|",
        *body,
        "",
        " · ".join(sums(graph, language)),
    ]
    return "\n".join(lines) + "\n"


def comma_separated(graph: Graph) -> str:
    """The exact numbers, for programs: RFC 4180, one header line."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ("id", "path", "call", "type", "role", "operation", "inputs", "outputs", "params", "macs",
         "activations", "receptive_field")
    )  # fmt: skip
    for node in graph.calls:
        writer.writerow(
            (node.id, node.path, node.call, node.type, node.role, call_title(node),
             _exact(node.inputs), _exact(node.outputs), node.params, node.macs,
             node.activations, node.receptive_field)
        )  # fmt: skip
    return out.getvalue()


def columns(graph: Graph, caption: Caption, language: Language = "en") -> str:
    """The table for a terminal."""
    body = rows(graph, language)
    wide = [max(advance(row[index]) for row in body) for index in range(len(COLUMNS))]
    lines = [
        "  ".join(_cell(text, wide[index], index) for index, text in enumerate(row)) for row in body
    ]
    lines.insert(1, "  ".join("─" * size for size in wide))
    above = [caption.title, " · ".join(facts(caption, graph, language)), ""]
    below = ["", " · ".join(sums(graph, language))]
    return "\n".join([*above, *(line.rstrip() for line in lines), *below]) + "\n"


def _row(node: Node, language: Language) -> tuple[str, ...]:
    again = " " + say("({} call)", language, ordinal(node.call, language))
    return (
        node.path + again * (node.call > 1),
        call_title(node, language),
        ", ".join(shape_text(node_input) for node_input in node.inputs),
        ", ".join(shape_text(shape) for shape in node.outputs),
        f"{node.params:,}" if node.params else "–",
        amount(node.macs, language).strip() if node.macs else "–",
        str(node.receptive_field),
    )


def _cell(text: str, width: int, index: int) -> str:
    blanks = " " * (width - advance(text))
    return blanks + text if index > 3 else text + blanks


def _exact(shapes: Sequence[tuple[int, ...]]) -> str:
    return " ".join("x".join(str(side) for side in shape) for shape in shapes)
