"""The rows of a comparison as Markdown, CSV, columns and plain data."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from resnet_core.bilingual import Language
from resnet_core.compare.clauses import change_word
from resnet_core.compare.pair import Pair
from resnet_core.formats.json import record as structure
from resnet_core.graph.model import Node
from resnet_core.language.caption import sums
from resnet_core.language.notation import call_title, shape_text
from resnet_core.layout import diff_marks as marks

if TYPE_CHECKING:
    from resnet_core.compare.comparison import Comparison

SCHEMA = 1
SIGNS = {**marks.SIGNS, "unreached": "…"}
_COLUMNS = {
    "en": ("", "layer", "before", "after", "what differs", "Δ params", "Δ multiply-adds"),
    "zh": ("", "层", "之前", "之后", "差别", "Δ 参数", "Δ 乘加"),
}


def differing(comparison: Comparison) -> list[Pair]:
    """The rows that differ."""
    return [pair for pair in comparison.pairs if not pair.same]


def markdown(comparison: Comparison) -> str:
    """The sentence, and the rows that differ as a table that GitHub renders."""
    language = comparison.options.lang
    head = _COLUMNS[language]
    lines = [comparison.summary(), ""]
    if rows := cells(comparison):
        lines += [f"| {' | '.join(head)} |", "|---|---|---|---|---|---:|---:|"]
        lines += [f"| {' | '.join(row)} |" for row in rows] + [""]
    for name, drawing in zip(comparison.names, (comparison.a, comparison.b), strict=True):
        lines.append(f"- **{name}**: {' · '.join(sums(drawing.graph, language))}")
    return "\n".join(lines) + "\n"


def columns(comparison: Comparison) -> str:
    """The same for a terminal."""
    head, rows = _COLUMNS[comparison.options.lang], cells(comparison)
    lines = [comparison.summary()]
    if rows:
        body = [head, *rows]
        wide = [max(_wide(row[index]) for row in body) for index in range(len(head))]
        shown = ["  ".join(_cell(text, wide[i], i) for i, text in enumerate(row)) for row in body]
        shown.insert(1, "  ".join("─" * size for size in wide))
        lines += ["", *(item.rstrip() for item in shown)]
    return "\n".join(lines) + "\n"


def cells(comparison: Comparison) -> list[tuple[str, ...]]:
    """The rows that differ, as people read them."""
    language = comparison.options.lang
    return [
        (
            SIGNS[row.change],
            row.node.id,
            _told(row.a, language),
            _told(row.b, language),
            row.words or change_word(row.change, language),
            _delta(row, "params"),
            _delta(row, "macs"),
        )
        for row in differing(comparison)
    ]


def comma_separated(comparison: Comparison) -> str:
    """Every row with exact numbers, for programs."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = ("params", "macs", "receptive_field")
    writer.writerow(
        ("change", "a", "b", "role", "differences", *(f"{x}_{n}" for n in names for x in "ab"))
    )
    for pair in comparison.pairs:
        numbers = [getattr(node, name) if node else "" for name in names
                   for node in (pair.a, pair.b)]  # fmt: skip
        ends = [node.id if node else "" for node in (pair.a, pair.b)]
        writer.writerow((pair.change, *ends, pair.node.role, pair.words, *numbers))
    return out.getvalue()


def record(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data."""
    return {
        "schema": SCHEMA,
        "same": comparison.same,
        "summary": {name: comparison.summary(name) for name in ("en", "zh")},
        "url": comparison.url,
        "detail": comparison.detail,
        "a": _side(comparison, 0),
        "b": _side(comparison, 1),
        "deltas": dict(comparison.deltas),
        "rows": [_row(pair, comparison.options.lang) for pair in comparison.pairs],
    }


def _side(comparison: Comparison, index: int) -> dict[str, Any]:
    drawing = (comparison.a, comparison.b)[index]
    found = structure(drawing.graph, drawing.caption)
    kept = ("subject", "parameters", "input", "output", "url", "totals", "problem")
    return {"name": comparison.names[index], **{name: found[name] for name in kept}}


def _row(pair: Pair, language: Language) -> dict[str, Any]:
    return {
        "change": pair.change,
        "a": _end(pair.a, language),
        "b": _end(pair.b, language),
        "role": pair.node.role,
        "differences": [
            {"name": difference.name, "before": difference.before, "after": difference.after}
            for difference in pair.differences
        ],
        "delta": {name: _of(pair.b, name) - _of(pair.a, name) for name in ("params", "macs")},
    }


def _end(node: Node | None, language: Language) -> dict[str, Any] | None:
    if node is None:
        return None
    return {
        "id": node.id,
        "title": call_title(node, language),
        "outputs": [list(shape) for shape in node.outputs],
        "params": node.params,
        "macs": node.macs,
        "receptive_field": node.receptive_field,
    }


def _told(node: Node | None, language: Language) -> str:
    return f"{call_title(node, language)} · {shape_text(node.shape)}" if node else "–"


def _of(node: Node | None, name: str) -> int:
    return int(getattr(node, name)) if node else 0


def _delta(pair: Pair, name: str) -> str:
    return signed(_of(pair.b, name) - _of(pair.a, name))


def signed(number: int) -> str:
    """A difference of two counts: ``+8,464``, ``−512``, or a dash for none."""
    return f"{number:+,}".replace("-", "−") if number else "–"


def _wide(text: str) -> int:
    """Columns in a terminal: a Chinese character takes two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _cell(text: str, wide: int, index: int) -> str:
    blank = " " * (wide - _wide(text))
    return blank + text if index > 4 else text + blank
