"""Graphviz's SVG → the SVG that people embed: lean, named, explained, safe to inline."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from html import unescape
from typing import NamedTuple

from resnet_core.bilingual import Text
from resnet_core.errors import RenderError
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
    ThemeName,
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
# What is seen of a slab.
FACES = 3
# What may have happened to a node that is said of it.
_FATES = ("problem", *SIGNS)
# The attributes of an element, in their order.
Looks = dict[str, str]


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
    reading = _Reading(drawn)
    # A module of one's own has no URL: there, what is drawn and said tells it from others.
    told = caption.url or f"{drawn}{theme}{sheet.heading}{[box.face for box in sheet.boxes]}"
    prefix = "d" + hashlib.sha256(told.encode()).hexdigest()[:7]
    style = element("style", {}, _following(prefix)) if theme == "auto" else ""
    said = _said(caption, graph, prefix)
    canvas = _Tailor(sheet, prefix, Theme.of(theme)).fit(reading)
    inside = f"\n{style}{said}{canvas}\n"
    return element("svg", _page(reading.box, prefix, pixels), inside) + "\n"


def _page(box: list[float], prefix: str, pixels: float | None) -> Looks:
    """The document's own attributes; sizes in pixels, so that a page shows it at its own size."""
    wide = pixels or box[2]
    return {
        "xmlns": SVG,
        "width": short(wide),
        "height": short(wide * box[3] / box[2]),
        "viewBox": " ".join(map(short, box)),
        "id": prefix,
        "class": "resnet-diagram",
        "role": "img",
        "aria-labelledby": f"{prefix}-title {prefix}-desc",
        "font-family": FONT,
    }


def _said(caption: Caption, graph: Graph, prefix: str) -> str:
    """Name, description and origin."""
    texts: tuple[tuple[str, str, Looks], ...] = (
        ("title", caption.named, {"id": f"{prefix}-title"}),
        ("desc", description(caption, graph), {"id": f"{prefix}-desc"}),
        ("metadata", caption.url, {}),
    )
    return "".join([element(tag, looks, text=text) for tag, text, looks in texts if text])


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


# What Graphviz writes is as regular as this, whatever the names: it escapes the signs of markup.
_CANVAS = re.compile(r'viewBox="([\d. ]+)"[^<>]*>\s*<g [^<>]*translate\(([^()]+)\)">')
_GROUP = re.compile(
    r'<g id="([^"]*)" class="(\w+) ?([^"]*)">\s*'
    r"<title>([^<]*)</title>((?:\s*<\w+ [^<>]*/>)*)\s*</g>"
)
_SHAPE = re.compile(
    r'<(\w+) (fill="[^"<>]*"(?: stroke[\w-]*="[^"<>]*")*) (\w+="[-\d., MC]+"(?: \w+="[\d.-]+")*)/>'
)
_STROKE = re.compile(r' stroke="([^"]*)" stroke-width="([^"]*)"')
_NUMBER = re.compile(r"-?[\d.]+")

# A shape as Graphviz writes it: its tag, the attributes of its pen, and those of its place.
Shape = tuple[str, str, str]


class Group(NamedTuple):
    """The shapes of a node, an edge or a cluster, with its id, the rest of its class, its name."""

    id: str
    kind: str
    roles: str
    name: str
    shapes: list[Shape]

    @property
    def layer(self) -> int:
        """What lies above what: frames, boxes with their wires, samples of lines."""
        return 0 if self.kind == "cluster" else 2 if self.is_sample else 1

    @property
    def is_sample(self) -> bool:
        """Whether it is a piece of line that stands before words."""
        return self.kind == "edge" and self.roles.startswith("sample ")


class _Reading:
    """Graphviz's document: the page's box, the canvas's shift, the groups, the shapes in none.

    Raises RenderError where it is anything else.
    """

    def __init__(self, drawn: str) -> None:
        self.drawn = drawn
        self.groups = [
            Group(given, kind, roles, title, _shapes(inside))
            for given, kind, roles, title, inside in _GROUP.findall(drawn)
        ]
        canvas = _CANVAS.search(drawn)
        # The canvas is a group itself.
        if canvas is None or drawn.count("<g ") != len(self.groups) + 1:
            raise _strange(drawn[:80])
        box, shift = canvas.groups()
        self.box, self.shift = ([*map(float, _NUMBER.findall(found))] for found in (box, shift))

    @property
    def bare(self) -> list[Shape]:
        return _shapes(_GROUP.sub("", self.drawn))


def _shapes(drawn: str) -> list[Shape]:
    found = _SHAPE.findall(drawn)
    if len(found) != drawn.count("/>"):
        raise _strange(drawn[:80])
    return found


def _strange(words: str) -> RenderError:
    said = Text("Graphviz: its SVG is of an unknown form: {}", "Graphviz：它的 SVG 形式未知：{}")
    return RenderError(said.format(words))


def _plain(name: str) -> str:
    """A name as it stands in a title: Graphviz takes "&amp;" in a name for the sign itself."""
    return unescape(name).replace("\N{NO-BREAK SPACE}", " ")


class _Tailor:
    """Takes Graphviz's groups one by one and leaves what a reader, a page or a script needs."""

    def __init__(self, sheet: Sheet, prefix: str, theme: Theme) -> None:
        self.sheet = sheet
        self.prefix = prefix
        self.theme = theme
        self.boxes = {_plain(dot_name(box.node.id)): box for box in sheet.boxes}
        self.slabs = [box for box in sheet.boxes if box.slab]
        # The faces of the slab in a box, by the node's id.
        self.faces: dict[str, list[Shape]] = {}
        # Graphviz counts the edges in the order of the DOT.
        self.wires = {f"edge{number}": wire for number, wire in enumerate(sheet.wires, start=1)}
        self.frames = {f"cluster_{_plain(frame.group.path)}": frame for frame in sheet.frames}

    def fit(self, reading: _Reading) -> str:
        """All that is drawn, as one element."""
        looks = {
            "transform": f"translate({' '.join(map(short, reading.shift))})",
            "fill": self.theme["ink"],
            "stroke-width": THIN,
            "font-size": short(TEXT),
        }
        # Only slabs and hatching lie below the boxes.
        ground = self._ground(reading.bare) if self.slabs or self.theme.name == "ink" else ""
        groups = [f"{group}\n" for group in self._groups(reading.groups)]
        return element("g", looks, "".join(["\n", ground, *groups]))

    def _groups(self, groups: list[Group]) -> Iterator[str]:
        """Frames, heading, boxes with their wires, legend, and last the samples of its lines."""
        frames, boxes, samples = (
            [group for group in groups if group.layer == layer] for layer in range(3)
        )
        yield from map(self._group, frames)
        if self.sheet.heading:
            yield element("g", {"class": "heading"}, self._letters(on_heading(self.sheet)))
        yield from map(self._group, boxes)
        if self.sheet.legend:
            yield element("g", {"class": "legend"}, self._letters(on_legend(self.sheet)))
        yield from map(self._group, samples)

    def _ground(self, bare: list[Shape]) -> str:
        """What Graphviz has drawn below all boxes, less the slabs, which go to their boxes."""
        strokes = [shape for shape in bare if shape[0] == "polyline"]
        if not strokes and not self.slabs:
            return ""
        # What is hatched lies on the ground, and the paper is drawn above it: so it is clear.
        grounds = [shape for shape in bare if shape[0] == "polygon"]
        # The faces of the slabs come last and in order.
        first = len(grounds) - FACES * len(self.slabs)
        for index, box in enumerate(self.slabs):
            self.faces[box.node.id] = grounds[first + FACES * index :][:FACES]
        # A page that has a ground of its own leaves this one out, as it does the paper.
        ground = element("g", {"class": "paper"}, _drawn(grounds[:first]))
        return ground + (_hatching(strokes) if strokes else "")

    def _group(self, group: Group) -> str:
        """One group dressed."""
        kind = group.kind
        if kind == "edge" and group.id in self.wires:
            return self._edge(group, self.wires[group.id])
        if group.is_sample:
            return _line({"class": group.roles}, group.shapes)
        name = _plain(group.name)
        if kind == "node" and name in self.boxes:
            return self._node(group, self.boxes[name])
        if kind == "cluster" and name == "cluster":
            return element("g", {"class": "paper"}, _drawn(group.shapes))
        if kind == "cluster" and name in self.frames:
            return self._frame(group, self.frames[name])
        raise _strange(group.name)

    def _edge(self, group: Group, wire: Wire) -> str:
        lane = wire.edge.lane
        looks = {
            "class": f"edge {lane} {wire.kind}" if wire.kind not in ("", lane) else f"edge {lane}",
            "data-from": wire.edge.source,
            "data-to": wire.edge.target,
        }
        if not wire.note:
            return _line(looks, group.shapes)
        # Letters would take the stroke of their group.
        return element("g", looks, _drawn(group.shapes) + self._letters(on_wire(wire)))

    def _frame(self, group: Group, frame: Frame) -> str:
        path = frame.group.path
        looks = {
            "class": "frame",
            "id": f"{self.prefix}-{path}",
            "data-path": path,
            "data-group": path,
            **_named("data-folded", frame.group.folded),
        }
        shapes = _drawn(group.shapes, boxes=True)
        return element("g", looks, shapes + self._letters(on_frame(frame)))

    def _node(self, group: Group, box: Box) -> str:
        node = box.node
        fate = f" {box.line}" if box.line in _FATES else ""
        looks = {
            "class": f"node {node.role}{fate}",
            "id": f"{self.prefix}-{dot_name(node.id)}",
            "data-path": node.path,
            "data-node": node.id,
        }
        if node.kind == "group":
            looks["data-group"] = node.path
        else:
            looks |= _named("data-parts", [part.id for part in node.parts])
        looks |= _named("data-folded", node.folded)
        if node.source:
            looks["data-line"] = str(node.source.line)
        tip = element("title", {}, text=tooltip(node))
        shapes = _drawn(group.shapes, boxes=True)
        faces = _drawn(self.faces.get(node.id, ()))
        return element("g", looks, tip + shapes + faces + self._letters(on_box(box)))

    def _letters(self, letters: Iterable[Letters]) -> str:
        """Text takes the width that the layout gave it, in whatever font the reader has."""
        high, theme = self.sheet.height, self.theme.name
        found = []
        for run, x, y in letters:
            words = run.text
            # Of two spaces SVG would keep one; a space that does not break counts as a letter.
            said = words.strip().replace("  ", "\N{NO-BREAK SPACE} ")
            if words[:1].isspace():
                x += width(words[: len(words) - len(words.lstrip())], run.size, run.bold)
            looks = _type(run.size, run.bold, run.colour, theme)
            wide = short(width(said, run.size, run.bold))
            strike = ' text-decoration="line-through"' if run.strike else ""
            found.append(
                f'<text x="{short(x)}" y="{short(y - high)}"{looks} textLength="{wide}"{strike}>'
                f"{_text(said)}</text>"
            )
        return "".join(found)


@lru_cache(256)
def _type(size: float, bold: bool, colour: str, theme: ThemeName) -> str:
    """How letters look, where they do not look as most do."""
    return "".join(
        [
            f' font-size="{short(size)}"' * (size != TEXT),
            ' font-weight="bold"' * bold,
            f' fill="{Theme(theme)[colour]}"' * (colour != "ink"),
        ]
    )


def _named(attribute: str, names: Sequence[str]) -> Looks:
    """Ids or paths in one attribute; none where there are none."""
    return {attribute: " ".join(names)} if names else {}


def _line(looks: Looks, shapes: Sequence[Shape]) -> str:
    """A wire. Its line and its head share colour and weight: said once, of their group."""
    shared = _STROKE.search(shapes[0][1]) if shapes else None
    if shared is None:
        raise _strange(looks["class"])
    stroke, weight = shared.groups()
    looks |= {"stroke": stroke, "stroke-width": weight}
    return element("g", looks, _drawn(shapes, unsaid=shared[0]))


def tooltip(node: Node) -> str:
    """What pointing at a box tells."""
    lines = [call_title(node) if node.kind != "group" else node.type, node.path]
    if node.inputs and node.outputs:
        given, made = (", ".join(map(shape_text, found)) for found in (node.inputs, node.outputs))
        lines.append(f"{given} → {made}")
    if node.params:
        lines.append(f"{node.params:,} parameters")
    if node.macs:
        lines.append(f"{node.macs:,} multiply-adds")
    if node.kind not in ("input", "output"):
        lines.append(f"receptive field {node.receptive_field}")
    return "\n".join(filter(None, dict.fromkeys(lines)))


def _following(prefix: str) -> str:
    """Rules that give each colour its dark twin where the reader's system is dark."""
    rules = f"#{prefix}".join(_rules())
    return f"@media (prefers-color-scheme:dark){{{rules}}}"


@cache
def _rules() -> tuple[str, ...]:
    """The rules without the id of the picture, which stands before each of them."""
    twins = [
        f' [{paint}="{light}"]{{{paint}:{dark}}}'
        for light, dark in dark_of_light().items()
        for paint in ("fill", "stroke")
    ]
    return ("", *twins)


# The outline of a box, which most shapes have.
THIN = "1.1"
_THIN_PEN = f' stroke-width="{THIN}"'
# Graphviz's own patterns are too uneven to be told apart at a glance.
_DASHES = {'dasharray="5,2"': 'dasharray="6 4"', 'dasharray="1,5"': 'dasharray="2 4"'}


def _drawn(shapes: Iterable[Shape], boxes: bool = False, unsaid: str = _THIN_PEN) -> str:
    """Shapes without what goes without saying; boxes have round corners."""
    return "".join([_shape(*shape, boxes, unsaid) for shape in shapes])


@lru_cache(8192)
def _shape(tag: str, pen: str, place: str, box: bool, unsaid: str) -> str:
    """A shape as it is written. Rows have the same distance in every picture: many are met again.

    Its attributes are Graphviz's own, colours and numbers.
    """
    pen = pen.replace(unsaid, "")
    values = place.split('"')[1::2]
    if tag == "ellipse":
        x, y, wide, high = map(_tenth, values)
        return f'<ellipse {pen} cx="{x}" cy="{y}" rx="{wide}" ry="{high}"/>'
    numbers = values[0].lstrip("M").replace("C", " ").replace(",", " ").split()
    if tag == "path":
        for dull, clear in _DASHES.items():
            pen = pen.replace(dull, clear)
        return f'<path {pen} d="{_curve(numbers)}"/>'
    if tag != "polygon":
        raise _strange(tag)
    return f"<rect {pen} {_rounded(numbers)}/>" if box else f'<path {pen} d="{_outline(numbers)}"/>'


def _hatching(strokes: Iterable[Shape]) -> str:
    """All strokes of the hatching in one path."""
    path = ""
    for _, _, place in strokes:
        x, y, end_x, end_y = map(float, _NUMBER.findall(place))
        path += f"M{short(x)},{short(y)}l{short(end_x - x)},{short(end_y - y)}"
    looks = {"class": "hatching", "fill": "none", "stroke": "#000000", "stroke-width": "0.7"}
    return element("path", {**looks, "d": path.replace(",-", "-")})


def _rounded(corners: Sequence[str]) -> str:
    """Graphviz writes a box from corner to corner; SVG has a word for it, and for round corners."""
    # The first corner and the third, which lie across from each other.
    x, y, other_x, other_y = (float(corners[at]) for at in (0, 1, 4, 5))
    wide, high = abs(x - other_x), abs(y - other_y)
    return (
        f'x="{short(min(x, other_x))}" y="{short(min(y, other_y))}" '
        f'width="{short(wide)}" height="{short(high)}" rx="{short(min(9.0, high / 2))}"'
    )


def _curve(numbers: Sequence[str]) -> str:
    """Graphviz writes a straight line as a curve; SVG has a letter for it."""
    x, y = map(_tenth, numbers[:2])
    found = [f"M{x},{y}"]
    for at in range(2, len(numbers), 6):
        a, b, c, d, end_x, end_y = map(_tenth, numbers[at : at + 6])
        if x == a == c == end_x:
            found.append(f"V{end_y}")
        elif y == b == d == end_y:
            found.append(f"H{end_x}")
        else:
            found.append(f"C{a},{b} {c},{d} {end_x},{end_y}")
        x, y = end_x, end_y
    return "".join(found).replace(",-", "-")


def _outline(corners: Sequence[str]) -> str:
    """A polygon as a path from point to point: an arrowhead's steps are short to write.

    It closes itself, though Graphviz says its first point once more.
    """
    tenths = [*map(_tenths, corners[:-2])]
    xs, ys = tenths[::2], tenths[1::2]
    steps = [
        f"{_of_tenths(x - before_x)},{_of_tenths(y - before_y)}"
        for x, before_x, y, before_y in zip(xs, [0, *xs], ys, [0, *ys], strict=False)
    ]
    # A minus sign parts two numbers as well as a comma or a space does.
    return f"m{' '.join(steps)}z".replace(",-", "-").replace(" -", "-")


def element(tag: str, looks: Looks, inside: str = "", text: str = "") -> str:
    """An element as it is written, around others or around a text.

    What stands in a picture was escaped by ``_value`` or by ``_text``, or is a number or a colour.
    """
    said = "".join([f' {name}="{_value(value)}"' for name, value in looks.items()])
    inside = inside or _text(text)
    return f"<{tag}{said}>{inside}</{tag}>" if inside else f"<{tag}{said}/>"


# What XML cannot hold at all stands as a character for what cannot be read.
_NO_XML = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff"
_IN_TEXT = re.compile(f"[&<>\r{_NO_XML}]")
_IN_VALUE = re.compile(f'[&<>\r"\n\t{_NO_XML}]')
_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_SIGNS |= {blank: f"&#{ord(blank)};" for blank in "\r\n\t"}


@lru_cache(8192)
def _value(value: str) -> str:
    """The value of an attribute, escaped: most are said over and over."""
    return _IN_VALUE.sub(_sign, value)


def _text(text: str) -> str:
    """A text, escaped."""
    return _IN_TEXT.sub(_sign, text)


def _sign(found: re.Match[str]) -> str:
    return _SIGNS.get(found[0], "\N{REPLACEMENT CHARACTER}")


@lru_cache(8192)
def _tenth(number: str) -> str:
    return short(float(number))


@lru_cache(8192)
def _tenths(number: str) -> int:
    return round(10 * round(float(number), 1))


@lru_cache(8192)
def _of_tenths(tenths: int) -> str:
    return short(tenths / 10)


@lru_cache(8192)
def short(number: float) -> str:
    """A number to a tenth, without what says nothing: ``3``, ``0.5``, and no ``-0``."""
    return f"{round(number, 1) + 0.0:.1f}".removesuffix(".0")
