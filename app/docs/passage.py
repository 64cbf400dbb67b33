"""A passage of a document: one marker's words → its files and what stands between the markers."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.docs.dialects import LATEX, SUFFIXES, Dialect, Shown
from resnet_core.bilingual import Text, clauses, same
from resnet_core.embed.figure import (
    COMPARE,
    SOURCE,
    Own,
    alternative,
    figure,
    parted,
    size_of,
    with_options,
    words_of,
)
from resnet_core.embed.in_words import markdown_of, remarks, text_of
from resnet_core.errors import ParameterError, ResnetDiagramError

if TYPE_CHECKING:
    from resnet_core.diagram.picture import Drawing
    from resnet_core.embed.figure import Figure

INLINE = ("txt", "mmd", "md")
ON_PAPER = ("pdf", "png")
PAIR = "pair"
# The marker's own words; all others are the picture's.
OURS = ("as", "file", "alt", "show")
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Request:
    """What is to be drawn for one marker: its words and code, and the document it stands in."""

    document: Path
    words: str
    code: str = ""

    @property
    def dialect(self) -> Dialect:
        return SUFFIXES[self.document.suffix.lower()]


@dataclass(frozen=True)
class Passage:
    """What a marker comes to: the text of its place, and the files that it shows.

    ``remarks`` are what its author may want to check.
    """

    body: str = ""
    files: tuple[tuple[Path, bytes], ...] = ()
    error: Text | None = None
    remarks: tuple[Text, ...] = ()


def passage(request: Request, own: Own | None) -> Passage:
    """The passage of one marker; a mistake in it is told in ``error``. Runs in any process."""
    try:
        words, ours = parted(words_of(request.words), OURS)
        folder = request.document.parent
        local = partial(_beside, folder, own) if own else None
        shown = figure(words, local, code=request.code, folder=folder)
        made = _drawn(request, shown, words, ours)
        listing = _listing(request, shown, ours.get("show"))
        body = _unmarked(listing + made.body, request.dialect)
        return replace(made, body=body, remarks=remarks(shown, request.code))
    except ParameterError as error:
        return Passage(error=_told(error))
    except ResnetDiagramError as error:
        return Passage(error=same(error))


def _unmarked(body: str, dialect: Dialect) -> str:
    """The body. Raises ParameterError where a line of it would itself be taken for a marker."""
    for line in body.splitlines():
        if dialect.opening.match(line) or dialect.closing.match(line):
            reason = Text(
                "this line of what stands there would be taken for a marker",
                "其中这一行会被当成标记",
            )
            raise ParameterError("", line.strip(), clauses(same(line.strip()), reason))
    return body


def _told(error: ParameterError) -> Text:
    """What is wrong with which value, and what is allowed."""
    told = error.text
    if error.parameter and error.value not in (None, ""):
        told = Text("{}={}: {}", "{}={}：{}").format(error.parameter, error.value, told)
    if not error.legal:
        return told
    legal = error.legal if isinstance(error.legal, Text) else same(", ".join(error.legal))
    return clauses(told, Text("allowed: {}", "允许：{}").format(legal))


def _beside(
    folder: Path, own: Own, target: str, inputs: Sequence[str], view: dict[str, str]
) -> Drawing:
    """A module of a file that is named from the document's folder."""
    place, _, name = target.rpartition(":")
    return own(f"{folder / place if place.endswith('.py') else place}:{name}", inputs, view)


def _drawn(
    request: Request, shown: Figure, words: tuple[str, ...], ours: dict[str, str]
) -> Passage:
    dialect = request.dialect
    wanted = ours.get("as") or next(iter(dialect.writers))
    if wanted not in dialect.writers:
        reason = Text("{} does not show it", "{} 无法显示这种格式").format(dialect.name)
        raise ParameterError("as", wanted, reason, allowed=dialect.writers)
    alt = ours.get("alt") or alternative(shown)
    if wanted in INLINE:
        plain = with_options(shown, ascii=True) if dialect.ascii else shown
        return Passage(dialect.writers[wanted](Shown(alt, text=_inline(plain, wanted))))
    files = tuple(_files(request, shown, wanted, ours.get("file") or _name(words, shown)))
    folder = request.document.parent
    paths = tuple(Path(os.path.relpath(path, folder)).as_posix() for path, _ in files)
    size = _size(shown, files[0][1]) if wanted in ON_PAPER and dialect is LATEX else None
    return Passage(dialect.writers[wanted](Shown(alt, paths=paths, size=size)), files)


def _size(shown: Figure, content: bytes) -> tuple[int, int] | None:
    """How large the picture is on the screen; None where its words say how wide it is to be."""
    options = shown.options
    return size_of(content, options.scale) if options.width is None else None


def _listing(request: Request, shown: Figure, wanted: str | None) -> str:
    """The code above its picture, where that is wanted; as it was read, restored."""
    if wanted is None:
        return ""
    program = getattr(shown, "program", None)
    if wanted != "code" or program is None:
        raise ParameterError(
            "show", wanted, Text("only source has code to show", "只有 source 才有代码可显示"),
            allowed=["code"],
        )  # fmt: skip
    return request.dialect.listing(Shown("", text=program.text.strip("\n"))) + "\n\n"


def _inline(shown: Figure, wanted: str) -> str:
    if wanted == "txt":
        return text_of(shown)
    return markdown_of(shown) if wanted == "md" else shown.render(wanted).decode().strip("\n")


def _files(request: Request, shown: Figure, wanted: str, name: str) -> Iterator[tuple[Path, bytes]]:
    # One file has one name, from whichever folder it is shown.
    place = os.path.normpath(request.document.parent / name)
    stem = Path(re.sub(r"\.(svg|png|pdf)$", "", place))
    if wanted == PAIR:
        for theme, ending in (("light", ".svg"), ("dark", "-dark.svg")):
            themed = with_options(shown, theme=theme)
            yield stem.with_name(stem.name + ending), themed.render("svg")
    else:
        yield stem.with_name(f"{stem.name}.{wanted}"), shown.render(wanted)


def _name(words: tuple[str, ...], shown: Figure) -> str:
    """The words as the name of a file; long ones are cut and kept apart by a hash."""
    said = " ".join(words)
    if words and words[0] == SOURCE:
        # By what is drawn: the file keeps its name while the code is worked on.
        said = getattr(shown, "call", said)
    name = re.sub(r"[^A-Za-z0-9_]+", "-", said).strip("-")
    if len(name) <= _LONGEST_NAME and words and words[0] != COMPARE:
        return name
    return f"{name[:_LONGEST_NAME].strip('-')}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"
