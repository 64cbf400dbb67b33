"""How wide a text is, in the font that the project brings: the same answer on every machine."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parents[1] / "fonts"


def width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line in points."""
    total, units = _advance(text, bold)
    return total * size / units


@lru_cache(maxsize=32_768)
def _advance(text: str, bold: bool) -> tuple[int, int]:
    """How far a text reaches in font units, and how many of them are an em.

    A picture says the same words over and over, and asks for each several times.
    """
    advances, missing, units = _metrics("Bold" if bold else "Regular")
    total = 0
    for letter in text:
        advance = advances.get(ord(letter))
        total += _fallback(letter, missing, units) if advance is None else advance
    return total, units


@cache
def _metrics(style: str) -> tuple[dict[int, int], int, int]:
    """Advance by code point, that of a missing glyph, and units per em."""
    font: Any
    with TTFont(FONTS / f"LiberationSans-{style}.ttf", lazy=True) as font:
        glyphs = font["hmtx"].metrics
        advances = {code: glyphs[name][0] for code, name in font.getBestCmap().items()}
        return advances, glyphs[".notdef"][0], font["head"].unitsPerEm


def _fallback(letter: str, missing: int, units: int) -> int:
    """Chinese characters are one em wide in every font."""
    return units if unicodedata.east_asian_width(letter) in "WF" else missing
