"""What stands on a box, and how large the box must be for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from resnet_core.bilingual import Language
from resnet_core.graph.model import Graph, Node, change_of, differences_of, unmarked
from resnet_core.language.notation import (
    DEFAULT_LABELS,
    SIGNS,
    Label,
    end_name,
    label,
    shape_text,
)
from resnet_core.language.terminal import wrapped
from resnet_core.language.terms import say
from resnet_core.layout.edge_styles import KINDS, sampled
from resnet_core.layout.sheet import Face, Line, Run, Slab
from resnet_core.layout.theme import (
    SHAPE,
    SMALL,
    TEXT,
    paint_of,
)
from resnet_core.layout.typesetting import GLYPHS, PAD, extent

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
