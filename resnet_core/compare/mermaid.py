"""A comparison as a Mermaid flowchart: classes say what was added, removed and changed.

One chart of both structures as in the picture, or two subgraphs where they cannot be one. A box
that has not changed is white, so that nothing but a change catches the eye.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from resnet_core.bilingual import Language
from resnet_core.errors import TooLarge
from resnet_core.formats.mermaid import (
    MAX_EDGES,
    MAX_LETTERS,
    identifiers,
    quoted,
)
from resnet_core.formats.txt.node import GLYPHS
from resnet_core.graph.model import (
    Edge,
    Graph,
    Group,
    Node,
)
from resnet_core.language.notation import end_name, label, shape_text
from resnet_core.language.terms import say
from resnet_core.layout.clusters import bands
from resnet_core.layout.diff_marks import (
    CHANGE,
    DIFFERENCES,
    SIGNS,
    change_of,
)
from resnet_core.layout.theme import Theme

if TYPE_CHECKING:
    from resnet_core.compare.comparison import Comparison

SIDES = ("a", "b")
_ARROWS = {"main": "-->", "shortcut": "==>", "gate": "-.->"}
# Class: the names of its fill, line and text in the table of colours.
_COLOURS = {
    "terminal": ("end", "end", "end-text"),
    "problem": ("problem", "problem-line", "problem-text"),
    "kept": ("join", "frame-text", "ink"),
} | {sign: (sign, f"{sign}-line", "ink") for sign in SIGNS}


def flowchart(comparison: Comparison) -> str:
    """The picture of a comparison as a flowchart. Raises TooLarge."""
    options, shown = comparison.options, comparison.shown
    theme = Theme("dark" if options.theme == "dark" else "light")
    labels = options.labels.split(",")
    names: tuple[str, ...] = ()
    if shown.both is not None:
        graph, notes = shown.both, shown.notes(options.lang)
    elif comparison.view in SIDES:
        graph, notes = shown.sides[SIDES.index(comparison.view)], {}
    else:
        graph, notes, names = _both(*shown.sides), {}, comparison.names
    chart = _Chart(graph, notes, names, labels, options.lang)
    origin = [f"%% {comparison.url}"] if comparison.url else []
    lines = [
        "---",
        f"title: {json.dumps(comparison.caption.title, ensure_ascii=False)}",
        "---",
        f"flowchart {options.direction}",
        *origin,
        f"%% {comparison.summary()}",
        *chart.boxes("", "  "),
        *(f"  {chart.link(edge)}" for edge in graph.edges),
        *_styles(chart, theme),
    ]
    made = "\n".join(lines) + "\n"
    _check(len(graph.edges), len(made))
    return made


def _check(edges: int, letters: int) -> None:
    if edges > MAX_EDGES or letters > MAX_LETTERS:
        raise TooLarge(
            "detail", "",
            f"the chart has {edges:,} arrows and {letters:,} letters; Mermaid draws at most "
            f"{MAX_EDGES:,} and {MAX_LETTERS:,}",
            allowed=["block", "stage"], suggestion="block",
            mend={"detail": "block", "fold": None, "expand": None},
        )  # fmt: skip


def _both(a: Graph, b: Graph) -> Graph:
    """Two graphs as one, in a group each."""
    one, other = _named(a, "a"), _named(b, "b")
    return replace(
        one,
        nodes=one.nodes + other.nodes,
        edges=one.edges + other.edges,
        groups=(*one.groups, *other.groups, Group("", "", "")),
        problem=one.problem or other.problem,
    )


def _named(graph: Graph, side: str) -> Graph:
    """The graph with names that no other has: ``a:conv1``, in the group ``a``."""

    def name(old: str) -> str:
        return f"{side}:{old}" if old else side

    problem = graph.problem and replace(graph.problem, node=name(graph.problem.node))
    groups = [replace(e, path=name(e.path), parent=name(e.parent)) for e in graph.groups if e.path]
    return replace(
        graph,
        nodes=tuple(replace(e, id=name(e.id), group=name(e.group)) for e in graph.nodes),
        edges=tuple(replace(e, source=name(e.source), target=name(e.target)) for e in graph.edges),
        groups=(Group(side, "", ""), *groups),
        problem=problem,
    )


class _Chart:
    """A graph with marks, and what its boxes and groups are called in the chart."""

    def __init__(
        self,
        graph: Graph,
        notes: Mapping[Edge, str],
        names: Sequence[str],
        labels: Collection[str],
        language: Language,
    ) -> None:
        self.graph, self.notes = graph, notes
        self.labels, self.language = labels, language
        self.bands = bands(graph, {e.id: at for at, e in enumerate(graph.nodes)}, language)
        self.ids = identifiers("n", [node.id for node in graph.nodes])
        self.groups = identifiers("g", [band.group.path for band in self.bands])
        self.names = dict(zip(SIDES, names, strict=True)) if names else {}

    def boxes(self, around: str, indent: str) -> Iterator[str]:
        """The groups and the boxes that stand directly in a group, in order of execution."""
        done = set()
        for node in self.graph.nodes:
            within = [band for band in self.bands if node.id in band.members]
            inner = next((group for group in within if group.parent == around), None)
            if inner and inner.group.path not in done:
                path = inner.group.path
                done.add(path)
                name = self.names.get(path) or f"{inner.name}  ·  {inner.figures}"
                yield f"{indent}subgraph {self.groups[path]}[{quoted([name])}]"
                yield from self.boxes(path, f"{indent}  ")
                yield f"{indent}end"
            if max((member.group.path for member in within), key=len, default="") == around:
                yield f"{indent}{self._box(node)}"

    def _box(self, node: Node) -> str:
        name, kind = self.ids[node.id], self.kind(node)
        if node.type in GLYPHS and len(self.graph.incoming[node.id]) > 1 and kind != "problem":
            return f"{name}(({quoted([GLYPHS[node.type]])})):::{kind}"
        if node.kind in ("input", "output"):
            text = quoted([f"{end_name(node, self.language)}  {shape_text(node.shape)}"])
            return f"{name}([{text}]):::{kind}"
        return f"{name}[{quoted(self._texts(node, kind))}]:::{kind}"

    def _texts(self, node: Node, kind: str) -> list[str]:
        problem = self.graph.problem
        if problem and kind == "problem":
            reason = problem.reason_zh if self.language == "zh" else problem.reason
            return [say(problem.title, self.language), reason]
        texts = label(node, self.labels, self.language)
        head = "  ".join(
            text for text in (SIGNS.get(kind, ""), texts.title, texts.accent, texts.count) if text
        )
        told = ", ".join(node.attributes.get(DIFFERENCES, ()))
        return [size for size in (head, texts.small, texts.shape, told) if size]

    def kind(self, node: Node) -> str:
        """The class of a box."""
        if self.graph.problem and self.graph.problem.node == node.id:
            return "problem"
        ends = "terminal" if node.kind in ("input", "output") else "kept"
        return str(node.attributes.get(CHANGE, ends))

    def link(self, edge: Edge) -> str:
        note = self.notes.get(edge, "")
        named = f"|{quoted([note])}|" if note else ""
        return f"{self.ids[edge.source]} {_ARROWS[edge.lane]}{named} {self.ids[edge.target]}"


def _styles(chart: _Chart, theme: Theme) -> Iterator[str]:
    """Colours of the classes in use, of wires by what has happened to them, and of groups."""
    for kind in dict.fromkeys(chart.kind(node) for node in chart.graph.nodes):
        fill, line, text = (theme[colour] for colour in _COLOURS[kind])
        dashes = ",stroke-dasharray:6 4" if kind == "removed" else ""
        yield f"  classDef {kind} fill:{fill},stroke:{line},color:{text}{dashes}"
    looks: dict[str, list[str]] = {}
    for at, edge in enumerate(chart.graph.edges):
        change = change_of(edge)
        plain = "wire" if edge.lane == "main" else edge.lane
        colour = theme[plain if change == "same" else f"{change}-line"]
        dashes = ",stroke-dasharray:6 4" if change == "removed" else ""
        looks.setdefault(f"stroke:{colour}{dashes}", []).append(str(at))
    for look, places in looks.items():
        yield f"  linkStyle {','.join(places)} {look}"
    for name in chart.groups.values():
        fill, line, text = (theme[name] for name in ("frame", "frame-line", "frame-text"))
        yield f"  style {name} fill:{fill},stroke:{line},color:{text}"
