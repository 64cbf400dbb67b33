"""The text form: box drawing characters, at most 100 columns, for a terminal or a forum.

The main path is one column on the left, and what stands beside it has columns to its right. A
convolution is one box with the norm and the activation that follow it, whatever the detail. The
text runs from top to bottom; ``direction`` says nothing here.
"""

from __future__ import annotations

from dataclasses import replace

from resnet_core.bilingual import Language
from resnet_core.formats.registry import FORMATS, Drawable
from resnet_core.formats.txt.node import Manner
from resnet_core.formats.txt.rows import LIMIT
from resnet_core.formats.txt.wiring import chart
from resnet_core.graph.model import Graph
from resnet_core.language.notation import Caption, facts, params_text
from resnet_core.language.terminal import ascii_lines, columns, wrapped
from resnet_core.language.terms import amount, say


@FORMATS.register("txt", media="text/plain", title="Text", rank=6, quality=4)
def write(drawing: Drawable) -> bytes:
    """The drawing for a terminal or a forum."""
    return drawing.txt.encode()


_APART = "   "


def text(view: Graph, whole: Graph, caption: Caption, manner: Manner) -> str:
    """The view as text, under a heading for the whole."""
    drawn = chart(view, manner)
    across = min(LIMIT, drawn.lattice.across)
    about, sums = _facts(caption, whole, manner.spoken), _sums(whole, manner.spoken)
    above = [
        manner.spell(value)
        for value in (replace(caption, language=manner.spoken).above.strip(), about, sums)
    ]
    lines = [*_heading(above, across), "", *drawn.grid.lines()]
    if manner.ascii:
        lines = [ascii_lines(line) for line in lines]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _heading(texts: list[str], across: int) -> list[str]:
    """Title and facts to the left and the sums to the right; one below the other if need be."""
    title, about, sums = texts
    left = f"{title}{_APART}{about}" if title else about
    room = across - columns(left) - columns(sums)
    if columns(left) + len(_APART) + columns(sums) <= LIMIT:
        return [left + " " * max(room, len(_APART)) + sums]
    above = [left] if columns(left) <= LIMIT else [*filter(None, [title]), about]
    return [line for box in (*above, sums) for line in wrapped(box, LIMIT)]


def _facts(caption: Caption, whole: Graph, language: Language) -> str:
    """All but the kind of a block's shortcut, which the picture shows."""
    known = facts(caption, whole, language)
    if caption.kind == "block":
        shown = (say("{} shortcut", language, "").strip(), "shortcuts")
        known = [choice for choice in known if not choice.endswith(shown)]
    return ", ".join(known)


def _sums(whole: Graph, language: Language) -> str:
    found = [params_text(whole.totals.params, language) or say("{} params", language, 0)]
    if not whole.problem:
        found.append(say("{} MACs", language, amount(whole.totals.macs, language)))
    return _APART.join(found)
