"""A view as a Mermaid flowchart, which GitHub draws where it stands in a Markdown file.

Mermaid finds the places itself. What it is told is the rest: the boxes with their texts and the
colours of their roles, the groups around them, and which wires are shortcuts and gates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from resnet_core.bilingual import Language
from resnet_core.formats.registry import FORMATS, Drawable
from resnet_core.formats.txt.node import GLYPHS, Manner, panel
from resnet_core.graph.model import (
    Edge,
    Graph,
    Node,
    Problem,
)
from resnet_core.language.notation import (
    DEFAULT_LABELS,
    Caption,
    end_name,
    facts,
    label,
    shape_text,
    sums,
)
from resnet_core.language.terms import say
from resnet_core.layout.elements import Band, bands
from resnet_core.layout.sheet import Theme, paint_of

# What a page may not raise for its charts: GitHub draws nothing beyond.
MAX_EDGES, MAX_LETTERS = 500, 50_000

_ARROWS = {"main": "-->", "shortcut": "==>", "gate": "-.->"}
_WIRES = {"main": "wire", "shortcut": "shortcut", "gate": "gate"}
_WIDTHS = {"main": "1.5px", "shortcut": "3px", "gate": "2px"}
_DASHES = {"projection": "8", "pooled": "5", "padded": "2", "other": "12"}
# Letters that mean something to Mermaid or to Markdown, also at the border of a word.
_SPECIAL = re.compile(r'["#&<>`*+~|\\{}\[\]]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])')
# Classes and not roles, because `end` and `default` are words of Mermaid's own.
_CLASSES = {"input": "terminal", "output": "terminal", "add": "joint", "multiply": "joint"}


@FORMATS.register("mmd", media="text/vnd.mermaid", title="Mermaid", rank=7, quality=1)
def write(drawing: Drawable) -> bytes:
    """The drawing as a Mermaid flowchart. Raises TooLarge where GitHub would not draw it."""
    return drawing.mermaid.encode()


def mermaid(
    view: Graph,
    whole: Graph,
    caption: Caption,
    theme: Theme,
    direction: str = "TB",
    labels: Collection[str] = DEFAULT_LABELS,
    language: Language = "en",
) -> str:
    """The view as a flowchart, titled for the whole."""
    chart = Chart(view, theme, labels, language)
    told = [caption.above.strip(), *facts(caption, whole, language), *sums(whole, language)]
    title = " · ".join(text for text in told if text)
    return chart.write(title, direction, [caption.url] if caption.url else [])


class Chart:
    """One view on its way to Mermaid; ``notes`` are the words on its arrows."""

    # Mermaid breaks lines at 200 pixels, in the middle of a Chinese word; ours are broken already.
    config: tuple[str, ...] = ("config:", "  flowchart:", "    wrappingWidth: 600")

    def __init__(
        self, graph: Graph, theme: Theme, labels: Collection[str], language: Language
    ) -> None:
        self.graph, self.theme = graph, theme
        self.labels, self.language = labels, language
        order = {node.id: place for place, node in enumerate(graph.nodes)}
        self.bands = bands(graph, order, language)
        self.ids = identifiers("n", order)
        self.groups = identifiers("g", [band.group.path for band in self.bands])
        self.notes: Mapping[Edge, str] = {
            edge: say(graph.shortcut_into(edge.target), language)
            for edge in graph.edges
            if edge.lane == "shortcut" and graph.node[edge.target].role == "add"
        }

    def write(self, title: str, direction: str, comments: Sequence[str]) -> str:
        lines = [
            "---",
            f"title: {json.dumps(title, ensure_ascii=False)}",
            *self.config,
            "---",
            f"flowchart {direction}",
            *(f"%% {comment}" for comment in comments),
            *self._boxes("", "  "),
            *(f"  {self._link(edge)}" for edge in self.graph.edges),
            *self._styles(),
        ]
        return "\n".join(lines) + "\n"

    def is_problem(self, node: Node) -> bool:
        """Whether this is the call that fails."""
        return self.graph.problem is not None and self.graph.problem.node == node.id

    def kind(self, node: Node) -> str:
        """The class of a box."""
        if self.is_problem(node):
            return "problem"
        if node.role in ("add", "multiply"):
            return "joint" if self._is_joint(node) else "other"
        paint = paint_of(node.role, node.attributes.get("shortcut", ""))
        return _CLASSES.get(paint, paint)

    def group_title(self, band: Band) -> str:
        """What stands above a group."""
        return f"{band.name}  ·  {band.figures}" if band.figures else band.name

    def problem_texts(self, problem: Problem) -> list[str]:
        """The lines of the call that fails."""
        node = self.graph.node[problem.node]
        found = panel(self.graph, node, Manner(self.labels, self.language))
        return [found.head, *found.rest]

    def texts(self, node: Node) -> list[str]:
        """The lines of a box."""
        texts = label(node, self.labels, self.language)
        head = "  ".join(filter(None, (texts.title, texts.accent, texts.count)))
        return [*filter(None, (head, texts.small, texts.shape))]

    def colours(self, kind: str) -> str:
        """The look of a class of boxes."""
        role = {"terminal": "input", "joint": "add"}.get(kind, kind)
        text = {"terminal": "end-text", "problem": "problem-text"}.get(kind, "ink")
        fill, line = self.theme.fill(role), self.theme.line(role)
        return f"fill:{fill},stroke:{line},color:{self.theme[text]}"

    def stroke(self, edge: Edge) -> str:
        """The look of an arrow: a colour for each lane, a pattern for each kind of shortcut."""
        style = f"stroke:{self.theme[_WIRES[edge.lane]]},stroke-width:{_WIDTHS[edge.lane]}"
        kind = self.graph.shortcuts.get(edge, "")
        return f"{style},stroke-dasharray:{_DASHES[kind]}" if kind in _DASHES else style

    def _boxes(self, around: str, indent: str) -> Iterator[str]:
        """The groups and the boxes that stand directly in a group, in order of execution."""
        done = set()
        for node in self.graph.nodes:
            within = [band for band in self.bands if node.id in band.members]
            inner = next((band for band in within if band.parent == around), None)
            if inner and inner.group.path not in done:
                path = inner.group.path
                done.add(path)
                title = quoted([self.group_title(inner)])
                yield f"{indent}subgraph {self.groups[path]}[{title}]"
                yield from self._boxes(path, f"{indent}  ")
                yield f"{indent}end"
            innermost = max((band.group.path for band in within), key=len, default="")
            if innermost == around:
                yield f"{indent}{self._box(node)}:::{self.kind(node)}"

    def _is_joint(self, node: Node) -> bool:
        """Whether paths meet in it, which a sign in a circle says."""
        return node.type in GLYPHS and len(self.graph.incoming[node.id]) > 1

    def _box(self, node: Node) -> str:
        name = self.ids[node.id]
        problem = self.graph.problem
        if problem and problem.node == node.id:
            return f"{name}[{quoted(self.problem_texts(problem))}]"
        if self._is_joint(node):
            return f"{name}(({quoted([GLYPHS[node.type]])}))"
        if node.kind in ("input", "output"):
            text = quoted([f"{end_name(node, self.language)}  {shape_text(node.shape)}"])
            return f"{name}([{text}])"
        return f"{name}[{quoted(self.texts(node))}]"

    def _link(self, edge: Edge) -> str:
        note = self.notes.get(edge, "")
        name = f"|{quoted([note])}|" if note else ""
        return f"{self.ids[edge.source]} {_ARROWS[edge.lane]}{name} {self.ids[edge.target]}"

    def _styles(self) -> Iterator[str]:
        """The looks of the classes in use, of arrows, and of groups."""
        for kind in dict.fromkeys(map(self.kind, self.graph.nodes)):
            yield f"  classDef {kind} {self.colours(kind)}"
        places: dict[str, list[str]] = {}
        for place, edge in enumerate(self.graph.edges):
            places.setdefault(self.stroke(edge), []).append(str(place))
        for stroke, edges in places.items():
            yield f"  linkStyle {','.join(edges)} {stroke}"
        fill, line, text = (self.theme[name] for name in ("frame", "frame-line", "frame-text"))
        for name in self.groups.values():
            yield f"  style {name} fill:{fill},stroke:{line},color:{text}"


def identifiers(prefix: str, names: Iterable[str]) -> Mapping[str, str]:
    """Identifiers of letters, digits and underscores that follow from the names."""
    found: dict[str, str] = {}
    for name in names:
        plain = f"{prefix}_{re.sub(r'[^A-Za-z0-9]', '_', name)}"
        taken, count = set(found.values()), 1
        unique = plain
        while unique in taken:
            count += 1
            unique = f"{plain}_{count}"
        found[name] = unique
    return found


def quoted(lines: Iterable[str]) -> str:
    """A label; special letters are written as Mermaid's own entities."""
    return '"' + "<br/>".join(_SPECIAL.sub(_entity, line) for line in lines) + '"'


def _entity(match: re.Match[str]) -> str:
    return "#quot;" if match[0] == '"' else f"#{ord(match[0])};"
