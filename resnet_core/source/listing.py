"""A listing as it stands on a page, restored to Python: letters, names, lines, indentation.

Pages lose line breaks and indentation, bend quotes, widen punctuation and garble names. What can
be told from the code itself is restored here; whoever pasted it sees the difference.
"""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

from resnet_core.bilingual import Text
from resnet_core.source.budget import LONGEST_SOURCE
from resnet_core.source.indentation import indented
from resnet_core.source.lost import begun, ended, meant, with_forward
from resnet_core.source.splitting import statements
from resnet_core.source.syntax import tree_of

_QUOTES = str.maketrans(
    {
        "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u00a0": " ", "\u3000": " ",
        "\u200b": "", "\ufeff": "", "\u2212": "-", "\u00d7": "*", "\u3002": ".", "\u3001": ",",
        "\u3010": "[", "\u3011": "]", "\t": "    ", "\r": "",
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    }
)  # fmt: skip
# What copying robots make of names, and what stood there.
_GARBLED = (
    (r"\blf\b", "self"),
    (r"\bFal\b", "False"),
    (r"(?<![.\w])pansion\b", "block.expansion"),
    (r"\bdef (?:init|_init_|__init_|_init__|init__)\(", "def __init__("),
    (r"(super\([^()]*\))\.(?:init|_init_|init__)\(", r"\1.__init__("),
    (r"\bnn\.module\b", "nn.Module"),
)
_NO_FORWARD = Text(
    "forward was missing: the usual one of these layers is taken",
    "缺少 forward：采用这些层通常的 forward",
)
PROSE = Text("words that are no code stood in it", "里面夹着不是代码的文字")
_COLONS = Text("a colon was missing at the end of a line", "有的行末尾缺少冒号")
# A head without its colon, as it is typed in haste.
_HEAD = re.compile(r"^\s*(?:class \w+|def \w+|if|elif|else|for|while|with)\b[^:#]*$")
_PATCH = Text(
    "it is a patch: what it makes of the code is taken", "这是一个补丁：采用改动之后的代码"
)
# The head of a part of a patch: which lines it is of.
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
_LINES = Text("line breaks or indentation were lost", "换行或缩进丢失了")
_MEANT = Text("the lines are read as those of {}", "把这几行当作 {} 的代码")
MOST_READINGS = 12
_MOST_COLONS = 20
_CHINESE = r"\u2e80-\u9fff\uf900-\ufaff"
# A line with so many Chinese characters that does not begin as code does is a sentence.
_MANY = 4
_CODE = re.compile(
    r"^(class|def|return|import|from|if|else|elif|for|self|super|[A-Za-z_][\w.]*\s*=[^=]|[A-Za-z_][\w.]*\(|[)\]])"
)


@dataclass(frozen=True)
class Part:
    """A place of a page where code stands: what it defines, its lines, whether it is taken."""

    names: tuple[str, ...]
    first: int
    last: int
    taken: bool = True


@dataclass(frozen=True)
class Restored:
    """A listing and what became of it. ``notes`` say what kinds of damage were found.

    ``of_another_class`` is a reading whose lines are taken for those of another well-known class
    than the likeliest. ``parts`` are the places of a page where code stands, if there are several.
    """

    given: str
    text: str
    notes: tuple[Text, ...] = ()
    of_another_class: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is anything to be confirmed."""
        return self.given != self.text

    def difference(self) -> list[str]:
        """What was changed, line by line, as ``diff -u`` shows it."""
        lines = difflib.unified_diff(
            self.given.splitlines(), self.text.splitlines(), "given", "restored", lineterm="", n=1
        )
        return list(lines)


def restored(given: str) -> Restored:
    """The listing as Python, as it was where it is Python already or cannot be made so."""
    return _restored(given, _Choice())[0]


def readings(given: str) -> list[Restored]:
    """Every reading of a listing that is Python, the likeliest first.

    What a page has lost can be ambiguous: which of the well-known classes the lines are of, and
    where a block ends that no ``else`` follows.
    """
    first, others = _restored(given, _Choice())
    found = {first.text: first}
    for choice in others[:MOST_READINGS]:
        other, _ = _restored(given, choice)
        if other.text != given:
            found.setdefault(other.text, replace(other, notes=(*other.notes, *choice.notes)))
    return list(found.values())


@dataclass(frozen=True)
class _Choice:
    """One of several things that a listing may mean: a class, and where some blocks end."""

    known: str | None = None
    ends: tuple[tuple[int, int], ...] = ()
    notes: tuple[Text, ...] = ()


def _restored(given: str, choice: _Choice) -> tuple[Restored, list[_Choice]]:
    """The listing as Python by this choice, and the choices that are left."""
    if len(given) > LONGEST_SOURCE:
        return Restored(given, given), []
    if is_python(given):
        whole = with_forward(given)
        return Restored(given, whole, (_NO_FORWARD,) if whole != given else ()), []
    notes: list[Text] = []
    text = _cleaned(given, notes)
    text = _said(text, _with_colons(text), notes, _COLONS)
    classes = meant(text)
    others = [
        _Choice(known=name, notes=(_MEANT.format(name),))
        for name in classes[1:]
        if not choice.known
    ]
    completion = begun(text, choice.known)
    text = completion.text
    if not is_python(text):
        said = statements(text)
        made = indented(said, dict(choice.ends))
        text = _said(text, _named(made.text), notes, _LINES)
        others += [
            replace(choice, ends=((head, end),), notes=(_end(said, head, end),))
            for head, end in made.unsure.items()
        ]
    if not is_python(text) or not text.strip():
        return Restored(given, given), []
    completion.text = text
    text = ended(completion).text
    if completion.taken:
        notes.append(completion.note)
    text = _said(text, with_forward(text), notes, _NO_FORWARD)
    return Restored(given, text, tuple(notes), choice.known is not None), others


def _end(said: Sequence[str], head: int, end: int) -> Text:
    """Where a block ends, in one sentence."""
    last = said[end - 1]
    return Text("{!r} reaches as far as {!r}", "{!r} 管到 {!r} 为止").format(said[head], last)


def _is_of_self(statement: ast.stmt) -> bool:
    """Whether a statement sets an attribute of ``self``, as those of a method do."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    return (
        isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and target.value.id == "self"
    )


def _cleaned(given: str, notes: list[Text]) -> str:
    """The listing with plain letters, without marks and prose, and with the names put right."""
    given = _said(given, patched(given), notes, _PATCH)
    text = given.translate(_QUOTES)
    if text != given.replace("\t", "    ").replace("\r", ""):
        notes.append(Text("quotes and punctuation were bent or wide", "引号或标点不是半角的"))
    text = _said(text, _without_marks(text), notes, Text(
        "line numbers, prompts or fences stood in it", "里面有行号、提示符或代码围栏"))  # fmt: skip
    text = _said(text, _without_prose(text), notes, PROSE)
    return _said(text, _named(text), notes, Text("names were garbled", "名字被改坏了"))


def _said(before: str, after: str, notes: list[Text], note: Text) -> str:
    if before != after:
        notes.append(note)
    return after


def is_python(text: str) -> bool:
    """Whether a text is Python as it stands, and neither a word nor a torn-off constructor."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = tree_of(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    if any(isinstance(part, ast.Expr) and isinstance(part.value, ast.Name) for part in tree.body):
        return False  # a word by itself is prose, though it might be a name
    if any(_is_of_self(part) for part in tree.body):
        return False  # the lines of a constructor, whose head is lost
    # One line such as ``class A(B): x = 1`` is Python; methods named init are none that runs.
    return not re.search(r"\bdef init\(|\(lf\b|\blf\.", text) and bool(
        tree.body or not text.strip()
    )


def _with_colons(text: str) -> str:
    """With the colon that Python itself says is missing, where that makes it Python."""
    lines = text.split("\n")
    for _ in range(_MOST_COLONS):
        try:
            tree_of("\n".join(lines))
            break
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            if (
                error.msg != "expected ':'"
                or not 0 <= at < len(lines)
                or not _HEAD.match(lines[at])
            ):
                return text
            lines[at] = lines[at].rstrip() + ":"
        except (ValueError, MemoryError, RecursionError):
            return text
    return "\n".join(lines)


def patched(text: str) -> str:
    """The new side of a patch; the text itself where it is none."""
    lines = text.split("\n")
    start = next((at for at, line in enumerate(lines) if _HUNK.match(line)), None)
    body = lines[start:] if start is not None else lines
    said = [line for line in body if line.strip() and not _HUNK.match(line)]
    marked = said and all(line[0] in "+- \\" for line in said)
    if not marked or not any(line[0] == "+" for line in said):
        return text
    kept = [line[1:] for line in body if line[:1] in ("+", " ", "") and not _HUNK.match(line)]
    return "\n".join(kept)


def _fenced(text: str) -> str:
    """What stands between fences, where that is code; the text around it is a question."""
    found = re.findall(
        r"^[ \t]*(?:```|~~~)[^\n`]*\n(.*?)^[ \t]*(?:```|~~~)", text, re.DOTALL | re.MULTILINE
    )
    code = [part for part in found if re.search(r"^\s*(class|def) ", part, re.MULTILINE)]
    return "\n".join(code) if code else re.sub(r"```(?:python|py)?", "\n", text)


def _without_marks(text: str) -> str:
    """Without fences, prompts and the numbers of lines."""
    lines = _unnumbered(_fenced(text).split("\n"))
    # What an interpreter has answered stands between its prompts.
    prompted = [line for line in lines if re.match(r"\s*(>>>|\.\.\.)(\s|$)", line)]
    if any(line.lstrip().startswith(">>>") for line in prompted):
        lines = [re.sub(r"^\s*(>>>|\.\.\.) ?", "", line) for line in prompted]
    lines = [re.sub(r"^(?:In|Out) ?\[\d*\]:? ?", "", line) for line in lines]
    return "\n".join(_unnumbered(lines))


def _unnumbered(lines: list[str]) -> list[str]:
    """Lines without their numbers, where all have one."""
    numbered = [re.match(r"\s*(\d{1,4})[.:|]?(\s|$)", line) for line in lines if line.strip()]
    if len(numbered) > 1 and all(numbered):
        return [re.sub(r"^\s*\d{1,4}[.:|]? ?", "", line) for line in lines]
    return lines


def _without_prose(text: str) -> str:
    """Without lines of Chinese, and without Chinese that stands before or after code."""
    kept = []
    for line in text.split("\n"):
        said = len(re.findall(f"[{_CHINESE}]", line))
        stripped = line.strip()
        if not said:
            kept.append(line)
            continue
        code = re.sub(r"([\"'])(?:(?!\1).)*\1|#.*", "", stripped)
        if not re.search(f"[{_CHINESE}]", code):
            kept.append(line)  # in strings and comments it may stand
            continue
        if said >= _MANY and not _CODE.match(re.sub(f"^[{_CHINESE}]+[:,. ]*", "", stripped)):
            continue
        found = re.search(
            r"(?<![A-Za-z_.])(class [A-Za-z_]\w*\s*\(|def \w+\s*\(|from [\w.]+ import |import \w+)",
            line,
        )
        start = found.start() if found and re.search(f"[{_CHINESE}]", line[: found.start()]) else 0
        cut = re.sub(f"^[{_CHINESE}]+[:,.]?|[{_CHINESE}].*$", "", line[start:].strip())
        # A number or a comma that is left of a sentence is no code.
        if re.search(r"[A-Za-z_)\]}]", cut):
            kept.append(cut.rstrip(" ,;") if cut.count("(") <= cut.count(")") else cut)
    return "\n".join(kept)


def _named(text: str) -> str:
    """With the names that copying robots spoilt."""
    for pattern, name in _GARBLED:
        text = re.sub(pattern, name, text)
    for method in re.findall(r"\bdef (_+[a-z]\w*)\(", text):
        bare = method.lstrip("_")
        if not method.endswith("__") and f"def {bare}(" not in text:
            text = re.sub(rf"\bself\.{bare}\(", f"self.{method}(", text)
    owner = re.search(r"super\((\w+), self\)", text)
    if owner and not re.search(r"^\s*class ", text, re.MULTILINE) and "class " not in text:
        text = f"class {owner[1]}(nn.Module):\n" + text
    return text
