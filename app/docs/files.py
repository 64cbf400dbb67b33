"""Documents on disk: what each would be with its markers filled, and what is stale about it."""

from __future__ import annotations

import codecs
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from app.docs.dialects import NOTEBOOK, SUFFIXES, Dialect
from app.docs.markers import Marker, MarkerError, filled, markers, newline_of
from app.docs.passage import Passage, Request, passage
from resnet_core.bilingual import Text
from resnet_core.embed.figure import Own

# Folders that hold copies of documents, or other people's.
_SKIPPED = {"node_modules", "site-packages", "__pycache__", "_build", "build", "dist", "site"}
# So few pictures are drawn before another process has loaded torch.
_FEW = 8


@dataclass(frozen=True)
class Finding:
    """Something about one place of a document: a mistake, or that it is stale."""

    path: Path
    line: int
    text: Text


@dataclass(frozen=True)
class Part:
    """A text with markers: a document, or a cell of a notebook, whose number is ``cell``."""

    text: str
    dialect: Dialect = field(compare=False)
    found: tuple[Marker, ...]
    cell: int | None = None

    def filled(self, bodies: dict[Marker, str]) -> str:
        """The text with these bodies between its markers."""
        return filled(self.text, self.dialect, bodies)


@dataclass(frozen=True)
class Outcome:
    """What a run comes to: what to write, what is stale, what is wrong, and what to check.

    ``asked`` says for each file where it is asked for.
    """

    writes: dict[Path, bytes]
    stale: tuple[Finding, ...]
    mistakes: tuple[Finding, ...]
    pictures: int
    remarks: tuple[Finding, ...] = ()
    asked: Mapping[Path, tuple[Path, int]] = field(default_factory=dict)

    def unwritten(self, path: Path, reason: str) -> Finding:
        """That a file could not be written, told where it is asked for."""
        place, line = self.asked.get(path, (path, 1))
        return Finding(place, line, _UNWRITTEN.format(path, reason))


def documents(paths: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and every document below the folders."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, names, files in os.walk(path):
            names[:] = sorted(
                name for name in names if not name.startswith(".") and name not in _SKIPPED
            )
            for name in sorted(files):
                if Path(name).suffix.lower() in SUFFIXES:
                    yield Path(folder, name)


def examine(
    paths: Iterable[Path], own: Own | None, processes: int, tell: Callable[[int, int], None]
) -> Outcome:
    """Draw what the documents ask for, and compare it with what is there. Writes nothing."""
    parts: list[tuple[Path, Part]] = []
    mistakes: list[Finding] = []
    for path in dict.fromkeys(paths):
        try:
            parts += [(path, part) for part in _parts(path)]
        except MarkerError as error:
            mistakes.append(Finding(path, error.line, error.text))
    requests = {
        (path, part, marker): Request(path, marker.words, marker.code)
        for path, part in parts
        for marker in part.found
    }
    drawn = dict(zip(requests, _all(list(requests.values()), own, processes, tell), strict=True))
    return _compared(parts, drawn, mistakes)


def _all(
    requests: list[Request],
    own: Own | None,
    processes: int,
    tell: Callable[[int, int], None],
) -> Iterator[Passage]:
    count = len(requests)
    if processes == 1 or count < _FEW:
        for done, request in enumerate(requests, 1):
            yield passage(request, own)
            tell(done, count)
        return
    # torch has threads, and a process that has threads is not to be forked.
    with ProcessPoolExecutor(min(processes, count), get_context("spawn")) as pool:
        for done, made in enumerate(pool.map(passage, requests, [own] * count), 1):
            yield made
            tell(done, count)


def _compared(
    parts: list[tuple[Path, Part]],
    drawn: dict[tuple[Path, Part, Marker], Passage],
    mistakes: list[Finding],
) -> Outcome:
    files: dict[Path, bytes] = {}
    asked: dict[Path, tuple[Path, int]] = {}
    stale: list[Finding] = []
    for (path, part, marker), made in drawn.items():
        if made.error is not None:
            mistakes.append(_finding(path, part, marker, made.error))
            continue
        for file, content in made.files:
            first = asked.setdefault(file, (path, marker.line))
            if files.setdefault(file, content) != content:
                twice = _TWICE.format(f"{first[0]}:{first[1]}", file.name)
                mistakes.append(_finding(path, part, marker, twice))
            elif _held(file) != content:
                stale.append(_finding(path, part, marker, _OUTDATED.format(file.name)))
        if part.filled({marker: made.body}) != part.text:
            stale.append(_finding(path, part, marker, _TEXT))
    texts = _texts(parts, drawn)
    writes = {
        path: content for path, content in {**files, **texts}.items() if _held(path) != content
    }
    remarks = tuple(
        _finding(path, part, marker, remark)
        for (path, part, marker), made in drawn.items()
        for remark in made.remarks
    )
    return Outcome(writes, tuple(stale), tuple(mistakes), len(drawn), remarks, asked)


def _held(path: Path) -> bytes | None:
    """What a file holds now; None where there is none that can be read."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


_TWICE = Text(
    "the marker at {} writes another picture to {}; name one of them with file=…",
    "{} 处的标记也要写入 {}，但图不同；请用 file=… 另取一个名字",
)
_UNWRITTEN = Text("{} cannot be written: {}", "{} 无法写入：{}")
_OUTDATED = Text("{} is not what this marker draws now", "{} 不是这个标记现在画出的图")
_TEXT = Text(
    "what stands here is not what this marker makes now", "这里的内容不是这个标记现在生成的"
)


def _finding(path: Path, part: Part, marker: Marker, text: Text) -> Finding:
    if part.cell is not None:
        text = Text("cell {}, line {}: {}", "第 {} 个单元格第 {} 行：{}").format(
            part.cell, marker.line, text
        )
    return Finding(path, 1 if part.cell is not None else marker.line, text)


def _parts(path: Path) -> Iterator[Part]:
    """The texts of a document that may have markers. Raises MarkerError."""
    text, _ = _read(path)
    dialect = SUFFIXES[path.suffix.lower()]
    if path.suffix.lower() != NOTEBOOK:
        yield Part(text, dialect, tuple(markers(text, dialect)))
        return
    for number, cell in enumerate(_notebook(text)["cells"], 1):
        if cell.get("cell_type") == "markdown":
            source = _source(cell)
            yield Part(source, dialect, tuple(markers(source, dialect)), number)


def _texts(
    parts: list[tuple[Path, Part]], drawn: dict[tuple[Path, Part, Marker], Passage]
) -> dict[Path, bytes]:
    """The documents as they are to be. A marker with a mistake keeps what it has."""
    made: dict[Path, list[tuple[Part, str]]] = {}
    for path, part in parts:
        bodies = {
            marker: drawn[path, part, marker].body
            for marker in part.found
            if drawn[path, part, marker].error is None
        }
        made.setdefault(path, []).append((part, part.filled(bodies)))
    return {path: _whole(path, texts) for path, texts in made.items()}


def _whole(path: Path, texts: list[tuple[Part, str]]) -> bytes:
    if path.suffix.lower() != NOTEBOOK:
        return _read(path)[1] + texts[0][1].encode()
    before, mark = _read(path)
    changed = {part.cell: new for part, new in texts if new != part.text}
    if not changed:
        return path.read_bytes()
    notebook = _notebook(before)
    for number, new in changed.items():
        cell = notebook["cells"][(number or 1) - 1]
        cell["source"] = new.splitlines(keepends=True) if type(cell["source"]) is list else new
    # As the notebook was written: its indent, its escapes, its last line.
    indent = re.match(r"\{\r?\n( +)", before)
    text = json.dumps(
        notebook, indent=len(indent[1]) if indent else None, ensure_ascii=before.isascii()
    )
    text += "\n" if before.endswith("\n") else ""
    return mark + text.replace("\n", newline_of(before)).encode()


def _read(path: Path) -> tuple[str, bytes]:
    """The text of a document, and the byte order mark before it, if any. Raises MarkerError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise MarkerError(1, Text("it cannot be read: {}", "无法读取：{}").format(reason)) from None
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    try:
        return content.removeprefix(mark).decode("utf-8"), mark
    except UnicodeDecodeError as error:
        line = content[: len(mark) + error.start].count(b"\n") + 1
        raise MarkerError(line, Text("it is not UTF-8", "它不是 UTF-8 编码")) from None


def _notebook(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
        if isinstance(found["cells"], list):
            return dict(found)
    except (ValueError, KeyError, TypeError):
        pass
    raise MarkerError(1, Text("it is no notebook", "它不是 notebook 文件"))


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
