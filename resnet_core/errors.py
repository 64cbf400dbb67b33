"""Every mistake has a class of its own, and every message says how to fix it.

ResnetDiagramError
├── ParameterError        a knob got a value it cannot take
│   ├── UnknownParameter  no such knob
│   ├── UnknownSubject    no such block or model
│   ├── SourceError       a pasted source says what is not understood
│   └── TooLarge          legal, but too much work for one picture
├── TraceError            a module's forward cannot be run or followed
└── RenderError           Graphviz could not draw
    └── GraphvizMissing   there is no Graphviz to draw with

``str(error)`` is English; ``error.text["zh"]`` says the same in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from resnet_core.bilingual import Text, clauses, same


class ResnetDiagramError(Exception):
    """Base of every error that this library raises on purpose.

    ``text`` says in both languages what is wrong; the message is English.
    """

    def __init__(self, text: Text | str) -> None:
        # Whoever writes a block of his own may know one language only.
        self.text = text if isinstance(text, Text) else same(text)
        super().__init__(str(self.text))

    def __reduce__(self) -> tuple[Any, ...]:
        return _revive, (type(self), self.__dict__.copy(), self.args)


class ParameterError(ResnetDiagramError, ValueError):
    """A parameter has a value it cannot take, alone or beside the others.

    ``parameter`` and ``value`` say what was given, ``text`` why that cannot be, ``legal`` what may
    be given; ``reason`` and ``allowed`` are the same two in English. ``suggestion`` is the nearest
    legal value, and ``fix`` maps parameter names to the values with which the call works (``None``
    stands for "leave it out"); ``mend`` is its older name. ``inside`` is the error of which this
    one is told for a part of a larger call.
    """

    title = "Invalid parameter"

    def __init__(
        self,
        parameter: str,
        value: Any,
        reason: Text | str,
        *,
        allowed: Text | str | Iterable[Any] = (),
        suggestion: Any = None,
        fix: dict[str, Any] | None = None,
        mend: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(reason)
        fix = mend if fix is None else fix
        allowed = Text(allowed, allowed) if isinstance(allowed, str) and allowed else allowed
        self.parameter = parameter
        self.value = value
        self.legal: Text | list[str] = (
            allowed if isinstance(allowed, Text) else [str(choice) for choice in allowed]
        )
        self.suggestion = suggestion
        self.fix = {parameter: suggestion} if fix is None else fix
        self.inside: ParameterError | None = None
        self.args = (f"{parameter}={value}: {reason}",)

    @property
    def reason(self) -> str:
        """Why the value cannot be taken, in English."""
        return self.text["en"]

    @property
    def allowed(self) -> str | list[str]:
        """The legal values, or what they are in English."""
        return self.legal["en"] if isinstance(self.legal, Text) else self.legal

    @property
    def mend(self) -> dict[str, Any]:
        """``fix`` by its older name."""
        return self.fix


def _revive(
    kind: type[ResnetDiagramError], state: dict[str, Any], args: tuple[Any, ...]
) -> ResnetDiagramError:
    """Rebuild an error that has crossed from one process into another."""
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class UnknownParameter(ParameterError):
    """The subject has no knob of this name."""

    title = "Unknown parameter"

    def __init__(
        self, parameter: str, value: Any, subject: str | Text, known: Iterable[str]
    ) -> None:
        known = list(known)
        near = nearest(parameter, known)
        super().__init__(
            parameter,
            value,
            clauses(
                Text("{} has no parameter {!r}", "{} 没有参数 {!r}").format(subject, parameter),
                did_you_mean(near),
            ),
            allowed=known,
            suggestion=near,
            fix={parameter: None} | ({near: value} if near else {}),
        )


NO_FORMAT = Text("it is not a format", "没有这种格式")
KINDS = {"block": Text("block", "块"), "model": Text("model", "网络")}


class UnknownSubject(ParameterError):
    """There is no block or model of this name."""

    title = "Unknown subject"

    def __init__(self, kind: str, name: Any, known: Iterable[str]) -> None:
        known = list(known)
        near = nearest(str(name), known)
        super().__init__(
            kind,
            name,
            clauses(there_is_no(KINDS[kind], name), did_you_mean(near)),
            allowed=known,
            suggestion=near,
            fix={kind: near or known[0]},
        )


class TooLarge(ParameterError):
    """The request is legal, but its answer would be too large to draw or to read."""

    title = "Too large"


class SourceError(ParameterError):
    """A pasted source that is read and never run says what cannot be followed.

    ``line`` and ``column`` say where, from 1; 0 where it is the whole of it. ``words`` are those of
    the source that stand there, ``text`` says why and ``legal`` what to do.
    """

    title = "Unreadable source"

    def __init__(
        self,
        words: str,
        reason: Text,
        *,
        line: int = 0,
        column: int = 0,
        allowed: Text | Iterable[Any] = (),
        suggestion: Any = None,
        parameter: str = "source",
    ) -> None:
        self.line, self.column, self.words = line, column, words
        where = Text("line {}, column {}: {}", "第 {} 行第 {} 列：{}")
        placed = where.format(line, column, reason) if line else reason
        super().__init__(parameter, words, placed, allowed=allowed, suggestion=suggestion, fix={})


class TraceError(ResnetDiagramError):
    """The module's forward cannot be run or followed; the cause is what it raised."""


class RenderError(ResnetDiagramError):
    """Graphviz refused the drawing; the message carries what it said."""


class GraphvizMissing(RenderError):
    """Neither the bundled Graphviz loads nor is there a ``dot`` on the PATH."""

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__(
            Text(
                "Graphviz is missing: the one inside the pygraphviz wheel does not load ({}) and "
                "there is no 'dot' on the PATH. On Debian or Ubuntu: "
                "apt-get install -y libglib2.0-0 libx11-6 libxext6 libxrender1 libexpat1",
                "没有可用的 Graphviz：pygraphviz 自带的那一份加载不了（{}），"
                "PATH 里也没有 dot 命令。在 Debian 或 Ubuntu 上请运行："
                "apt-get install -y libglib2.0-0 libx11-6 libxext6 libxrender1 libexpat1",
            ).format(cause)
        )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` was probably meant to be, or None.

    One slip in three letters is taken for a slip; so is a name that was begun, or whose one half
    was left out (``width`` for ``base_width``). Anything further off would be a guess.
    """
    asked = word.lower()
    most = max(len(asked) // 3, len(asked) > 1)
    near: list[tuple[float, str]] = []
    parts: list[tuple[float, str]] = []
    for name in known:
        whole = name.lower()
        slips = _slips(asked, whole)
        if slips <= most:
            # A letter too many at the end is likelier than a wrong one.
            begun = (whole[:1] == asked[:1]) + 0.5 * asked.startswith(whole)
            near.append((slips - begun, name))
        elif min(len(asked), len(whole)) > 2 and (
            asked in whole or whole in re.split(r"\W|_", asked)
        ):
            parts.append((abs(len(whole) - len(asked)), name))
    # Of several as near the last: what is numbered is mostly counted too far.
    found = min(reversed(near or parts), key=lambda item: item[0], default=None)
    return found[1] if found else None


def _slips(one: str, other: str) -> int:
    """How many letters are too many, missing, wrong, or have changed places with the next."""
    rows = [list(range(len(other) + 1))]
    for at, letter in enumerate(one, 1):
        row = [at]
        for place, wanted in enumerate(other, 1):
            cost = min(rows[-1][place] + 1, row[-1] + 1, rows[-1][place - 1] + (letter != wanted))
            if at > 1 < place and one[at - 2 : at] == wanted + other[place - 2]:
                cost = min(cost, rows[-2][place - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def did_you_mean(near: str | None) -> Text | None:
    """The last clause of a message: a question, or nothing."""
    return Text("did you mean {!r}?", "是不是想写 {!r}？").format(near) if near else None


def there_is_no(kind: Text, name: Any) -> Text:
    """Nothing of this kind has the name."""
    return Text("there is no {} {!r}", "没有名为 {1!r} 的{0}").format(kind, name)


def option(name: str) -> str:
    """A parameter's name as the command line spells it: ``--stride-on``."""
    return "--" + name.replace("_", "-")
