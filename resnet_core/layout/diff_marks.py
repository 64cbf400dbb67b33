"""What has happened to a box between two structures: its sign, its colour, and what differs."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from resnet_core.bilingual import Language
from resnet_core.graph.model import Edge, Graph, Node
from resnet_core.language.notation import DEFAULT_LABELS
from resnet_core.layout.boxes import (
    PAD,
    Tile,
    extent,
    tile,
)
from resnet_core.layout.sheet import (
    Face,
    Line,
    Text,
    Wire,
)
from resnet_core.layout.theme import SMALL, TEXT

# Attributes of a node in a graph of two structures: so equal neighbours are folded only where
# the same has happened to them.
_CHANGE, _DIFFERENCES = "change", "differences"
SIGNS = {"added": "+", "removed": "−", "changed": "≠", "reshaped": "≈"}
_LONGEST = 58


@dataclass(frozen=True, slots=True)
class MarkedEdge(Edge):
    """An edge of two structures: one that both have, or that was added or removed."""

    change: str = "same"


def marked_tile(
    graph: Graph,
    node: Node,
    direction: str,
    labels: Collection[str] = DEFAULT_LABELS,
    language: Language = "en",
) -> Tile:
    """The tile of a node with a mark for what has happened to it; of others as ever."""
    change = change_of(node)
    plain = {k: v for k, v in node.attributes.items() if k not in (_CHANGE, _DIFFERENCES)}
    made = tile(graph, replace(node, attributes=plain), direction, labels, language)
    made = replace(made, node=node)
    if change == "same":
        # White, so that nothing but a change catches the eye.
        return replace(made, fill="join") if made.shape == "box" else made
    if made.shape == "card":
        return made
    if made.shape == "glyph":
        return replace(made, line=change, fill=change)
    told = differences_of(node)
    face = _end(made.face, told) if made.shape == "pill" else _face(made.face, change, told)
    grown = max(0, extent(face.left)[1] - extent(made.face.left)[1])
    wide = extent(face.left)[0] + (extent(face.right)[0] + 16 if face.right else 0) + 2 * PAD
    return replace(
        made,
        face=face,
        fill=change if made.shape == "box" else made.fill,
        line=change,
        width=max(made.width, wide),
        height=made.height + grown,
    )


def mark_of(wire: Wire) -> str:
    """What has happened to a wire, where it is one of two structures."""
    change = change_of(wire.edge)
    return "" if change == "same" else change


def marked_node(node: Node, change: str, differences: Sequence[str]) -> Node:
    """The node with its change, and the words for it that stand in its box."""
    return replace(
        node, attributes={**node.attributes, _CHANGE: change, _DIFFERENCES: [*differences]}
    )


def change_of(part: Node | Edge) -> str:
    """The change of a node or an edge; ``same`` where it has none."""
    if isinstance(part, Node):
        return str(part.attributes.get(_CHANGE, "same"))
    return part.change if isinstance(part, MarkedEdge) else "same"


def differences_of(node: Node) -> Sequence[str]:
    """The words for the change of a node."""
    found: Sequence[str] = node.attributes.get(_DIFFERENCES, ())
    return found


def _end(face: Face, differences: Collection[str]) -> Face:
    """An input or output: the shape before, and the shape now."""
    if not differences:
        return face
    (first, *_), *_ = face.left
    return replace(face, left=((first, Text(", ".join(differences), TEXT, "end-text", True)),))


def _face(face: Face, change: str, differences: Collection[str]) -> Face:
    first, *rest = face.left
    sign = Text(f"{SIGNS[change]}  ", TEXT, f"{change}-text", bold=True)
    strike = change == "removed"
    title: Line = (sign, *(replace(text, strike=strike) for text in first))
    told = textwrap.wrap(", ".join(differences), _LONGEST, break_on_hyphens=False)
    lines: list[Line] = [(Text(line, SMALL, f"{change}-text", bold=True),) for line in told]
    return replace(face, left=(title, *rest, *lines))
