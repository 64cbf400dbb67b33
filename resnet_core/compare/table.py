"""The rows of a comparison as Markdown, CSV, columns and plain data."""

from __future__ import annotations

import csv
import io
from typing import Any

from resnet_core.bilingual import NO_WORDS, Language, Words
from resnet_core.compare.changes import Pair
from resnet_core.compare.diff import Diff, Subject
from resnet_core.compare.purpose import why
from resnet_core.compare.summary import change_word, summary
from resnet_core.formats.json import record as structure
from resnet_core.formats.table import in_columns, in_markdown
from resnet_core.graph.model import Node
from resnet_core.language.notation import SIGNS as CHANGE_SIGNS
from resnet_core.language.notation import call_title, shape_text, sums

SCHEMA = 1
SIGNS = {**CHANGE_SIGNS, "unreached": "…"}
_COLUMNS = (
    NO_WORDS,
    Words("layer", "层"),
    Words("before", "之前"),
    Words("after", "之后"),
    Words("what differs", "差别"),
    Words("Δ params", "Δ 参数"),
    Words("Δ multiply-adds", "Δ 乘加"),
)
# How many of the columns are words; the others are numbers, and stand to the right.
_WORDS = 5
_KEPT = ("subject", "parameters", "input", "output", "url", "totals", "problem")


def markdown(diff: Diff) -> str:
    """The sentence, and the rows that differ as a table that GitHub renders."""
    lines = [summary(diff, diff.language), *why(diff, diff.language), ""]
    lines[1:-1] = [part for clause in lines[1:-1] for part in ("", clause)]
    if rows := cells(diff):
        lines += [*in_markdown([_head(diff.language), *rows], _WORDS), ""]
    for subject in diff.subjects:
        lines.append(f"- **{subject.name}**: {' · '.join(sums(subject.graph, diff.language))}")
    return "\n".join(lines) + "\n"


def columns(diff: Diff) -> str:
    """The same for a terminal."""
    lines = [summary(diff, diff.language), *why(diff, diff.language)]
    if rows := cells(diff):
        lines += ["", *in_columns([_head(diff.language), *rows], _WORDS)]
    return "\n".join(lines) + "\n"


def _head(language: Language) -> tuple[str, ...]:
    return tuple(column.of(language) for column in _COLUMNS)


def cells(diff: Diff) -> list[tuple[str, ...]]:
    """The rows that differ, as people read them."""
    language = diff.language
    return [
        (
            SIGNS[pair.change],
            pair.node.id,
            _told(pair.a, language),
            _told(pair.b, language),
            pair.words or change_word(pair.change, language),
            signed(_delta(pair, "params")),
            signed(_delta(pair, "macs")),
        )
        for pair in diff.pairs
        if not pair.same
    ]


def comma_separated(diff: Diff) -> str:
    """Every row with exact numbers, for programs."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = ("params", "macs", "receptive_field")
    writer.writerow(
        ("change", "a", "b", "role", "differences", *(f"{x}_{n}" for n in names for x in "ab"))
    )
    for pair in diff.pairs:
        nodes = (pair.a, pair.b)
        numbers = [getattr(node, name) if node else "" for name in names for node in nodes]
        ends = [node.id if node else "" for node in nodes]
        writer.writerow((pair.change, *ends, pair.node.role, pair.words, *numbers))
    return out.getvalue()


def record(diff: Diff) -> dict[str, Any]:
    """The comparison as plain data."""
    a, b = diff.subjects
    return {
        "schema": SCHEMA,
        "same": diff.same,
        "summary": {"en": summary(diff, "en"), "zh": summary(diff, "zh")},
        "why": {"en": list(why(diff, "en")), "zh": list(why(diff, "zh"))},
        "url": diff.url,
        "detail": diff.detail,
        "a": _subject(a),
        "b": _subject(b),
        "deltas": dict(diff.deltas),
        "rows": [_row(pair, diff.language) for pair in diff.pairs],
    }


def _subject(subject: Subject) -> dict[str, Any]:
    found = structure(subject.graph, subject.caption)
    return {"name": subject.name, **{name: found[name] for name in _KEPT}}


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
        "delta": {name: _delta(pair, name) for name in ("params", "macs")},
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


def _delta(pair: Pair, name: str) -> int:
    before, after = (int(getattr(node, name)) if node else 0 for node in (pair.a, pair.b))
    return after - before


def signed(number: int) -> str:
    """A difference of two counts: ``+8,464``, ``−512``, or a dash for none."""
    return f"{number:+,}".replace("-", "−") if number else "–"
