"""Where each piece of text stands: computed from the project's own font metrics.

Graphviz would ask the fonts of the machine, and so would put Chinese where this machine's Chinese
font happens to have it. Here the answer is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resnet_core.layout.boxes import (
    AIR,
    GLYPHS,
    LINE_HEIGHT,
    PAD,
    extent,
    line_height,
    line_width,
)
from resnet_core.layout.clusters import FRAME_TEXT
from resnet_core.layout.diff_marks import mark_of
from resnet_core.layout.font import width
from resnet_core.layout.sheet import (
    MARGIN,
    Box,
    Frame,
    Line,
    Sheet,
    Text,
    Wire,
)
from resnet_core.layout.theme import SUBTITLE

# How far the baseline is below the middle of a line, in font sizes: half of Arial's cap height.
_BASELINE = 0.36
GLYPH = 17.0


@dataclass(frozen=True)
class Letters:
    """A piece of text with its left end and baseline."""

    text: Text
    x: float
    y: float

    @property
    def width(self) -> float:
        return width(self.text.text, self.text.size, self.text.bold)

    @property
    def middle(self) -> float:
        """How high a line beside the text runs: half as high as its small letters."""
        return self.y - self.text.size * 0.28


def on_heading(sheet: Sheet) -> list[Letters]:
    """The lines above the picture."""
    return list(_lines(sheet.heading, MARGIN, MARGIN))


def on_legend(sheet: Sheet) -> list[Letters]:
    """The lines at the foot of the picture."""
    top = sheet.height - MARGIN - extent(sheet.legend)[1]
    return list(_lines(sheet.legend, MARGIN, top))


def on_box(box: Box) -> list[Letters]:
    """What stands on a box: lines on the left and on the right, or centred, or a sign."""
    if box.shape == "glyph":
        sign = Text(GLYPHS[box.node.type], GLYPH)
        return [_at(sign, box.x - width(sign.text, sign.size) / 2, box.y)]
    face = box.face
    found: list[Letters] = []
    for lines, align in ((face.left, "left"), (face.right, "right")):
        top = box.y - extent(lines)[1] / 2
        edge = box.x - box.width / 2 + PAD
        for line in lines:
            start = edge
            if face.centred:
                start = box.x - line_width(line) / 2
            elif align == "right":
                start = box.x + box.width / 2 - PAD - line_width(line)
            found += _lines([line], start, top)
            top += line_height(line) + AIR * LINE_HEIGHT
    return found


def on_frame(frame: Frame) -> list[Letters]:
    """Name and figures of a framed group."""
    name = Letters(Text(frame.name, FRAME_TEXT), *frame.name_at)
    figures = Letters(Text(frame.figures, FRAME_TEXT, "frame-text"), *frame.figures_at)
    return [value for value in (name, figures) if value.text.text]


def on_wire(wire: Wire) -> list[Letters]:
    """The word beside a shortcut."""
    mark = mark_of(wire)
    colour = f"{mark}-text" if mark else wire.edge.lane
    return [_at(Text(wire.note, SUBTITLE, colour), *wire.note_at)] if wire.note else []


def _lines(lines: Sequence[Line], x: float, top: float) -> Iterator[Letters]:
    for line in lines:
        middle, at = top + line_height(line) / 2, x
        # All pieces of a line stand on the baseline of the largest.
        size = max((text.size for text in line), default=0)
        for text in line:
            if text.text.strip():
                yield Letters(text, at, middle + size * _BASELINE)
            at += width(text.text, text.size, text.bold)
        top += line_height(line) + AIR * LINE_HEIGHT


def _at(text: Text, x: float, middle: float) -> Letters:
    return Letters(text, x, middle + text.size * _BASELINE)
