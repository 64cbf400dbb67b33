"""The picture of a comparison: one diagram of both structures, or both next to each other."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf

from resnet_core.compare.diff import SIDES, Diff
from resnet_core.compare.summary import change_word, summary
from resnet_core.graph.model import Graph
from resnet_core.language.notation import SIGNS, spoken, sums
from resnet_core.language.terms import UNITS, say
from resnet_core.layout.coordinates import arrange
from resnet_core.layout.elements import TileMaker, marked_tile, tile, tiles
from resnet_core.layout.page import ROOM, titled, without_legend
from resnet_core.layout.sheet import SUBTITLE, TEXT, TITLE, Line, Run, Sheet
from resnet_core.layout.side_by_side import alone, beside
from resnet_core.layout.typesetting import broken

# Points that a line of the sentence may be wide.
_WIDE = 500
NO_BREAK = "\N{NO-BREAK SPACE}"


def picture(diff: Diff) -> Sheet:
    """Every box, wire and frame of a comparison with its place."""
    views, language = diff.views, diff.language
    if views.both is None:
        return _beside(diff, views.why)
    sheet = _arranged(diff, views.both, _heading(diff))
    if _overlapping(sheet):
        return _beside(diff, say("side by side, because blocks would overlap", language))
    notes = views.notes(language)
    wires = [replace(wire, note=notes.get(wire.edge, wire.note)) for wire in sheet.wires]
    # Here a dashed line is one that was removed: what kind of shortcut it is stands beside it.
    return without_legend(replace(sheet, wires=tuple(wires)))


def _beside(diff: Diff, why: str) -> Sheet:
    """Both next to each other, or one of them where only that is asked for."""
    plain = diff.view == "plain"
    graphs = diff.views.unmarked(diff.options.fold) if plain else diff.views.sides
    # Rows stay whole: partners stand one below the other.
    make = tile if plain else marked_tile
    first, second = (_arranged(diff, graph, (), make, room=inf) for graph in graphs)
    partners = [(pair.a.id, pair.b.id) for pair in diff.views.pairs if pair.a and pair.b]
    down = diff.options.direction == "TB"
    one, other = (
        (subject.name, " · ".join(sums(subject.graph, diff.language))) for subject in diff.subjects
    )
    if diff.view in SIDES:
        index = SIDES.index(diff.view)
        name, figures = (one, other)[index]
        heading = ((Run(name, TITLE, bold=True),), (Run(figures, SUBTITLE, "quiet"),))
        return alone(heading, (first, second), partners, down, bool(index))
    reason = ((Run(why, SUBTITLE, "quiet"),),) if why else ()
    return beside((*_heading(diff), *reason), (first, second), (one, other), partners, down)


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


def _arranged(
    diff: Diff,
    graph: Graph,
    heading: tuple[Line, ...],
    make: TileMaker = marked_tile,
    room: float = ROOM,
) -> Sheet:
    direction, labels = diff.options.direction, diff.options.labels.split(",")
    made = tiles(graph, direction, labels, diff.language, make)
    return arrange(graph, heading, direction, made, diff.language, room)


def _heading(diff: Diff) -> tuple[Line, ...]:
    """The names, the sentence, and what the colours mean as far as they occur."""
    if not diff.options.header:
        return ()
    language = diff.language
    plain = diff.view == "plain"
    names = ("  ·  " if plain else "  →  ").join(spoken(name, diff.language) for name in diff.names)
    title = (
        ((Run(names, TITLE, bold=True),),)
        if diff.options.title is None
        else titled(diff.options.title)
    )
    if plain:
        return title
    sentence = [(Run(line, SUBTITLE, "quiet"),) for line in wrapped(summary(diff, language))]
    changes = {pair.change for pair in diff.views.pairs}
    legend: Line = ()
    for change in SIGNS:
        if change in changes:
            words = f"{SIGNS[change]} {change_word(change, language)}     "
            legend += (Run(words, TEXT, f"{change}-text", bold=True),)
    return (*title, *sentence, *([legend] if legend else []))


def wrapped(text: str) -> list[str]:
    """Lines as wide as the others; a number stays with its unit, an old value with the new one."""
    text = text.replace(" → ", f"{NO_BREAK}→{NO_BREAK}")
    text = re.sub(rf"(?<=\d) (?=[{UNITS}](?![a-z]))", NO_BREAK, text)
    return broken(text, SUBTITLE, _WIDE)
