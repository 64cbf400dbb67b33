"""Code whose line breaks are lost, cut into statements again.

Two operands cannot stand side by side in an expression: where they do, and outside all brackets,
a new statement begins. A colon that ends the head of a block begins one too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""(?P<string>[rbfuRBFU]{0,2}(?:\"\"\".*?\"\"\"|'''.*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<comment>\#[^\n]*)|(?P<line>\n)|(?P<space>[ \f]+)
    |(?P<number>\d[\w.]*|\.\d\w*)|(?P<name>\w+)
    |(?P<operator>\*\*=|//=|->|:=|[-+*/%|&^@<>=!]=|\*\*|//|<<|>>|.)""",
    re.VERBOSE | re.DOTALL,
)
HEADS = ("class", "def", "if", "elif", "else", "for", "while", "with", "try", "except", "finally")
_STARTS = (
    *HEADS, "return", "import", "from", "raise", "assert", "pass", "del", "break", "continue",
    "global", "nonlocal", "yield",
)  # fmt: skip
_JOINING = ("and", "or", "not", "in", "is", "lambda", "as", "await")
# Where a comment that has lost its end gives way to code again.
_AFTER_COMMENT = re.compile(
    r"\s(?=(?:self\.\w+(?:\.\w+)*\s*[=(\[]|def \w+\(|class \w+\(|return\b|elif [^:]+:|else\s*:|"
    r"for \w+ in |if [^:#]+:|[A-Za-z_]\w*\s*=\s*(?:\[|\w+[.(])|[\])]))"
)


@dataclass
class _Scan:
    """What has been cut off so far, and the statement that is growing."""

    done: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    depth: int = 0
    last: str = ""
    first: str = ""
    glued: bool = True

    def end(self) -> None:
        """The statement is whole."""
        said = "".join(self.parts).strip().rstrip(";").strip()
        if said:
            self.done.append(said)
        self.parts, self.last, self.first = [], "", ""


def statements(text: str) -> list[str]:
    """The statements of the code, heads of blocks as statements of their own."""
    scan, position = _Scan(), 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            break
        kind, token = found.lastgroup or "", found.group()
        position = found.end()
        if kind == "comment":
            ended = _AFTER_COMMENT.search(token)
            position = found.start() + ended.start() if ended else found.end()
            continue
        if kind in ("line", "space"):
            if kind == "line" and scan.depth == 0 and _is_whole(scan):
                scan.end()
            elif scan.parts:
                scan.parts.append(" ")
            continue
        _take(scan, kind, token, text, position)
    scan.end()
    return scan.done


def _is_whole(scan: _Scan) -> bool:
    """Whether a line break ends the statement: not after an operator."""
    return bool(scan.last) and (scan.last in ("name", "number", "string", "close"))


def _take(scan: _Scan, kind: str, token: str, text: str, position: int) -> None:
    if scan.depth == 0 and _begins(scan, kind, token, text, position):
        scan.end()
    if not scan.parts:
        scan.first = token
    scan.parts.append(token)
    if token in "([{":
        scan.depth += 1
        scan.last = "open"
    elif token in ")]}":
        scan.depth = max(scan.depth - 1, 0)
        scan.last = "close"
    elif scan.depth == 0 and (token == ";" or (token == ":" and scan.first in HEADS)):
        scan.end()
    else:
        joins = kind == "name" and token in (*_JOINING, "if", "else", "for", "import", "return")
        scan.last = "operator" if joins or kind == "operator" else kind


def _begins(scan: _Scan, kind: str, token: str, text: str, position: int) -> bool:
    """Whether a token, outside all brackets, is the first of a new statement."""
    if not scan.parts:
        return False
    if kind == "name" and token in _STARTS:
        return _starts(scan, token, text, position)
    if kind not in ("name", "string", "number") or token in _JOINING:
        return False
    words = scan.first in _STARTS and "".join(scan.parts).strip() == scan.first
    return (
        scan.last in ("name", "number", "string", "close")
        and not words
        and not (kind == "string" and scan.last == "string")
    )


def _starts(scan: _Scan, token: str, text: str, position: int) -> bool:
    """Whether a keyword begins a statement here; ``if`` and ``else`` may stand in an expression."""
    if token == "import" and scan.first == "from":
        return "import" in "".join(scan.parts).split()
    if token == "from" and scan.first in ("raise", "yield"):
        return False
    if token == "else":
        return bool(re.match(r"\s*:", text[position:]))
    if token == "if":
        return scan.last != "operator" and _has_colon(text, position)
    if token == "yield":
        return scan.last != "operator"
    return True


def _has_colon(text: str, position: int) -> bool:
    """Whether a colon comes before an ``else``, outside all brackets."""
    depth = 0
    for found in _TOKEN.finditer(text, position, min(position + 2000, len(text))):
        token = found.group()
        depth += (token in "([{") - (token in ")]}")
        if depth == 0 and token == ":":
            return True
        if depth == 0 and (token == "else" or token in ("def", "class", "return")):
            return False
    return False
