"""Fonts for a page to read its pictures in: the project's own, and one whose letters are wider."""

from __future__ import annotations

import base64
import io
from typing import Any

from fontTools.ttLib import TTFont

from resnet_core.layout.typesetting import FONTS

WEIGHTS = {"Regular": "normal", "Bold": "bold"}


def rules(name: str, stretch: float) -> str:
    """CSS that sets all text of pictures in Liberation Sans, its letters ``stretch`` times as wide.

    The font comes along in the rules, so that the answer does not depend on the machine.
    """
    faces = "".join(
        f"@font-face{{font-family:'{name}';font-weight:{weight};"
        f"src:url(data:font/ttf;base64,{_stretched(style, stretch)})}}"
        for style, weight in WEIGHTS.items()
    )
    return f"{faces} svg text{{font-family:'{name}',sans-serif!important}}"


def _stretched(style: str, stretch: float) -> str:
    font: Any
    with TTFont(FONTS / f"LiberationSans-{style}.ttf") as font:
        advances = font["hmtx"].metrics
        for glyph, (advance, left) in list(advances.items()):
            advances[glyph] = round(advance * stretch), left
        made = io.BytesIO()
        font.save(made)
    return base64.b64encode(made.getvalue()).decode()
