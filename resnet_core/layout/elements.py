"""The elements of a picture: edges in the style of their kind, the legend, boxes, frames.

How an edge is drawn: the line style of each shortcut, the curve of a path. What stands on a box,
and how large the box must be for it. Which groups are framed, which rows they take, how they nest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from resnet_core.bilingual import Language
from resnet_core.graph.model import Graph, Group, Node, change_of, differences_of, unmarked
from resnet_core.language.notation import (
    DEFAULT_LABELS,
    SIGNS,
    Label,
    end_name,
    frame_texts,
    label,
    shape_text,
)
from resnet_core.language.terminal import wrapped
from resnet_core.language.terms import say
from resnet_core.layout.sheet import (
    FRAME_TEXT,
    SHAPE,
    SMALL,
    TEXT,
    Box,
    Face,
    Line,
    Point,
    Run,
    Slab,
    Wire,
    paint_of,
)
from resnet_core.layout.typesetting import GLYPHS, PAD, extent, width

# Kinds of wires that have a line of their own, with what Graphviz is told of it.
KINDS: Mapping[str, Mapping[str, str]] = {
    "identity": {"penwidth": "2"},
    "projection": {"penwidth": "2", "style": "dashed"},
    "pooled": {"penwidth": "1.3", "style": "dashed", "arrowhead": "onormal"},
    "padded": {"penwidth": "2", "style": "dotted"},
    "other": {"penwidth": "2", "arrowhead": "onormal"},
    "gate": {"penwidth": "1.3", "arrowhead": "odot"},
}
SIZE = 10.0
SAMPLE = 26.0
_AFTER = 5.0


def sampled(words: str, kind: str, size: float, colour: str = "quiet") -> Run:
    """The words behind room for a sample of the line."""
    blanks = math.ceil((SAMPLE + _AFTER) / width(" ", size))
    return Run(" " * blanks + words, size, colour, sample=kind)


def sample_ends(text: Run, x: float) -> tuple[float, float]:
    """Where the sample of a text that stands at ``x`` begins and ends."""
    blanks = len(text.text) - len(text.text.lstrip())
    end = x + blanks * width(" ", text.size) - _AFTER
    return end - SAMPLE, end


def legend(boxes: Iterable[Box], wires: Iterable[Wire], language: Language) -> tuple[Line, ...]:
    """One entry for each kind of line that is in the picture."""
    texts = (text for box in boxes for line in box.face.left for text in line)
    found = {*(text.sample for text in texts), *(wire.kind for wire in wires)}
    entries: list[Line] = []
    for kind in KINDS:
        if kind in found:
            name = say(kind, language)
            words = name if kind == "gate" else say("{} shortcut", language, name)
            entries.append((sampled(words, kind, SIZE),))
    return tuple(entries)


RADIUS = 9.0


def spline(points: tuple[Point, ...], tip: float) -> tuple[list[Point], Point]:
    """Control points of cubic Bézier curves from the first point to ``tip`` before the last.

    Graphviz wants 3n + 1 of them; the last point itself, where the arrow ends, comes apart.
    """
    end = points[-1]
    points = (*points[:-1], _towards(end, points[-2], tip))
    found = [points[0]]
    at = points[0]
    for corner, after in pairwise(points[1:]):
        radius = min(RADIUS, _apart(at, corner) / 2, _apart(corner, after) / 2)
        begin, finish = _towards(corner, at, radius), _towards(corner, after, radius)
        found += [*_straight(at, begin), _mix(begin, corner), _mix(finish, corner), finish]
        at = finish
    return found + _straight(at, points[-1]), end


def _straight(start: Point, end: Point) -> list[Point]:
    return [_part(start, end, 1 / 3), _part(start, end, 2 / 3), end]


def _part(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _mix(end: Point, corner: Point) -> Point:
    # 0.5523 of the way: the cubic that is nearest to a quarter of a circle.
    return _part(end, corner, 0.5523)


def _towards(start: Point, end: Point, distance: float) -> Point:
    whole = _apart(start, end)
    return _part(start, end, distance / whole) if whole else start


def _apart(one: Point, other: Point) -> float:
    return math.dist(one, other)


GLYPH_SIZE = 26.0
# The reason of a failure is set in lines of so many columns.
_COLUMNS = 84
# The words for a change are set in lines of so many.
_LONGEST = 58
BETWEEN = 16.0
_LEAST = {"TB": 200.0, "LR": 84.0}


@dataclass(frozen=True)
class Tile:
    """A node ready to be placed: its face, outline, colours and least size."""

    node: Node
    face: Face
    shape: str
    fill: str
    line: str
    width: float
    height: float
    slab: Slab | None = None


TileMaker = Callable[[Graph, Node, str, Collection[str], Language], Tile]
Tiles = Mapping[str, Tile]


def tiles(
    graph: Graph, direction: str, labels: Collection[str], language: Language, make: TileMaker
) -> Tiles:
    """The tile that ``make`` gives for each node of a view, by the node's id."""
    return {node.id: make(graph, node, direction, labels, language) for node in graph.nodes}


def tile(
    graph: Graph,
    node: Node,
    direction: str,
    labels: Collection[str] = DEFAULT_LABELS,
    language: Language = "en",
) -> Tile:
    """The tile of a node; in a row (LR) the lines stand one above the other."""
    if graph.problem and graph.problem.node == node.id:
        face = _problem(graph, node, language)
        return _tile(node, face, "card", "problem", "problem", 200, 8)
    if node.type in GLYPHS and len(graph.incoming[node.id]) > 1:
        glyph = Face((), centred=True)
        return Tile(node, glyph, "glyph", "join", "join", GLYPH_SIZE, GLYPH_SIZE)
    if node.kind in ("input", "output"):
        return _end(node, direction, language)
    paint = paint_of(node.role, node.attributes.get("shortcut", ""))
    return _tile(
        node,
        _face(label(node, labels, language), direction),
        "box",
        paint,
        paint,
        _LEAST[direction],
        5,
    )


def _tile(
    node: Node, face: Face, shape: str, fill: str, line: str, least: float, air: float
) -> Tile:
    left, right = extent(face.left), extent(face.right)
    across = left[0] + (right[0] + BETWEEN if face.right else 0) + 2 * PAD
    return Tile(node, face, shape, fill, line, max(least, across), max(left[1], right[1]) + 2 * air)


def _face(texts: Label, direction: str) -> Face:
    title: Line = (Run(texts.title, TEXT),)
    if texts.accent:
        title += (Run("  ", TEXT), *_accent(texts))
    if texts.count:
        title += (Run(f"   {texts.count}", TEXT, bold=True),)
    shape: Line = (Run(texts.shape, SHAPE, "ink" if texts.bold else "quiet", bold=texts.bold),)
    small: Line = (Run(texts.small, SMALL, "quiet"),)
    left = (title, small) if texts.small else (title,)
    right = (shape,) if texts.shape else ()
    if direction == "TB":
        return Face(left, right)
    return Face((title, *right, *left[1:]))


def _accent(texts: Label) -> Line:
    """What kind of shortcut a closed block has: the line that stands for it, and its name."""
    if texts.shortcut not in KINDS:
        return (Run(texts.accent, TEXT, "shortcut"),)
    return (sampled(texts.accent, texts.shortcut, TEXT, "shortcut"),)


def _end(node: Node, direction: str, language: Language) -> Tile:
    name, shape = end_name(node, language), shape_text(node.shape)
    gap = "  " if direction == "TB" else ""
    words = (Run(name + gap, TEXT, "end-text"), Run(shape, TEXT, "end-text", bold=True))
    lines: tuple[Line, ...] = (words,) if direction == "TB" else (words[:1], words[1:])
    return _tile(node, Face(lines, centred=True), "pill", "end", "end", 60, 6)


def end_tile(node: Node, direction: str, language: Language) -> Tile:
    """The tile of an input that has room for a drawing, as that of a call has."""
    told = Label(end_name(node, language), shape=shape_text(node.shape), bold=True)
    return _tile(node, _face(told, direction), "box", "other", "other", _LEAST[direction], 5)


def _problem(graph: Graph, node: Node, language: Language) -> Face:
    """The operation that fails: what met what, and why that cannot be."""
    problem = graph.problem
    assert problem is not None
    glyph = GLYPHS.get(node.type, "")
    head: Line = (
        Run(
            f"{glyph}  {say(problem.title, language)}".strip(), TEXT + 1, "problem-text", bold=True
        ),
    )
    lines = [head]
    if len(problem.shapes) > 1:
        names = [
            say("main path" if edge.lane == "main" else edge.lane, language)
            for edge in graph.incoming[node.id]
        ]
        met: list[Run] = []
        for name, shape in zip(names, problem.shapes, strict=False):
            met += [
                Run(f"{',  ' * bool(met)}{name} ", SHAPE),
                Run(shape_text(shape), SHAPE, bold=True),
            ]
        lines.append(tuple(met))
    elif problem.shapes:
        met_one = (
            Run(f"{say('input', language)} ", SHAPE),
            Run(shape_text(problem.shapes[0]), SHAPE, bold=True),
        )
        lines.append(met_one)
    lines += [
        (Run(line, SHAPE - 1, "quiet"),) for line in wrapped(problem.text[language], _COLUMNS)
    ]
    if problem.fix:
        fix = ", ".join(f"{name}={value}" for name, value in problem.fix)
        lines.append(
            (Run(say("fix: ", language), SHAPE, "problem-text"), Run(fix, SHAPE, bold=True))
        )
    return Face(tuple(lines))


def marked_tile(
    graph: Graph,
    node: Node,
    direction: str,
    labels: Collection[str] = DEFAULT_LABELS,
    language: Language = "en",
) -> Tile:
    """The tile of a node with a mark for what has happened to it; of others as ever."""
    change = change_of(node)
    made = tile(graph, unmarked(node), direction, labels, language)
    made = replace(made, node=node)
    if change == "same":
        # White, so that nothing but a change catches the eye.
        return replace(made, fill="join") if made.shape == "box" else made
    if made.shape == "card":
        return made
    if made.shape == "glyph":
        return replace(made, line=change, fill=change)
    told = differences_of(node)
    face = (
        _marked_end(made.face, told)
        if made.shape == "pill"
        else _marked_face(made.face, change, told)
    )
    grown = max(0, extent(face.left)[1] - extent(made.face.left)[1])
    wide = extent(face.left)[0] + (extent(face.right)[0] + BETWEEN if face.right else 0) + 2 * PAD
    return replace(
        made,
        face=face,
        fill=change if made.shape == "box" else made.fill,
        line=change,
        width=max(made.width, wide),
        height=made.height + grown,
    )


def _marked_end(face: Face, differences: Collection[str]) -> Face:
    """An input or output: the shape before, and the shape now."""
    if not differences:
        return face
    (first, *_), *_ = face.left
    return replace(face, left=((first, Run(", ".join(differences), TEXT, "end-text", True)),))


def _marked_face(face: Face, change: str, differences: Collection[str]) -> Face:
    first, *rest = face.left
    sign = Run(f"{SIGNS[change]}  ", TEXT, f"{change}-text", bold=True)
    strike = change == "removed"
    title: Line = (sign, *(replace(text, strike=strike) for text in first))
    told = wrapped(", ".join(differences), _LONGEST)
    lines: list[Line] = [(Run(line, SMALL, f"{change}-text", bold=True),) for line in told]
    return replace(face, left=(title, *rest, *lines))


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
    members = graph.members.items()
    framed = [path for path, nodes in members if _is_framed(graph.group[path], nodes)]
    framed.sort(key=lambda path: len(graph.lineage(path)))
    return [_band(graph, path, framed, row, language) for path in framed]


def _is_framed(group: Group, nodes: Sequence[Node]) -> bool:
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
    row: Mapping[str, int],
    language: Language,
) -> Band:
    nodes, group = graph.members[path], graph.group[path]
    around = [outer for outer in graph.lineage(path)[1:] if outer in framed]
    inner = {other for other in framed if path in graph.lineage(other)}
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
        height=max(sum(outer in inner for outer in graph.lineage(other)) for other in inner),
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


def _params(graph: Graph, path: str, nodes: Sequence[Node]) -> int:
    return sum(
        node.params * (1 + len(node.folded)) * _times(graph, node.group, path) for node in nodes
    )


def _blocks(graph: Graph, path: str, nodes: Sequence[Node]) -> int:
    """Blocks inside a stage, drawn as boxes or open."""
    closed = sum(1 + len(node.folded) for node in nodes if node.role == "block")
    opened = [
        group
        for group in graph.groups
        if group.level == "block" and path in graph.lineage(group.path)[1:]
    ]
    return closed + sum(1 + len(item.folded) for item in opened)
