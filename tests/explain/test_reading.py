"""What a second reading of every explanation found false, ugly or without its premise.

Rows as in the findings: settings, words that may not be said there, words that have to be; and
where a sentence states a number, that number by a second computation.
"""

from __future__ import annotations

import re
from math import prod
from typing import Any

import pytest
import torch
from torch import nn

from resnet_core import build, draw, draw_module
from resnet_core.language.terms import ratio
from tests.explain.test_findings import said
from tests.subjects import sampled

# what it is about, settings, what may not be said, what has to be said
READ: list[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = [
    ("one position has no neighbours",
     ("block=bottleneck input=1", "block=basic input=1", "block=convnext input=1",
      "block=inverted_residual input=1", "block=bottleneck dilation=16 input=7"),
     ("sees neighbouring positions", "looks at the neighbours", "Together the two see"),
     ("of its points ever meets the map", "等于一个 1×1")),
    ("a gate on a map of one position is no product of features",
     ("block=bottleneck attention=se input=1", "block=basic attention=cbam input=1"),
     ("Feature times feature", "特征乘特征", "positions to one number", "whole image has a say"),
     ("weighs",)),
    ("nothing shrinks where there is one position",
     ("block=bottleneck stride=2 input=1", "block=inverted_residual stride=2 input=1"),
     ("the one that shrinks the map", "缩小也由它来做"), ("It leaves 1×1 as it is",)),
    ("a rule that asks about the stride leaves x out though it would fit",
     ("block=inverted_residual stride=2 input=1", "block=inverted_residual stride=3 input=1"),
     ("here ,", "here, so", "never projects"), ("asks about the stride", "问的是步长")),
    ("what stands on the shortcut of a pre-activated block takes a",
     ("block=preact_basic stride=2 input=1", "block=preact_bottleneck stride=3 input=1"),
     ("so x passes", "于是 x 要过"), ("so a passes", "于是 a 要过")),
    ("a projection that nothing asks for",
     ("block=basic shortcut=projection", "block=preact_bottleneck shortcut=projection"),
     ("make the shapes agree", "让形状对得上"), ("No shape asks for it", "形状并不需要它")),
    ("a norm that was left out is no function",
     ("block=preact_basic norm_layer=none stride=2",
      "block=preact_bottleneck norm_layer=none planes=32"),
     ("identity(x)", "putting norm and activation first"), ("with a = relu(x)",)),
    ("nothing is added where there is no addition",
     ("block=downsample norm_layer=none", "block=bottleneck shortcut=none norm_layer=none"),
     ("each addition", "每加一次"), ("nothing holds the scale", "没有东西管住数值的大小")),
    ("a gate has biases, the convolutions beside it have none",
     ("block=basic norm_layer=none attention=se", "block=bottleneck norm_layer=none attention=se"),
     (), ("The convolutions have no bias either",)),
    ("one channel, one number, one score",
     ("block=basic planes=1 inplanes=1 attention=se", "block=bottleneck planes=1 inplanes=4",
      "block=basic planes=1 inplanes=1 attention=eca", "block=horblock order=7",
      "block=residual_attention inplanes=1 outplanes=1", "block=convnext inplanes=1"),
     ("1 channels", "1 numbers", "1 scores", "1 biases", "1 outputs", "0 neighbours"), ()),
    ("a large kernel on few channels is not cheap",
     ("block=convnext inplanes=1", "block=convnext inplanes=3 expand_ratio=2"),
     ("so large a kernel is affordable", "1 times as much", "用得起这么大的核"),
     ("cheap only where the channels are many",)),
    ("what is wide stays inside only where it is wider",
     ("block=inverted_residual outplanes=512", "block=inverted_residual expand_ratio=1"),
     ("the wide maps exist only inside", "宽的特征图只在块内"), ()),
    ("windows are counted on the map that is there",
     ("block=basic stride=3 input=10", "block=basic stride=2 input=15"),
     ("reads one position in", "nine times as many", "four times as many"),
     ("positions; the shortcut skips",)),
    ("one window has none beside it",
     ("block=basic stride=4 input=3", "block=bottleneck stride=4 input=2"),
     ("there are gaps", "so overlap", "中间留下空隙"), ("fits in one place only",)),
    ("the slices of a Res2Net by number",
     ("block=res2net scales=3 stride=2", "block=res2net scales=2 planes=128"),
     ("all two see", "alone, it sees"), ("3×3 positions",)),
    ("a clause has one verb", ("block=resdown", "block=resdown stride=1"),
     ("that always projects that",), ("that always projects; it",)),
    ("a block in a row of one", ("model=stage blocks=1", "model=stage blocks=1 block=basic"),
     ("in a row.", "all work alike"), ("This is how the",)),
    ("drop path is no other make", ("model=hornet depths=2,1,1,1 drop_path=0.2",
                                    "model=hornet depths=1,1,1,1 drop_path=0.5"),
     ("put together otherwise", "组成不同"), ("all work alike",)),
    ("zero weights without a shortcut",
     ("model=resnet zero_init_residual=true shortcut=none block=basic layers=1,1,1,1",
      "model=resnet zero_init_residual=true shortcut=none preact=true layers=1,1,1,1"),
     ("starting at zero bring", "starts with γ = 0", "Every block starts as its shortcut"),
     ("every image gets the same scores", "不管什么图像得分都一样")),
    ("sums that are not there do not grow",
     ("model=resnet preact=true shortcut=none layers=1,1,1,1 block=basic",
      "model=resnet preact=true shortcut=none layers=1,1,1,1"),
     ("the last sum", "grew at every addition", "最后一次相加"),
     ("without a norm and an activation",)),
    ("a stem that cannot shrink", ("model=resnet layers=1,1,1,1 input=1",
                                   "model=resnet layers=1,1,1,1 input=1 stem=deep"),
     ("leaves the 1×1 as they are", "no resolution to give away", "1×1 positions become one",
      "Half the side leaves"), ("a single position cannot shrink", "没法再缩小")),
    ("dilation at a size where the stride would change nothing",
     ("model=resnet layers=1,2,2,2 output_stride=8 input=1",
      "model=resnet layers=1,2,2,2 output_stride=16 input=1"),
     ("1×1 and not 1×1", "the work grows"), ("1×1 either way", "反正是 1×1")),
    ("blocks that are padded skip positions only where the map shrinks",
     ("model=resnet layers=1,1,1,1 shortcut=padded", "model=resnet18 shortcut=padded"),
     ("they skip positions and",), ("where the map shrinks positions are skipped",)),
    ("dilation that begins after the only block", ("model=stage dilate=true blocks=1",
      "model=stage dilate=true blocks=1 stride=4 preact=true"),
     ("traded for dilation", "用空洞换步长", "segmentation do this"),
     ("nothing is dilated", "没有卷积带空洞", "has one block only", "这个阶段只有一块")),
    ("dilation without a stride", ("model=stage dilate=true stride=1 blocks=2",
                                   "model=stage dilate=true stride=1 blocks=1"),
     ("given up", "步长去掉"), ("has no stride to trade", "没有步长可换")),
    ("patches at the edge", ("block=basic stride=4 input=9x6 shortcut=avgpool",
                             "block=bottleneck stride=2 input=7 shortcut=avgpool"),
     ("all its sixteen positions", "all its four positions", "四个位置都算数",
      "All four positions"),
     ("at the edge is what is left of one", "边上不足的按剩下的算", "fewer at the edge")),
    ("what a pooling never reads", ("block=downsample mode=max stride=4 input=5",
                                    "block=downsample mode=avg stride=3 input=7"),
     (), ("positions", "because no window fits on the last row and column",
          "最后一行、一列放不下窗口")),
    ("the first slice is no one of the others", ("block=res2net stride=2 scales=8",
                                                 "block=res2net stride=2 scales=2"),
     ("每片单独经过", "do not feed one another: each"),
     ("the first one is averaged over 3×3", "单独经过")),
    ("nearly all is not all", ("block=preact_basic attention=cbam", "block=basic attention=cbam"),
     ("100% of them", "其中 100%"), ("99.7% of them", "其中 99.7%")),
    ("the gate stands in the derivative", ("block=preact_basic attention=cbam",
                                           "block=preact_bottleneck attention=se"),
     ("x + f(x) is exactly",), ("derivative of x + s · f(x) is exactly 1 + (s · f)′(x)",
                                "x + s · f(x) 的导数正好是 1 + (s · f)′(x)")),
    ("one channel is no several", ("block=bottleneck planes=1 inplanes=1",
                                   "block=bottleneck planes=1 inplanes=1 input=1"),
     ("这些通道上",), ("这个通道上",)),
    ("plain networks are what was measured, not this block",
     ("block=bottleneck shortcut=none attention=eca", "block=res2net shortcut=none"),
     ("this is what residual networks were measured",), ()),
    ("one block alone", ("model=hornet_stage depths=1,1,1,1", "model=stage blocks=1 stride=1 "
                         "inplanes=512"),
     ("Every shortcut is the identity", "1 个块都不改变形状"), ()),
    ("all of the input is no part of it", ("model=stage input=20 stride=3 blocks=2 block=res2net",
                                           "model=resnet18 input=320"),
     ("reaches over 20×20 of 20×20", "reaches over 320×320 of 320×320", "中的 20×20",
      "320×320 像素中的 320×320"), ("the last map sees all", "中间的位置看得到全部")),
    ("one block alike is alike to none", ("model=stage block=res2net blocks=2",
                                          "model=stage block=res2net blocks=2 stride=3"),
     ("1 个内部的做法一样", "逐块精修"), ("有 1 个内部是这样的", "另一块保持不变，继续精修")),
    ("one score tells no classes", ("model=resnet18 num_classes=1",
                                    "model=resnet layers=1,1,1,1 num_classes=1"),
     ("tell the classes apart", "个权重分类"), ("1 score",)),
    ("a batch is said of a network too", ("model=resnet_cifar depth=8 batch=4",
                                          "model=stage batch=2 blocks=2"),
     (), ("images,", "each", "张图，每张")),
    ("a gate without neighbours", ("block=horblock input=1 order=2",
                                   "model=hornet_stage index=3 input=2 depths=1,1,1,1"),
     ("looks at the neighbours in all", "here neighbours decide", "One look around",
      "提取局部邻域的信息", "这里由邻居决定"), ("finds no neighbours here", "没有邻居可看")),
    ("an image has pixels, in a row of layers too", ("model=vgg_backbone",
      "model=vgg_backbone input=320"),
     ("positions of its input", "个输入位置"), ("pixels", "像素")),
    ("no sentence begins with a digit", ("model=resnet layers=1,1,1,2 shortcut=projection",
                                         "model=resnet18 shortcut=projection"),
     (". 5 project", ". 8 project", "。8 条做投影"), ("project; only in", "条做投影；只有")),
    ("two blocks are both", ("model=hornet_stage index=0 depths=2,1,1,1",
                             "model=stage stride=1 inplanes=512 blocks=2"),
     ("All 2 blocks",), ("Both blocks keep the shape", "两块都不改变形状")),
    ("both layers are linear, whichever kind they are",
     ("block=convnext", "block=horblock"), ("A convolution is linear",), ("pwconv1 is linear",)),
    ("what the shortcut brings is x only where it is the identity",
     ("block=basic stride=2", "block=bottleneck shortcut=projection"),
     ("take something away from x", "could only grow"), ("from what the shortcut brings",)),
]  # fmt: skip
CASES = [
    pytest.param(setting, never, always, id=f"{about}: {setting}")
    for about, settings, never, always in READ
    for setting in settings
]


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "never", "always"), CASES)
def test_a_sentence_stands_only_on_its_premise(
    setting: str, never: tuple[str, ...], always: tuple[str, ...]
) -> None:
    text = said(setting)
    for words in never:
        assert not re.search(rf"(?<!\d){re.escape(''.join(words.split()))}", text), words
    for words in always:
        assert "".join(words.split()) in text, words


@pytest.mark.parametrize(("size", "stride"), [(10, 3), (15, 2), (9, 4), (56, 2), (7, 2)])
def test_the_place_of_the_stride_is_worth_what_is_said(size: int, stride: int) -> None:
    """The first convolution at full size against the same at the shrunken one, run in torch."""
    block = build(block="basic", stride=stride)
    small = block.conv1(torch.zeros(1, 64, size, size)).shape[2:]
    times = size * size / prod(small)
    words = {4: "four", 9: "nine", 16: "sixteen"}
    number = words.get(int(times), str(times)) if times == int(times) else ratio(times)
    text = said(f"block=basic stride={stride} input={size}")
    assert f"thefirstwouldcompute{number}timesasmany" in text


@pytest.mark.parametrize("setting", ["block=basic stride=3 input=10", "block=bottleneck stride=2",
                                     "block=resdown stride=4 input=6"])  # fmt: skip
def test_what_a_strided_projection_reads_is_what_torch_reads(setting: str) -> None:
    words = dict(item.split("=") for item in setting.split())
    size = int(words.pop("input", 56))
    module = build(**words)
    layers = [part for part in module.downsample.modules() if isinstance(part, nn.Conv2d)]
    x = torch.ones(1, layers[0].in_channels, size, size, requires_grad=True)
    layers[0](x).sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    read = int((x.grad[0].abs().sum(0) > 0).sum())
    exact = {4: "onepositioninfour", 9: "onepositioninnine"}
    every = size * size
    share = exact[every // read] if every % read == 0 else f"{read:,}of{every:,}positions"
    assert f"reads{share};theshortcutskips" in said(setting)


@pytest.mark.parametrize("preact", [False, True])
def test_zero_weights_without_a_shortcut_let_nothing_through(preact: bool) -> None:
    """Two images, one answer: what the explanation says of it is so."""
    words: dict[str, Any] = {"block": "basic", "layers": "1,1,1,1", "preact": preact}
    network = build(model="resnet", **words, shortcut="none", zero_init_residual=True).eval()
    with torch.no_grad():
        scores = network(torch.randn(2, 3, 40, 40))
    assert torch.equal(scores[0], scores[1])


def test_a_norm_over_the_image_is_no_news_of_a_gate() -> None:
    for norm in ("group", "layer", "instance"):
        assert "oneplaceintheblock" not in said(f"block=bottleneck attention=se norm_layer={norm}")


def test_groups_are_mixed_again_only_where_a_full_1x1_follows() -> None:
    class Grouped(nn.Module):
        def __init__(self, mixed: bool) -> None:
            super().__init__()
            self.first = nn.Conv2d(16, 16, 3, padding=1, groups=4)
            self.second = nn.Conv2d(16, 16, 1 if mixed else 3, padding=0 if mixed else 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = x + self.second(torch.relu(self.first(x)))
            return out

    for mixed in (True, False):
        told = draw_module(Grouped(mixed), (1, 16, 8, 8)).explain().text.replace("\n", " ")
        assert "No group sees here what another one finds" in told
        assert ("the 1×1 after it mixes them again" in told) is mixed


@pytest.mark.parametrize("dilation", [1, 2])
def test_a_pair_of_windows_spans_what_the_gradient_says(dilation: int) -> None:
    class Pair(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = nn.Conv2d(4, 4, 3, padding=dilation, dilation=dilation)
            self.other = nn.Conv2d(4, 4, 3, padding=1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = x + self.other(torch.relu(self.one(x)))
            return out

    reach = 1 + 2 * dilation + 2
    words = "positions of the block's input"
    told = [note.text for note in draw_module(Pair(), (1, 4, 16, 16)).explain().told]
    assert any(f"spans {reach}×{reach} {words}" in text for text in told)
    small = [note.text for note in draw_module(Pair(), (1, 4, 3, 3)).explain().told]
    assert not any(words in text for text in small)


@pytest.mark.parametrize("stride_on", ["conv1", "conv2"])
@pytest.mark.parametrize("layers", sampled(["1,1,1,1", "1,1,2,1", "1,1,1,2"]))
def test_dilation_makes_up_for_the_stride_where_it_is_said_to(stride_on: str, layers: str) -> None:
    """How far the last 3×3 of the network sees with the stride, and with dilation in its place."""
    words = {"model": "resnet", "layers": layers, "stride_on": stride_on}
    plain, kept = (draw(**words, output_stride=size).graph for size in (32, 8))
    last = [call.id for call in plain.calls if call.path.endswith("conv2")][-1]
    far = plain.node[last].receptive_field == kept.node[last].receptive_field
    text = said(f"model=resnet layers={layers} stride_on={stride_on} output_stride=8")
    assert far is (stride_on == "conv2")
    assert far is not ("seeslessfar" in text or "nearlyasfar" in text)
    assert far is ("reachasfar" in text or "reachesasfar" in text)


def test_one_block_is_told_without_a_row() -> None:
    assert draw(model="stage", blocks=1).explain().paragraphs[0].lead == "Stage: 1 bottleneck."
