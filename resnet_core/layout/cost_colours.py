"""Boxes coloured by what they cost, each with its share, and the scale at the picture's foot.

One hue from pale to strong, so that it is a scale for every eye; the share stands in the box too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from resnet_core.bilingual import Language, Text
from resnet_core.graph.costs import Cost, costs, whole
from resnet_core.graph.model import Graph, Node
from resnet_core.language.terms import percent
from resnet_core.layout.elements import BETWEEN, SIZE, Tile, Tiles
from resnet_core.layout.sheet import SMALL, Face, Line, Run
from resnet_core.layout.typesetting import PAD, extent

COSTS: tuple[Cost, ...] = get_args(Cost)
STEPS = 5

_SCALE: Mapping[Cost, Text] = {
    "params": Text("share of all parameters:", "占全部参数的比例："),
    "macs": Text("share of all multiply-adds:", "占全部乘加次数的比例："),
    "memory": Text("share of all activation memory:", "占全部激活内存的比例："),
}
_UP_TO, _NONE = Text("up to {}", "至多 {}"), Text("none", "无")
_IN_BOXES = Text("in bold in each box", "见各方框中的粗体数字")


class CostColours:
    """The colours of one view."""

    def __init__(self, view: Graph, graph: Graph, cost: Cost) -> None:
        self.cost = cost
        self.costs = costs(view, cost)
        self.whole = whole(graph, cost)
        self.most = max(self.costs.values(), default=0)

    def step(self, node: Node) -> int:
        """Which colour of the scale a box has: 0 for one that costs nothing."""
        cost = self.costs.get(node.id, 0)
        return -(-cost * STEPS // self.most) if self.most else 0

    def on(self, tiles: Tiles, direction: str) -> Tiles:
        """The tiles in the colours of their costs, with their shares; a failure stays red."""
        return {name: self._coloured(made, direction) for name, made in tiles.items()}

    def _coloured(self, made: Tile, direction: str) -> Tile:
        node = made.node
        if made.shape not in ("box", "glyph"):
            return made
        paint = f"cost-{self.step(node)}"
        if made.shape == "glyph":
            return replace(made, fill=paint, line=paint)
        face = self._face(made.face, node, direction)
        left, right = extent(face.left), extent(face.right)
        across = left[0] + (right[0] + BETWEEN if face.right else 0) + 2 * PAD
        tallest = max(left[1], right[1])
        grown = max(0.0, tallest - max(extent(made.face.left)[1], extent(made.face.right)[1]))
        return replace(
            made, face=face, fill=paint, line=paint,
            width=max(made.width, across), height=made.height + grown,
        )  # fmt: skip

    def _face(self, face: Face, node: Node, direction: str) -> Face:
        """Everything in ink, which every colour of the scale bears, and the share."""
        cost = self.costs.get(node.id, 0)
        share: tuple[Line, ...] = ()
        if cost:
            share = ((Run(percent(cost, self.whole), SMALL, bold=True),),)
        left, right = (tuple(map(_inked, lines)) for lines in (face.left, face.right))
        if direction == "LR":
            return replace(face, left=(*left, *share), right=right)
        return replace(face, left=left, right=(*right, *share))

    def scale(self, language: Language, is_coloured: bool = True) -> Line:
        """The colours from the palest on, each with the largest share that it stands for.

        In black and white there is no scale: the shares stand in the boxes.
        """
        words = _SCALE[self.cost][language]
        runs = [Run(words, SIZE, "quiet")]
        if not self.most:
            return (*runs, Run(f" {_NONE[language]}", SIZE, "quiet"))
        if not is_coloured:
            return (*runs, Run(f" {_IN_BOXES[language]}", SIZE, "quiet"))
        for step in range(1, STEPS + 1):
            share = percent(self.most * step // STEPS, self.whole)
            text = _UP_TO[language].format(share) if step == 1 else share
            runs += [Run("   ■ ", SIZE + 2, f"cost-{step}"), Run(text, SIZE, "quiet")]
        return tuple(runs)


def _inked(line: Line) -> Line:
    return tuple(replace(run, colour="ink") for run in line)
