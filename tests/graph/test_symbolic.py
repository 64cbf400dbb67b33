"""Shapes as formulas, and that they hold at sizes nobody has tried before."""

from __future__ import annotations

import math
import re

import pytest

from resnet_core import draw
from resnet_core.language.notation import shape_text
from resnet_core.registry import BLOCKS

NAMES = [("block", name) for name in BLOCKS] + [
    ("model", name) for name in ("stage", "resnet18", "resnet20", "vgg_backbone", "hornet_stage")
]


def value(symbol: str, sizes: dict[str, int]) -> int:
    """What a formula comes to: ``H/2`` rounds up, ``⌊H/2⌋`` down."""
    name, part = re.fullmatch(r"⌊?([NHW])(?:/(\d+))?⌋?", symbol).groups()
    ratio = sizes[name] / int(part or 1)
    return math.floor(ratio) if symbol.startswith("⌊") else math.ceil(ratio)


@pytest.mark.parametrize(("kind", "name"), NAMES)
@pytest.mark.slow
def test_formulas_hold_at_another_size(kind, name):
    sizes = {"N": 7, "H": 151, "W": 209}
    shown = draw(**{kind: name, "shapes": "symbolic", "detail": "op", "fold": False}).shown
    other = draw(**{kind: name, "input": "151x209", "batch": 7}).graph
    for node in shown.nodes:
        for symbolic, concrete in zip(node.outputs, other.node[node.id].outputs, strict=True):
            found = [
                value(side.symbol, sizes) if hasattr(side, "symbol") else side for side in symbolic
            ]
            assert found == list(concrete)


def test_formulas_are_written_as_papers_do():
    shown = draw(block="bottleneck", stride=2, shapes="symbolic").shown
    assert shape_text(shown.node["conv1"].shape) == "N×64×H×W"
    assert shape_text(shown.node["conv2"].shape) == "N×64×H/2×W/2"
    assert shape_text(shown.outputs[0].shape) == "N×256×H/2×W/2"
    assert "N×256×H/2×W/2" in draw(block="bottleneck", stride=2, shapes="symbolic").svg


def test_pooling_rounds_down_and_says_so():
    shown = draw(block="downsample", mode="max", shapes="symbolic").shown
    assert shape_text(shown.outputs[0].shape) == "N×64×⌊H/2⌋×⌊W/2⌋"
