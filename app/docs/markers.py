"""The markers in a text: where they are, what they ask for, and the text with them filled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent

from app.docs.dialects import REQUEST, Dialect
from resnet_core.bilingual import Text
from resnet_core.embed.figure import SOURCE


class MarkerError(Exception):
    """A marker that cannot be read, with its line."""

    def __init__(self, line: int, text: Text) -> None:
        self.line = line
        self.text = text
        super().__init__(line, text)


@dataclass(frozen=True)
class Marker:
    """A request in a text: its line (from 1), its words, and the lines that it owns.

    ``code`` is what stands with the words, to be read and drawn. ``body`` are the lines between the
    two of a pair, from and to; a block owns its own first and last line too, for it becomes a pair.
    """

    line: int
    words: str
    body: tuple[int, int]
    indent: str
    is_block: bool = False
    code: str = ""


def markers(text: str, dialect: Dialect) -> list[Marker]:
    """Every marker of a text, in order. Raises MarkerError for one that does not end."""
    lines = [line.rstrip("\r\n") for line in lines_of(text)]
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


def lines_of(text: str) -> list[str]:
    """The lines with their ends, as editors count them: a form feed ends none."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def newline_of(text: str) -> str:
    """How the lines of a text end: as most of them do."""
    counts = Counter(re.findall(r"\r\n|\r|\n", text))
    return max(("\n", "\r\n", "\r"), key=lambda newline: counts[newline])


def filled(text: str, dialect: Dialect, bodies: Mapping[Marker, str]) -> str:
    """The text with the bodies between its markers; everything else stays as it is."""
    lines = lines_of(text)
    newline = newline_of(text)
    for marker, body in sorted(bodies.items(), key=lambda item: -item[0].line):
        first, last = marker.body
        if lines[:first] and not lines[first - 1].endswith(("\n", "\r")):
            lines[first - 1] += newline
        new = [f"{marker.indent}{line}".rstrip() + newline for line in _laid(marker, body, dialect)]
        lines[first:last] = new
    return "".join(lines)


def _laid(marker: Marker, body: str, dialect: Dialect) -> Iterator[str]:
    if marker.is_block:
        opening, closing = dialect.pair[0].split("{}")
        yield opening + marker.words + ("" if marker.code else closing)
        if marker.code:
            yield from marker.code.split("\n")
            yield closing.strip()
    yield from body.split("\n")
    if marker.is_block:
        yield dialect.pair[1]


def _at(lines: Sequence[str], index: int, dialect: Dialect) -> Marker | None:
    line = lines[index]
    if found := dialect.opening.match(line):
        further = dialect.more(lines, index)
        if further is None:
            raise MarkerError(
                index + 1,
                Text("this comment does not end", "这个注释没有结束"),
            )
        words, code = _read(found[2], further[0])
        end = _end(lines, index, further[1], dialect)
        return Marker(index + 1, words, (further[1], end), found[1], code=code)
    if dialect.block and (found := REQUEST.match(line)):
        return _block(lines, index, found[1], found[2])
    return None


def _block(lines: Sequence[str], index: int, indent: str, ticks: str) -> Marker:
    closing = re.compile(rf"^\s*{re.escape(ticks)}+\s*$")
    for end in range(index + 1, len(lines)):
        if not closing.match(lines[end]):
            continue
        first = next((at for at in range(index + 1, end) if lines[at].strip()), end)
        words, code = _read(lines[first].strip() if first < end else "", lines[first + 1 : end])
        if "-->" in code:
            raise MarkerError(
                index + 1,
                Text("its code has -->, which would end the comment that keeps it; name a file",
                     "代码中有 -->，会使保存它的注释提前结束；请改为写出文件名"),
            )  # fmt: skip
        return Marker(index + 1, words, (index, end + 1), indent, is_block=True, code=code)
    raise MarkerError(index + 1, Text("this block does not end", "这个代码块没有结束"))


def _read(first: str, further: Sequence[str]) -> tuple[str, str]:
    """The words of a marker, and the code that stands below them."""
    if first.split()[:1] == [SOURCE]:
        return first, dedent("\n".join(further)).strip("\n")
    return " ".join([first, *(line.strip() for line in further if line.strip())]), ""


def _end(lines: Sequence[str], start: int, behind: int, dialect: Dialect) -> int:
    """The line that closes the pair. What lies between is ours, whatever it looks like."""
    for index in range(behind, len(lines)):
        if dialect.closing.match(lines[index]):
            return index
        if dialect.opening.match(lines[index]):
            break
    raise MarkerError(
        start + 1,
        Text("no {} follows this marker", "这个标记后面没有 {}").format(dialect.pair[1]),
    )
