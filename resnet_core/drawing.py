"""A Graph with a caption and options, and everything that can be made of them."""

from __future__ import annotations

import json
from abc import abstractmethod
from functools import cached_property
from typing import Any, Literal, get_args

from resnet_core.draw import table
from resnet_core.draw.arrange import arrange
from resnet_core.draw.heading import heading
from resnet_core.draw.mermaid import MAX_EDGES, MAX_LETTERS, mermaid
from resnet_core.draw.panel import Manner
from resnet_core.draw.record import record
from resnet_core.draw.sheet import Sheet
from resnet_core.draw.text import text
from resnet_core.draw.theme import Theme
from resnet_core.draw.words import Language
from resnet_core.errors import ParameterError, TooLarge, nearest
from resnet_core.explain import Explanation, explain
from resnet_core.graph import Graph, Shape
from resnet_core.picture import Picture
from resnet_core.symbols import with_symbols
from resnet_core.view import Detail, view

Format = Literal["svg", "png", "pdf", "dot", "json", "txt", "mmd", "md", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)
MAX_BOXES = 1500


class Drawing(Picture):
    """What can be made of a structure: pictures, tables, JSON. Shows itself in a notebook."""

    @property
    @abstractmethod
    def graph(self) -> Graph:
        """The whole structure."""

    @abstractmethod
    def retrace(self, shape: Shape) -> Graph:
        """The same structure at another input shape of the same channels."""

    @property
    def detail(self) -> Detail:
        """What a box is. One block shows its calls, a network its blocks."""
        blocks = any(each.level == "block" and each.path for each in self.graph.groups)
        return self.options.detail or ("block" if blocks else "op")

    @cached_property
    def shown(self) -> Graph:
        """What the picture shows. Raises TooLarge where nobody could read it."""
        return self._at(self.detail)

    def _at(self, detail: Detail) -> Graph:
        options = self.options
        graph = self.graph
        if options.shapes == "symbolic" and graph.problem is None:
            graph = with_symbols(graph, graph.inputs[0].shape, self.retrace)
        shown = view(graph, detail, fold=options.fold, expand=options.expanded)
        if len(shown.nodes) > MAX_BOXES:
            raise TooLarge(
                "detail",
                detail,
                f"the picture would have {len(shown.nodes):,} boxes, more than {MAX_BOXES:,}",
                allowed=["block", "stage"],
                suggestion="block",
                mend={"detail": "block", "fold": None, "expand": None},
            )
        return shown

    @cached_property
    def sheet(self) -> Sheet:
        """Every box, wire and frame with its place."""
        labels = self.options.labels.split(",")
        language = self.options.lang
        title = heading(self.caption, self.graph, language)
        return arrange(self.shown, title, self.options.direction, labels, language)

    @property
    def described(self) -> Graph:
        return self.graph

    @cached_property
    def txt(self) -> str:
        """The picture in box drawing characters; a convolution with its norm in one box."""
        manner = Manner(self.options.labels.split(","), self.options.lang, self.options.ascii)
        shown = self._at("layer") if self.detail == "op" else self.shown
        return text(shown, self.graph, self.caption, manner)

    @cached_property
    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart. Raises TooLarge where GitHub would not draw it."""
        options, shown = self.options, self.shown
        theme = Theme("dark" if options.theme == "dark" else "light")
        labels = options.labels.split(",")
        made = mermaid(
            shown, self.graph, self.caption, theme, options.direction, labels, options.lang
        )
        if len(shown.edges) > MAX_EDGES or len(made) > MAX_LETTERS:
            raise TooLarge(
                "detail",
                self.detail,
                f"the chart has {len(shown.edges):,} arrows and {len(made):,} letters; Mermaid "
                f"draws at most {MAX_EDGES:,} and {MAX_LETTERS:,}",
                allowed=["block", "stage"],
                suggestion="block",
                mend={"detail": "block", "fold": None, "expand": None},
            )
        return made

    def explain(self, language: Language | None = None) -> Explanation:
        """The structure told in words; in the language of the picture if none is asked for."""
        return explain(self.graph, self.caption, language or self.options.lang)

    def to_dict(self) -> dict[str, Any]:
        """The structure as plain data: what ``/diagram.json`` answers."""
        return record(self.graph, self.caption)

    def render(self, format: str = "svg") -> bytes:
        """The drawing as bytes, in one of ``FORMATS``. Raises ParameterError for another."""
        match format:
            case "png":
                return self.png()
            case "pdf":
                return self.pdf
            case "svg":
                return self.svg.encode()
            case "dot":
                return self.dot.encode()
            case "json":
                return (json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n").encode()
            case "txt":
                return self.txt.encode()
            case "mmd":
                return self.mermaid.encode()
            case "md":
                return table.markdown(self.graph, self.caption, self.options.lang).encode()
            case "csv":
                return table.comma_separated(self.graph).encode()
        near = nearest(format, FORMATS)
        raise ParameterError(
            "format", format, "it is not a format", allowed=FORMATS, suggestion=near or "svg"
        )
