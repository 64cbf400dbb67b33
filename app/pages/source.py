"""The source of a structure as a page shows it: the functions that ran, line by line, in colour."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

import resnet_core
from resnet_core.source.syntax import tree_of

ROOT = Path(resnet_core.__file__).parents[1]
_FORMAT = HtmlFormatter(nowrap=True)


# Files of somebody's own by the name that a record calls them by.
_own: dict[str, Path] = {}


def show(files: Iterable[Path]) -> None:
    """Somebody's own files as they are now are part of what a page may show."""
    _own.clear()
    _own.update((path.name, path) for path in files)
    for reading in (whole, _methods, _classes, _parsed):
        reading.cache_clear()


def _text(file: str) -> str:
    """A source; nothing where it is of a library that is no part of this project."""
    path = _own.get(file, ROOT / file)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@dataclass(frozen=True)
class Line:
    """A line of code as markup. ``at`` is what a row of the table calls it by."""

    at: str
    number: int
    markup: str


@dataclass(frozen=True)
class Listing:
    """A method of a class, ``Bottleneck.forward``, or with an empty method the class itself."""

    file: str
    owner: str
    method: str
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        return f"{self.owner}.{self.method}" if self.method else self.owner


def place(source: Mapping[str, Any]) -> str:
    """What a line of code is called on the page."""
    return f"{Path(source['file']).stem}:{source['line']}"


def coloured(code: str) -> Markup:
    """Python code as markup."""
    return Markup(highlight(code, PythonLexer(stripnl=False), _FORMAT))


def listings(nodes: Iterable[Mapping[str, Any]]) -> list[Listing]:
    """The functions that made the calls of a record, those of the subject itself first."""
    found: dict[tuple[str, str, str], Listing] = {}
    for node in nodes:
        source = node["source"]
        if source is None:
            continue
        for method in _methods(source["file"]):
            if method.lines[0].number <= source["line"] <= method.lines[-1].number:
                found.setdefault((method.file, method.owner, method.method), method)
    return list(found.values())


@cache
def whole(file: str, owner: str) -> Listing | None:
    """A class from its first line to its last."""
    return next((cls for cls in _classes(file) if cls.owner == owner), None)


@cache
def _methods(file: str) -> Sequence[Listing]:
    return [
        _listing(file, owner.name, method.name, method)
        for owner in _parsed(file)
        for method in owner.body
        if isinstance(method, ast.FunctionDef)
    ]


@cache
def _classes(file: str) -> Sequence[Listing]:
    return [_listing(file, owner.name, "", owner) for owner in _parsed(file)]


@cache
def _parsed(file: str) -> Sequence[ast.ClassDef]:
    tree = tree_of(_text(file))
    return [row for row in tree.body if isinstance(row, ast.ClassDef)]


def _listing(file: str, owner: str, method: str, node: ast.ClassDef | ast.FunctionDef) -> Listing:
    first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
    code = _text(file).splitlines()[first - 1 : node.end_lineno]
    markup = coloured(dedent("\n".join(code)))
    stem = Path(file).stem
    lines = (
        Line(f"{stem}:{number}", number, line)
        for number, line in enumerate(markup.splitlines(), first)
    )
    return Listing(file, owner, method, tuple(lines))
