"""A comparison as a Mermaid flowchart: classes say what was added, removed and changed.

One chart of both structures as in the picture, or two subgraphs where they cannot be one. A box
that has not changed is white, so that nothing but a change catches the eye.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from resnet_core.bilingual import Language
from resnet_core.compare.diff import SIDES, Diff
from resnet_core.compare.summary import summary
from resnet_core.diagram.picture import chart_within_limits
from resnet_core.formats.mermaid import Chart
from resnet_core.graph.model import (
    Edge,
    Graph,
    Group,
    Node,
    Problem,
    change_of,
    differences_of,
)
from resnet_core.language.notation import SIGNS
from resnet_core.language.terms import say
from resnet_core.layout.elements import Band
from resnet_core.layout.sheet import Theme

# Class: the names of its fill, line and text in the table of colours.
_COLOURS = {
    "terminal": ("end", "end", "end-text"),
    "problem": ("problem", "problem-line", "problem-text"),
    "kept": ("join", "frame-text", "ink"),
} | {change: (change, f"{change}-line", "ink") for change in SIGNS}
_DASHES = ",stroke-dasharray:6 4"


def flowchart(diff: Diff) -> str:
    """The picture of a comparison as a flowchart. Raises TooLarge."""
    options, views, names = diff.options, diff.views, dict[str, str]()
    if views.both is not None:
        graph = views.both
    elif diff.view in SIDES:
        graph = views.sides[SIDES.index(diff.view)]
    else:
        sides = views.unmarked(options.fold) if diff.view == "plain" else views.sides
        graph, names = _both(*sides), dict(zip(SIDES, diff.names, strict=True))
    theme = Theme.of(options.theme)
    chart = _MarkedChart(graph, theme, options.labels.split(","), options.lang, names)
    chart.notes = views.notes(options.lang)
    comments = [*filter(None, [diff.url]), summary(diff, options.lang)]
    return chart_within_limits(chart.write(diff.title, options.direction, comments), graph, "")


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
    groups = [
        replace(group, path=name(group.path), parent=name(group.parent))
        for group in graph.groups
        if group.path
    ]
    return replace(
        graph,
        nodes=tuple(replace(n, id=name(n.id), group=name(n.group)) for n in graph.nodes),
        edges=tuple(replace(e, source=name(e.source), target=name(e.target)) for e in graph.edges),
        groups=(Group(side, "", ""), *groups),
        problem=problem,
    )


class _MarkedChart(Chart):
    """A graph with marks on its way to Mermaid; ``names`` are those of whole structures."""

    config = ()

    def __init__(
        self,
        graph: Graph,
        theme: Theme,
        labels: Collection[str],
        language: Language,
        names: Mapping[str, str],
    ) -> None:
        super().__init__(graph, theme, labels, language)
        self.names = names

    def kind(self, node: Node) -> str:
        if self.is_problem(node):
            return "problem"
        change = change_of(node)
        if change != "same":
            return change
        return "terminal" if node.kind in ("input", "output") else "kept"

    def group_title(self, band: Band) -> str:
        return self.names.get(band.group.path) or super().group_title(band)

    def problem_texts(self, problem: Problem) -> list[str]:
        return [say(problem.title, self.language), problem.text[self.language]]

    def texts(self, node: Node) -> list[str]:
        head, *rest = super().texts(node)
        sign = SIGNS.get(change_of(node), "")
        told = ", ".join(differences_of(node))
        return [*filter(None, (f"{sign}  {head}" if sign else head, *rest, told))]

    def colours(self, kind: str) -> str:
        fill, line, text = (self.theme[name] for name in _COLOURS[kind])
        dashes = _DASHES if kind == "removed" else ""
        return f"fill:{fill},stroke:{line},color:{text}{dashes}"

    def stroke(self, edge: Edge) -> str:
        change = change_of(edge)
        plain = "wire" if edge.lane == "main" else edge.lane
        colour = self.theme[plain if change == "same" else f"{change}-line"]
        return f"stroke:{colour}{_DASHES if change == 'removed' else ''}"
