"""A structure as a small picture: its boxes, wires and frames, with titles alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from resnet_core.bilingual import Language
from resnet_core.graph.model import Graph, Node
from resnet_core.graph.view import view
from resnet_core.language.notation import call_title, title
from resnet_core.language.terms import say
from resnet_core.layout.coordinates import arrange
from resnet_core.layout.elements import Tile, tile, tiles
from resnet_core.layout.sheet import MARGIN, TEXT, Box, Face, Line, Run, Sheet, Wire, ground_of
from resnet_core.layout.typesetting import GLYPH, GLYPHS, PAD, extent, on_box
from resnet_core.plate.marks import Mark, Rect, Stroke, centred, from_left

# The patterns of the kinds of shortcut, as SVG says them.
_DASHES = {"projection": "4 3", "pooled": "4 3", "padded": "1.5 3"}
_LEAST = 84.0


def sheet_of(graph: Graph, is_network: bool, language: Language) -> Sheet:
    """Where everything stands, at full size."""
    shown = view(graph, "stage" if is_network else "layer")
    sheet = arrange(shown, (), "TB", tiles(shown, "TB", (), language, _compact), language)
    return replace(sheet, legend=())


def size_of(sheet: Sheet) -> tuple[float, float]:
    """Width and height of what is drawn, without the sheet's margins and its legend."""
    left, top, right, bottom = _bounds(sheet)
    return right - left, bottom - top


def marks_of(sheet: Sheet, scale: float, x: float, y: float) -> Iterator[Mark]:
    """The picture at this scale, around the middle ``x`` and from ``y`` downwards."""
    left, top, right, _ = _bounds(sheet)
    dx, dy = x - (left + right) / 2 * scale, y - top * scale
    for frame in sheet.frames:
        yield Rect(
            frame.left * scale + dx, frame.top * scale + dy,
            (frame.right - frame.left) * scale, (frame.bottom - frame.top) * scale,
            "frame", "frame-line", 0.7, 5 * scale,
        )  # fmt: skip
    for wire in sheet.wires:
        yield _wire(wire, scale, dx, dy)
    for box in sheet.boxes:
        yield from _box(box, scale, dx, dy)


def _wire(wire: Wire, scale: float, dx: float, dy: float) -> Mark:
    points = tuple((x * scale + dx, y * scale + dy) for x, y in wire.points)
    lane = wire.edge.lane
    colour = "wire" if lane == "main" else lane
    pen = 0.8 if lane == "main" else 1.2
    return Stroke(points, colour, pen, _DASHES.get(wire.kind, ""))


def _box(box: Box, scale: float, dx: float, dy: float) -> Iterator[Mark]:
    wide, high = box.width * scale, box.height * scale
    left, top = box.x * scale + dx - wide / 2, box.y * scale + dy - high / 2
    rounding = high / 2 if box.shape in ("glyph", "pill") else min(6.0, 8 * scale)
    line = ground_of(box.line)
    line = line if line == "end" else f"{line}-line"
    yield Rect(left, top, wide, high, ground_of(box.fill), line, 0.8, rounding)
    if box.shape == "glyph":
        sign = Run(GLYPHS[box.node.type], GLYPH * scale)
        yield centred(sign, left + wide / 2, top + high / 2)
        return
    for letters in on_box(box):
        run = replace(letters.text, size=letters.text.size * scale)
        yield replace(from_left(run, letters.x * scale + dx, 0), y=letters.y * scale + dy)


def _compact(
    graph: Graph, node: Node, direction: str, labels: Collection[str], language: Language
) -> Tile:
    """A tile with a title alone: of joined calls that of the first, of a failure its name."""
    made = tile(graph, node, direction, labels, language)
    if made.shape in ("glyph", "pill"):
        return made
    if graph.problem and made.shape == "card":
        run = Run(say(graph.problem.title, language), TEXT, "problem-text", bold=True)
    elif node.kind == "group":
        run = Run(title(node, language), TEXT)
    else:
        run = Run(call_title((node.parts or (node,))[0], language), TEXT)
    runs: Line = (run,)
    if node.folded:
        runs += (Run(f"  × {len(node.folded) + 1}", TEXT, bold=True),)
    face = Face((runs,), centred=True)
    wide, high = extent(face.left)
    return replace(made, face=face, shape="box", width=max(_LEAST, wide + 2 * PAD), height=high + 9)


def _bounds(sheet: Sheet) -> tuple[float, float, float, float]:
    xs = [edge for box in sheet.boxes for edge in (box.x - box.width / 2, box.x + box.width / 2)]
    ys = [edge for box in sheet.boxes for edge in (box.y - box.height / 2, box.y + box.height / 2)]
    xs += [x for wire in sheet.wires for x, _ in wire.points]
    ys += [y for wire in sheet.wires for _, y in wire.points]
    xs += [edge for frame in sheet.frames for edge in (frame.left, frame.right)]
    ys += [edge for frame in sheet.frames for edge in (frame.top, frame.bottom)]
    if not xs:
        return MARGIN, MARGIN, MARGIN, MARGIN
    return min(xs), min(ys), max(xs), max(ys)
