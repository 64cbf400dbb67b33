"""The markers in a text: where they are, what they ask for, and the text with them filled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.docs.dialects import REQUEST, Dialect
from resnet_core.bilingual import Text


class MarkerError(Exception):
    """A marker that cannot be read, with its line."""

    def __init__(self, line: int, text: Text) -> None:
        self.line = line
        self.text = text
        super().__init__(line, text)


@dataclass(frozen=True)
class Marker:
    """A request in a text: its line (from 1), its words, and the lines that it owns.

    ``body`` are the lines between the two of a pair, from and to; a block owns its own first and
    last line too, for it becomes a pair.
    """

    line: int
    words: str
    body: tuple[int, int]
    indent: str
    is_block: bool = False


def markers(text: str, dialect: Dialect) -> list[Marker]:
    """Every marker of a text, in order. Raises MarkerError for one that does not end."""
    lines = text.splitlines()
    quoted = set(dialect.quoted(lines))
    found = []
    index = 0
    while index < len(lines):
        marker = None if index in quoted else _at(lines, index, dialect)
        if marker is not None:
            found.append(marker)
            index = marker.body[1]
        elif index not in quoted and dialect.closing.match(lines[index]):
            raise MarkerError(
                index + 1, Text("this marker closes none", "这个结束标记没有对应的开始标记")
            )
        index += 1
    return found


def filled(text: str, dialect: Dialect, bodies: Mapping[Marker, str]) -> str:
    """The text with the bodies between its markers; everything else stays as it is."""
    lines = text.splitlines(keepends=True)
    newline = "\r\n" if "\r\n" in text else "\n"
    for marker, body in sorted(bodies.items(), key=lambda item: -item[0].line):
        first, last = marker.body
        if lines[:first] and not lines[first - 1].endswith("\n"):
            lines[first - 1] += newline
        new = [f"{marker.indent}{line}".rstrip() + newline for line in _laid(marker, body, dialect)]
        lines[first:last] = new
    return "".join(lines)


def _laid(marker: Marker, body: str, dialect: Dialect) -> Iterator[str]:
    if marker.is_block:
        yield dialect.pair[0].format(marker.words)
    yield from body.split("\n")
    if marker.is_block:
        yield dialect.pair[1]


def _at(lines: Sequence[str], index: int, dialect: Dialect) -> Marker | None:
    line = lines[index]
    if found := dialect.opening.match(line):
        end = _end(lines, index, dialect)
        return Marker(index + 1, found[2], (index + 1, end), found[1])
    if dialect.block and (found := REQUEST.match(line)):
        closing = re.compile(rf"^\s*{re.escape(found[2])}+\s*$")
        for end in range(index + 1, len(lines)):
            if closing.match(lines[end]):
                words = " ".join(part.strip() for part in lines[index + 1 : end] if part.strip())
                return Marker(index + 1, words, (index, end + 1), found[1], is_block=True)
        raise MarkerError(index + 1, Text("this block does not end", "这个代码块没有结束"))
    return None


def _end(lines: Sequence[str], start: int, dialect: Dialect) -> int:
    """The line that closes the pair. What lies between is ours, whatever it looks like."""
    for index in range(start + 1, len(lines)):
        if dialect.closing.match(lines[index]):
            return index
        if dialect.opening.match(lines[index]):
            break
    raise MarkerError(
        start + 1,
        Text("no {} follows this marker", "这个标记后面没有 {}").format(dialect.pair[1]),
    )
