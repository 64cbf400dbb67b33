"""A Graph with a caption and options, and every picture and table that is made of it.

Each kind of output is imported where it is asked for: whoever only makes addresses loads no layout,
no explanation and no writer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_core.bilingual import Language, Text
from resnet_core.diagram.form import Options
from resnet_core.errors import TooLarge
from resnet_core.stages import stage

if TYPE_CHECKING:
    from resnet_core.explain import Explanation
    from resnet_core.graph.model import Graph, Shape
    from resnet_core.graph.view import Detail
    from resnet_core.language.notation import Caption
    from resnet_core.layout.sheet import Line, Sheet, Theme

MAX_BOXES = 1500
# A network has about as many edges as boxes; in four times as many no eye finds its way.
MAX_ARROWS = 4 * MAX_BOXES
# No letter on a picture that is drawn for a place with a name is smaller, in points.
LEAST_TYPE = 6.0
DETAILS: tuple[Detail, ...] = ("op", "layer", "block", "stage")


class Picture(ABC):
    """What can be drawn of a sheet. Shows itself in a notebook."""

    options: Options

    @property
    @abstractmethod
    def caption(self) -> Caption:
        """What is known beside what is drawn: name, title, URL."""

    @property
    @abstractmethod
    def sheet(self) -> Sheet:
        """Every box, wire and frame with its place."""

    @property
    @abstractmethod
    def described(self) -> Graph:
        """The structure that the picture's description lists."""

    @abstractmethod
    def render(self, format: str = "svg") -> bytes:
        """It as bytes, in one of its formats. Raises ParameterError for another."""

    @cached_property
    def dot(self) -> str:
        """The picture in the DOT language, positions included."""
        from resnet_core.formats.dot import dot

        return dot(self.sheet, self._theme, self.caption.name, self.options.background == "paper")

    @cached_property
    def svg(self) -> str:
        """The picture as a self-contained SVG document."""
        from resnet_core.formats.svg import svg

        return svg(self)

    def png(self, scale: int | None = None) -> bytes:
        """The picture as a PNG; its text chunk ``Source`` holds the URL.

        Raises TooLarge where it would have more pixels than a PNG can hold.
        """
        from resnet_core.formats.png import png

        return png(self, scale or self.options.scale)

    @property
    def pdf(self) -> bytes:
        """The picture as a PDF, in vectors; its information tells title and URL."""
        from resnet_core.formats.pdf import pdf

        return pdf(self)

    def save(self, path: str | Path) -> Path:
        """Write it to a file; its ending says the format."""
        path = Path(path)
        path.write_bytes(self.render(path.suffix.removeprefix(".").lower()))
        return path

    @property
    def _theme(self) -> Theme:
        from resnet_core.layout.sheet import Theme

        return Theme.of(self.options.theme)

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """What a notebook keeps beside the picture for those who see none, and IPython prints."""
        return {"text/plain": self.render("txt").decode().strip("\n")}


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
        return self.options.detail or self._usual

    @cached_property
    def _usual(self) -> Detail:
        """The finest of the views that suit it and can be read."""
        blocks = any(group.level == "block" and group.path for group in self.graph.groups)
        finest: Detail = "block" if blocks else "op"
        if len(self.graph.nodes) <= MAX_BOXES and len(self.graph.edges) <= MAX_ARROWS:
            return finest
        for detail in DETAILS[DETAILS.index(finest) :]:
            with suppress(TooLarge):
                self._at(detail)
                return detail
        return finest

    @cached_property
    def shown(self) -> Graph:
        """What the picture shows. Raises TooLarge where nobody could read it."""
        return self._at(self.detail)

    def _at(self, detail: Detail) -> Graph:
        from resnet_core.graph.symbolic import with_symbols
        from resnet_core.graph.view import view

        options = self.options
        graph = self.graph
        if options.shapes == "symbolic" and graph.problem is None:
            graph = with_symbols(graph, graph.inputs[0].shape, self.retrace)
        shown = view(graph, detail, fold=options.fold, expand=options.expanded)
        return readable(shown, detail)

    @cached_property
    @stage("layout")
    def sheet(self) -> Sheet:
        """Every box, wire and frame with its place."""
        from resnet_core.layout.page import heading, without_legend
        from resnet_core.layout.sheet import SMALL

        options, language = self.options, self.options.lang
        title = heading(self.caption, self.graph, language) if options.header else ()
        for detail in self._details():
            shown = self._at(detail)
            sheet = self._arranged(shown, title)
            sheet = sheet if options.legend else without_legend(sheet)
            if options.enlarged(sheet.width) * SMALL >= LEAST_TYPE or not options.is_named_width:
                return sheet
        raise _too_narrow(options)

    def _arranged(self, shown: Graph, title: tuple[Line, ...]) -> Sheet:
        """A view with its places, in the colours of roles or of costs, with or without slabs."""
        from resnet_core.layout.coordinates import arrange
        from resnet_core.layout.cost_colours import CostColours
        from resnet_core.layout.elements import tile, tiles
        from resnet_core.layout.page import ROOM, undisturbed, with_line
        from resnet_core.layout.sheet import MARGIN, SMALL
        from resnet_core.layout.slabs import Slabs

        options, language = self.options, self.options.lang
        made = tiles(shown, options.direction, options.labels.split(","), language, tile)
        told = []
        if options.color != "role":
            colours = CostColours(shown, self.graph, options.color)
            made = colours.on(made, options.direction)
            told.append(colours.scale(language, options.theme != "ink"))
        if options.style == "slabs":
            slabs = Slabs(made, options.direction, language)
            made = slabs.tiles
            told.insert(0, slabs.told(language))
        room = min(ROOM, options.readable_width(LEAST_TYPE / SMALL) - 2 * MARGIN)
        sheet = undisturbed(arrange(shown, title, options.direction, made, language, room))
        for line in told:
            sheet = with_line(sheet, line)
        return sheet

    def _details(self) -> Sequence[Detail]:
        """What a box may be: as asked for, and for a width that has a name also coarser."""
        if not self.options.is_named_width:
            return (self.detail,)
        return DETAILS[DETAILS.index(self.detail) :]

    @property
    def described(self) -> Graph:
        return self.graph

    @cached_property
    def txt(self) -> str:
        """The picture in box drawing characters; a convolution with its norm in one box."""
        from resnet_core.formats.txt import text
        from resnet_core.formats.txt.node import Manner

        manner = Manner(self.options.labels.split(","), self.options.lang, self.options.ascii)
        shown = self._at("layer") if self.detail == "op" else self.shown
        return text(shown, self.graph, self.caption, manner)

    @cached_property
    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart. Raises TooLarge where GitHub would not draw it."""
        from resnet_core.formats.mermaid import mermaid

        options, shown = self.options, self.shown
        labels = options.labels.split(",")
        made = mermaid(
            shown, self.graph, self.caption, self._theme, options.direction, labels, options.lang
        )
        return chart_within_limits(made, shown, self.detail)

    def explain(self, language: Language | None = None) -> Explanation:
        """The structure told in words; in the language of the picture if none is asked for."""
        from resnet_core.explain import explain

        return explain(self.graph, self.caption, language or self.options.lang)

    def to_dict(self) -> dict[str, Any]:
        """The structure as plain data: what ``/diagram.json`` answers."""
        from resnet_core.formats.json import record

        return record(self.graph, self.caption)

    @stage("encode")
    def render(self, format: str = "svg") -> bytes:
        """The drawing as bytes, in one of ``FORMATS``. Raises ParameterError for another."""
        from resnet_core.formats.registry import FORMATS

        return FORMATS[format].write(self)


def readable(graph: Graph, detail: str) -> Graph:
    """The view itself. Raises TooLarge where it has more boxes or arrows than can be read."""
    if len(graph.nodes) > MAX_BOXES:
        reason = Text(
            "the picture would have {:,} boxes, more than {:,}",
            "图中会有 {:,} 个方框，超过了 {:,}",
        )
        raise _too_large(detail, reason.format(len(graph.nodes), MAX_BOXES))
    if len(graph.edges) > MAX_ARROWS:
        reason = Text(
            "the picture would have {:,} arrows, more than {:,}",
            "图中会有 {:,} 条箭头，超过了 {:,}",
        )
        raise _too_large(detail, reason.format(len(graph.edges), MAX_ARROWS))
    return graph


def chart_within_limits(chart: str, graph: Graph, detail: str) -> str:
    """The Mermaid chart of a view itself. Raises TooLarge where GitHub would not draw it."""
    from resnet_core.formats.mermaid import MAX_EDGES, MAX_LETTERS

    if len(graph.edges) > MAX_EDGES or len(chart) > MAX_LETTERS:
        reason = Text(
            "the chart has {:,} arrows and {:,} letters; Mermaid draws at most {:,} and {:,}",
            "图表有 {:,} 条箭头、{:,} 个字符；Mermaid 最多能画 {:,} 条和 {:,} 个",
        )
        raise _too_large(
            detail, reason.format(len(graph.edges), len(chart), MAX_EDGES, MAX_LETTERS)
        )
    return chart


def _too_narrow(options: Options) -> TooLarge:
    """Even the coarsest view would be set in letters that are too small to read."""
    turned = options.direction == "LR"
    return TooLarge(
        "width",
        options.width,
        Text(
            "even as stages its letters would be smaller than {:g} points",
            "即使只画到阶段，文字也会小于 {:g} 磅",
        ).format(LEAST_TYPE),
        allowed=Text("a wider place, or direction=TB", "更宽的版面，或 direction=TB")
        if turned
        else Text("a wider place, or a number of pixels", "更宽的版面，或像素数"),
        suggestion="a4",
        fix={"direction": None} if turned else {"width": None},
    )


def _too_large(detail: str, reason: Text) -> TooLarge:
    return TooLarge(
        "detail",
        detail,
        reason,
        allowed=["block", "stage"],
        suggestion="block",
        fix={"detail": "block", "fold": None, "expand": None},
    )
