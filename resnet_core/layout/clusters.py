"""Which groups are framed, which rows they take, and how they nest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resnet_core.bilingual import Language
from resnet_core.graph.model import Graph, Group, Node
from resnet_core.language.notation import frame_texts
from resnet_core.layout.sheet import FRAME_TEXT
from resnet_core.layout.typesetting import width


@dataclass(frozen=True)
class Band:
    """A framed group: its rows, the nodes inside, and how deep frames nest around and in it."""

    group: Group
    first: int
    last: int
    members: frozenset[str]
    outer: frozenset[str]
    height: int
    name: str
    figures: str

    @property
    def depth(self) -> int:
        return len(self.outer)

    @property
    def parent(self) -> str:
        """The frame right around it; nothing where there is none."""
        return max(self.outer, key=len, default="")

    @property
    def room(self) -> float:
        """Half the width that name and figures need on either side of the main path."""
        return max(width(value, FRAME_TEXT) for value in (self.name, self.figures)) + 16


def bands(graph: Graph, row: Mapping[str, int], language: Language = "en") -> list[Band]:
    """The frames of a view, outermost first."""
    members: dict[str, list[Node]] = {}
    for node in graph.nodes:
        for path in graph.lineage(node.group):
            members.setdefault(path, []).append(node)
    framed = [path for path, nodes in members.items() if _is_framed(graph.group[path], nodes)]
    framed.sort(key=lambda path: len(graph.lineage(path)))
    return [_band(graph, path, framed, members, row, language) for path in framed]


def _is_framed(group: Group, nodes: list[Node]) -> bool:
    """Stages, blocks, and other groups of several boxes; but what stands on a shortcut does so
    in plain sight, its lane is frame enough.
    """
    if group.level in ("stage", "block"):
        return True
    return len(nodes) > 1 and not all(node.lane == "shortcut" for node in nodes)


def _band(
    graph: Graph,
    path: str,
    framed: list[str],
    members: Mapping[str, list[Node]],
    row: Mapping[str, int],
    language: Language,
) -> Band:
    nodes, group = members[path], graph.group[path]
    around = [one_path for one_path in graph.lineage(path)[1:] if one_path in framed]
    inner = [one_path for one_path in framed if path in graph.lineage(one_path)]
    rows = [row[node.id] for node in nodes]
    name, figures = frame_texts(
        group, _params(graph, path, nodes), _blocks(graph, path, nodes), language
    )
    return Band(
        group,
        first=min(rows),
        last=max(rows),
        members=frozenset(node.id for node in nodes),
        outer=frozenset(around),
        height=max(sum(one_path in inner for one_path in graph.lineage(path)) for path in inner),
        name=name,
        figures=figures,
    )


def _times(graph: Graph, group: str, path: str) -> int:
    """How often something in ``group`` stands in the group ``path``, counting what is folded."""
    times = 1
    while group != path:
        times *= 1 + len(graph.group[group].folded)
        group = graph.group[group].parent
    return times


def _params(graph: Graph, path: str, nodes: list[Node]) -> int:
    return sum(
        node.params * (1 + len(node.folded)) * _times(graph, node.group, path) for node in nodes
    )


def _blocks(graph: Graph, path: str, nodes: list[Node]) -> int:
    """Blocks inside a stage, drawn as boxes or open."""
    closed = sum(1 + len(node.folded) for node in nodes if node.role == "block")
    opened = [
        group
        for group in graph.groups
        if group.level == "block" and path in graph.lineage(group.path)[1:]
    ]
    return closed + sum(1 + len(item.folded) for item in opened)
