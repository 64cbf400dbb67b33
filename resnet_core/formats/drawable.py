"""What a format is given: a drawing with its graph, its sheet, its caption and its options."""

from __future__ import annotations

from typing import Any, Protocol

from resnet_core.bilingual import Language
from resnet_core.graph.model import Graph
from resnet_core.language.notation import Caption
from resnet_core.layout.sheet import Sheet


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
