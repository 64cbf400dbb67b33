"""The passages of code in a page of prose, and the lines of the page that each stands in.

A page says what code does, between the lines of the code or around it. Each line is told by
itself: it is code, it is prose, or it belongs to what stands before it. Where prose interrupts a
class, the class goes on after it; where code ends and prose follows, another passage begins.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from resnet_core.source.lost import is_known
from resnet_core.source.syntax import tree_of

_Kind = Literal["code", "weak", "blank", "prose", "fence"]
_CHINESE = r"\u2e80-\u9fff\uf900-\ufaff"
_SAYS = re.compile(f"[{_CHINESE}]")
# Letter for letter, so that a place in one is the place in the other.
_NARROW = str.maketrans(
    {
        "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u00a0": " ", "\u3000": " ",
        "\u200b": " ", "\ufeff": " ", "\u2212": "-", "\u3002": ".", "\u3001": ",", "\t": " ",
        "\u3010": "[", "\u3011": "]", "\r": " ",
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    }
)  # fmt: skip
# No line of code is so long, but a listing that has lost its line breaks is.
_LONGEST_HEAD = 400
_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|#.*")
_MARK = re.compile(r"^\s*(?:\d{1,4}[.:|]?\s+)?(?:>>>|\.\.\.|In ?\[\d*\]:)\s?")
# A class or a method, wherever it stands in a line.
_HEAD = re.compile(
    rf"(?<![A-Za-z0-9_.])(?:class [A-Za-z_]\w*\s*\([\w.,= ]{{0,{_LONGEST_HEAD}}}\)\s*:"
    rf"|def \w+\s*\([^()]{{0,{_LONGEST_HEAD}}}\)\s*:)"
)
# What begins a statement and no sentence.
_BEGINS = re.compile(
    r"(?:class\s+\w+\s*[(:]|(?:async )?def\s+\w+\s*\(|from\s+[\w.]+\s+import\b|@\w"
    r"|import\s+[\w.]+(?:\s*$|\s+as\s|\s*[,;#]|\s+(?:import|from|class|def)\s)"
    r"|[A-Za-z_][\w.]*(?:\[[^\]\n]{0,80}\])?(?:\s*,\s*[\w.]+){0,8}\s*"
    r"(?::\s*[\w.]{1,40}\s*)?(?:[-+*/@|&%]|//|\*\*)?=(?!=)"
    r"|[A-Za-z_][\w.]*\()"
)
# What a sentence may begin with too, and what is only the end of a statement.
_GOES_ON = re.compile(
    r"(?:(?:if|elif|while)\b[^:]{1,200}:|for\s[^:]{1,200}\sin\s|(?:else|try|finally)\s*:|except\b"
    r"|with\s+[\w.]+\(|(?:return|raise|yield|assert|del|pass|break|continue|global|nonlocal)\b"
    r"|[)\]}]|\*\*?\w|\w+\)|['\"]{1,3}|#)"
)
# What a passage must have in it to be of a network.
_TELLING = re.compile(
    r"\bclass \w+\s*\(|\bdef \w+\s*\(|\bself\.\w+\s*=|\blf\.\w+\s*=|\bnn\.[A-Z]\w*\s*\("
    r"|\bimport torch\b|\bfrom torch|^\s*\w+ ?= ?[A-Z]\w*\(",
    re.MULTILINE,
)
# A sentence may have a few letters of an advertisement before or after code; more is a sentence.
_FEW = 8
_IMPORT = re.compile(r"\s*(?:import|from)\s[\w., *]+$")
_NUMBERED = re.compile(r"^\s*(\d{1,4})(?:[.:|]?\s|$)")
_LANGUAGE = re.compile(r"^\s*(?:python3?|py|pytorch)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Passage:
    """Code that stands together in a page: its text, its first line of the page and its last."""

    text: str
    first: int
    last: int


@dataclass(frozen=True)
class _Line:
    """A line of the page, or what stands in it between two fences."""

    text: str
    number: int
    kind: _Kind


@dataclass
class _Growing:
    """A passage as far as it has come, and what stood between it and the line that is next."""

    lines: list[_Line] = field(default_factory=list)
    between: list[_Line] = field(default_factory=list)
    depth: int = 0
    quote: str = ""

    def add(self, line: _Line) -> None:
        """One more line of code, with the blank lines before it."""
        if self.lines:
            kinds = ("weak",) if self.interrupted else ("weak", "blank")
            self.lines += [held for held in self.between if held.kind in kinds]
        self.between = []
        self.lines.append(line)
        self.quote = _open_quote(line.text, self.quote)
        if self.quote:
            return
        plain = _bare(line.text)
        self.depth = max(0, self.depth + _opened(plain)) if not _restarts(plain) else _opened(plain)

    @property
    def interrupted(self) -> bool:
        """Whether prose stands between the passage and the next line."""
        return any(line.kind in ("prose", "fence") for line in self.between)


def passages(page: str) -> list[Passage]:
    """The passages of a page, in order; none where nothing of it is code of a network."""
    found: list[_Growing] = []
    heading, growing = "", _Growing()
    for line in _lines(page):
        kind = _in_passage(line, growing)
        if kind != "code":
            growing.between.append(replace(line, kind=kind))
            heading = line.text.strip() if is_known(line.text.strip()) else heading
            continue
        if not growing.lines or _is_another(line, growing):
            growing = _Growing()
            found.append(growing)
            if heading and "class " not in line.text:
                growing.lines.append(_Line(heading, line.number, "code"))
        heading = ""
        growing.add(line)
    return [passage for passage in map(_finished, found) if passage is not None]


def _finished(growing: _Growing) -> Passage | None:
    """The passage; None where it is of no network, or the mere head of a class."""
    text = "\n".join(_unnumbered([line.text for line in growing.lines]))
    bare = [line for line in growing.lines if line.text.strip()]
    if not _TELLING.search(text.translate(_NARROW)):
        return None
    if len(bare) == 1 and re.fullmatch(r"\s*class \w+\s*\([\w.]*\)\s*:?\s*", bare[0].text):
        return None
    return Passage(text + "\n", growing.lines[0].number, growing.lines[-1].number)


def _in_passage(line: _Line, growing: _Growing) -> _Kind:
    """What a line is after those before it."""
    if growing.quote:
        return "code"
    if not growing.lines or line.kind not in ("weak", "prose"):
        return line.kind
    if line.kind == "weak":
        # A comment or a string by itself, after prose, is of the prose.
        return "prose" if growing.interrupted and _bare(line.text) in ("", "''") else "code"
    # The rest of a call that goes over several lines; a sentence has no such marks.
    inside = growing.depth > 0 and not _SAYS.search(line.text)
    return "code" if inside and re.search(r"[,()=*\[\]]|^\s*\w+\s*$", line.text) else "prose"


def _is_another(line: _Line, growing: _Growing) -> bool:
    """Whether code that comes after prose is no more of the passage before it."""
    plain = _bare(line.text)
    if _is_whole(line.text.translate(_NARROW)):
        return not all(_IMPORT.match(held.text) for held in growing.lines if held.text.strip())
    if not growing.interrupted:
        return False
    before = next((held.text for held in reversed(growing.lines) if held.text.strip()), "")
    method = re.match(r"def (\w+)\s*\(\s*(?:self|cls|lf)\b", plain)
    text = "\n".join(held.text for held in growing.lines)
    if method:
        return bool(re.search(rf"\bdef {method[1]}\s*\(", text))
    if _restarts(plain) or _HEAD.search(plain):
        return True
    if any(is_known(held.text.strip()) for held in growing.between):
        return True
    ended = re.match(r"\s*return\b", before.translate(_NARROW)) is not None
    return ended and re.match(r"(?:self|lf)\.\w+\s*=", plain) is not None


def _is_whole(plain: str) -> bool:
    """Whether a class that has lost its line breaks stands in one line."""
    heads = [found[0].split()[0] for found in _HEAD.finditer(plain)]
    return "class" in heads and "def" in heads


def _restarts(plain: str) -> bool:
    """Whether a line begins something of its own: a class, an import, a function without self."""
    stripped = plain.strip()
    if re.match(r"def \w+\s*\(\s*(?:self|cls|lf)\b", stripped):
        return False
    return re.match(r"(?:class|def|import|from|@)(?:\s|\w)", stripped) is not None


def _lines(page: str) -> Iterator[_Line]:
    """The lines of the page, each with what it is by itself; fences cut them too."""
    inside = False
    for number, text in enumerate(page.split("\n"), 1):
        parts = text.split("```") if "```" in text else [text]
        for index, part in enumerate(parts):
            if index:
                inside = not inside
                yield _Line("```", number, "fence")
                part = _LANGUAGE.sub("", part) if inside else part
            if len(parts) > 1 and not part.strip():
                continue
            if re.match(r"\s*~~~", part):
                inside = not inside
                yield _Line("~~~", number, "fence")
                continue
            kind = _kind(part)
            yield _Line(part, number, "weak" if inside and kind == "prose" else kind)


def _kind(text: str) -> _Kind:
    """What a line is by itself."""
    if not text.strip() or re.fullmatch(r"\s*\d{1,4}[.:|]?\s*", text):
        return "blank"
    if _HEAD.search(text.translate(_NARROW)):
        return "code"
    said = _bare(text)
    if not said.strip():
        return "weak"
    letters = _SAYS.findall(said)
    if letters:
        return _half_said(said, len(letters))
    if _BEGINS.match(said):
        return "code"
    return "weak" if _GOES_ON.match(said) or _states(said) else "prose"


def _states(said: str) -> bool:
    """Whether a line of an uncommon form is a statement that does something."""
    try:
        body = tree_of(said).body if len(said) < _LONGEST_HEAD else []
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return bool(body) and not any(
        isinstance(part, ast.Expr) and not isinstance(part.value, ast.Call) for part in body
    ) and " (" not in said  # fmt: skip


def _half_said(said: str, letters: int) -> _Kind:
    """What a line with Chinese in it is: code with an advertisement at one end, or a sentence."""
    code = re.sub(f"^[{_CHINESE}]+[:,. ]*", "", said)
    before = len(said) - len(code)
    rest = _SAYS.search(code)
    if not rest:
        return "code" if before <= _FEW and _BEGINS.match(code) else "prose"
    if before:
        return "prose"
    plain = code[: rest.start()].rstrip()
    if re.match(r"return \w+$", plain):
        return "code"
    whole = _BEGINS.match(plain) and _opened(plain) == 0 and "=" in plain
    if whole and letters <= 2 * _FEW:
        return "code"
    # Names may be Chinese: in code, a sign stands beside them.
    named = re.match(rf"(?:self\.)?[\w.]*[{_CHINESE}]\w*\s*=[^=]", code)
    return "code" if named and not re.search(f"[{_CHINESE}] |[{_CHINESE}]$", code) else "prose"


def _bare(text: str) -> str:
    """A line without marks of a session, without strings, comments and wide letters."""
    said = _MARK.sub("", text.translate(_NARROW))
    said = re.sub(r"^\s*\d{1,4}[.:|]?\s+(?=[A-Za-z_@)\]}])", "", said)
    return _QUOTED.sub(lambda found: "''" if found[0][0] != "#" else "", said).strip()


def _opened(plain: str) -> int:
    """How many brackets more are opened than closed."""
    return sum(plain.count(sign) for sign in "([{") - sum(plain.count(sign) for sign in ")]}")


def _open_quote(text: str, quote: str) -> str:
    """The three quotes that are open after a line; nothing where none are."""
    for found in re.finditer(r'"""|\'\'\'', text.translate(_NARROW)):
        if not quote:
            quote = found[0]
        elif quote == found[0]:
            quote = ""
    return quote


def _unnumbered(lines: list[str]) -> list[str]:
    """Lines without their numbers, where most have one and they count up."""
    numbers = [int(found[1]) for line in lines if (found := _NUMBERED.match(line))]
    written = [line for line in lines if line.strip()]
    counted = all(one < other for one, other in pairwise(numbers))
    if len(numbers) < 2 or not counted or 2 * len(numbers) < len(written):
        return lines
    return [re.sub(r"^\s*\d{1,4}[.:|]? ?", "", line) for line in lines]
