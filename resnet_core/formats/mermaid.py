"""A view as a Mermaid flowchart, which GitHub draws where it stands in a Markdown file.

Mermaid finds the places itself. What it is told is the rest: the boxes with their texts and the
colours of their roles, the groups around them, and which wires are shortcuts and gates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from resnet_core.bilingual import Language
from resnet_core.formats.drawable import Drawable
from resnet_core.formats.registry import FORMATS
from resnet_core.formats.txt.node import GLYPHS, Manner, panel
from resnet_core.graph.model import Edge, Graph, Node
from resnet_core.language.caption import Caption, facts, sums
from resnet_core.language.notation import (
    DEFAULT_LABELS,
    end_name,
    label,
    shape_text,
)
from resnet_core.language.terms import say
from resnet_core.layout.clusters import Band, bands
from resnet_core.layout.ranks import tracks
from resnet_core.layout.theme import Theme, paint_of

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
    return _Writer(view, theme, labels, language).write(whole, caption, direction)


# Mermaid breaks lines at 200 pixels, in the middle of a Chinese word; ours are broken already.
_WIDE = ("config:", "  flowchart:", "    wrappingWidth: 600")


class _Writer:
    """One view on its way to Mermaid."""

    def __init__(
        self, graph: Graph, theme: Theme, labels: Collection[str], language: Language
    ) -> None:
        self.graph, self.theme = graph, theme
        self.labels, self.language = labels, language
        self.bands = bands(graph, tracks(graph).row, language)
        self.ids = identifiers("n", [node.id for node in graph.nodes])
        self.groups = identifiers("g", [band.group.path for band in self.bands])

    def write(self, whole: Graph, caption: Caption, direction: str) -> str:
        told = [caption.title, *facts(caption, whole, self.language), *sums(whole, self.language)]
        lines = [
            "---",
            f"title: {json.dumps(' · '.join(told), ensure_ascii=False)}",
            *_WIDE,
            "---",
            f"flowchart {direction}",
            *([f"%% {caption.url}"] if caption.url else []),
            *self._boxes("", "  "),
            *(f"  {self._link(edge)}" for edge in self.graph.edges),
            *self._styles(),
        ]
        return "\n".join(lines) + "\n"

    def _boxes(self, around: str, indent: str) -> Iterator[str]:
        """The groups and the boxes that stand directly in a group, in order of execution."""
        done = set()
        for node in self.graph.nodes:
            within = self._within(node)
            inner = next((group for group in within if group.parent == around), None)
            if inner and inner.group.path not in done:
                path = inner.group.path
                done.add(path)
                name = f"{inner.name}  ·  {inner.figures}" if inner.figures else inner.name
                yield f"{indent}subgraph {self.groups[path]}[{quoted([name])}]"
                yield from self._boxes(path, f"{indent}  ")
                yield f"{indent}end"
            innermost = max((member.group.path for member in within), key=len, default="")
            if innermost == around:
                yield f"{indent}{self._box(node)}"

    def _within(self, node: Node) -> list[Band]:
        return [band for band in self.bands if node.id in band.members]

    def _box(self, node: Node) -> str:
        name, kind = self.ids[node.id], self._class(node)
        if kind == "joint":
            return f"{name}(({quoted([GLYPHS[node.type]])})):::{kind}"
        if kind == "terminal":
            text = quoted([f"{end_name(node, self.language)}  {shape_text(node.shape)}"])
            return f"{name}([{text}]):::{kind}"
        return f"{name}[{quoted(self._texts(node, kind))}]:::{kind}"

    def _texts(self, node: Node, kind: str) -> list[str]:
        if kind == "problem":
            found = panel(self.graph, node, Manner(self.labels, self.language))
            return [found.head, *found.rest]
        texts = label(node, self.labels, self.language)
        head = "  ".join(text for text in (texts.title, texts.accent, texts.count) if text)
        return [size for size in (head, texts.small, texts.shape) if size]

    def _class(self, node: Node) -> str:
        if self.graph.problem and self.graph.problem.node == node.id:
            return "problem"
        if node.role in ("add", "multiply"):
            joins = node.type in GLYPHS and len(self.graph.incoming[node.id]) > 1
            return "joint" if joins else "other"
        paint = paint_of(node.role, node.attributes.get("shortcut", ""))
        return _CLASSES.get(paint, paint)

    def _link(self, edge: Edge) -> str:
        source, target = self.ids[edge.source], self.ids[edge.target]
        name = ""
        if edge.lane == "shortcut" and self.graph.node[edge.target].role == "add":
            name = say(self.graph.shortcut_into(edge.target), self.language)
        return f"{source} {_ARROWS[edge.lane]}{f'|{quoted([name])}|' if name else ''} {target}"

    def _styles(self) -> Iterator[str]:
        """Colours of the classes in use, of wires by lane, and of groups."""
        used = dict.fromkeys(self._class(node) for node in self.graph.nodes)
        roles = {"terminal": "input", "joint": "add"}
        for kind in used:
            role = roles.get(kind, kind)
            text = {"terminal": "end-text", "problem": "problem-text"}.get(kind, "ink")
            yield (
                f"  classDef {kind} fill:{self.theme.fill(role)},"
                f"stroke:{self.theme.line(role)},color:{self.theme[text]}"
            )
        yield from self._lines()
        for name in self.groups.values():
            fill, line, text = (self.theme[e] for e in ("frame", "frame-line", "frame-text"))
            yield f"  style {name} fill:{fill},stroke:{line},color:{text}"

    def _lines(self) -> Iterator[str]:
        """The looks of wires: a colour for each lane, a pattern for each kind of shortcut."""
        places: dict[str, list[str]] = {}
        for at, edge in enumerate(self.graph.edges):
            style = f"stroke:{self.theme[_WIRES[edge.lane]]},stroke-width:{_WIDTHS[edge.lane]}"
            kind = self.graph.shortcuts.get(edge, "")
            if kind in _DASHES:
                style += f",stroke-dasharray:{_DASHES[kind]}"
            places.setdefault(style, []).append(str(at))
        for style, edges in places.items():
            yield f"  linkStyle {','.join(edges)} {style}"


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
