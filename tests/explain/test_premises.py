"""No sentence speaks of what is not there: words against modules and shapes, at any knobs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from torch import nn

from resnet_core import Explanation, draw_module
from resnet_core.graph.model import Graph

NORMS = (nn.BatchNorm2d, nn.GroupNorm, nn.InstanceNorm2d, nn.LayerNorm)
# Words that may stand only where their thing is, in both languages.
NORM = re.compile(r"last norm|norm and activation|norm after|最后一个归一化|归一化和激活")
EVERY = re.compile(r"(?<!not )every position of the input is read|输入的每个位置都读得到")
STRIDED = re.compile(r"The stride sits in the|步长(?:（stride）)?放在")
ALONE = re.compile(r"^\S*\b(1) (channels|rows|columns|blocks|layers|numbers|shortcuts)\b", re.M)


def told(explanation: Explanation) -> list[str]:
    """Every text of an explanation, the notes on layers among them."""
    return [
        text
        for paragraph in explanation.paragraphs
        for text in (paragraph.lead, *(sentence.text for sentence in paragraph.sentences))
    ] + [layer.text for layer in explanation.layers]


def there(setting: dict[str, Any], graph: Graph, module: nn.Module, text: str) -> None:
    """A text speaks of nothing that its structure has not, by modules and shapes."""
    modules = list(module.modules())
    strides = [max(layer.stride) for layer in modules if isinstance(layer, nn.Conv2d)]
    assert any(isinstance(layer, NORMS) for layer in modules) or not NORM.search(text), text
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


def _some_window_reads_all(graph: Graph) -> bool:
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
