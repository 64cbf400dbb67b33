"""Graphviz's SVG → the SVG that people embed: lean, named, explained, safe to inline."""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from resnet_core.draw.dot import dot_name
from resnet_core.draw.heading import Caption, facts, sums
from resnet_core.draw.label import call_title, shape_text
from resnet_core.draw.letters import width
from resnet_core.draw.sheet import Box, Frame, Sheet, Wire
from resnet_core.draw.theme import FONT, dark_of_light
from resnet_core.graph import Graph, Node

_SVG = "http://www.w3.org/2000/svg"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def dress(drawn: str, sheet: Sheet, caption: Caption, graph: Graph, theme: str) -> str:
    """The drawing as a document of its own.

    Self-contained and without script; ``<title>``, ``<desc>``, the URL in ``<metadata>``; each
    box's group names its role, module path, source line, and says the details in a tooltip. Ids
    start with a digest of the URL, so that different diagrams can stand on one page.
    """
    ET.register_namespace("", _SVG)
    root = ET.fromstring(drawn)
    (canvas,) = [each for each in root if each.get("class") == "graph"]
    prefix = "d" + hashlib.sha256((caption.url or caption.title).encode()).hexdigest()[:7]
    _Tailor(sheet, prefix).fit(canvas)
    _head(root, canvas, caption, graph, prefix)
    if theme == "auto":
        style = ET.SubElement(root, f"{{{_SVG}}}style")
        style.text = _following(prefix)
        root.remove(style)
        root.insert(0, style)
    return ET.tostring(root, encoding="unicode") + "\n"


def _head(
    root: ET.Element, canvas: ET.Element, caption: Caption, graph: Graph, prefix: str
) -> None:
    """Name, description and origin; sizes in pixels, so that a page shows it at its own size."""
    root.attrib.pop("{http://www.w3.org/1999/xlink}xlink", None)
    box = [float(each) for each in (root.get("viewBox") or "").split()]
    root.set("viewBox", " ".join(_short(each) for each in box))
    root.set("width", _short(box[2]))
    root.set("height", _short(box[3]))
    root.set("id", prefix)
    root.set("class", "resnet-diagram")
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title {prefix}-desc")
    root.set("font-family", FONT)
    texts = (
        ("title", caption.title, f"{prefix}-title"),
        ("desc", description(caption, graph), f"{prefix}-desc"),
        ("metadata", caption.url, ""),
    )
    for index, (tag, text, name) in enumerate(texts):
        if text:
            made = ET.Element(f"{{{_SVG}}}{tag}", {"id": name} if name else {})
            made.text = text
            root.insert(index, made)
    for gone in ("id", "class"):
        canvas.attrib.pop(gone, None)
    shift = _NUMBER.findall((canvas.get("transform") or "").split("translate")[-1])
    canvas.set("transform", f"translate({' '.join(_short(float(each)) for each in shift)})")


def description(caption: Caption, graph: Graph) -> str:
    """The picture in words, for those who do not see it."""
    said = [". ".join([", ".join(facts(caption, graph)), ", ".join(sums(graph))])]
    if caption.formula:
        said.insert(0, caption.formula)
    steps = [
        f"{call_title(each)} {shape_text(each.shape)}" + " (shortcut)" * (each.lane == "shortcut")
        for each in graph.calls[:40]
    ]
    more = len(graph.calls) - len(steps)
    said.append("; ".join(steps) + (f"; and {more} more calls" if more else ""))
    if graph.problem:
        said.append(f"{graph.problem.title}: {graph.problem.reason}")
    return ". ".join(said) + "."


class _Tailor:
    """Takes Graphviz's groups one by one and leaves what a reader, a page or a script needs."""

    def __init__(self, sheet: Sheet, prefix: str) -> None:
        self.prefix = prefix
        self.boxes: dict[str, Box] = {dot_name(each.node.id): each for each in sheet.boxes}
        self.frames: dict[str, Frame] = {each.group.path: each for each in sheet.frames}
        self.wires: dict[str, Wire] = {
            f"{dot_name(each.edge.source)}->{dot_name(each.edge.target)}": each
            for each in sheet.wires
        }

    def fit(self, canvas: ET.Element) -> None:
        for group in list(canvas):
            if group.tag == f"{{{_SVG}}}title":
                canvas.remove(group)
            else:
                self._group(group)

    def _group(self, group: ET.Element) -> None:
        kind, *roles = (group.get("class") or "").split()
        title = group.find(f"{{{_SVG}}}title")
        name = (title.text or "") if title is not None else ""
        if title is not None:
            group.remove(title)
        for shape in list(group):
            self._shape(group, shape)
        given = group.attrib.pop("id", "")
        if kind == "edge":
            group.set("class", f"edge {roles[0]}")
            self._edge(group, name)
        elif kind == "node" and name in self.boxes:
            self._node(group, self.boxes[name])
        elif kind == "cluster" and given in self.frames:
            frame = self.frames[given]
            group.attrib.update({"class": "frame", "id": f"{self.prefix}-{given}"})
            group.set("data-path", frame.group.path)
            group.set("data-group", frame.group.path)
        else:
            group.set("class", given if given in ("paper", "heading") else roles[0])

    def _edge(self, group: ET.Element, name: str) -> None:
        edge = self.wires[name].edge
        group.set("data-from", edge.source)
        group.set("data-to", edge.target)

    def _node(self, group: ET.Element, box: Box) -> None:
        node = box.node
        broken = " problem" if box.fill == "problem" else ""
        group.set("class", f"node {node.role}{broken}")
        group.set("id", f"{self.prefix}-{dot_name(node.id)}")
        group.set("data-path", node.path)
        group.set("data-node", node.id)
        if node.kind == "group":
            group.set("data-group", node.path)
        if node.source:
            group.set("data-line", str(node.source.line))
        tip = ET.Element(f"{{{_SVG}}}title")
        tip.text = tooltip(node)
        group.insert(0, tip)

    def _shape(self, group: ET.Element, shape: ET.Element) -> None:
        tag = shape.tag.removeprefix(f"{{{_SVG}}}")
        if tag == "text":
            if not (shape.text or "").strip("\xa0 "):
                group.remove(shape)
            else:
                _text(shape)
        elif tag == "path" and shape.get("fill") != "none":
            _rounded(shape)
        elif tag == "path":
            shape.set("d", _tight(shape.get("d") or ""))
        elif tag == "polygon":
            shape.set("points", _tight(shape.get("points") or ""))
        elif tag == "ellipse":
            for name in ("cx", "cy", "rx", "ry"):
                shape.set(name, _short(float(shape.get(name) or 0)))


def _text(shape: ET.Element) -> None:
    """Letters take the width that the layout gave them, in whatever font the reader has."""
    size = float(shape.get("font-size") or 14)
    bold = shape.get("font-weight") == "bold"
    wide = width(shape.text or "", size, bold)
    keep = {"x", "y", "font-weight", "fill", "text-anchor"}
    for name in [each for each in shape.attrib if each not in keep]:
        del shape.attrib[name]
    if shape.get("text-anchor") == "start":
        del shape.attrib["text-anchor"]
    words = shape.text or ""
    if words != words.strip() or "\xa0" in words or "  " in words:
        shape.set(_XML_SPACE, "preserve")
    shape.set("x", _short(float(shape.get("x") or 0)))
    shape.set("y", _short(float(shape.get("y") or 0)))
    shape.set("font-size", _short(size))
    shape.set("textLength", _short(wide))
    shape.set("lengthAdjust", "spacingAndGlyphs")


def _rounded(shape: ET.Element) -> None:
    """Graphviz writes a rounded box as 24 points; SVG has a word for it."""
    numbers = [float(each) for each in _NUMBER.findall(shape.get("d") or "")]
    xs, ys = numbers[::2], numbers[1::2]
    del shape.attrib["d"]
    shape.tag = f"{{{_SVG}}}rect"
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    shape.attrib.update(
        {
            "x": _short(min(xs)),
            "y": _short(min(ys)),
            "width": _short(wide),
            "height": _short(high),
            "rx": _short(min(9.0, high / 2)),
        }
    )


def tooltip(node: Node) -> str:
    """What pointing at a box tells."""
    lines = [call_title(node) if node.kind != "group" else node.type, node.path]
    if node.inputs and node.outputs:
        given = ", ".join(shape_text(each) for each in node.inputs)
        lines.append(f"{given} → {', '.join(shape_text(each) for each in node.outputs)}")
    if node.params:
        lines.append(f"{node.params:,} parameters")
    if node.macs:
        lines.append(f"{node.macs:,} multiply-adds")
    if node.kind not in ("input", "output"):
        lines.append(f"receptive field {node.receptive_field}")
    return "\n".join(each for each in dict.fromkeys(lines) if each)


def _following(prefix: str) -> str:
    """Rules that give each colour its dark twin where the reader's system is dark."""
    rules = "".join(_rules(prefix))
    return f"@media (prefers-color-scheme:dark){{{rules}}}"


def _rules(prefix: str) -> Iterator[str]:
    for light, dark in dark_of_light().items():
        for paint in ("fill", "stroke"):
            yield f'#{prefix} [{paint}="{light}"]{{{paint}:{dark}}}'


def _tight(numbers: str) -> str:
    return _NUMBER.sub(lambda found: _short(float(found.group())), numbers)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
