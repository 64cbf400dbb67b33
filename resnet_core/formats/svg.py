"""Graphviz's SVG → the SVG that people embed: lean, named, explained, safe to inline."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from lxml import etree as ET
from lxml.etree import _Element

from resnet_core.formats import graphviz
from resnet_core.formats.dot import dot_name, outlines
from resnet_core.formats.registry import FORMATS, Drawable, Pictured
from resnet_core.graph.model import Graph, Node
from resnet_core.language.notation import SIGNS, Caption, call_title, facts, shape_text, sums
from resnet_core.layout.sheet import (
    FONT,
    TEXT,
    Box,
    Frame,
    Sheet,
    Theme,
    Wire,
    dark_of_light,
)
from resnet_core.layout.typesetting import (
    Letters,
    on_box,
    on_frame,
    on_heading,
    on_legend,
    on_wire,
    width,
)
from resnet_core.stages import stage

SVG = "http://www.w3.org/2000/svg"
_G, _TITLE, _TEXT, _POLYLINE, _POLYGON, _PATH, _ELLIPSE, _RECT = (
    f"{{{SVG}}}{tag}"
    for tag in ("g", "title", "text", "polyline", "polygon", "path", "ellipse", "rect")
)
# What is seen of a slab.
FACES = 3
_LINES = {"heading": on_heading, "legend": on_legend}
# Graphviz declares what only its links need.
_XLINK = ' xmlns:xlink="http://www.w3.org/1999/xlink"'
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@FORMATS.register("svg", media="image/svg+xml", title="SVG", rank=1, quality=9)
def write(drawing: Drawable) -> bytes:
    """The drawing as a self-contained SVG document."""
    return drawing.svg.encode()


def svg(picture: Pictured) -> str:
    """The picture as Graphviz draws it, made lean, named and explained."""
    caption, options, sheet = picture.caption, picture.options, picture.sheet
    # Graphviz is given the shapes alone: every text is set here, from the fonts' own widths.
    paper = options.background == "paper"
    shapes = outlines(sheet, Theme.of(options.theme), caption.name, paper)
    drawn = graphviz.draw(shapes, "svg").decode()
    # A length without a unit is one of CSS's pixels; a picture of no given width takes its points.
    pixels = None
    if options.width is not None:
        pixels = sheet.width * options.enlarged(sheet.width) * graphviz.DPI / 72
    return dress(drawn, sheet, caption, picture.described, options.theme, pixels)


@stage("dress")
def dress(
    drawn: str, sheet: Sheet, caption: Caption, graph: Graph, theme: str, pixels: float | None
) -> str:
    """The drawing as a document of its own.

    Self-contained and without script; ``<title>``, ``<desc>``, the URL in ``<metadata>``; each
    box's group names its role, module path, source line, and says the details in a tooltip. What
    a box stands for beside itself is in ``data-parts`` (calls joined in it), ``data-group`` (the
    group closed in it) and ``data-folded`` (the equal neighbours not drawn; of frames too); an
    edge has the ids of its ends in ``data-from`` and ``data-to``. Ids
    start with a digest of the URL, so that different diagrams can stand on one page.
    """
    bare = ET.XMLParser(remove_comments=True)
    root = ET.fromstring(drawn.replace(_XLINK, "", 1).encode(), bare)
    (canvas,) = [item for item in root if item.get("class") == "graph"]
    # A module of one's own has no URL: there, what is drawn and said tells it from others.
    told = caption.url or f"{drawn}{theme}{sheet.heading}{[box.face for box in sheet.boxes]}"
    prefix = "d" + hashlib.sha256(told.encode()).hexdigest()[:7]
    _Tailor(sheet, prefix, Theme.of(theme)).fit(canvas)
    _head(root, canvas, caption, graph, prefix, pixels)
    if theme == "auto":
        style = ET.SubElement(root, f"{{{SVG}}}style")
        style.text = _following(prefix)
        root.remove(style)
        root.insert(0, style)
    # A quotation mark outside of a tag is text, and text has no ">" that is not escaped.
    return ET.tostring(root, encoding="unicode").replace('" />', '"/>') + "\n"


def _head(
    root: _Element,
    canvas: _Element,
    caption: Caption,
    graph: Graph,
    prefix: str,
    pixels: float | None,
) -> None:
    """Name, description and origin; sizes in pixels, so that a page shows it at its own size."""
    box = [float(part) for part in (root.get("viewBox") or "").split()]
    root.set("viewBox", " ".join(short(side) for side in box))
    wide = pixels or box[2]
    root.set("width", short(wide))
    root.set("height", short(wide * box[3] / box[2]))
    root.set("id", prefix)
    root.set("class", "resnet-diagram")
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title {prefix}-desc")
    root.set("font-family", FONT)
    texts = (
        ("title", caption.named, f"{prefix}-title"),
        ("desc", description(caption, graph), f"{prefix}-desc"),
        ("metadata", caption.url, ""),
    )
    for index, (tag, text, name) in enumerate(texts):
        if text:
            made = ET.Element(f"{{{SVG}}}{tag}", {"id": name} if name else {})
            made.text = text
            root.insert(index, made)
    for gone in ("id", "class"):
        canvas.attrib.pop(gone, "")
    shift = _NUMBER.findall((canvas.get("transform") or "").split("translate")[-1])
    canvas.set("transform", f"translate({' '.join(short(float(axis)) for axis in shift)})")


def description(caption: Caption, graph: Graph) -> str:
    """The picture in words, for those who do not see it."""
    said = [". ".join([", ".join(facts(caption, graph)), ", ".join(sums(graph))])]
    if caption.formula:
        said.insert(0, caption.formula)
    steps = [
        f"{call_title(call)} {shape_text(call.shape)}" + " (shortcut)" * (call.lane == "shortcut")
        for call in graph.calls[:40]
    ]
    more = len(graph.calls) - len(steps)
    said.append("; ".join(steps) + (f"; and {more} more calls" if more else ""))
    if graph.problem:
        said.append(f"{graph.problem.title}: {graph.problem.reason}")
    return ". ".join(said) + "."


class _Tailor:
    """Takes Graphviz's groups one by one and leaves what a reader, a page or a script needs."""

    def __init__(self, sheet: Sheet, prefix: str, theme: Theme) -> None:
        self.sheet = sheet
        self.prefix = prefix
        self.theme = theme
        self.boxes: dict[str, Box] = {dot_name(box.node.id): box for box in sheet.boxes}
        self.slabs = [box for box in sheet.boxes if box.slab]
        self.frames: dict[str, Frame] = {frame.group.path: frame for frame in sheet.frames}
        self.wires: dict[str, Wire] = {
            f"{dot_name(wire.edge.source)}->{dot_name(wire.edge.target)}": wire
            for wire in sheet.wires
        }

    def fit(self, canvas: _Element) -> None:
        canvas.set("fill", self.theme["ink"])
        canvas.set("stroke-width", THIN)
        canvas.set("font-size", short(TEXT))
        bare = [shape for shape in canvas if shape.tag != _G]
        for shape in bare:
            canvas.remove(shape)
        for group in list(canvas):
            if not self._group(group):
                canvas.remove(group)
        strokes = [shape for shape in bare if shape.tag == _POLYLINE]
        if strokes or self.slabs:
            # What is hatched lies on the ground, and the paper is drawn above it: so it is clear.
            grounds = [shape for shape in bare if shape.tag == _POLYGON]
            for shape in grounds:
                lean(shape)
            self._put_slabs(canvas, grounds)
            # A page that has a ground of its own leaves this one out, as it does the paper.
            ground = ET.Element(_G, {"class": "paper"})
            ground.extend(grounds)
            canvas.insert(0, ground)
            if strokes:
                canvas.insert(1, _hatching(strokes))

    def _put_slabs(self, canvas: _Element, grounds: list[_Element]) -> None:
        """Take the faces of the slabs, which come last and in order, to the boxes they stand in."""
        groups = {group.get("data-node"): group for group in canvas if group.get("data-node")}
        first = len(grounds) - FACES * len(self.slabs)
        for index, box in enumerate(self.slabs):
            group = groups[box.node.id]
            outlines = [at for at, part in enumerate(group) if not part.tag.endswith("}text")]
            for face in grounds[first + FACES * index :][:FACES]:
                group.insert(outlines[-1] + 1, face)
                outlines.append(outlines[-1] + 1)
        del grounds[first:]

    def _group(self, group: _Element) -> bool:
        """Dress one group; False for one that holds nothing but text, which is set elsewhere."""
        kind, *roles = (group.get("class") or "").split()
        boxes = kind != "edge" and group.get("id") != "paper"
        name = ""
        for shape in list(group):
            tag = shape.tag
            if tag == _TITLE:
                name = shape.text or ""
            elif tag != _TEXT:
                lean(shape, boxes)
                continue
            group.remove(shape)
        given = group.attrib.pop("id", "")
        group.text, group.tail = None, "\n"
        if kind == "edge" and roles[0] == "sample":
            group.set("class", " ".join(roles))
            _raise_stroke(group)
        elif kind == "edge":
            self._edge(group, self.wires[name], roles[0])
        elif kind == "node" and name in self.boxes:
            self._node(group, self.boxes[name])
        elif kind == "cluster" and given in self.frames:
            self._frame(group, self.frames[given])
        elif given == "paper":
            group.set("class", "paper")
        elif given in _LINES:
            group.set("class", given)
            self._letters(group, _LINES[given](self.sheet))
        else:
            return False
        return True

    def _edge(self, group: _Element, wire: Wire, lane: str) -> None:
        group.set("class", f"edge {lane} {wire.kind if wire.kind != lane else ''}".strip())
        group.set("data-from", wire.edge.source)
        group.set("data-to", wire.edge.target)
        # Letters would take the stroke of their group.
        if not wire.note:
            _raise_stroke(group)
        self._letters(group, on_wire(wire))

    def _frame(self, group: _Element, frame: Frame) -> None:
        path = frame.group.path
        group.attrib.update({"class": "frame", "id": f"{self.prefix}-{path}"})
        group.set("data-path", path)
        group.set("data-group", path)
        _named(group, "data-folded", frame.group.folded)
        self._letters(group, on_frame(frame))

    def _node(self, group: _Element, box: Box) -> None:
        node = box.node
        fate = f" {box.line}" if box.line in ("problem", *SIGNS) else ""
        group.set("class", f"node {node.role}{fate}")
        group.set("id", f"{self.prefix}-{dot_name(node.id)}")
        group.set("data-path", node.path)
        group.set("data-node", node.id)
        if node.kind == "group":
            group.set("data-group", node.path)
        else:
            _named(group, "data-parts", [part.id for part in node.parts])
        _named(group, "data-folded", node.folded)
        if node.source:
            group.set("data-line", str(node.source.line))
        tip = ET.Element(_TITLE)
        tip.text = tooltip(node)
        group.insert(0, tip)
        self._letters(group, on_box(box))

    def _letters(self, group: _Element, letters: Iterable[Letters]) -> None:
        """Text takes the width that the layout gave it, in whatever font the reader has."""
        for letter in letters:
            run, words = letter.text, letter.text.text
            # Of two spaces SVG would keep one; a space that does not break counts as a letter.
            said = words.strip().replace("  ", "\N{NO-BREAK SPACE} ")
            lead = words[: len(words) - len(words.lstrip())]
            start = letter.x + width(lead, run.size, run.bold) if lead else letter.x
            looks = {"x": short(start), "y": short(letter.y - self.sheet.height)}
            if run.size != TEXT:
                looks["font-size"] = short(run.size)
            if run.bold:
                looks["font-weight"] = "bold"
            if run.colour != "ink":
                looks["fill"] = self.theme[run.colour]
            looks["textLength"] = short(width(said, run.size, run.bold))
            if run.strike:
                looks["text-decoration"] = "line-through"
            ET.SubElement(group, _TEXT, looks).text = said


def _hatching(strokes: Iterable[_Element]) -> _Element:
    """All strokes of the hatching in one path."""
    numbers = (_NUMBER.findall(stroke.get("points") or "") for stroke in strokes)
    path = ""
    for x, y, end_x, end_y in (map(float, four) for four in numbers):
        path += f"M{short(x)},{short(y)}l{short(end_x - x)},{short(end_y - y)}"
    looks = {"class": "hatching", "fill": "none", "stroke": "#000000", "stroke-width": "0.7"}
    return ET.Element(f"{{{SVG}}}path", {**looks, "d": path.replace(",-", "-")})


def _named(group: _Element, attribute: str, names: Sequence[str]) -> None:
    """Ids or paths in one attribute; none where there are none."""
    if names:
        group.set(attribute, " ".join(names))


def _raise_stroke(group: _Element) -> None:
    """A wire's line and its head share colour and weight: said once, on their group."""
    for name in ("stroke", "stroke-width"):
        group.set(name, group[0].get(name) or "")
        for shape in group:
            shape.attrib.pop(name, "")


def tooltip(node: Node) -> str:
    """What pointing at a box tells."""
    lines = [call_title(node) if node.kind != "group" else node.type, node.path]
    if node.inputs and node.outputs:
        given = ", ".join(shape_text(node_input) for node_input in node.inputs)
        lines.append(f"{given} → {', '.join(shape_text(shape) for shape in node.outputs)}")
    if node.params:
        lines.append(f"{node.params:,} parameters")
    if node.macs:
        lines.append(f"{node.macs:,} multiply-adds")
    if node.kind not in ("input", "output"):
        lines.append(f"receptive field {node.receptive_field}")
    return "\n".join(line for line in dict.fromkeys(lines) if line)


def _following(prefix: str) -> str:
    """Rules that give each colour its dark twin where the reader's system is dark."""
    rules = "".join(_rules(prefix))
    return f"@media (prefers-color-scheme:dark){{{rules}}}"


def _rules(prefix: str) -> Iterator[str]:
    for light, dark in dark_of_light().items():
        for paint in ("fill", "stroke"):
            yield f'#{prefix} [{paint}="{light}"]{{{paint}:{dark}}}'


# The outline of a box, which most shapes have.
THIN = "1.1"
# Graphviz's own patterns are too uneven to be told apart at a glance.
_DASHES = {"5,2": "6 4", "1,5": "2 4"}


def lean(shape: _Element, box: bool = False) -> None:
    """Take from a shape what goes without saying; of a box the corners are rounded."""
    tag = shape.tag
    shape.tail = None
    if shape.get("stroke-width") == THIN:
        del shape.attrib["stroke-width"]
    if tag == _POLYGON and box:
        _rounded(shape)
    elif tag == _PATH:
        shape.set("d", _curve(shape.get("d") or ""))
        if dashes := shape.get("stroke-dasharray"):
            shape.set("stroke-dasharray", _DASHES[dashes])
    elif tag == _POLYGON:
        _outline(shape)
    elif tag == _ELLIPSE:
        for name in ("cx", "cy", "rx", "ry"):
            shape.set(name, short(float(shape.get(name) or 0)))


def _rounded(shape: _Element) -> None:
    """Graphviz writes a box from corner to corner; SVG has a word for it, and for round corners."""
    words = _points(shape)
    # The first corner and the third, which lie across from each other.
    x, y, other_x, other_y = (float(words[at]) for at in (0, 1, 4, 5))
    wide, high = abs(x - other_x), abs(y - other_y)
    shape.tag = _RECT
    shape.set("x", short(min(x, other_x)))
    shape.set("y", short(min(y, other_y)))
    shape.set("width", short(wide))
    shape.set("height", short(high))
    shape.set("rx", short(min(9.0, high / 2)))


def _curve(path: str) -> str:
    """Graphviz writes a straight line as a curve; SVG has a letter for it."""
    numbers = [short(float(word)) for word in path[1:].replace("C", " ").replace(",", " ").split()]
    xs, ys = numbers[::2], numbers[1::2]
    found = f"M{xs[0]},{ys[0]}"
    for at in range(0, len(xs) - 1, 3):
        if xs[at] == xs[at + 1] == xs[at + 2] == xs[at + 3]:
            found += f"V{ys[at + 3]}"
        elif ys[at] == ys[at + 1] == ys[at + 2] == ys[at + 3]:
            found += f"H{xs[at + 3]}"
        else:
            found += "C" + " ".join(f"{xs[to]},{ys[to]}" for to in (at + 1, at + 2, at + 3))
    return found.replace(",-", "-")


def _outline(shape: _Element) -> None:
    """A polygon as a path from point to point: an arrowhead's steps are short to write.

    It closes itself, though Graphviz says its first point once more.
    """
    numbers = [round(float(word), 1) for word in _points(shape)[:-2]]
    found, before = [], (0.0, 0.0)
    for x, y in zip(numbers[::2], numbers[1::2], strict=True):
        found.append(f"{short(x - before[0])},{short(y - before[1])}")
        before = x, y
    shape.tag = _PATH
    # A minus sign parts two numbers as well as a comma or a space does.
    shape.set("d", f"m{' '.join(found)}z".replace(",-", "-").replace(" -", "-"))


def _points(shape: _Element) -> list[str]:
    """The numbers of a polygon's corners, which are taken away."""
    said = shape.get("points") or ""
    del shape.attrib["points"]
    return said.replace(",", " ").split()


@lru_cache(8192)
def short(number: float) -> str:
    """A number to a tenth, without what says nothing: ``3``, ``0.5``, and no ``-0``."""
    return f"{round(number, 1) + 0.0:.1f}".removesuffix(".0")
