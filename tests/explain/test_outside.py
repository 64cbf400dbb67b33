"""Models that no one here wrote: what is said of them is true of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from resnet_core import ParameterError, draw_module


class Cut(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :, :16, :16]


class Strided(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :, ::2, ::2]


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.conv(x)


class Towers(nn.Module):
    """Two towers of residual blocks, added at the end; the second begins with a projection."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Sequential(Residual(), Residual(), Residual())
        self.b = nn.Sequential(nn.Conv2d(8, 8, 1), Residual(), Residual())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.a(x) + self.b(x)


def test_a_transposed_convolution_is_named_and_enlarges_the_map() -> None:
    layer = nn.ConvTranspose2d(8, 4, 2, 2)
    text = draw_module(layer, (1, 8, 16, 16)).txt
    assert "2×2 transposed conv, 4, ×2" in text
    assert "/2" not in text
    assert "2×2 转置卷积, 4, ×2" in draw_module(layer, (1, 8, 16, 16), lang="zh").txt


def test_a_crop_is_no_stride() -> None:
    assert "every" not in draw_module(Cut(), (1, 8, 32, 32)).txt
    assert "every 2nd position, /2" in draw_module(Strided(), (1, 8, 32, 32)).txt


def test_the_kind_of_a_shortcut_ends_where_its_fork_is() -> None:
    graph = draw_module(Towers(), (1, 8, 8, 8)).graph
    inner = ["a.0.add", "a.1.add", "a.2.add", "b.1.add", "b.2.add"]
    assert [graph.shortcut_into(name) for name in inner] == ["identity"] * 5


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("shrinks", "reaches over")), ("zh", ("缩小", "能看到"))]
)
def test_of_a_map_that_grows_nobody_says_that_it_shrinks(lang: str, words: tuple[str, ...]) -> None:
    generator = nn.Sequential(
        nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(4, 3, 4, 2, 1)
    )
    told = draw_module(generator, (1, 8, 4, 4)).explain(lang).render("txt").decode()
    assert not any(word in told for word in words)
    shrinking = nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, 2, 1))
    told = draw_module(shrinking, (1, 3, 16, 16)).explain(lang).render("txt").decode()
    assert words[0] in told


class Tokens(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.mix = nn.Embedding(10, 8), nn.Linear(8, 8)

    def forward(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return self.mix(self.words(x)) * weight


def test_inputs_may_hold_whole_numbers() -> None:
    shapes = [(1, 5), (1, 5, 8)]
    graph = draw_module(Tokens(), shapes, dtype=["long", "float"]).graph
    assert graph.problem is None
    assert graph.outputs[0].shape == (1, 5, 8)
    assert draw_module(nn.Embedding(4, 3), (2, 6), dtype="long").graph.outputs[0].shape == (2, 6, 3)
    assert draw_module(Tokens(), shapes).graph.problem is not None
    for wrong in ("longer", ["long"]):
        with pytest.raises(ParameterError, match="dtype"):
            draw_module(Tokens(), shapes, dtype=wrong)


class Reduced(nn.Module):
    def __init__(self, how: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.how = how

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.how(x)


@pytest.mark.parametrize(
    ("how", "shape", "english", "chinese"),
    [
        (lambda x: x.mean(1), (1, 8, 16), "mean over axis 1 ", "沿第 1 轴取平均"),
        (lambda x: x.mean(-1), (1, 8, 16), "mean over axis 2 ", "沿第 2 轴取平均"),
        (lambda x: x.mean(1), (1, 8, 4, 4), "mean over channels", "按通道取平均"),
        (lambda x: x.mean((-1, -2)), (1, 8, 4, 4), "global average pool", "全局平均池化"),
        (lambda x: x.mean((1, 2)), (1, 8, 4, 4), "mean over axes 1, 2", "沿第 1, 2 轴取平均"),
        (lambda x: x.mean(), (1, 8, 4, 4), "mean of all", "全部取平均"),
        (lambda x: F.adaptive_avg_pool2d(x, 2), (1, 8, 4, 4), "pool to 2×2", "池化到 2×2"),
        (lambda x: F.adaptive_max_pool1d(x, 1), (1, 8, 4), "global max pool", "全局最大池化"),
    ],
)
def test_a_mean_is_named_by_what_it_is_taken_over(
    how: Callable[[torch.Tensor], torch.Tensor], shape: tuple[int, ...], english: str, chinese: str
) -> None:
    assert english in draw_module(Reduced(how), shape).txt
    assert chinese in draw_module(Reduced(how), shape, lang="zh").txt


def test_a_convolution_along_one_axis_does_not_read_as_a_number_of_them() -> None:
    layers = nn.Sequential(nn.Conv1d(8, 8, 2), nn.ConvTranspose1d(8, 4, 3, 2))
    text = draw_module(layers, (1, 8, 16)).txt
    assert "1-D conv of 2, 8" in text
    assert "transposed conv of 3, 4, ×2" in text
    assert "一维卷积（宽 2）, 8" in draw_module(layers, (1, 8, 16), lang="zh").txt


def test_a_single_layer_is_not_told_as_a_row_of_them() -> None:
    drawing = draw_module(nn.Sequential(nn.Linear(8, 8)), (1, 8))
    english, chinese = (drawing.explain(language).text for language in ("en", "zh"))
    assert "1 linear layer, and no other layer with weights" in english
    assert "All 72 parameters are those of layer 0" in english
    assert "72 个参数全在第 0 层里" in chinese
    assert "each" not in english
    assert "每一层" not in chinese
