"""The documents' listings as they stand there: restored, drawn, and equal to the catalogue."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from resnet_core import compare, draw, draw_source
from resnet_core.diagram.lookalike import lookalike, near, nearest, others, said
from resnet_core.graph.model import Graph
from resnet_core.source.copied_page import readings, restored
from resnet_core.source.offer import offers
from resnet_core.source.program import Program
from tests.source.styles import STYLES
from tests.subjects import sampled

LISTINGS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(
    (Path(__file__).parent / "listings").glob("*.txt"))}  # fmt: skip
EQUAL: dict[str, tuple[str | None, str, dict[str, Any]]] = {
    "000_bottleneck": (None, "1x256x56x56", {"block": "bottleneck"}),
    "000_rate": ("Bottleneck(256, 64, rate=2)", "1x256x56x56", {"block": "bottleneck", "dilation": 2}),
    "000_basic": (None, "1x64x56x56", {"block": "basic"}),
    "001_bottleneck": (None, "1x256x56x56", {"block": "bottleneck"}),
    "002_residual": (None, "1x64x56x56", {"block": "residual_layer"}),
    "002_resdown": ("ResDown(256, 64, 2)", "1x256x56x56", {"block": "resdown", "inplanes": 256, "planes": 64, "stride": 2}),
    "002_resnet": ("ResNet(Bottleneck, [3, 4, 6, 3])", "1x3x224x224", {"model": "resnet50"}),
    "002_hornet": ("HorNet(1, 3, [2, 3, 18, 2], 64)", "1x64x56x56", {"model": "hornet_stage", "index": 1}),
    "002_vgg": (None, "1x3x224x224", {"model": "vgg_backbone"}),
    "001_stack": ("ResNet(Bottleneck, [3, 4, 6, 3])", "1x3x224x224", {"model": "resnet50"}),
    "003_resnet": ("ResNet(BasicBlock, [2, 2, 2, 2])", "1x3x224x224", {"model": "resnet18"}),
    "003_basic": (None, "1x64x56x56", {"block": "basic"}),
    "003_bottleneck": (None, "1x256x56x56", {"block": "bottleneck"}),
    "004_attention": (None, "1x64x56x56", {"block": "residual_attention"}),
}  # fmt: skip


def structure(graph: Graph) -> list[Any]:
    """What runs, in order, whatever it is called; to view a map as a vector is to flatten it."""
    return [
        (node.type.replace("view", "flatten"), node.inputs, node.outputs, node.params)
        for node in graph.nodes
    ]


@pytest.mark.parametrize("name", sampled(EQUAL))
def test_a_listing_as_it_stands_is_the_catalogues_subject(name: str) -> None:
    call, size, subject = EQUAL[name]
    found = restored(LISTINGS[name])
    assert found.changed
    assert found.notes
    assert any(re.match(r"\+[^+]", line) for line in found.difference())
    assert offers(Program(found.text))  # it is the listing that is drawn
    drawing = draw_source(found.text, call, size)
    side = size.rpartition("x")[2]
    assert structure(drawing.graph) == structure(draw(**subject, input=side).graph)
    assert all(node.source for node in drawing.graph.nodes if node.kind in ("module", "function"))


def test_the_published_failure_at_stride_2_is_drawn_at_its_line() -> None:
    text = restored(LISTINGS["004_attention"]).text
    drawing = draw_source(text, "ResidualBlockWithAttention(64, 64, stride=2)", "1x64x56x56")
    assert drawing.graph.problem is not None
    (broken,) = [node for node in drawing.graph.nodes if node.id == drawing.graph.problem.node]
    assert broken.source is not None
    assert text.splitlines()[broken.source.line - 1].strip() == "out += self.shortcut(x)"


@pytest.mark.parametrize("name", sampled(STYLES))
def test_code_that_is_whole_is_left_as_it_is(name: str) -> None:
    assert not restored(STYLES[name][0]).changed


FLATTENED = [
    "blog", "cifar", "two_inputs", "copies", "own_conv", "inception", "densenet", "generators",
]  # fmt: skip


@pytest.mark.parametrize("name", FLATTENED)
def test_indentation_that_is_lost_is_found_again(name: str) -> None:
    source = ast.unparse(ast.parse(STYLES[name][0]))
    flat = "\n".join(line.strip() for line in source.splitlines())
    assert ast.dump(ast.parse(restored(flat).text)) == ast.dump(ast.parse(source))


@pytest.mark.parametrize("name", FLATTENED)
def test_line_breaks_that_are_lost_are_found_again(name: str) -> None:
    source = ast.unparse(ast.parse(STYLES[name][0]))
    flat = " ".join(line.strip() for line in source.splitlines())
    assert ast.dump(ast.parse(restored(flat).text)) == ast.dump(ast.parse(source))


@pytest.mark.parametrize(
    "spoilt",
    [
        "```python\n{}\n```",
        "解释这段代码\n{}",
    ],
)
def test_what_stands_around_code_is_left_out(spoilt: str) -> None:
    source = STYLES["two_inputs"][0]
    found = restored(spoilt.format(source))
    assert ast.dump(ast.parse(found.text)) == ast.dump(ast.parse(source))


def test_numbers_prompts_and_wide_letters_are_taken_back() -> None:
    source = STYLES["two_inputs"][0].strip()
    lines = source.splitlines()
    for spoilt in (
        "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1)),
        "\n".join(f">>> {line}" for line in lines),
        source.replace("(", "（").replace(")", "）").replace(",", "，").replace(":", "："),
        source.replace('"', "\u201c"),
    ):
        assert ast.dump(ast.parse(restored(spoilt).text)) == ast.dump(ast.parse(source))


SAID = {
    "000_bottleneck": "bottleneck",
    "000_rate": "bottleneck with dilation=2",
    "000_basic": "basic",
    "002_residual": "residual_layer",
    "002_resdown": "resdown with planes=64",
    "002_resnet": "resnet50",
    "004_attention": "residual_attention",
}


@pytest.mark.parametrize("name", sampled(SAID))
def test_it_is_told_which_subject_of_the_catalogue_it_is(name: str) -> None:
    call, size, _ = EQUAL[name]
    found = lookalike(draw_source(restored(LISTINGS[name]).text, call, size).graph)
    assert found is not None
    assert said(found)["en"] == f"This is {SAID[name]}"


def test_what_differs_in_one_number_is_no_lookalike() -> None:
    text = restored(LISTINGS["000_basic"]).text.replace(
        "conv3x3(planes, planes)", "conv1x1(planes, planes)"
    )
    assert lookalike(draw_source(text, "BasicBlock(64, 64)", "1x64x56x56").graph) is None


def test_what_is_taken_from_a_well_known_class_is_told() -> None:
    found = restored(LISTINGS["003_resnet"])
    told = [note["en"] for note in found.notes]
    assert told[-1].endswith("taken from the well-known class: self.conv1, self.relu")
    assert "self.conv1, self.relu" in found.notes[-1]["zh"]
    added = [line for line in found.difference() if line.startswith("+") and "self.relu" in line]
    assert added


def test_a_restored_network_is_known_by_its_name() -> None:
    text = restored(LISTINGS["003_resnet"]).text
    found = lookalike(draw_source(text, "ResNet(Bottleneck, [3, 4, 6, 3])").graph)
    assert found is not None
    assert said(found)["en"] == "This is resnet50"


def test_what_a_listing_says_itself_is_kept() -> None:
    listing = LISTINGS["003_basic"].replace("out += identity", "out += identity * 2")
    assert "out += identity * 2" in restored(listing).text
    own = "self.layer1 = self._make_layer(block, 96, layers[0])"
    listing = LISTINGS["001_stack"].replace("block, 64, layers[0]", "block, 96, layers[0]")
    assert own in restored(listing).text


def test_code_of_a_class_that_nobody_knows_is_given_nothing() -> None:
    listing = (
        "self.first = nn.Linear(3, 4)\nself.second = nn.ReLU()\ndef forward(self, x):\nreturn x"
    )
    assert "class" not in restored(listing).text
    whole = "class ResNet(nn.Module):\n    def __init__(self):\n        super().__init__()\n" \
        "    def forward(self, x):\n        return x\n"  # fmt: skip
    assert restored(whole).text == whole


TWO_WAYS = """class Gate(nn.Module):
def __init__(self, c, double=True):
super().__init__()
self.conv = nn.Conv2d(c, c, 3, padding=1)
self.last = nn.Conv2d(c, c, 1)
self.double = double
def forward(self, x):
y = self.conv(x)
if self.double:
y = 2 * y
y = self.last(torch.relu(y))
return x + y
"""


def test_both_readings_of_an_if_without_an_end_are_offered() -> None:
    first, second = readings(TWO_WAYS)
    assert first == restored(TWO_WAYS)
    assert "            y = self.last" not in first.text
    assert "            y = self.last" in second.text
    (why,) = [note for note in second.notes if note not in first.notes]
    assert why["en"] == "'if self.double:' reaches as far as 'y = self.last(torch.relu(y))'"
    assert "管到" in why["zh"]


def test_a_reading_is_offered_where_it_draws_something_else() -> None:
    text = restored(TWO_WAYS).text
    assert [other.text for other in others(TWO_WAYS, draw_source(text, "Gate(8, False)"))] == [
        readings(TWO_WAYS)[1].text
    ]
    assert others(TWO_WAYS, draw_source(text, "Gate(8, True)")) == []
    known = LISTINGS["000_basic"]
    assert len(readings(known)) == 2
    assert others(known, draw_source(restored(known).text)) == []


def test_lines_that_two_well_known_classes_have_are_read_as_either() -> None:
    listing = (
        "self.conv1 = conv1x1(inplanes, width)\nself.bn1 = norm_layer(width)\n"
        "self.relu = nn.ReLU(inplace=True)\nself.downsample = downsample\n"
    )
    found = readings(listing)
    assert ["class BasicBlock" in one.text for one in found] == [True, False]
    assert "class Bottleneck" in found[1].text
    assert found[1].of_another_class
    assert found[1].notes[-1]["en"] == "the lines are read as those of Bottleneck"


def test_what_an_if_alone_makes_is_used_inside_it() -> None:
    flat = TWO_WAYS.replace(
        "y = 2 * y\ny = self.last(torch.relu(y))", "g = self.last(x)\ny = y * g"
    )
    assert "            y = y * g" in restored(flat).text


def test_what_differs_in_one_number_is_nearly_the_subject() -> None:
    text = restored(LISTINGS["000_basic"]).text.replace(
        "conv3x3(planes, planes)", "conv1x1(planes, planes)"
    )
    drawing = draw_source(text, "BasicBlock(64, 64)", "1x64x56x56")
    close = nearest(drawing.graph)
    assert close is not None
    assert near(close)["en"] == "This is nearly basic"
    assert near(close)["zh"] == "这与 basic 很接近"
    assert "conv2 kernel 3×3 → 1×1" in compare(close, drawing).summary("en")
    unlike = draw_source(STYLES["convmixer_long"][0], "ConvMixer(8, 2)", "1x3x16x16")
    assert nearest(unlike.graph) is None
