"""A registry of output formats: extension, media type, title, and who writes them from what.

A format is one file of this folder. Negotiation, command line, OpenAPI and the page's Share tab
read what stands here, so a file that registers a writer is all that a new format takes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import resnet_core.formats
from resnet_core.errors import NO_FORMAT, ParameterError, nearest

if TYPE_CHECKING:
    from resnet_core.bilingual import Language
    from resnet_core.graph.model import Graph
    from resnet_core.language.notation import Caption
    from resnet_core.layout.sheet import Sheet

Writer = Callable[["Drawable"], bytes]


@dataclass(frozen=True)
class Format:
    """An output format: its extension, its media type, its name for people, and its writer.

    ``rank`` orders the formats in lists; ``quality`` says which one ``*/*`` or ``text/*`` means:
    of several that a client accepts alike the highest is chosen. ``scales`` are the resolutions
    that a raster format is offered in.
    """

    extension: str
    media: str
    title: str
    rank: int
    quality: int
    write: Writer
    scales: tuple[int, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type, with the charset where it is text."""
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media


class Formats(Mapping[str, Format]):
    """Formats by extension, in the order in which they are shown."""

    def __init__(self) -> None:
        self._formats: dict[str, Format] = {}
        # The folders whose files have been read.
        self._read: list[str] = []

    def register(
        self, extension: str, *, media: str, title: str, rank: int, quality: int,
        scales: tuple[int, ...] = (),
    ) -> Callable[[Writer], Writer]:  # fmt: skip
        """Register the function that writes a drawing in this format.

        Raises ValueError where extension or media type are taken.
        """

        def registered(write: Writer) -> Writer:
            if extension in self._formats:
                raise ValueError(f"there is a format {extension!r} already")
            if media in (known.media for known in self._formats.values()):
                raise ValueError(f"the media type {media!r} has a format already")
            row = Format(extension, media, title, rank, quality, write, scales)
            self._formats[extension] = row
            return write

        return registered

    def forget(self, extension: str) -> None:
        """Take a format out again, as tests do that add one."""
        del self._formats[extension]

    def __getitem__(self, extension: str) -> Format:
        """The format. Raises ParameterError where there is none of this extension."""
        if extension not in self._formats and extension.isidentifier():
            # Mostly the file of that name is all that is needed.
            with suppress(ModuleNotFoundError):
                importlib.import_module(f"{resnet_core.formats.__name__}.{extension}")
        if extension not in self._formats:
            self._load()
        if extension in self._formats:
            return self._formats[extension]
        raise no_format(extension, self)

    def __contains__(self, extension: object) -> bool:
        self._load()
        return extension in self._formats

    def __iter__(self) -> Iterator[str]:
        self._load()
        rows = sorted(self._formats.values(), key=lambda row: row.rank)
        return iter([row.extension for row in rows])

    def __len__(self) -> int:
        self._load()
        return len(self._formats)

    def _load(self) -> None:
        """Read every file of the folder, once: to look what is there costs every request."""
        folder = resnet_core.formats
        if self._read == list(folder.__path__):
            return
        for module in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
            importlib.import_module(module.name)
        self._read = list(folder.__path__)


FORMATS = Formats()


def no_format(extension: str, known: Collection[str], default: str = "svg") -> ParameterError:
    """The error that says which formats there are."""
    near = nearest(extension, known) or default
    return ParameterError("format", extension, NO_FORMAT, allowed=known, suggestion=near)


class Options(Protocol):
    """How a drawing is shown, as far as a format asks."""

    @property
    def theme(self) -> str: ...
    @property
    def scale(self) -> int: ...
    @property
    def lang(self) -> Language: ...
    @property
    def background(self) -> str: ...
    @property
    def width(self) -> str | None: ...
    def enlarged(self, width: float) -> float: ...


class Pictured(Protocol):
    """Anything that has a sheet: a drawing, or a comparison of two."""

    @property
    def caption(self) -> Caption: ...
    @property
    def options(self) -> Options: ...
    @property
    def sheet(self) -> Sheet: ...
    @property
    def described(self) -> Graph: ...
    @property
    def dot(self) -> str: ...
    @property
    def svg(self) -> str: ...


class Drawable(Pictured, Protocol):
    """A drawing of one structure."""

    @property
    def graph(self) -> Graph: ...
    @property
    def txt(self) -> str: ...
    @property
    def mermaid(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
