"""The layer table: every call in order, as Markdown, CSV, or plain columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from resnet_core.bilingual import Language
from resnet_core.formats.registry import FORMATS, Drawable
from resnet_core.graph.model import Graph, Node
from resnet_core.language.notation import Caption, call_title, facts, shape_text, sums
from resnet_core.language.terminal import columns as advance
from resnet_core.language.terms import amount, ordinal, say

# How many of the columns are words; the others are numbers, and stand to the right.
_WORDS = 4
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
    names = tuple(say(name, language) for name in COLUMNS)
    return [names, *(_row(node, language) for node in graph.calls)]


def markdown(graph: Graph, caption: Caption, language: Language = "en") -> str:
    """A table that GitHub renders, with the sums below it."""
    lines = [
        f"**{caption.called(language)}** — {' · '.join(facts(caption, graph, language))}",
        "",
        *in_markdown(rows(graph, language), _WORDS),
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
    above = [caption.called(language), " · ".join(facts(caption, graph, language)), ""]
    below = ["", " · ".join(sums(graph, language))]
    return "\n".join([*above, *in_columns(rows(graph, language), _WORDS), *below]) + "\n"


def _row(node: Node, language: Language) -> tuple[str, ...]:
    again = " " + say("({} call)", language, ordinal(node.call, language))
    return (
        node.path + again * (node.call > 1),
        call_title(node, language),
        ", ".join(shape_text(shape) for shape in node.inputs),
        ", ".join(shape_text(shape) for shape in node.outputs),
        f"{node.params:,}" if node.params else "–",
        amount(node.macs, language).strip() if node.macs else "–",
        str(node.receptive_field),
    )


def in_markdown(rows: Sequence[Sequence[str]], words: int) -> list[str]:
    """A head and rows as lines of a Markdown table; what follows the ``words`` is numbers."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return [head, "|" + "---|" * words + "---:|" * (len(rows[0]) - words), *body]


def in_columns(rows: Sequence[Sequence[str]], words: int) -> list[str]:
    """The same in columns for a terminal, with a rule below the head."""
    widths = [max(map(advance, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for index, (text, width) in enumerate(zip(row, widths, strict=True)):
            blanks = " " * (width - advance(text))
            cells.append(text + blanks if index < words else blanks + text)
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("─" * width for width in widths))
    return lines


def _exact(shapes: Sequence[tuple[int, ...]]) -> str:
    return " ".join("x".join(str(side) for side in shape) for shape in shapes)
