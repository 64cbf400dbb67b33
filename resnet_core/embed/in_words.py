"""A figure in words: what stands where no picture can be shown, and what a search finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resnet_core.bilingual import TYPESET, Language, Text, same
from resnet_core.language.notation import shape_text
from resnet_core.language.terms import amount

if TYPE_CHECKING:
    from resnet_core.embed.figure import Figure
    from resnet_core.sweep import Sweep

_HEAD = (
    Text("output", "输出"),
    Text("parameters", "参数量"),
    Text("multiply-adds", "乘加次数"),
)


def text_of(shown: Figure) -> str:
    """The text form: box drawing characters, or the sentences that stand below a picture."""
    from resnet_core.diagram.picture import Picture
    from resnet_core.sweep import Sweep

    if isinstance(shown, Picture):
        return shown.render("txt").decode().strip("\n")
    table = _columns(shown) if isinstance(shown, Sweep) else []
    return "\n".join([shown.plate.title, "", *table, *([""] if table else []), *_said(shown)])


def markdown_of(shown: Figure) -> str:
    """The figure as a table of Markdown. Raises ParameterError where it has none."""
    from resnet_core.sweep import Sweep

    if not isinstance(shown, Sweep):
        return shown.render("md").decode().strip("\n")
    rows = [[cell.replace("|", "\\|") for cell in row] for row in _rows(shown)]
    rows.insert(1, ["---", "---", "---:", "---:"])
    table = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([f"**{shown.plate.title}**", "", *table, "", "  \n".join(_said(shown))])


def remarks(shown: Figure, code: str) -> tuple[Text, ...]:
    """What was taken for granted while code was read: for its author to check."""
    from resnet_core.diagram.pasted import SourceDrawing
    from resnet_core.source.copied_page import restored

    if not isinstance(shown, SourceDrawing):
        return ()
    assumed = [assumption.said() for assumption in shown.assumptions]
    return (*restored(code).notes, *assumed)


def _said(shown: Figure) -> list[str]:
    """The sentences that the picture has below it."""
    lang: Language = shown.options.lang
    record = shown.to_dict()  # type: ignore[union-attr]
    return [TYPESET[lang](sentence) for sentence in record["told"][lang]]


def _rows(shown: Sweep) -> list[list[str]]:
    """Head and rows: each value with its output and its costs, or with why it is refused."""
    lang = shown.options.lang
    rows = [[shown.over, *(title[lang] for title in _HEAD)]]
    for step in shown.steps:
        if step.graph is None or not step.runs:
            rows.append([step.value, (step.reason or same("–"))[lang], "–", "–"])
            continue
        totals = step.graph.totals
        rows.append(
            [step.value, shape_text(step.output), f"{totals.params:,}", amount(totals.macs, lang)]
        )
    return rows


def _columns(shown: Sweep) -> list[str]:
    from wcwidth import wcswidth

    rows = _rows(shown)
    wide = [max(wcswidth(row[column]) for row in rows) for column in range(4)]
    return [
        "  ".join(
            cell + " " * (width - wcswidth(cell)) for cell, width in zip(row, wide, strict=True)
        ).rstrip()
        for row in rows
    ]
