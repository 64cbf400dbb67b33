"""The face of a comparison: two drawings, what differs between them, and every format of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from resnet_core.bilingual import Language
from resnet_core.compare import mermaid, picture, table
from resnet_core.compare.changes import Pair
from resnet_core.compare.diff import Diff, Subject
from resnet_core.compare.purpose import why
from resnet_core.compare.summary import summary
from resnet_core.compare.union import Views
from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.form import Options, plain
from resnet_core.diagram.picture import Drawing, Picture
from resnet_core.formats.json import encoded
from resnet_core.formats.registry import no_format
from resnet_core.graph.model import Graph
from resnet_core.graph.view import Detail
from resnet_core.language.notation import Caption
from resnet_core.layout.sheet import Sheet

View = Literal["one", "side", "plain", "a", "b"]
VIEWS: tuple[View, ...] = get_args(View)


@dataclass(frozen=True)
class Comparison(Picture):
    """What becomes of ``a`` in ``b``. Shows itself in a notebook.

    ``options`` say how both are shown; ``view`` whether in one picture, ``side`` by side,
    ``plain`` side by side without any mark, or only the first (``a``) or the second (``b``) of the
    marked two.
    """

    a: Drawing
    b: Drawing
    options: Options
    view: str = "one"

    @cached_property
    def diff(self) -> Diff:
        """What differs, as plain data. Both structures are traced for it."""
        one, other = (
            Subject(drawing.graph, drawing.caption, name)
            for drawing, name in zip((self.a, self.b), self.names, strict=True)
        )
        return Diff.of((one, other), self.options, self.view, self.detail, self.url)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Every call of both, aligned by role; a call without a partner was added or removed."""
        return self.diff.pairs

    @property
    def same(self) -> bool:
        """Whether both compute the same: equal calls on equal shapes, connected alike."""
        return self.diff.same

    @property
    def deltas(self) -> Mapping[str, int]:
        """What the second has more than the first, by the name of the sum."""
        return self.diff.deltas

    def summary(self, lang: Language | None = None) -> str:
        """One sentence: what was added, removed and changed, and what that costs."""
        return summary(self.diff, lang or self.options.lang)

    def why(self, lang: Language | None = None) -> tuple[str, ...]:
        """What each change is for, where that is known, with who measured what it brings."""
        return why(self.diff, lang or self.options.lang)

    @property
    def names(self) -> tuple[str, str]:
        """What to call the two: the title, and what was asked for beside the subject."""
        return _name(self.a), _name(self.b)

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The canonical query; empty for a module of one's own, which has no address."""
        if not (inner(self.a) and inner(self.b)):
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
        formula = self.summary().rstrip(".。")
        return Caption(
            name="compare",
            title=self.diff.title,
            formula=formula,
            url=self.url,
            own_title=self.options.title,
        )

    @cached_property
    def sheet(self) -> Sheet:
        """Every box, wire and frame with its place."""
        return picture.picture(self.diff)

    @property
    def detail(self) -> Detail:
        """What a box is: as asked for; else calls for blocks, blocks for networks."""
        found = [drawing.detail for drawing in (self.a, self.b)]
        return self.options.detail or ("op" if "op" in found else found[0])

    @property
    def shown(self) -> Views:
        """The two views that are drawn. Raises TooLarge where nobody could read them."""
        return self.diff.views

    @cached_property
    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart. Raises TooLarge where GitHub would not draw it."""
        return mermaid.flowchart(self.diff)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data: what ``/compare.json`` answers."""
        return table.record(self.diff)

    def render(self, format: str = "svg") -> bytes:
        """The comparison as bytes, in one of ``FORMATS``. Raises ParameterError for another."""
        if format not in _WRITERS:
            raise no_format(format, _WRITERS)
        return _WRITERS[format](self)

    @property
    def described(self) -> Graph:
        """The structure that the picture's description lists."""
        return self.b.graph


_WRITERS: dict[str, Callable[[Comparison], bytes]] = {
    "svg": lambda comparison: comparison.svg.encode(),
    "png": lambda comparison: comparison.png(),
    "pdf": lambda comparison: comparison.pdf,
    "dot": lambda comparison: comparison.dot.encode(),
    "json": lambda comparison: encoded(comparison.to_dict()),
    "txt": lambda comparison: table.columns(comparison.diff).encode(),
    "mmd": lambda comparison: comparison.mermaid.encode(),
    "md": lambda comparison: table.markdown(comparison.diff).encode(),
    "csv": lambda comparison: table.comma_separated(comparison.diff).encode(),
}
FORMATS = tuple(_WRITERS)


def inner(diagram: Drawing) -> str:
    """The canonical query of a structure, without its view; empty where it has no address."""
    query: tuple[tuple[str, str], ...] = getattr(diagram, "query", ())
    pairs = [(name, value) for name, value in query if name not in Options.model_fields]
    return urlencode(pairs, safe=",:")


def _name(drawing: Drawing) -> str:
    title = drawing.caption.title
    if not isinstance(drawing, Diagram):
        return title
    chosen = [
        f"{name}={value}"
        for name, value in drawing.query
        if name not in Options.model_fields and name != drawing.subject.kind
    ]
    return f"{title} ({', '.join(chosen)})" if chosen else title
