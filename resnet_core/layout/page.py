"""What is laid out around the origin → a sheet of paper with margins and a heading."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from resnet_core.layout.boxes import extent, line_width
from resnet_core.layout.font import width
from resnet_core.layout.sheet import (
    MARGIN,
    Box,
    Frame,
    Line,
    Point,
    Sheet,
    Text,
    Wire,
)
from resnet_core.layout.theme import SUBTITLE

HEADING_GAP = 16.0
LEGEND_GAP = 12.0


def on_paper(
    heading: tuple[Line, ...],
    boxes: list[Box],
    wires: list[Wire],
    frames: list[Frame],
    legend: tuple[Line, ...] = (),
) -> Sheet:
    """Shift everything to positive coordinates, between the heading and the legend.

    ``legend`` are the entries, which stand in as few lines as their widths allow.
    """
    xs = [
        *(edge for each in boxes for edge in (each.x - each.width / 2, each.x + each.width / 2)),
        *(x for each in wires for x, _ in each.points),
        *(each.note_at[0] + width(each.note, SUBTITLE) for each in wires if each.note),
        *(edge for each in frames for edge in (each.left, each.right)),
    ]
    ys = [
        *(edge for each in boxes for edge in (each.y - each.height / 2, each.y + each.height / 2)),
        *(y for each in wires for _, y in each.points),
        *(each.note_at[1] + SUBTITLE / 2 for each in wires if each.note),
        *(edge for each in frames for edge in (each.top, each.bottom)),
    ]
    titles, head = extent(heading)
    head += HEADING_GAP if heading else 0
    wide = max(max(xs) - min(xs), titles, *map(line_width, legend))
    lines = _flowing(legend, wide)
    foot = extent(lines)[1] + (LEGEND_GAP if lines else 0)
    dx = MARGIN - min(xs) + (wide - (max(xs) - min(xs))) / 2
    dy = MARGIN - min(ys) + head

    def moved(point: Point) -> Point:
        return round(point[0] + dx, 1), round(point[1] + dy, 1)

    return Sheet(
        heading,
        tuple(replace(each, **_named("x y", moved((each.x, each.y)))) for each in boxes),
        tuple(
            replace(each, points=tuple(map(moved, each.points)), note_at=moved(each.note_at))
            for each in wires
        ),
        tuple(
            replace(
                each,
                **_named("left top", moved((each.left, each.top))),
                **_named("right bottom", moved((each.right, each.bottom))),
                name_at=moved(each.name_at),
                figures_at=moved(each.figures_at),
            )
            for each in frames
        ),
        round(wide + 2 * MARGIN, 1),
        round(max(ys) - min(ys) + head + foot + 2 * MARGIN, 1),
        lines,
    )


def _flowing(entries: tuple[Line, ...], room: float) -> tuple[Line, ...]:
    """The entries in lines, as words flow in a paragraph."""
    lines: list[Line] = []
    for each in entries:
        longer = (*lines[-1], Text(" " * 6, each[0].size), *each) if lines else ()
        if lines and line_width(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(each)
    return tuple(lines)


def _named(names: str, point: Point) -> dict[str, Any]:
    return dict(zip(names.split(), point, strict=True))
