"""How wide a text is and where each piece of it stands, from the project's own font metrics.

Graphviz would ask the fonts of the machine, and so would put Chinese where this machine's Chinese
font happens to have it. Here the answer is the same everywhere.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from resnet_core.layout.sheet import (
    FRAME_TEXT,
    MARGIN,
    SUBTITLE,
    Box,
    Frame,
    Line,
    Run,
    Sheet,
    Wire,
)

FONTS = Path(__file__).parents[1] / "fonts"
ADVANCES = FONTS / "advances.json"
GLYPHS = {"add": "+", "mul": "×"}
GLYPH = 17.0
# Room around the lines of a box, the height of a line in font sizes, and the air between lines.
PAD = 9.0
LINE_HEIGHT = 1.2
AIR = 2.0
# How far the baseline is below the middle of a line, in font sizes: half of Arial's cap height.
BASELINE = 0.36


def width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line in points."""
    total, units = _advance(text, bold)
    return total * size / units


def broken(text: str, size: float, wide: float, bold: bool = False) -> list[str]:
    """The text in lines of at most ``wide`` points; nothing where there is nothing to read.

    Chinese may break between any two characters, but not before a closing mark.
    """
    lines, line = [], ""
    for word in re.findall(r"[^ \u2e80-\uffef]+ *|（?[\u2e80-\uffef] *| +", text):
        if (
            line
            and width((line + word).rstrip(), size, bold) > wide
            and word[0] not in "，。；）、"
        ):
            lines.append(line.rstrip())
            line = ""
        line += word
    return [kept for kept in (*lines, line.rstrip()) if kept]


@lru_cache(maxsize=32_768)
def _advance(text: str, bold: bool) -> tuple[int, int]:
    """How far a text reaches in font units, and how many of them are an em.

    A picture says the same words over and over, and asks for each several times.
    """
    advances, missing, units = _metrics("Bold" if bold else "Regular")
    total = 0
    for letter in text:
        advance = advances.get(letter)
        total += _fallback(letter, missing, units) if advance is None else advance
    return total, units


@cache
def _metrics(style: str) -> tuple[dict[str, int], int, int]:
    """Advance by letter, that of a missing glyph, and units per em.

    They are read from the fonts once, by ``python -m resnet_core``: to read a font takes longer
    than to draw a picture.
    """
    known = json.loads(ADVANCES.read_text(encoding="utf-8"))[style]
    advances = {
        letter: int(advance) for advance, letters in known["letters"].items() for letter in letters
    }
    return advances, known["missing"], known["em"]


def _fallback(letter: str, missing: int, units: int) -> int:
    """Chinese characters are one em wide in every font."""
    return units if unicodedata.east_asian_width(letter) in "WF" else missing


def line_width(line: Line) -> float:
    if len(line) == 1:  # as most are
        return width(line[0].text, line[0].size, line[0].bold)
    return sum(width(text.text, text.size, text.bold) for text in line)


def line_height(line: Line) -> float:
    return _size(line) * LINE_HEIGHT


def _size(line: Line) -> float:
    """That of the largest piece."""
    if len(line) == 1:
        return line[0].size
    return max((text.size for text in line), default=0)


def extent(lines: tuple[Line, ...]) -> tuple[float, float]:
    """Width and height of lines, with a little air between them."""
    return (max(map(line_width, lines)), _height(lines)) if lines else (0, 0)


def _height(lines: Sequence[Line]) -> float:
    if not lines:
        return 0
    return sum(map(line_height, lines)) + AIR * LINE_HEIGHT * (len(lines) - 1)


class Letters(NamedTuple):
    """A piece of text with its left end and baseline."""

    text: Run
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
    return list(_lines(sheet.heading, MARGIN, 0, MARGIN))


def on_legend(sheet: Sheet) -> list[Letters]:
    """The lines at the foot of the picture."""
    top = sheet.height - MARGIN - extent(sheet.legend)[1]
    return list(_lines(sheet.legend, MARGIN, 0, top))


def on_box(box: Box) -> list[Letters]:
    """What stands on a box: lines on the left and on the right, or centred, or a sign."""
    if box.shape == "glyph":
        sign = Run(GLYPHS[box.node.type], GLYPH)
        return [_at(sign, box.x - width(sign.text, sign.size) / 2, box.y)]
    face = box.face
    x, share = (box.x, 0.5) if face.centred else (box.x - box.width / 2 + PAD, 0.0)
    found = list(_lines(face.left, x, share, box.y + face.drop - _height(face.left) / 2))
    if face.right:
        top = box.y - _height(face.right) / 2
        found += _lines(face.right, box.x + box.width / 2 - PAD, 1, top)
    return found


def on_frame(frame: Frame) -> list[Letters]:
    """Name and figures of a framed group."""
    name = Letters(Run(frame.name, FRAME_TEXT), *frame.name_at)
    figures = Letters(Run(frame.figures, FRAME_TEXT, "frame-text"), *frame.figures_at)
    return [value for value in (name, figures) if value.text.text]


def on_wire(wire: Wire) -> list[Letters]:
    """The word beside a shortcut."""
    colour = f"{wire.mark}-text" if wire.mark else wire.edge.lane
    return [_at(Run(wire.note, SUBTITLE, colour), *wire.note_at)] if wire.note else []


def _lines(lines: Sequence[Line], x: float, share: float, top: float) -> Iterator[Letters]:
    """Lines one below the other; such a share of each is on the left of ``x``."""
    for line in lines:
        at = x - share * line_width(line) if share else x
        # All pieces of a line stand on the baseline of the largest.
        size = _size(line)
        high = size * LINE_HEIGHT
        baseline = top + high / 2 + size * BASELINE
        for text in line:
            if text.text.strip():
                yield Letters(text, at, baseline)
            if text is not line[-1]:
                at += width(text.text, text.size, text.bold)
        top += high + AIR * LINE_HEIGHT


def _at(text: Run, x: float, middle: float) -> Letters:
    return Letters(text, x, middle + text.size * BASELINE)
