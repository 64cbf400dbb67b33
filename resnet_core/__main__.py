"""``python -m resnet_core``: writes the index of the sources, and how wide the letters are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

import resnet_core.blocks
import resnet_core.networks  # noqa: F401  both enter what they hold
from resnet_core import index
from resnet_core.formats.registry import FORMATS
from resnet_core.layout.typesetting import ADVANCES, FONTS
from resnet_core.registry import BLOCKS, NETWORKS

STYLES = ("Regular", "Bold")


def rows() -> dict[str, Any]:
    """What the index holds, as the sources say it."""
    return {"block": BLOCKS.rows(), "model": NETWORKS.rows(), "formats": list(FORMATS)}


def advances() -> dict[str, Any]:
    """How far each letter reaches in each of the fonts, in units of which ``em`` are an em."""
    return {style: _advances(FONTS / f"LiberationSans-{style}.ttf") for style in STYLES}


def _advances(file: Path) -> dict[str, Any]:
    font: Any
    with TTFont(file, lazy=True) as font:
        glyphs = font["hmtx"].metrics
        letters: dict[str, str] = {}
        for code, name in sorted(font.getBestCmap().items()):
            advance = str(glyphs[name][0])
            letters[advance] = letters.get(advance, "") + chr(code)
        return {"em": font["head"].unitsPerEm, "missing": glyphs[".notdef"][0], "letters": letters}


if __name__ == "__main__":
    index.write(rows())
    ADVANCES.write_text(json.dumps(advances(), indent=1) + "\n", encoding="utf-8")
