"""The source of a module as one file that needs torch alone: its classes, and all they are made of.

What the classes ask for is followed by name through the modules that define it. Registration,
bounds and errors in two languages are for this program; the file goes without, or with a few lines
that stand for them.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal, get_args, get_origin

from torch import nn

from resnet_core.bilingual import Language, Text
from resnet_core.source.syntax import tree_of

_PACKAGE = __name__.partition(".")[0]
_DROPPED = ("noun", "widths")
_REGISTRIES = ("BLOCKS", "NETWORKS")

Comments = Mapping[tuple[str, int], tuple[str, ...]]
Definition = ast.ClassDef | ast.FunctionDef | ast.Assign | ast.AnnAssign

_STAND_INS = {
    "Text": '''
def Text(en, zh):  # noqa: N802
    """{text}"""
    return {chosen}
''',
    "ParameterError": '''
class ParameterError(ValueError):
    """{error}"""

    def __init__(self, parameter, value, text, **_):
        super().__init__(f"{{parameter}}={{value}}: {{text}}")
        self.parameter, self.value, self.text = parameter, value, text
''',
    "BLOCKS": '''
class Known:
    """{known}"""

    def __init__(self, factory):
        self.factory, self.params = factory, self
        self.expansion = getattr(factory, "expansion", 0)
        self.model_fields = inspect.signature(factory).parameters


BLOCKS = {{{blocks}}}
''',
}
_WORDS = {
    "text": Text("Why a value is refused.", "拒绝某个取值的原因。"),
    "error": Text("Values that do not go together.", "这些取值不能一起使用。"),
    "known": Text(
        "A block by its name: its class, and the knobs that it takes.",
        "按名称查到的块：它的类，以及它接受的参数。",
    ),
}
_NEEDS = {"BLOCKS": "import inspect"}


@dataclass(frozen=True)
class Piece:
    """A definition at the top of a module, and the lines it is written in."""

    name: str
    module: ModuleType
    node: Definition

    @property
    def file(self) -> str:
        return str(self.module.__file__)

    @property
    def first(self) -> int:
        """Its first line, without decorators: these register it."""
        return self.node.lineno


@dataclass
class Collected:
    """The pieces in an order in which each can be run, and what they import."""

    pieces: list[Piece] = field(default_factory=list)
    imports: dict[str, None] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    stand_ins: dict[str, None] = field(default_factory=dict)

    def take(self, piece: Piece) -> None:
        """The piece, and before it whatever it names."""
        if piece in self._begun:
            return
        self._begun.add(piece)
        for name in dict.fromkeys(_names(piece)):
            self._resolve(name, piece.module)
        self.pieces.append(piece)

    def __post_init__(self) -> None:
        self._begun: set[Piece] = set()

    def _resolve(self, name: str, module: ModuleType) -> None:
        own = _definitions(module).get(name)
        if own is not None:
            self.take(own)
            return
        for statement in _imports(module):
            for alias in statement.names:
                if (alias.asname or alias.name.partition(".")[0]) == name:
                    self._import(statement, alias)

    def _import(self, statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> None:
        source = statement.module or "" if isinstance(statement, ast.ImportFrom) else ""
        if source.partition(".")[0] != _PACKAGE:
            line = ast.unparse(type(statement)(**{**vars(statement), "names": [alias]}))
            self.imports[line] = None
            return
        if alias.name in _STAND_INS:
            self.stand_ins[alias.name] = None
        elif (piece := _definitions(sys.modules[source]).get(alias.name)) is not None:
            self.take(piece)
        if alias.asname:
            self.aliases[alias.asname] = alias.name


def collected(classes: Iterable[type[nn.Module]]) -> Collected:
    """The classes and all that they are made of."""
    found = Collected()
    for cls in classes:
        piece = _definitions(sys.modules[cls.__module__]).get(cls.__name__)
        if piece is not None:
            found.take(piece)
    return found


def standalone(
    classes: list[type[nn.Module]],
    blocks: Mapping[str, str],
    comments: Comments,
    language: Language,
) -> str:
    """The classes as a file, each line with its comments; ``blocks`` are names of block classes."""
    found = collected(classes)
    names = [cls.__name__ for cls in classes]
    shown = sorted(
        (piece for piece in found.pieces if piece.name in names),
        key=lambda piece: names.index(piece.name),
    )
    helpers = [piece for piece in found.pieces if piece.name not in names]
    for need in found.stand_ins:
        found.imports |= {_NEEDS[need]: None} if need in _NEEDS else {}
    # Whoever runs the file makes an input, whatever the classes themselves need.
    found.imports["import torch"] = None
    imports = "\n".join(sorted(found.imports, key=_rank))
    parts = [f"from __future__ import annotations\n\n{imports}"]
    # A dictionary names classes as soon as it is read; a class names others only once it is built.
    parts += [_written(piece, comments) for piece in shown]
    parts += [_written(piece, comments) for piece in helpers]
    parts += ["\n".join(f"{alias} = {name}" for alias, name in found.aliases.items())]
    listed = ", ".join(f'"{name}": Known({cls})' for name, cls in blocks.items())
    words = {name: word[language] for name, word in _WORDS.items()}
    parts += [
        _STAND_INS[name].strip("\n").format(chosen=language, blocks=listed, **words)
        for name in found.stand_ins
    ]
    return "\n\n\n".join(part for part in parts if part) + "\n"


def _rank(line: str) -> tuple[bool, str]:
    """The standard library before torch."""
    return "torch" in line, line


def _written(piece: Piece, comments: Comments) -> str:
    lines = dict(_lines(piece))
    written = []
    for number, line in lines.items():
        indent = " " * (len(line) - len(line.lstrip()))
        written += [f"{indent}# {text}" for text in comments.get((piece.file, number), ())]
        written.append(line)
    return "\n".join(written)


def _lines(piece: Piece) -> Iterator[tuple[int, str]]:
    """Its lines by number, as they are to be written."""
    text = _text(piece.module)
    gone = set(_left_out(piece, text))
    edits: dict[int, list[tuple[int, int, str]]] = {}
    for note, plain in _annotations(piece):
        edits.setdefault(note.lineno, []).append((note.col_offset, note.end_col_offset or 0, plain))
    for number in range(piece.first, (piece.node.end_lineno or 0) + 1):
        if number in gone:
            continue
        line = text[number - 1].encode()
        for start, end, plain in sorted(edits.get(number, []), reverse=True):
            line = line[:start] + plain.encode() + line[end:]
        yield number, line.decode()


def _left_out(piece: Piece, text: list[str]) -> Iterator[int]:
    """The lines of what a class says of itself to this program, with the comments before them."""
    for row in piece.node.body if isinstance(piece.node, ast.ClassDef) else []:
        if not _is_dropped(row):
            continue
        first = row.lineno
        while text[first - 2].lstrip().startswith("#"):
            first -= 1
        yield from range(first, (row.end_lineno or row.lineno) + 1)


def _is_dropped(row: ast.stmt) -> bool:
    targets = row.targets if isinstance(row, ast.Assign) else []
    if isinstance(row, ast.AnnAssign):
        targets = [row.target]
    return any(isinstance(target, ast.Name) and target.id in _DROPPED for target in targets)


def _names(piece: Piece) -> Iterator[str]:
    """The names that it uses and that are not its own parameters' bounds."""
    skipped: set[ast.AST] = {note for note, _ in _annotations(piece)}
    node = piece.node
    if isinstance(node, ast.ClassDef):
        skipped |= {*node.decorator_list, *(row for row in node.body if _is_dropped(row))}
    yield from _used(node, skipped)


def _used(node: ast.AST, skipped: set[ast.AST]) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if child in skipped:
            continue
        if isinstance(child, ast.Name):
            yield child.id
        yield from _used(child, skipped)


@cache
def _annotations(piece: Piece) -> tuple[tuple[ast.Name, str], ...]:
    """The annotations that carry bounds, each with the plain type that it stands for."""
    found = []
    for item in ast.walk(piece.node):
        if isinstance(item, ast.arg) and isinstance(item.annotation, ast.Name):
            plain = _plain(getattr(piece.module, item.annotation.id, None))
            if plain:
                found.append((item.annotation, plain))
    return tuple(found)


def _plain(kind: Any) -> str:
    """``int`` of an int with bounds; nothing of what is plain already."""
    if get_origin(kind) is Annotated:
        inner = get_args(kind)[0]
        return _plain(inner) or str(getattr(inner, "__name__", ""))
    if get_origin(kind) is Literal:
        return type(get_args(kind)[0]).__name__
    return ""


@cache
def _definitions(module: ModuleType) -> Mapping[str, Piece]:
    found = {}
    for row in _tree(module).body:
        if isinstance(row, ast.ClassDef | ast.FunctionDef):
            found[row.name] = Piece(row.name, module, row)
        elif isinstance(row, ast.AnnAssign) and isinstance(row.target, ast.Name):
            found[row.target.id] = Piece(row.target.id, module, row)
        elif isinstance(row, ast.Assign):
            for target in row.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = Piece(target.id, module, row)
    return found


@cache
def _imports(module: ModuleType) -> tuple[ast.Import | ast.ImportFrom, ...]:
    rows = _tree(module).body
    return tuple(row for row in rows if isinstance(row, ast.Import | ast.ImportFrom))


def _tree(module: ModuleType) -> ast.Module:
    return tree_of("\n".join(_text(module)))


@cache
def _text(module: ModuleType) -> list[str]:
    return Path(module.__file__ or "").read_text(encoding="utf-8").splitlines()
