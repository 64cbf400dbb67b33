"""Colours: readable in both themes, and apart for readers who see fewer of them."""

from __future__ import annotations

from itertools import combinations

import pytest

from resnet_core.layout.sheet import COLOURS, Theme

FILLS = [name for name in COLOURS if f"{name}-line" in COLOURS and name != "frame"]
PAIRS = [
    *(("ink", fill) for fill in FILLS if fill != "end"),
    # On the scale of costs all is written in ink.
    *(("quiet", fill) for fill in FILLS if fill != "end" and not fill.startswith("cost-")),
    *(("shortcut", fill) for fill in ("block", "projection", "stage", "paper", "frame")),
    ("gate", "paper"),
    ("ink", "paper"),
    ("quiet", "paper"),
    ("ink", "frame"),
    ("frame-text", "frame"),
    ("problem-text", "problem"),
    ("unread-text", "unread"),
    ("end-text", "end"),
]
ROLES = ("conv", "norm", "activation", "pool", "linear", "attention", "projection", "problem")

# Linear RGB as dichromats see it: Viénot, Brettel and Mollon, Digital video colourmaps for
# checking the legibility of displays by dichromats, 1999.
SIGHT = {
    "deuteranopia": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
    "protanopia": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
}


def linear(colour: str) -> tuple[float, ...]:
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    return tuple(c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, contrast ratio."""
    low, high = sorted(
        sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear(value), strict=True))
        for value in (one, other)
    )
    return (high + 0.05) / (low + 0.05)


def seen(colour: str, sight: str) -> tuple[float, ...]:
    """CIE L*a*b* of a colour as a dichromat sees it."""
    rgb = linear(colour)
    r, g, b = (max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True))) for row in SIGHT[sight])
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme, text, ground):
    colours = Theme(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("line", ["wire", "shortcut", "gate", "problem-line"])
def test_lines_stand_out_from_the_paper(theme, line):
    colours = Theme(theme)
    assert contrast(colours[line], colours["paper"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(("one", "other"), list(combinations(ROLES, 2)))
def test_roles_stay_apart_for_colour_blind_readers(theme, sight, one, other):
    """By the outline or by the fill: a difference of 3 is seen where two boxes are compared."""
    colours = Theme(theme)

    def distance(name: str) -> float:
        pair = (seen(colours[name.format(value)], sight) for value in (one, other))
        return sum((p - q) ** 2 for p, q in zip(*pair, strict=True)) ** 0.5

    assert max(distance("{}"), distance("{}-line")) >= 6
