"""Statements that have lost their indentation, set in blocks again by what they say.

A class holds methods, a method all that follows. An ``if`` with an ``else`` reaches to it; a loop
reaches as far as what it makes is used; a test of a flag reaches over statements of one kind;
any other holds one statement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_WIDTH = "    "
_ENDING = ("return", "raise", "break", "continue", "pass")
_FLAG = re.compile(r"(?:not )?[\w.]+")


@dataclass
class _Blocks:
    """The statements, and for each ``if`` the ``else`` or ``elif`` that is its own."""

    said: Sequence[str]
    ends: Mapping[int, int] = field(default_factory=dict)
    other: dict[int, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    unsure: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Indented:
    """Statements as lines, and where another end of a block would be as good Python.

    ``unsure`` maps the head of such a block to the other place where it may end.
    """

    text: str
    unsure: Mapping[int, int]


def indented(said: Sequence[str], ends: Mapping[int, int] | None = None) -> Indented:
    """The statements as lines with indentation; ``ends`` says where some of the blocks end."""
    blocks = _Blocks(said, dict(ends or {}))
    _match(blocks)
    position, level = 0, 0
    while position < len(said):
        statement = said[position]
        if _head(statement) == "class":
            level = 1
            _put(blocks, statement, 0)
            position += 1
        elif _head(statement) in ("def", "@"):
            inside = re.match(r"(?:async )?def \w+\(\s*(self|cls)\b", statement) is not None
            level = 1 if inside and level else 0
            _put(blocks, statement, level)
            end = _end_of_function(said, position + 1)
            _body(blocks, position + 1, end, level + 1)
            position = end
        else:
            if _head(statement) in ("import", "from") or re.match(r"if __name__", statement):
                level = 0
            position = _one(blocks, position, len(said), level)
    return Indented("\n".join(blocks.lines) + "\n", blocks.unsure)


def _head(statement: str) -> str:
    return re.match(r"@|\w*", statement).group()  # type: ignore[union-attr]


def _put(blocks: _Blocks, statement: str, level: int) -> None:
    blocks.lines.append(_WIDTH * level + statement)


def _end_of_function(said: Sequence[str], position: int) -> int:
    """Where the next function, class, import or main part begins."""
    while position < len(said):
        if _head(said[position]) in ("def", "class", "@", "import", "from"):
            break
        if re.match(r"if __name__", said[position]):
            break
        position += 1
    return position


def _match(blocks: _Blocks) -> None:
    """Give each else to the nearest if before it that has none."""
    open_ones: list[int] = []
    for position, statement in enumerate(blocks.said):
        head = _head(statement)
        if head in ("def", "class"):
            open_ones = []
        elif head in ("if", "for", "while", "try") and statement.endswith(":"):
            if head in ("if", "try"):
                open_ones.append(position)
        elif head in ("else", "elif", "except", "finally") and open_ones:
            blocks.other[open_ones.pop()] = position
            if head != "else":
                open_ones.append(position)


def _body(blocks: _Blocks, position: int, end: int, level: int) -> int:
    """All statements up to the end, as one block; how many there are."""
    count = 0
    while position < end:
        position = _one(blocks, position, end, level)
        count += 1
    return count


def _one(blocks: _Blocks, position: int, end: int, level: int) -> int:
    """One statement with all that it holds; the place after it."""
    statement = blocks.said[position]
    _put(blocks, statement, level)
    if not statement.endswith(":"):
        return position + 1
    start = position + 1
    if position not in blocks.other:
        return _alone(blocks, position, start, end, level)
    count = 0
    while position in blocks.other and blocks.other[position] < end:
        until = blocks.other[position]
        count = _body(blocks, start, until, level + 1)
        position = until
        _put(blocks, blocks.said[position], level)
        start = position + 1
    # The last branch is as long as the one before it, or ends with what leaves the block.
    while count > 0 and start < end:
        leaves = _head(blocks.said[start]) in _ENDING
        if _head(blocks.said[start]) == "return" and count < 1:
            break
        start = _one(blocks, start, end, level + 1)
        count -= 1
        if leaves:
            break
    return start


def _alone(blocks: _Blocks, position: int, start: int, end: int, level: int) -> int:
    """The block of a head that no else follows."""
    if start >= end:
        return start
    head = blocks.said[position]
    first = blocks.said[start]
    after = _one(blocks, start, end, level + 1)
    once = after
    if position in blocks.ends:
        while after < min(end, blocks.ends[position]):
            after = _one(blocks, after, end, level + 1)
        return after
    known = _names_of(head)
    while after < end and _head(first) not in _ENDING:
        statement = blocks.said[after]
        new = _targets(first) - _made_before(blocks.said, position)
        inside = head.startswith("if ") and bool(new & _words(statement))
        if _head(statement) in _ENDING or not (inside or _goes_on(head, known, first, statement)):
            break
        known |= _targets(first) | _targets(statement)
        after = _one(blocks, after, end, level + 1)
    if after > once:
        blocks.unsure[position] = once
    elif after < end - 1 and _may_follow(first, blocks.said[after]):
        blocks.unsure[position] = after + 1
    return after


def _made_before(said: Sequence[str], position: int) -> set[str]:
    """The names that the function has by now: its parameters, and what was assigned."""
    found: set[str] = set()
    for statement in reversed(said[:position]):
        if _head(statement) in ("def", "class"):
            return found | _words(statement)
        found |= _names_of(statement) if _head(statement) == "for" else _targets(statement)
    return found


def _may_follow(first: str, statement: str) -> bool:
    """Whether a statement might belong to the block too: it uses what the block makes."""
    if _head(first) in _ENDING or _head(statement) in (*_ENDING, "if", "for", "while", "with"):
        return False
    return bool(_targets(first) & _words(statement))


def _goes_on(head: str, known: set[str], first: str, statement: str) -> bool:
    """Whether the next statement may belong to the same block."""
    if _head(head) == "for":
        kept = re.match(r"(self\.\w+) ?=[^=]", statement)
        if kept and kept[1] in first:
            return True  # what the loop hands on to its next turn
        return bool((known | _targets(first)) & _words(statement))
    if _head(head) == "while":
        return bool(known & _words(statement))
    test = head.removeprefix("if ").rstrip(":").strip()
    if test.startswith("isinstance("):
        return bool(_names_of(head) & _words(statement)) and "=" not in statement.split("(")[0]
    if not _FLAG.fullmatch(test):
        return False
    return _kind(first) == _kind(statement)


def _kind(statement: str) -> str:
    """The form of a statement: ``x = f(x)``, ``self.a = nn.B()``."""
    if re.match(r"self\.\w+ ?= ?nn\.", statement):
        return "layer"
    found = re.match(r"(\w+) ?= ?[\w.]+\(.*\b\1\b", statement)
    return found[1] if found else statement


def _names_of(head: str) -> set[str]:
    """The names that a loop makes, or that a test asks about."""
    found = re.match(r"for (.+?) in ", head)
    if found:
        return _words(found[1]) - {"_"}
    found = re.match(r"(?:el)?if isinstance\((\w+)", head)
    return {found[1]} if found else _words(head) - {"while"}


def _targets(statement: str) -> set[str]:
    """The names that a statement makes; one that it adds to was there before."""
    found = re.match(r"([\w, ]+?) ?= ?[^=]", statement)
    return _words(found[1]) if found else set()


def _words(statement: str) -> set[str]:
    return set(re.findall(r"(?<![.\w])[A-Za-z_]\w*", statement))
