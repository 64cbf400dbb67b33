"""What stands on a box, and how large the box must be for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from resnet_core.bilingual import Language
from resnet_core.graph.model import Graph, Node
from resnet_core.language.notation import (
    DEFAULT_LABELS,
    Label,
    end_name,
    label,
    shape_text,
)
from resnet_core.language.terminal import wrapped
from resnet_core.language.terms import say
from resnet_core.layout.edge_styles import KINDS, sampled
from resnet_core.layout.font import width
from resnet_core.layout.sheet import Face, Line, Text
from resnet_core.layout.theme import (
    SHAPE,
    SMALL,
    TEXT,
    paint_of,
)

GLYPHS = {"add": "+", "mul": "×"}
GLYPH_SIZE = 26.0
PAD = 9.0
LINE_HEIGHT = 1.2
AIR = 2.0
# The reason of a failure is set in lines of so many columns.
_COLUMNS = 84
_BETWEEN = 16.0
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
    across = left[0] + (right[0] + _BETWEEN if face.right else 0) + 2 * PAD
    return Tile(node, face, shape, fill, line, max(least, across), max(left[1], right[1]) + 2 * air)


def _face(texts: Label, direction: str) -> Face:
    title: Line = (Text(texts.title, TEXT),)
    if texts.accent:
        title += (Text("  ", TEXT), *_accent(texts))
    if texts.count:
        title += (Text(f"   {texts.count}", TEXT, bold=True),)
    shape: Line = (Text(texts.shape, SHAPE, "ink" if texts.bold else "quiet", bold=texts.bold),)
    small: Line = (Text(texts.small, SMALL, "quiet"),)
    left = (title, small) if texts.small else (title,)
    right = (shape,) if texts.shape else ()
    if direction == "TB":
        return Face(left, right)
    return Face((title, *right, *left[1:]))


def _accent(texts: Label) -> Line:
    """What kind of shortcut a closed block has: the line that stands for it, and its name."""
    if texts.shortcut not in KINDS:
        return (Text(texts.accent, TEXT, "shortcut"),)
    return (sampled(texts.accent, texts.shortcut, TEXT, "shortcut"),)


def _end(node: Node, direction: str, language: Language) -> Tile:
    name, shape = end_name(node, language), shape_text(node.shape)
    words = (Text(f"{name}  ", TEXT, "end-text"), Text(shape, TEXT, "end-text", bold=True))
    lines: tuple[Line, ...] = (words,) if direction == "TB" else ((words[0],), (words[1],))
    return _tile(node, Face(lines, centred=True), "pill", "end", "end", 60, 6)


def _problem(graph: Graph, node: Node, language: Language) -> Face:
    """The operation that fails: what met what, and why that cannot be."""
    problem = graph.problem
    assert problem is not None
    glyph = GLYPHS.get(node.type, "")
    head: Line = (
        Text(
            f"{glyph}  {say(problem.title, language)}".strip(), TEXT + 1, "problem-text", bold=True
        ),
    )
    lines = [head]
    if len(problem.shapes) > 1:
        names = [
            say("main path" if edge.lane == "main" else edge.lane, language)
            for edge in graph.incoming[node.id]
        ]
        met: list[Text] = []
        for name, shape in zip(names, problem.shapes, strict=False):
            met += [
                Text(f"{',  ' * bool(met)}{name} ", SHAPE),
                Text(shape_text(shape), SHAPE, bold=True),
            ]
        lines.append(tuple(met))
    elif problem.shapes:
        met_one = (
            Text(f"{say('input', language)} ", SHAPE),
            Text(shape_text(problem.shapes[0]), SHAPE, bold=True),
        )
        lines.append(met_one)
    lines += [
        (Text(line, SHAPE - 1, "quiet"),) for line in wrapped(problem.text[language], _COLUMNS)
    ]
    if problem.mend:
        cure = ", ".join(f"{name}={value}" for name, value in problem.mend)
        lines.append(
            (Text(say("fix: ", language), SHAPE, "problem-text"), Text(cure, SHAPE, bold=True))
        )
    return Face(tuple(lines))


def line_width(line: Line) -> float:
    return sum(width(text.text, text.size, text.bold) for text in line)


def line_height(line: Line) -> float:
    return max((text.size for text in line), default=0) * LINE_HEIGHT


def extent(lines: tuple[Line, ...]) -> tuple[float, float]:
    """Width and height of lines, with a little air between them."""
    return (
        max((line_width(line) for line in lines), default=0),
        sum(line_height(line) for line in lines) + AIR * LINE_HEIGHT * max(0, len(lines) - 1),
    )
