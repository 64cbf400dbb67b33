"""Two drawings side by side: rows, sums, one sentence, and every format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from resnet_core.bilingual import Language
from resnet_core.compare.align import Alignment, align
from resnet_core.compare.fates import rows
from resnet_core.compare.mermaid import flowchart
from resnet_core.compare.pair import Pair
from resnet_core.compare.picture import picture
from resnet_core.compare.shown import Shown, shown
from resnet_core.compare.table import columns, comma_separated, markdown, record
from resnet_core.compare.union import same_wires
from resnet_core.compare.words import sentence
from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.form import plain
from resnet_core.diagram.options import Options
from resnet_core.diagram.picture import Drawing, Picture
from resnet_core.errors import ParameterError, nearest
from resnet_core.graph.model import Graph
from resnet_core.graph.view import Detail
from resnet_core.language.caption import Caption
from resnet_core.layout.sheet import Sheet

View = Literal["one", "side", "a", "b"]
Format = Literal["svg", "png", "pdf", "dot", "json", "txt", "mmd", "md", "csv"]
VIEWS: tuple[View, ...] = get_args(View)
FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True)
class Comparison(Picture):
    """What becomes of ``a`` in ``b``. Shows itself in a notebook.

    ``options`` say how both are shown; ``view`` whether in one picture, ``side`` by side, or only
    the first (``a``) or the second (``b``) of these two.
    """

    a: Drawing
    b: Drawing
    options: Options
    view: str = "one"

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every call of both, aligned by role; a call without a partner was added or removed."""
        return self.rows(self.options.lang)

    def rows(self, language: Language) -> tuple[Pair, ...]:
        """The same, its words in a language."""
        return rows(self.a.graph, self.b.graph, self._alignment, language)

    @cached_property
    def _alignment(self) -> Alignment:
        return align(self.a.graph, self.b.graph)

    @cached_property
    def same(self) -> bool:
        """Whether both compute the same: equal calls on equal shapes, connected alike."""
        broken = [bool(drawing.graph.problem) for drawing in (self.a, self.b)]
        return (
            all(pair.same for pair in self.pairs)
            and broken[0] == broken[1]
            and same_wires(self.a.graph, self.b.graph, self.pairs)
        )

    @property
    def deltas(self) -> Mapping[str, int]:
        """What the second has more than the first, by the name of the sum."""
        a, b = self.a.graph.totals, self.b.graph.totals
        names = ("params", "macs", "flops", "activations", "receptive_field", "output_stride")
        return {name: getattr(b, name) - getattr(a, name) for name in names}

    def summary(self, lang: Language | None = None) -> str:
        """One sentence: what was added, removed and changed, and what that costs."""
        return sentence(self, lang or self.options.lang)

    @property
    def names(self) -> tuple[str, str]:
        """What to call the two: the title, and what was asked for beside the subject."""
        return _name(self.a), _name(self.b)

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The canonical query; empty for a module of one's own, which has no address."""
        if not (isinstance(self.a, Diagram) and isinstance(self.b, Diagram)):
            return ()
        named = {"a": inner(self.a), "b": inner(self.b)}
        for name, value in self.options.model_dump().items():
            if value != Options.model_fields[name].default:
                named[name] = plain(value)
        if self.view != "one":
            named["view"] = self.view
        return tuple(sorted(named.items()))

    @property
    def url(self) -> str:
        """The permalink, without host."""
        return "/compare?" + urlencode(self.query, safe=",:") if self.query else ""

    @property
    def caption(self) -> Caption:
        """The picture's title."""
        return Caption(
            name="compare",
            title=" → ".join(self.names),
            formula=self.summary().rstrip(".。"),
            url=self.url,
        )

    @cached_property
    def sheet(self) -> Sheet:
        """Every box, wire and frame with its place."""
        return picture(self)

    @property
    def detail(self) -> Detail:
        """What a box is: as asked for; else calls for blocks, blocks for networks."""
        found = [graph.detail for graph in (self.a, self.b)]
        return self.options.detail or ("op" if "op" in found else found[0])

    @cached_property
    def shown(self) -> Shown:
        """The two views that are drawn. Raises TooLarge where nobody could read them."""
        return shown(self)

    @cached_property
    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart. Raises TooLarge where GitHub would not draw it."""
        return flowchart(self)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data: what ``/compare.json`` answers."""
        return record(self)

    def render(self, format: str = "svg") -> bytes:
        """The comparison as bytes, in one of ``FORMATS``. Raises ParameterError for another."""
        match format:
            case "png":
                return self.png()
            case "pdf":
                return self.pdf
            case "svg" | "dot":
                return str(getattr(self, format)).encode()
            case "json":
                return (json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n").encode()
            case "md":
                return markdown(self).encode()
            case "csv":
                return comma_separated(self).encode()
            case "mmd":
                return self.mermaid.encode()
            case "txt":
                return columns(self).encode()
        near = nearest(format, FORMATS)
        raise ParameterError(
            "format", format, "it is not a format", allowed=FORMATS, suggestion=near or "svg"
        )

    @property
    def described(self) -> Graph:
        """The structure that the picture's description lists."""
        return self.b.graph


def inner(diagram: Drawing) -> str:
    """The canonical query of a structure, without its view."""
    if not isinstance(diagram, Diagram):
        return ""
    pairs = [pair for pair in diagram.query if pair[0] not in Options.model_fields]
    return urlencode(pairs, safe=",:")


def _name(drawing: Drawing) -> str:
    title = drawing.caption.title
    if not isinstance(drawing, Diagram):
        return title
    said = [
        f"{name}={value}"
        for name, value in drawing.query
        if name not in Options.model_fields and name != drawing.subject.kind
    ]
    return f"{title} ({', '.join(said)})" if said else title
