"""The picture of a comparison: one diagram of both structures, or both next to each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from resnet_core.compare.align import Alignment, align
from resnet_core.compare.pair import Pair, pair
from resnet_core.compare.union import marked, union
from resnet_core.compare.words import ORDER, change_word
from resnet_core.draw.arrange import arrange
from resnet_core.draw.beside import beside
from resnet_core.draw.heading import sums
from resnet_core.draw.letters import width
from resnet_core.draw.marks import SIGNS, mark_of, marked_tile
from resnet_core.draw.sheet import Line, Sheet, Text, Wire
from resnet_core.draw.theme import SUBTITLE, TEXT, TITLE
from resnet_core.draw.words import Language, say
from resnet_core.drawing import MAX_BOXES
from resnet_core.errors import TooLarge
from resnet_core.graph import Graph
from resnet_core.view import Detail, view

if TYPE_CHECKING:
    from resnet_core.compare.comparison import Comparison

# Points that a line of the sentence may be wide.
_WIDE = 500
NO_BREAK = "\N{NO-BREAK SPACE}"


def picture(comparison: Comparison) -> Sheet:
    """Every box, wire and frame of a comparison with its place."""
    options = comparison.options
    a, b = _views(comparison)
    alignment = align(a, b)
    pairs = [pair(one, other, options.lang) for one, other in alignment.matches]
    # A structure that cannot run ends somewhere: the other one is no continuation of it.
    if comparison.view == "side" or a.problem or b.problem:
        return _beside(comparison, a, b, pairs)
    return _one(comparison, a, b, alignment, pairs)


def _one(
    comparison: Comparison, a: Graph, b: Graph, alignment: Alignment, pairs: Sequence[Pair]
) -> Sheet:
    options = comparison.options
    try:
        both = union(a, b, alignment, pairs, options.fold)
    except ValueError:
        return _beside(comparison, a, b, pairs)
    _check(both)
    sheet = arrange(
        both, _heading(comparison, pairs), options.direction, options.labels.split(","),
        options.lang, marked_tile,
    )  # fmt: skip
    before = {each.node.id: each.a.id for each in pairs if each.a}
    wires = [_said(each, a, b, before, options.lang) for each in sheet.wires]
    return replace(sheet, wires=tuple(wires))


def _said(wire: Wire, a: Graph, b: Graph, before: Mapping[str, str], language: Language) -> Wire:
    """A shortcut with what it is, or was: of two into one addition each is named by itself."""
    if not wire.note:
        return wire
    change, target = mark_of(wire), wire.edge.target
    if change == "removed" and before.get(target) in a.node:
        kind = a.shortcut_into(before[target])
    elif target in b.node:
        kind = b.shortcut_into(target)
    else:
        return wire
    sign = f"{SIGNS[change]} " if change else ""
    return replace(wire, note=sign + say(kind, language))


def _beside(comparison: Comparison, a: Graph, b: Graph, pairs: Sequence[Pair]) -> Sheet:
    options = comparison.options
    sheets = []
    for side, graph in (("a", a), ("b", b)):
        shown = marked(graph, pairs, side, options.fold)
        _check(shown)
        labels = options.labels.split(",")
        sheets.append(arrange(shown, (), options.direction, labels, options.lang, marked_tile))
    figures = [" · ".join(sums(each.graph, options.lang)) for each in (comparison.a, comparison.b)]
    (first, second), (one, other) = comparison.names, figures
    return beside(
        _heading(comparison, pairs),
        (sheets[0], sheets[1]),
        ((first, one), (second, other)),
        [(each.a.id, each.b.id) for each in pairs if each.a and each.b],
        options.direction == "TB",
    )


def _views(comparison: Comparison) -> tuple[Graph, Graph]:
    """Both structures at one level of detail, equal neighbours not yet folded."""
    detail = _detail(comparison)
    graphs = (comparison.a.graph, comparison.b.graph)
    expanded = comparison.options.expanded
    known = [{each.path for each in graph.groups} for graph in graphs]
    shown = [
        view(
            graph, detail, fold=False,
            # A group that only the other one has is nothing to open here.
            expand=[each for each in expanded if each in own or each not in other],
        )
        for graph, own, other in zip(graphs, known, known[::-1], strict=True)
    ]  # fmt: skip
    return shown[0], shown[1]


def _detail(comparison: Comparison) -> Detail:
    """What a box is: as asked for; else calls for blocks, blocks for networks."""
    found = [each.detail for each in (comparison.a, comparison.b)]
    return comparison.options.detail or ("op" if "op" in found else found[0])


def _check(graph: Graph) -> None:
    if len(graph.nodes) > MAX_BOXES:
        raise TooLarge(
            "detail",
            "op",
            f"the picture would have {len(graph.nodes):,} boxes, more than {MAX_BOXES:,}",
            allowed=["block", "stage"],
            suggestion="block",
            mend={"detail": "block", "fold": None, "expand": None},
        )


def _heading(comparison: Comparison, pairs: Sequence[Pair]) -> tuple[Line, ...]:
    """The names, the sentence, and what the colours mean as far as they occur."""
    language = comparison.options.lang
    title = (Text("  →  ".join(comparison.names), TITLE, bold=True),)
    said = [(Text(each, SUBTITLE, "quiet"),) for each in wrapped(comparison.summary())]
    changes = {each.change for each in pairs}
    legend: Line = ()
    for change in ORDER:
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
    for word in re.findall(r"[^ \u2e80-\uffef]+ *|[\u2e80-\uffef] *| +", text):
        if line and width((line + word).rstrip(), SUBTITLE) > _WIDE and word[0] not in "，。；）、":
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()]
