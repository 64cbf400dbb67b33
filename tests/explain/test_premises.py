"""No sentence speaks of what is not there: words against modules and shapes, at any knobs."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
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


class Residual(nn.Module):
    """Two layers, what is added to them, and a factor in front of the branch."""

    def __init__(
        self, one: nn.Module, other: nn.Module, side: nn.Module | None = None, scaled: bool = False
    ) -> None:
        super().__init__()
        self.one, self.other, self.side = one, other, side or nn.Identity()
        self.scale = nn.Parameter(torch.ones(1)) if scaled else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.other(torch.relu(self.one(x)))
        added: torch.Tensor = self.side(x) + (out if self.scale is None else self.scale * out)
        return added


def plain(module: nn.Module, shape: tuple[int, ...]) -> tuple[str, str]:
    """The explanation in both languages, without line ends."""
    drawing = draw_module(module.eval(), shape)
    english, chinese = (drawing.explain(language).text for language in ("en", "zh"))
    return english.replace("\n", " "), chinese.replace("\n", "")


@pytest.mark.parametrize(
    ("conv", "kernel", "shape"),
    [(nn.Conv1d, 3, (1, 8, 20)), (nn.Conv3d, 3, (1, 8, 6, 9, 9)), (nn.Conv2d, (1, 3), (1, 8, 9, 9)),
     (nn.Conv2d, 5, (1, 8, 9, 9))],
)  # fmt: skip
def test_only_pairs_of_3x3_are_set_beside_a_bottleneck(conv: Any, kernel: Any, shape: Any) -> None:
    module = Residual(*(conv(8, 8, kernel, padding="same") for _ in range(2)))
    assert "a bottleneck carries" not in plain(module, shape)[0]
    flat = Residual(*(nn.Conv2d(8, 8, 3, padding=1) for _ in range(2)))
    assert "a bottleneck carries" in plain(flat, (1, 8, 9, 9))[0]


@pytest.mark.parametrize("second", [(1, 3), (5, 5)])
def test_two_kernels_are_told_one_after_the_other(second: tuple[int, int]) -> None:
    module = Residual(nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, second, padding="same"))
    english, chinese = plain(module, (1, 8, 12, 12))
    assert "convolutions in a row" not in english
    assert "卷积前后相接" not in chinese
    assert f"a {second[0]}×{second[1]} convolution" in english
    assert f"{second[0]}×{second[1]} 卷积" in chinese


def test_a_map_that_grows_is_not_said_to_shrink() -> None:
    up = [nn.ConvTranspose2d(8, 8, 2, 2) for _ in range(2)]
    module = Residual(up[0], nn.Conv2d(8, 8, 3, padding=1), up[1])
    english, chinese = plain(module, (1, 8, 6, 6))
    assert "the map grows from 6×6 to 12×12" in english
    assert "特征图从 6×6 放大到 12×12" in chinese
    assert not re.search("shrinks|stride 0|a 2×2 convolution", english)
    assert not re.search("缩到|步长 0|2×2 卷积", chinese)
    assert "spreads each position over 2×2 new ones on 8 channels" in english
    assert "把每个位置铺到 2×2 个新位置上" in chinese


def test_a_layer_that_takes_more_than_the_one_before_gives_is_no_pair() -> None:
    class Dense(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = nn.Conv2d(16, 8, 3, padding=1), nn.Conv2d(24, 8, 3, padding=1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = torch.cat([x, self.one(x)], 1)
            return torch.cat([x, self.other(x)], 1)

    english, chinese = plain(Dense(), (1, 16, 9, 9))
    assert "takes 24 channels to 8" in english
    assert "并把 24 个通道变成 8 个" in chinese


def test_a_learned_factor_stands_in_the_derivative() -> None:
    module = Residual(*(nn.Conv2d(8, 8, 3, padding=1) for _ in range(2)), scaled=True)
    english, chinese = plain(module, (1, 8, 9, 9))
    assert "derivative of x + α · f(x) is exactly 1 + (α · f)′(x)" in english
    assert "x + α · f(x) 的导数正好是 1 + (α · f)′(x)" in chinese


def test_a_row_whose_last_block_shrinks_keeps_nothing() -> None:
    def block(stride: int) -> Residual:
        side = nn.Conv2d(8, 8, 1, stride) if stride > 1 else None
        return Residual(nn.Conv2d(8, 8, 3, stride, 1), nn.Conv2d(8, 8, 3, padding=1), side)

    english, chinese = plain(nn.Sequential(block(1), block(2)), (1, 8, 12, 12))
    assert "Together they take 8×12×12 to 8×6×6." in english
    assert "合起来把 8×12×12 变成 8×6×6。" in chinese
    assert not re.search("Every block keeps|The first stage", english)
    assert not re.search("每一块都保持|第一阶段", chinese)


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
