"""What the colours, letters and lines of a picture mean: those that are in it, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from resnet_core.bilingual import Text
from resnet_core.layout.sheet import COLOURS

# How a sign is drawn: as a box or two, as letters, or as a line.
BOX, TWICE, SHAPE, LINE = "box", "twice", "shape", "line"
# A box of the picture with what it is painted with, and the letters of its shape.
_NODE = re.compile(r'<g class="node (\w+)([^>]*)>(.*?)</g>', re.DOTALL)
_PAINT = re.compile(r'<(?:rect|path|ellipse|polygon) fill="(#\w+)" stroke="(#\w+)"')
_SIZES = re.compile(r'<text [^>]*?font-size="11"([^>]*)>[^<]*</text>')
_LINE = re.compile(
    r'<g class="(?:edge|sample) (?:\w+ )?(\w+)"[^>]*? stroke="(#\w+)"[^>]*>'
    r'<path fill="none"(?: stroke-dasharray="([\d ]+)")?'
)
_OF_BOXES = {
    "input": Text("input and output", "输入和输出"),
    "conv": Text("convolution", "卷积"),
    "norm": Text("normalisation", "归一化"),
    "activation": Text("activation", "激活函数"),
    "pool": Text("pooling", "池化"),
    "linear": Text("linear layer", "全连接层"),
    "attention": Text("attention", "注意力"),
    "stage": Text("a stage", "一个阶段"),
}
# Their signs say what they are.
_WRITTEN = ("add", "multiply")
_BLOCK = Text("a block", "一个块")
_WORKING = Text("a block whose shortcut does more than pass x on", "捷径不只是原样传递 x 的块")
_OTHER = Text("any other operation", "其他运算")
_FOLDED = Text(
    "two frames: equal neighbours drawn as one, × says how many",
    "双框：相同的邻居合画为一个，× 后是个数",
)
_BOLD = Text("bold: not the shape that came in", "粗体：形状与输入不同")
_GREY = Text("grey: the shape that came in", "灰色：形状与输入相同")
_OF_LINES = {
    "main": Text("main path", "主路"),
    "identity": Text("shortcut that passes x on as it is", "原样传递 x 的捷径"),
    "projection": Text("shortcut with weights of its own", "带有自己的权重的捷径"),
    "pooled": Text("shortcut through a pooling", "经过池化的捷径"),
    "padded": Text(
        "shortcut cut or filled with zeros, nothing learned", "只截取或补零、没有可学参数的捷径"
    ),
    "other": Text("shortcut through other operations", "经过其他运算的捷径"),
    "gate": Text("gate: what another path is multiplied by", "门控：另一路要乘上的数"),
}


@dataclass(frozen=True)
class Entry:
    """A sign and its meaning. ``fill`` of a line are its dashes."""

    sign: str
    meaning: Text
    fill: str = ""
    stroke: str = ""


Boxes = list[tuple[str, str, str]]


def legend(svg: str) -> list[Entry]:
    """The signs of a picture in the light theme whose colours tell what a box is."""
    boxes: Boxes = _NODE.findall(svg)
    return [*_colours(boxes), *_letters(boxes), *_lines(svg)]


def _colours(boxes: Boxes) -> Iterator[Entry]:
    found: dict[Text, Entry] = {}
    twice = None
    for role, told, drawn in boxes:
        paints = _PAINT.findall(drawn)
        if not paints or role in _WRITTEN:
            continue
        meaning = _meaning(role, paints[0][0])
        found.setdefault(meaning, Entry(BOX, meaning, *paints[0]))
        if "data-folded=" in told and '<rect fill="none"' in drawn:
            twice = Entry(TWICE, _FOLDED, *paints[0])
    order = [*_OF_BOXES.values(), _BLOCK, _WORKING, _OTHER]
    yield from sorted(found.values(), key=lambda entry: order.index(entry.meaning))
    if twice:
        yield twice


def _meaning(role: str, fill: str) -> Text:
    if role == "block":
        return _WORKING if fill == COLOURS["projection"][0] else _BLOCK
    return _OF_BOXES.get("input" if role == "output" else role, _OTHER)


def _letters(boxes: Boxes) -> Iterator[Entry]:
    """What bold and grey shapes say; those of the ends of the picture say nothing."""
    shapes = [told for role, _, drawn in boxes if role not in ("input", "output")
              for told in _SIZES.findall(drawn)]  # fmt: skip
    if any("bold" in told for told in shapes):
        yield Entry(SHAPE, _BOLD, "bold")
    if any(COLOURS["quiet"][0] in told for told in shapes):
        yield Entry(SHAPE, _GREY, "grey")


def _lines(svg: str) -> Iterator[Entry]:
    drawn = {kind: (dashes, stroke) for kind, stroke, dashes in _LINE.findall(svg)}
    for kind, meaning in _OF_LINES.items():
        if kind in drawn:
            yield Entry(LINE, meaning, *drawn[kind])
