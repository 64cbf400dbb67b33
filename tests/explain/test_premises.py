"""No sentence speaks of what is not there: words against modules and shapes, at any knobs."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from resnet_core import ParameterError, build, draw, draw_module
from resnet_core.diagram.form import choices_of, properties
from resnet_core.errors import ResnetDiagramError
from resnet_core.registry import BLOCKS, NETWORKS
from tests.conftest import many

NORMS = (nn.BatchNorm2d, nn.GroupNorm, nn.InstanceNorm2d, nn.LayerNorm)
# Words that may stand only where their thing is, in both languages.
NORM = re.compile(r"last norm|norm and activation|norm after|最后一个归一化|归一化和激活")
EVERY = re.compile(r"(?<!not )every position of the input is read|输入的每个位置都读得到")
STRIDED = re.compile(r"The stride sits in the|步长(?:（stride）)?放在")
ALONE = re.compile(r"^\S*\b(1) (channels|rows|columns|blocks|layers|numbers|shortcuts)\b", re.M)


@st.composite
def anything(choose: st.DrawFn) -> dict[str, Any]:
    """Any block or stage with any knobs, sensible or not."""
    subject = choose(st.sampled_from([*BLOCKS.values(), NETWORKS["stage"]]))
    setting = {subject.kind: subject.name, "input": choose(st.sampled_from(("1", "2", "7", "20")))}
    for name, schema in properties(subject.params).items():
        few = [schema["default"], 1, 2, 3, 32, 96] if "minimum" in schema else [schema["default"]]
        setting[name] = choose(st.sampled_from(choices_of(schema) or few))
    return setting


def told(setting: dict[str, Any], language: str) -> list[str]:
    explanation = draw(**setting).explain(language)
    return [
        text
        for paragraph in explanation.paragraphs
        for text in (paragraph.lead, *(sentence.text for sentence in paragraph.sentences))
    ] + [layer.text for layer in explanation.layers]


@pytest.mark.slow
@many(200)
@given(setting=anything())
def test_no_sentence_speaks_of_what_is_not_there(setting: dict[str, Any]) -> None:
    try:
        graph = draw(**setting).graph
    except ParameterError:
        assume(False)
    structure = {name: value for name, value in setting.items() if name != "input"}
    try:
        with torch.device("meta"):
            modules = list(build(**structure).modules())
    except ResnetDiagramError:
        assume(False)
    normed = any(isinstance(module, NORMS) for module in modules)
    strides = [max(module.stride) for module in modules if isinstance(module, nn.Conv2d)]
    for language in ("en", "zh"):
        for text in told(setting, language):
            assert normed or not NORM.search(text), text
            assert (strides and max(strides) > 1) or not STRIDED.search(text), text
            assert not ALONE.search(text), text
            if EVERY.search(text):
                assert _some_window_reads_all(graph), text
            if setting.get("shortcut") == "none":
                assert not re.search(r"x \+ f\(x\)|shortcut\(", text), text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("first", [1, 2, 3])
@pytest.mark.parametrize("second", [1, 2])
@pytest.mark.parametrize("bent", [False, True])
def test_two_convolutions_see_what_the_graph_says(
    language: Any, first: int, second: int, bent: bool
) -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = nn.Conv2d(8, 8, 3, padding=first, dilation=first)
            self.act = nn.ReLU()
            self.two = nn.Conv2d(8, 8, 3, padding=second, dilation=second)

        def forward(self, x: Any) -> Any:
            made = self.one(x)
            return x + self.two(self.act(made) if bent else made)

    drawing = draw_module(Two(), [(1, 8, 32, 32)])
    told = str(drawing.explain(language))
    reach = next(node for node in drawing.graph.calls if node.path == "two").receptive_field
    seen = re.findall(r"(?:the two see|两个合起来能看到(?:输入上)?) *(\d+)×", told)
    assert seen == [str(reach)], told
    assert (re.search("halfway|少一次非线性", told) is not None) == (bent and reach == 5)


def _some_window_reads_all(graph: Any) -> bool:
    """Whether a strided convolution of the main path reads its whole map, counted by hand."""
    for node in graph.calls:
        values = node.attributes
        if node.role != "conv" or max(values.get("stride", [1])) == 1 or len(node.shape) != 4:
            continue
        rows = [
            {
                out * values["stride"][axis] + tap * values["dilation"][axis]
                - values["padding"][axis]
                for out in range(node.shape[2 + axis])
                for tap in range(values["kernel_size"][axis])
            } >= set(range(node.inputs[0][2 + axis]))
            for axis in (0, 1)
        ]  # fmt: skip
        if all(rows):
            return True
    return False
