"""The page around what is laid out: the heading above, margins, the legend below."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from resnet_core.bilingual import Language
from resnet_core.graph.model import Graph
from resnet_core.language.caption import Caption, facts, sums
from resnet_core.layout.sheet import MARGIN, Drawn, Line, Point, Run, Sheet
from resnet_core.layout.theme import SUBTITLE, TITLE
from resnet_core.layout.typesetting import broken, extent, line_width, width

HEADING_GAP = 16.0
LEGEND_GAP = 12.0
# Points that a line of the title may be wide.
_TITLE_WIDTH = 460.0


def heading(caption: Caption, graph: Graph, language: Language = "en") -> tuple[Line, ...]:
    """Title and two lines of facts; ``graph`` is the whole structure, not a view of it."""
    return (
        *titled(caption.above),
        (Run(" · ".join(facts(caption, graph, language)), SUBTITLE, "quiet"),),
        (Run(" · ".join(sums(graph, language)), SUBTITLE, "quiet"),),
    )


def titled(title: str) -> tuple[Line, ...]:
    """The title in lines; nothing where it is empty."""
    return tuple(
        (Run(line, TITLE, bold=True),) for line in broken(title, TITLE, _TITLE_WIDTH, bold=True)
    )


def on_paper(heading: tuple[Line, ...], drawn: Drawn, legend: tuple[Line, ...] = ()) -> Sheet:
    """Shift everything to positive coordinates, between the heading and the legend.

    ``legend`` are the entries, which stand in as few lines as their widths allow.
    """
    xs, ys = _extremes(drawn)
    titles, head = extent(heading)
    head += HEADING_GAP if heading else 0
    wide = max(max(xs) - min(xs), titles, *map(line_width, legend))
    lines = _flowing(legend, wide)
    foot = extent(lines)[1] + (LEGEND_GAP if lines else 0)
    dx = MARGIN - min(xs) + (wide - (max(xs) - min(xs))) / 2
    dy = MARGIN - min(ys) + head

    @cache
    def moved(point: Point) -> Point:
        return round(point[0] + dx, 1), round(point[1] + dy, 1)

    placed = drawn.moved(moved)
    return Sheet(
        placed.boxes,
        placed.wires,
        placed.frames,
        heading,
        round(wide + 2 * MARGIN, 1),
        round(max(ys) - min(ys) + head + foot + 2 * MARGIN, 1),
        lines,
    )


def foot(legend: tuple[Line, ...]) -> float:
    """The room that a legend takes at the foot of a sheet."""
    return extent(legend)[1] + LEGEND_GAP if legend else 0.0


def with_line(sheet: Sheet, line: Line) -> Sheet:
    """The sheet with one line more at its foot, and the room for it."""
    lines = (*sheet.legend, line)
    wide = max(sheet.width, line_width(line) + 2 * MARGIN)
    height = sheet.height - foot(sheet.legend) + foot(lines)
    return replace(sheet, legend=lines, width=round(wide, 1), height=round(height, 1))


def without_legend(sheet: Sheet) -> Sheet:
    """The sheet without the lines at its foot."""
    return replace(sheet, legend=(), height=round(sheet.height - foot(sheet.legend), 1))


def _extremes(drawn: Drawn) -> tuple[list[float], list[float]]:
    """How far what is drawn reaches, the words at its wires included: every x and every y."""
    xs, ys = drawn.borders
    noted = [wire for wire in drawn.wires if wire.note]
    xs += [wire.note_at[0] + width(wire.note, SUBTITLE) for wire in noted]
    ys += [wire.note_at[1] + SUBTITLE / 2 for wire in noted]
    return xs, ys


def _flowing(entries: tuple[Line, ...], room: float) -> tuple[Line, ...]:
    """The entries in lines, as words flow in a paragraph."""
    lines: list[Line] = []
    for entry in entries:
        longer = (*lines[-1], Run(" " * 6, entry[0].size), *entry) if lines else ()
        if lines and line_width(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(entry)
    return tuple(lines)
