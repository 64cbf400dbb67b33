"""The picture of a comparison: one diagram of both structures, or both next to each other."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from resnet_core.compare.clauses import change_word
from resnet_core.compare.mermaid import SIDES
from resnet_core.graph.model import Graph
from resnet_core.language.caption import sums
from resnet_core.language.terms import say
from resnet_core.layout.coordinates import arrange
from resnet_core.layout.diff_marks import SIGNS, marked_tile
from resnet_core.layout.font import width
from resnet_core.layout.sheet import Line, Sheet, Text
from resnet_core.layout.side_by_side import alone, beside, foot
from resnet_core.layout.theme import SUBTITLE, TEXT, TITLE

if TYPE_CHECKING:
    from resnet_core.compare.comparison import Comparison

# Points that a line of the sentence may be wide.
_WIDE = 500
NO_BREAK = "\N{NO-BREAK SPACE}"


def picture(comparison: Comparison) -> Sheet:
    """Every box, wire and frame of a comparison with its place."""
    shown = comparison.shown
    if shown.both is None:
        return _beside(comparison, shown.why)
    sheet = _arranged(comparison, shown.both, _heading(comparison))
    if _overlapping(sheet):
        why = say("side by side, because blocks would overlap", comparison.options.lang)
        return _beside(comparison, why)
    notes = shown.notes(comparison.options.lang)
    wires = [replace(wire, note=notes.get(wire.edge, wire.note)) for wire in sheet.wires]
    # Here a dashed line is one that was removed: what kind of shortcut it is stands beside it.
    height = sheet.height - foot(sheet.legend)
    return replace(sheet, wires=tuple(wires), legend=(), height=round(height, 1))


def _beside(comparison: Comparison, why: str) -> Sheet:
    """Both next to each other, or one of them where only that is asked for."""
    shown, language = comparison.shown, comparison.options.lang
    first, second = (_arranged(comparison, side, ()) for side in shown.sides)
    partners = [(pair.a.id, pair.b.id) for pair in shown.pairs if pair.a and pair.b]
    down = comparison.options.direction == "TB"
    figures = [
        " · ".join(sums(drawing.graph, language)) for drawing in (comparison.a, comparison.b)
    ]
    titles = [*zip(comparison.names, figures, strict=True)]
    if comparison.view in SIDES:
        index = SIDES.index(comparison.view)
        name, told = titles[index]
        heading = ((Text(name, TITLE, bold=True),), (Text(told, SUBTITLE, "quiet"),))
        return alone(heading, (first, second), partners, down, bool(index))
    reason = ((Text(why, SUBTITLE, "quiet"),),) if why else ()
    heading = (*_heading(comparison), *reason)
    return beside(heading, (first, second), (titles[0], titles[1]), partners, down)


def _overlapping(sheet: Sheet) -> bool:
    """Whether two frames overlap and neither is inside the other.

    What one block ends with and what the next one begins with then share a row.
    """
    return any(
        one.left < other.right and other.left < one.right
        and one.top < other.bottom and other.top < one.bottom
        for index, one in enumerate(sheet.frames)
        for other in sheet.frames[index + 1 :]
        if one.parent == other.parent
    )  # fmt: skip


def _arranged(comparison: Comparison, graph: Graph, heading: tuple[Line, ...]) -> Sheet:
    options = comparison.options
    labels = options.labels.split(",")
    return arrange(graph, heading, options.direction, labels, options.lang, marked_tile)


def _heading(comparison: Comparison) -> tuple[Line, ...]:
    """The names, the sentence, and what the colours mean as far as they occur."""
    language = comparison.options.lang
    title = (Text("  →  ".join(comparison.names), TITLE, bold=True),)
    said = [(Text(item, SUBTITLE, "quiet"),) for item in wrapped(comparison.summary())]
    changes = {pair.change for pair in comparison.shown.pairs}
    legend: Line = ()
    for change in SIGNS:
        if change in changes:
            words = f"{SIGNS[change]} {change_word(change, language)}     "
            legend += (Text(words, TEXT, f"{change}-text", bold=True),)
    return (title, *said, *([legend] if legend else []))


def wrapped(text: str) -> list[str]:
    """Lines as wide as the others; Chinese may break between any two characters.

    A number stays with its unit, and an old value with the new one.
    """
    text = text.replace(" → ", f"{NO_BREAK}→{NO_BREAK}")
    text = re.sub(r"(?<=\d) (?=[%kMGT亿万](?![a-z]))", NO_BREAK, text)
    lines, line = [], ""
    for word in re.findall(r"[^ \u2e80-\uffef]+ *|（?[\u2e80-\uffef] *| +", text):
        if line and width((line + word).rstrip(), SUBTITLE) > _WIDE and word[0] not in "，。；）、":
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()]
