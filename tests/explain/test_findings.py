"""What explanations once said falsely, by the row of the reading that found it, in both languages.

Each row has two settings, words that may not be said there, and words that have to be.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from torch import nn

from resnet_core import build, draw
from resnet_core.registry import BLOCKS
from tests.subjects import sampled


@cache
def _said(items: tuple[tuple[str, Any], ...]) -> str:
    diagram = draw(**dict(items))
    told = [diagram.explain(language).text.replace("\n", " ") for language in ("en", "zh")]
    # The other names of a term stand behind its first mention, wherever that is.
    return re.sub("（stride）|（跳跃连接、残差连接，shortcut）", "", "".join(told).replace(" ", ""))


def said(setting: str) -> str:
    """Both explanations of ``block=basic stride=2``, unwrapped."""
    words = dict(item.split("=") for item in setting.split())
    given = {
        name: {"true": True, "false": False}.get(value, value) for name, value in words.items()
    }
    return "".join(_said(tuple(given.items())).split())


# row, two settings, what may not be said, what has to be said
FINDINGS: list[tuple[str, tuple[str, str], tuple[str, ...], tuple[str, ...]]] = [
    ("F1", ("block=bottleneck dilation=4 stride=2", "block=preact_bottleneck dilation=2 stride=2"),
     ("every position of the input is read", "每个位置都读得到"),
     ("of 3,136 positions 784 are read", "3,136 个位置只读 784 个")),
    ("F2", ("block=bottleneck dilation=2 stride=4", "block=preact_bottleneck dilation=3 stride=3"),
     ("touch without overlapping", "首尾相接"), ("positions", "只读")),
    ("F3", ("block=residual_attention padding=0 stride=2 conv2_stride=1 input=40",
            "block=residual_attention padding=0 stride=2 conv2_stride=1 input=30"),
     ("every position of the input is read", "每个位置都读得到"),
     ("no window fits on the last row and column", "最后一行、一列放不下窗口")),
    ("F4", ("block=bottleneck input=1 stride=3", "block=basic input=1 stride=2"),
     ("this class always puts", "option C", "C 方案"), ("asks about the stride", "问的是步长")),
    ("F5", ("block=bottleneck dilation=9 input=8", "block=preact_bottleneck dilation=8 input=5"),
     ("cut off 2 rows",), ("works as a 1×1", "等于一个 1×1", "not one window would fit")),
    ("F6", ("model=resnet18 shortcut=projection", "model=resnet18 shortcut=none"),
     ("Within a stage all outputs have the same shape, so", "add its input unchanged", "原样加上",
      "add what it was given as it is", "都能加上", "能把输入"),
     ("Within a stage all outputs have the same shape.", "同一阶段里各块的输出形状一样。")),
    ("F7", ("model=resnet shortcut=projection block=basic layers=3,2,2,2",
            "model=stage block=resdown blocks=3"),
     ("others project, because the shape changes",), ("shapes ask for it", "形状需要它")),
    ("F8", ("model=resnext50_32x4d", "block=preact_bottleneck stride=2"),
     ("v1.5", "Facebook", "torchvision", "strided the first", "paper of 2015 has the stride"),
     ("The stride sits in the 3×3", "步长放在")),
    ("F8 Res2Net", ("block=res2net scales=4 stride=2", "block=res2net scales=3 stride=3"),
     ("v1.5", "Facebook", "torchvision", "strided the first", "paper of 2015 has the stride"),
     ("The stride sits in the 3×3", "步长放在")),
    ("F9", ("block=bottleneck stride_on=conv1 stride=3", "block=resdown stride=4"),
     ("v1.5", "torchvision", "Facebook", "how the original paper has it", "2015 paper has it"),
     ("and what is in the others is lost", "其余位置上的内容就丢了")),
    ("F10", ("block=bottleneck norm_layer=none activation=gelu",
             "block=preact_basic norm_layer=none"),
     ("last norm", "Norm and activation stand", "最后一个归一化", "归一化和激活放在"), ()),
    ("F11", ("block=preact_basic shortcut=padded stride=2 planes=128",
             "model=resnet preact=true layers=2,1,1,1"),
     ("from end to end", "从头走到尾"), ("straight way is broken off", "这条直路会断开")),
    ("F12", ("block=preact_basic stride=2", "block=preact_bottleneck stride=3 activation=silu"),
     ("shortcut(x)", "So x passes", "于是 x 要先过"),
     ("shortcut(a) + f(x), with a =", "其中 a =", "So a passes", "于是 a 要先过")),
    ("F13", ("model=resnetv2_50 input=96", "model=resnet preact=true layers=1,1,1,1"),
     ("larger than any of its terms", "比其中任何一项都大"), ("grew at every addition",)),
    ("F14", ("block=basic activation=hardswish", "block=res2net activation=hardswish"),
     ("put together from straight pieces", "几段直线拼出"), ("ReLU6(x + 3)/6",)),
    ("F15", ("block=basic activation=leaky_relu", "block=res2net activation=leaky_relu"),
     ("hundredth", "百分之一"), ("negative values by 0.01", "负值乘以 0.01")),
    ("F16", ("block=inverted_residual activation=mish stride=1",
             "block=inverted_residual activation=elu expand_ratio=4"),
     ("part of its input to zero", "一部分输入变成零", "sets part of", "变成零"),
     ("squashes part of its input", "压缩一部分输入")),
    ("F17", ("block=bottleneck planes=32 base_width=256",
             "block=bottleneck planes=256 base_width=256"),
     ("1,024 (planes", "128 (planes", "1,024 个（planes", "128 个（planes"),
     ("int(", "base_width / 64")),
    ("F18", ("block=bottleneck planes=1024 inplanes=64", "block=bottleneck planes=512 inplanes=32"),
     ("done where channels are few", "放到通道最少的地方"),
     ("this bottleneck widens first", "先升维")),
    ("F19", ("block=bottleneck groups=32", "block=bottleneck groups=2 planes=128"),
     ("base_width alters only", "base_width 只改变中间"), ("groups multiplies the width here",)),
    ("F20", ("block=bottleneck attention=cbam planes=128", "block=basic attention=cbam"),
     ("everything happens after the averaging", "几乎一切都在取平均之后"),
     ("in the 7×7 on 2 channels",)),
    ("F22", ("block=basic attention=se", "block=bottleneck attention=se input=1"),
     ("everything happens after the averaging", "几乎一切都在取平均之后"),
     ("are not counted", "不算在内")),
    ("F23", ("block=basic planes=2 inplanes=2 attention=se",
             "block=basic planes=1 inplanes=1 attention=se input=9"),
     ("keeps it this small", "所以才这么小", "one full layer", "一整层", "The squeeze to"),
     ("weighs the channels", "给通道加权")),
    ("F24", ("model=resnet layers=1,1,1,1 attention=eca norm_layer=batch",
             "model=resnet18 norm_layer=group"),
     ("only where something global follows",), ("depends on the whole input", "与整个输入有关")),
    ("F25", ("model=resnet18", "model=resnet50 input=320"),
     ("could see the whole image", "看得到整张图", "Every position of the last map sees all"),
     ("a position in the corner sees", "角上的位置")),
    ("F26", ("model=stage blocks=2", "model=hornet_stage index=2 depths=1,1,1,1"),
     ("pixels", "像素", "part of the image", "整张图"),
     ("positions of its input", "个输入位置")),
    ("F27", ("model=hornet_stage index=3 base_dim=48", "model=hornet_stage index=1 base_dim=32"),
     ("in the stem", "起始层占", "pixels", "像素"), ("in the downsampling", "下采样占")),
    ("F28", ("block=res2net scales=6", "block=res2net scales=3"),
     ("Every other one",), ("from the third on", "从第三片起")),
    ("F29", ("block=res2net scales=2 stride=3", "block=res2net scales=2 stride=2 planes=128"),
     ("The first slice goes on as it is", "第一片原样放行"), ("averaged over 3×3", "3×3 平均池化")),
    ("F30", ("block=res2net shortcut=none planes=128", "block=res2net shortcut=none scales=3"),
     ("put side by side, not added", "channels pile up", "通道越积越多",
      "every later layer can read it"), ("There is no shortcut.", "没有捷径。")),
    ("F31", ("model=resnet block=res2net layers=2,2,2,2",
             "model=resnet block=res2net base_width=16 layers=2,1,2,1"),
     ("all work alike", "内部的做法都一样", "50 layers deep"),
     ("blocks work alike", "stand side by side, none is added to the next",
      "Layers side by side count once", "并列的层只算一次")),
    ("F32", ("model=resnet zero_init_residual=true block=basic layers=1,1,1,1",
             "model=resnet zero_init_residual=true block=basic"),
     ("stem and head alone",), ("three projections", "the head", "三个投影")),
    ("F32 without a norm", ("model=resnet zero_init_residual=true preact=true layers=2,1,1,1",
                            "model=stage zero_init_residual=true norm_layer=none"),
     ("last norm on each main path",), ("last convolution on each main path",)),
    ("F33", ("model=resnet18 shortcut=padded", "model=resnet_cifar depth=14"),
     ("where a 1×1 convolution would",), ("1×1 convolutions would have",)),
    ("F34", ("block=downsample stride=1 outplanes=16", "block=downsample stride=1 outplanes=96"),
     ("takes the place of pooling", "代替池化"), ("shrinks nothing", "什么也不缩小")),
    ("F35", ("block=downsample mode=avg stride=4", "block=downsample mode=avg stride=2 input=9"),
     ("nothing is thrown away", "什么都没丢"), ("only their mean is left", "只有平均值")),
    ("F36", ("block=residual_attention stride=3", "block=residual_attention stride=4 input=60"),
     ("the others must have stride 1", "其余的步长必须是 1"), ("divide the size by the same",)),
    ("F37", ("block=bottleneck shortcut=identity stride=2",
             "block=basic shortcut=identity planes=128"), ("只有投影才能",),
     ("不许在捷径上做任何变换",)),
    ("F38", ("block=bottleneck shortcut=none stride=2", "model=stage shortcut=none blocks=2"),
     ("Such a network of 34 layers", "is the plain network that ResNet"), ("of pairs of 3×3",)),
    ("F39", ("block=basic input=20", "block=res2net"),
     ("1 + f′(x)",), ("fitted its training images worse", "退化")),
    ("F40", ("block=residual_layer stride=2", "block=residual_attention outplanes=32"),
     ("would change no result", "结果一点不变"), ("in training", "训练时")),
    ("F41", ("block=bottleneck norm_layer=instance input=1",
             "block=basic norm_layer=instance input=1 attention=se"),
     ("The main path f is", "主路 f 是"), ("too little for batch norm", "对批归一化也太少")),
    ("F42", ("block=bottleneck batch=8", "block=preact_bottleneck batch=3"),
     (), ("images", "each", "每张")),
    ("F43", ("block=bottleneck attention=se", "block=bottleneck norm_layer=layer"),
     ("The only layer of this block that sees",), ("The only convolution of this block",)),
    ("F47", ("block=basic inplanes=128 planes=128", "block=basic input=28"),
     ("would do with", "ResNet-34 can afford"), ("a bottleneck carries", "从 ResNet-50 起")),
    ("F48", ("block=basic attention=se", "block=bottleneck attention=eca"),
     ("relu(x + f(x))",), ("relu(x + s · f(x)), with s from the gate",)),
    ("F49", ("block=inverted_residual expand_ratio=4", "block=inverted_residual outplanes=64"),
     ("that is what has to be kept in memory, and",), ("the wide maps exist only inside",)),
    ("F50", ("model=hornet_tiny_7x7", "model=hornet_small_7x7"),
     ("condensed", "浓缩", "mean something there", "到那时才有意义"),
     ("late stages have the channels for it", "靠后的阶段才有这么多通道")),
    ("F51", ("block=bottleneck attention=eca", "block=basic attention=eca"),
     ("So this is the one place",), ("This is the one place in the block",)),
    ("F52", ("block=bottleneck dilation=2 stride=2", "block=preact_bottleneck dilation=3 stride=2"),
     ("segmentation", "分割", "without shrinking", "不缩小"), ("dilated by", "空洞率是")),
    ("F53", ("block=residual_attention kernel_size=1 padding=0 stride=2 conv2_stride=1",
             "block=residual_attention kernel_size=1 padding=0 stride=3 conv2_stride=1"),
     (), ("Both paths read the same positions", "两条路径读的是同样的位置")),
    ("F55", ("block=convnext drop_path=0.3", "block=horblock drop_path=0.1"),
     (), ("acts in training only", "只在训练时起作用")),
    ("F55 layer_scale", ("block=convnext layer_scale=false", "block=horblock layer_scale=false"),
     ("scaled by γ",), ("no γ scales f", "没有 γ 来缩放")),
    ("F55 stride_on", ("block=bottleneck stride_on=conv1",
                       "block=bottleneck stride_on=conv1 planes=32"),
     (), ("has nothing to move here", "没有步长可移")),
    ("F55 avgpool", ("block=bottleneck shortcut=avgpool inplanes=64",
                     "block=basic shortcut=avgpool planes=128"),
     (), ("has nothing to pool here", "没有什么可池化")),
    ("F56", ("block=bottleneck norm_layer=none", "block=basic norm_layer=none"),
     (), ("The convolutions have no bias either", "卷积也不带偏置")),
]  # fmt: skip
CASES = [
    pytest.param(setting, never, always, id=f"{row} {setting}")
    for row, settings, never, always in FINDINGS
    for setting in settings
]


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "never", "always"), CASES)
def test_what_was_false_is_said_no_more(
    setting: str, never: tuple[str, ...], always: tuple[str, ...]
) -> None:
    text = said(setting)
    for words in never:
        assert "".join(words.split()) not in text, words
    for words in always:
        assert "".join(words.split()) in text, words


@pytest.mark.parametrize("block", ["basic", "bottleneck"])
def test_f21_weights_that_are_used_twice_are_counted_once(block: str) -> None:
    words: dict[str, Any] = {"block": block, "attention": "cbam", "stride": 2}
    every = sum(layer.weight.numel() for layer in build(**words).modules()
                if isinstance(layer, nn.Conv2d))  # fmt: skip
    assert f"ofthe{every:,}convolutionweights" in said(f"block={block} attention=cbam stride=2")


@pytest.mark.parametrize(("index", "side"), [(1, 56), (2, 28)])
def test_f27_a_stage_gets_the_map_that_the_stage_before_it_makes(index: int, side: int) -> None:
    """As HorNet itself hands it on."""
    diagram = draw(model="hornet_stage", index=index)
    network = draw(model="hornet").graph
    before = [call for call in network.calls if call.group.startswith(f"stages.{index - 1}")]
    assert diagram.input_shape == before[-1].shape == (1, 64 * 2 ** (index - 1), side, side)


def test_f27_a_size_that_is_chosen_stays() -> None:
    diagram = draw(model="hornet_stage", index=3, input="224")
    assert diagram.input_shape[2:] == (224, 224)
    assert ("input", "224") in diagram.query
    assert ("input", "14") not in draw(model="hornet_stage", index=3, input="14").query


@pytest.mark.parametrize("layers", sampled(["3,1,2,1", "2,2,2,2"]))
def test_f31_the_depth_is_that_of_the_longest_way(layers: str) -> None:
    """By the blocks' rule: a slice waits for the one before it, unless the shape changes."""
    counts = [int(part) for part in layers.split(",")]
    deep = 2 + 3 * len(counts) + 5 * (sum(counts) - len(counts))
    text = said(f"model=resnet block=res2net layers={layers}")
    assert f"Itis{deep}layersdeep." in text
    assert f"它有{deep}层深。" in text


@pytest.mark.parametrize("name", ["resdown", "preact_bottleneck"])
def test_f45_a_card_promises_what_holds_at_every_knob(name: str) -> None:
    told = [BLOCKS[name].about(language) for language in ("en", "zh")]
    assert not re.search("always shrinks|总是下采样|makes? networks of a thousand", " ".join(told))
    if name == "resdown":
        assert "always projects" in told[0]
        for stride in (1, 3):
            graph = draw(block=name, stride=stride).graph
            assert graph.shortcut_into("add") == "projection"


@pytest.mark.parametrize("layers", sampled(["1,1,1,1", "2,2,2,2"]))
def test_f46_blocks_that_always_project_are_not_called_original(layers: str) -> None:
    text = said(f"model=resnet block=resdown layers={layers}")
    assert "oftheoriginalkind" not in text
    assert "原论文式" not in text
    assert "bottlenecksthatalwaysproject" in text


def test_every_row_is_held_by_a_test() -> None:
    """F1 to F56; F44 and F54 are about formulas and cards, in tests/diagram/test_formula.py."""
    here = Path(__file__)
    files = (here, here.parents[1] / "diagram" / "test_formula.py")
    by_name = {
        int(number)
        for file in files
        for number in re.findall(r"def test_f(\d+)_", file.read_text(encoding="utf-8"))
    }
    rows = {int(row.split()[0][1:]) for row, _, never, always in FINDINGS if never or always}
    assert by_name | rows == set(range(1, 57))
    assert all(len(set(settings)) == 2 for _, settings, _, _ in FINDINGS)
