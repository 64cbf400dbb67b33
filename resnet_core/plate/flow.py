"""Words in lines of a given width: between words, and between any two Chinese characters."""

from __future__ import annotations

import re

from resnet_core.layout.typesetting import width

_PIECE = re.compile(r"\s+|[^\s\u3000-\u9fff\uff00-\uffef]+|.")
# Punctuation that may not begin a line.
_CLOSING = set("，。：；、）」』！？")


def lines(text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """The text in lines that are at most ``room`` points wide, where its words allow it."""
    found = [""]
    for piece in _pieces(text):
        longer = found[-1] + piece
        if found[-1] and width(longer.rstrip(), size, bold) > room:
            found[-1] = found[-1].rstrip()
            found.append(piece.lstrip())
        else:
            found[-1] = longer
    return [line.rstrip() for line in found]


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    for piece in _PIECE.findall(text):
        if found and piece in _CLOSING:
            found[-1] += piece
        else:
            found.append(piece)
    return found
