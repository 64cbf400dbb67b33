"""The hatching of a box in ink: a narrow strip at its left edge, in a pattern for each hue.

Where there is no colour, a strip beside the letters tells a convolution from a norm, and leaves the
letters on white.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from resnet_core.layout.sheet import Box, Point, Sheet

Stroke = tuple[Point, Point]

# How far the strip is from the outline of its box, how wide it is, and the pitch of its lines.
_INSET, _WIDE, _PITCH = 2.0, 4.4, 3.0
# Directions of the lines: rising, falling, level, upright. Hues that are alike look alike.
PATTERNS: Mapping[str, str] = {
    "conv": "/",
    "block": "/",
    "stage": "/",
    "norm": "-",
    "activation": "x",
    "pool": "\\",
    "linear": "|",
    "attention": "+",
    "projection": "x-",
}
_LINES: Mapping[str, str] = {"x": "/\\", "+": "-|", "x-": "/\\-"}


def hatching(sheet: Sheet) -> Iterator[Stroke]:
    """The strokes of every box that has a hue."""
    for box in sheet.boxes:
        pattern = PATTERNS.get(box.fill, "") if box.shape == "box" else ""
        for line in _LINES.get(pattern, pattern):
            yield from _lines(box, line)


def _lines(box: Box, direction: str) -> Iterator[Stroke]:
    """The lines of one direction in the strip of a box."""
    left = box.x - box.width / 2 + _INSET
    right = left + _WIDE
    # The corners of a box are round: the strip ends where they begin.
    top, bottom = box.y - box.height / 2 + 5, box.y + box.height / 2 - 5
    if direction == "|":
        for index in range(3):
            x = left + index * _WIDE / 2
            yield (x, top), (x, bottom)
        return
    slant = _WIDE if direction in "/\\" else 0.0
    y = top
    while y + slant <= bottom + 0.01:
        rising = direction == "/"
        yield (left, y + slant if rising else y), (right, y if rising else y + slant)
        y += _PITCH
