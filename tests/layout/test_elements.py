"""Lines: each kind of shortcut has its own, and the legend explains those that are drawn."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache
from itertools import combinations

import pytest
import torch
from torch import nn

from resnet_core import draw, draw_module
from resnet_core.diagram.picture import Drawing
from resnet_core.language.terms import say
from resnet_core.layout.elements import KINDS
from resnet_core.layout.sheet import MARGIN
from resnet_core.layout.typesetting import line_width
from tests.subjects import sampled

SVG = "{http://www.w3.org/2000/svg}"


class Pooled(nn.Module):
    """A block whose shortcut pools and does nothing else, as none of ours does."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, stride=2, padding=1)
        self.pool = nn.AvgPool2d(2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x) + self.pool(x)


class Beside(nn.Module):
    """A convolution with a layer of another kind on the shortcut."""

    def __init__(self, side: nn.Module) -> None:
        super().__init__()
        self.conv, self.side = nn.Conv2d(8, 8, 3, padding=1), side

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x) + self.side(x)


class Scale(nn.Module):
    """One learned factor for each channel."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scale * x


def beside(side: nn.Module) -> Drawing:
    return draw_module(Beside(side), input_shape=(1, 8, 6, 6))


# One structure for each kind of shortcut that there is.
SHORTCUTS: dict[str, Callable[[], Drawing]] = {
    "identity": lambda: draw(block="bottleneck"),
    "projection": lambda: draw(block="bottleneck", stride=2),
    "padded": lambda: draw(block="basic", planes=128, stride=2, shortcut="padded"),
    "pooled": lambda: draw_module(Pooled(), input_shape=(1, 8, 16, 16)),
    "other": lambda: beside(nn.BatchNorm2d(8)),
}


@cache
def shortcut(kind: str) -> Drawing:
    return SHORTCUTS[kind]()


def groups(css: str, drawing: Drawing) -> list[ET.Element]:
    """The groups of an SVG that have this class."""
    root = ET.fromstring(drawing.svg)
    return [element for element in root.iter(f"{SVG}g") if css in element.get("class", "").split()]


def line(group: ET.Element) -> tuple[str | None, ...]:
    """How a wire looks, colour aside: its pattern, its weight, the shape of its head."""
    path, head = [element for element in group if element.tag != f"{SVG}text"]
    filled = head.get("fill") != "none"
    return path.get("stroke-dasharray"), path.get("stroke-width"), head.tag, str(filled)


class Widened(nn.Module):
    """A block of linear layers, whose shortcut has one to widen its input."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.outer, self.side = nn.Linear(8, 8), nn.Linear(8, 16), nn.Linear(8, 16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.outer(torch.relu(self.inner(x))) + self.side(x)


def test_a_linear_layer_on_a_shortcut_projects_in_the_picture_as_in_the_words():
    own = draw_module(Widened(), input_shape=(2, 8))
    assert own.graph.shortcut_into("add") == "projection"
    assert "project" in own.explain("en").text


@pytest.mark.parametrize(
    ("side", "named", "learned"),
    [
        (nn.BatchNorm2d(8), "a batch norm", "16 parameters"),
        (nn.Dropout(), "a dropout", "no parameter"),
        (nn.ReLU(), "a relu", "no parameter"),
        (Scale(), "a multiplication", "8 parameters"),
    ],
    ids=["norm", "dropout", "activation", "scale"],
)
def test_what_is_no_known_shortcut_is_told_as_what_it_is(side, named, learned):
    own = beside(side)
    english, chinese = (" ".join(own.explain(name).text.split()) for name in ("en", "zh"))
    assert own.graph.shortcut_into("add") == "other"
    assert named in english.lower()
    assert learned in english
    assert "option A" not in english
    assert "A 方案" not in chinese
    assert "other shortcut" in own.svg
    assert "stroke-dasharray:12" in own.mermaid


def test_a_layer_that_changes_nothing_leaves_the_shortcut_an_identity():
    assert beside(nn.Identity()).graph.shortcut_into("add") == "identity"


@pytest.mark.parametrize("side", [nn.ZeroPad2d(0), nn.MaxPool2d(3, 1, 1)], ids=["pad", "pool"])
def test_a_shortcut_that_nothing_requires_is_not_said_to_change_the_shape(side):
    english = " ".join(beside(side).explain("en").text.split())
    assert "could be added as they are" in english
    assert "option A" not in english


@pytest.mark.parametrize("kind", SHORTCUTS)
def test_a_shortcut_is_drawn_as_its_kind_from_the_fork_to_the_addition(kind):
    diagram = shortcut(kind)
    wires = [wire for wire in diagram.sheet.wires if wire.edge.lane == "shortcut"]
    assert {wire.kind for wire in wires} == {kind}
    assert diagram.graph.shortcut_into("add") == kind


def test_no_two_kinds_of_line_differ_in_colour_alone():
    looks = {kind: line(groups(kind, shortcut(kind))[0]) for kind in SHORTCUTS}
    looks["gate"] = line(groups("gate", draw(block="residual_attention"))[-1])
    assert looks.keys() == KINDS.keys()
    for one, other in combinations(looks, 2):
        assert looks[one] != looks[other], (one, other)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("detail", ["op", "layer", "block", "stage"])
@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize(
    "model", sampled(["seresnet50", "resnet20", "resnet50", "hornet_tiny_7x7"])
)
def test_the_legend_names_the_lines_that_are_drawn_and_no_others(
    model, direction, detail, language
):
    diagram = draw(model=model, detail=detail, direction=direction, lang=language)
    drawn = {wire.kind for wire in diagram.sheet.wires} | {
        box.node.attributes.get("shortcut", "") if box.node.kind == "group" else ""
        for box in diagram.sheet.boxes
    }
    told = [text.sample for line in diagram.sheet.legend for text in line if text.sample]
    assert told == [kind for kind in KINDS if kind in drawn]
    words = "".join(text.text for line in diagram.sheet.legend for text in line)
    assert all(say(note, language) in words for note in told)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_closed_block_shows_the_line_that_the_legend_explains(theme):
    samples = groups("sample", draw(model="resnet50", theme=theme))
    boxes, legend = samples[:-2], samples[-2:]
    assert len(boxes) == 8
    for kind, pair in zip(("identity", "projection"), legend, strict=True):
        patterns = {
            box.find(f"{SVG}path").get("stroke-dasharray")
            for box in boxes
            if kind in box.get("class")
        }
        assert patterns == {pair.find(f"{SVG}path").get("stroke-dasharray")}


def test_what_has_no_shortcut_has_no_legend():
    assert draw(model="vgg16").sheet.legend == ()


def test_a_legend_is_no_wider_than_its_picture():
    for direction in ("TB", "LR"):
        sheet = draw(model="seresnet50", detail="layer", direction=direction).sheet
        assert all(line_width(item) <= sheet.width - 2 * MARGIN for item in sheet.legend)


def test_mermaid_gives_each_kind_its_own_pattern():
    assert "stroke-dasharray:8" in draw(block="bottleneck", stride=2).mermaid
    assert "stroke-dasharray" not in draw(block="bottleneck").mermaid
