"""Words where every letter takes whole columns: how wide they are, wrapped, and in ASCII."""

from __future__ import annotations

import re
import unicodedata

# In ASCII a plus is a joint, so a crossing is drawn as one line passing under the other.
_ASCII_LINES = {"│": "|", "╵": "|", "╷": "|", "─": "-", "╶": "-", "╴": "-", "┼": "|", "╌": "="}
_ASCII_LINES |= dict.fromkeys("┌┐└┘├┤┬┴", "+")
_ASCII_WORDS = {
    "⊕": "(+)", "⊗": "(x)", "×": "x", "→": "->", "←": "<-", "↓": "v", " · ": ", ", "·": "*",
    "…": "...", "–": "-", "—": "-", "✗": "X", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")",
    "γ": "gamma", "’": "'", "“": '"', "”": '"',
}  # fmt: skip


def columns(text: str) -> int:
    """How many columns a terminal gives the text: two to each Chinese character."""
    return sum(advance(letter) for letter in text)


def ascii_words(text: str) -> str:
    """The text in ASCII. What has no counterpart is written as its code, never left out."""
    for sign, words in _ASCII_WORDS.items():
        text = text.replace(sign, words)
    return text.encode("ascii", "backslashreplace").decode()


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` columns, cut inside a word only if it is longer."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and columns(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for letter in word:
            if columns(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return [line.strip() for line in lines if line.strip()]


def listed(text: str, width: int) -> list[str]:
    """The same for a list with dots or commas, cut between its items wherever that is enough."""
    first, *rest = re.split(r"( · |, )", text)
    lines = wrapped(first, width)
    for sign, item in zip(rest[::2], rest[1::2], strict=True):
        if lines and columns(lines[-1] + sign + item) <= width:
            lines[-1] += sign + item
            continue
        if sign == ", " and lines and columns(lines[-1]) < width:
            lines[-1] += ","
        lines += wrapped(item, width)
    return lines


def ascii_lines(text: str) -> str:
    """Box drawing characters in ASCII."""
    return "".join(_ASCII_LINES.get(letter, letter) for letter in text)


def advance(letter: str) -> int:
    """How many columns one letter takes."""
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
