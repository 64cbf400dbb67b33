"""Words where every letter takes whole columns: how wide they are, wrapped, and in ASCII."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType

# In ASCII a plus is a joint, so a crossing is drawn as one line passing under the other.
_ASCII_LINES = {"│": "|", "╵": "|", "╷": "|", "─": "-", "╶": "-", "╴": "-", "┼": "|", "╌": "="}
_ASCII_LINES |= dict.fromkeys("┌┐└┘├┤┬┴", "+")
_ASCII_WORDS = {
    "⊕": "(+)", "⊗": "(x)", "×": "x", "→": "->", "←": "<-", "↓": "v", " · ": ", ", "·": "*",
    "…": "...", "–": "-", "—": "-", "✗": "X", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")",
    "γ": "gamma", "’": "'", "“": '"', "”": '"',
}  # fmt: skip

# No line begins with these, and none ends with those.
_CLOSING = "，。；：、）」』”’！？…·%"
_OPENING = "（「“"


def columns(text: str) -> int:
    """How many columns a terminal gives the text: two to each Chinese character."""
    if text.isascii() and text.isprintable():
        return len(text)
    return max(0, int(_widths().wcswidth(text)))


def ascii_words(text: str) -> str:
    """The text in ASCII. What has no counterpart is written as its code, never left out."""
    for sign, words in _ASCII_WORDS.items():
        text = text.replace(sign, words)
    return text.encode("ascii", "backslashreplace").decode()


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` columns.

    English breaks at spaces, Chinese anywhere but before a closing mark, after an opening one, or
    inside a Latin word; what is longer than a line is cut.
    """
    lines: list[str] = []
    for piece in _pieces(text):
        if lines and columns(lines[-1]) + columns(piece.rstrip()) <= width:
            lines[-1] += piece
            continue
        lines.append("")
        for letter in piece.lstrip():
            if columns((lines[-1] + letter).rstrip()) > width:
                lines.append("")
            lines[-1] += letter
    return [line.strip() for line in lines if line.strip()]


def _pieces(text: str) -> Iterator[str]:
    """What may not be broken: a word, or a Chinese character with the marks that cling to it."""
    piece = ""
    for letter in text:
        joined = letter in _CLOSING or not (
            advance(letter) == 2 or _is_wide(piece[-1:]) or piece.endswith(" ")
        )
        if piece and not (joined or piece[-1:] in _OPENING):
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece


def _is_wide(letter: str) -> bool:
    return bool(letter) and advance(letter) == 2


def listed(text: str, width: int) -> list[str]:
    """The same for a list with dots or commas, cut between its items wherever that is enough."""
    first, *rest = re.split(r"( · |, )", text)
    signs = [*rest[::2], ""]
    lines: list[str] = []
    # A comma stays with what is before it, and has room there.
    for before, item, sign in zip(["", *signs], [first, *rest[1::2]], signs, strict=False):
        told = item + sign.rstrip() * (sign == ", ")
        gap = " " if before == ", " else before
        if lines and columns(lines[-1] + gap + told) <= width:
            lines[-1] += gap + told
        else:
            lines += wrapped(told, width)
    return lines


def ascii_lines(text: str) -> str:
    """Box drawing characters in ASCII."""
    return "".join(_ASCII_LINES.get(letter, letter) for letter in text)


def advance(letter: str) -> int:
    """How many columns one letter takes: two where it is Chinese, none where it combines."""
    if letter.isascii() and letter.isprintable():
        return 1
    return max(0, int(_widths().wcwidth(letter)))


@cache
def _widths() -> ModuleType:
    """The widths of all letters, which take as long to load as a small picture to draw."""
    import wcwidth

    return wcwidth
