"""ResNet: stem, four stages, head; and the presets that the field knows by name."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.errors import ParameterError
from resnet_core.layers import activation as activation_layer
from resnet_core.layers import conv3x3, initialise, norm
from resnet_core.networks.stage import preact_name, residual_blocks
from resnet_core.params import (
    Activation,
    Attention,
    BaseWidth,
    Groups,
    IncludeTop,
    Layers,
    NormLayer,
    NumClasses,
    OutputStride,
    Preact,
    Shortcut,
    Stem,
    StrideOn,
    ZeroInitResidual,
)
from resnet_core.registry import BLOCKS, NETWORKS, BlockName

# Six times ResNet-152: beyond it a trace takes longer than anybody waits for a picture.
MAX_BLOCKS = 300


@NETWORKS.register(
    "resnet",
    en="Stem, four stages, head: every knob of the family in one place.",
    zh="stem、四个阶段、分类头：这一家族的所有参数都在这里。",
)
class ResNet(nn.Module):
    """head(stages(stem(x))),  stem = 7×7 conv /2, BN, ReLU, 3×3 max pool /2,  head = pool, linear

    [N, 3, H, W] → [N, num_classes], or without top [N, 512·expansion, ⌈H/32⌉, ⌈W/32⌉].

    He et al., Deep Residual Learning for Image Recognition, 2015,
    https://arxiv.org/abs/1512.03385, table 1. ``output_stride`` 16 and 8: the last one or two
    stages trade stride for dilation (https://arxiv.org/abs/1706.05587). ``stem=deep`` is
    ResNet-C, with ``shortcut=avgpool`` ResNet-D (https://arxiv.org/abs/1812.01187); ``preact`` is
    ResNet-v2 (https://arxiv.org/abs/1603.05027), which ends with a norm and an activation. The
    keys and shapes of ``state_dict()`` are torchvision's.

    Raises ParameterError where the block does not take the knobs.
    """

    def __init__(
        self,
        block: BlockName = "bottleneck",
        layers: Layers = "3,4,6,3",
        groups: Groups = 1,
        base_width: BaseWidth = 64,
        output_stride: OutputStride = 32,
        norm_layer: NormLayer = "batch",
        activation: Activation = "relu",
        stride_on: StrideOn = "conv2",
        shortcut: Shortcut = "auto",
        attention: Attention = "none",
        stem: Stem = "conv7x7",
        preact: Preact = False,
        num_classes: NumClasses = 1000,
        include_top: IncludeTop = True,
        zero_init_residual: ZeroInitResidual = False,
    ) -> None:
        super().__init__()
        knobs: dict[str, Any] = {
            "groups": groups,
            "base_width": base_width,
            "norm_layer": norm_layer,
            "activation": activation,
            "stride_on": stride_on,
            "shortcut": shortcut,
            "attention": attention,
        }
        block = preact_name(block) if preact else block
        width = 512 * BLOCKS[block].expansion
        self.conv1 = _stem(stem, norm_layer, activation)
        self.bn1 = None if preact else norm(norm_layer, 64)
        self.relu = activation_layer(activation)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        stages = _stages(block, [int(part) for part in layers.split(",")], output_stride, knobs)
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.bn2 = norm(norm_layer, width) if preact else None
        self.include_top = include_top
        if include_top:
            self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
            self.fc = nn.Linear(width, num_classes)
        initialise(self, zero_init_residual)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)
        if self.bn1 is not None:
            x = self.relu(self.bn1(x))
        x = self.maxpool(x)
        x = self.layer1(x)
        x = self.layer2(x)
        x = self.layer3(x)
        x = self.layer4(x)
        if self.bn2 is not None:
            x = self.relu(self.bn2(x))
        if not self.include_top:
            return x
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        return self.fc(x)


def _stem(kind: str, norm_layer: str, activation: str) -> nn.Module:
    """[N, 3, H, W] → [N, 64, ⌈H/2⌉, ⌈W/2⌉]: one 7×7, or three 3×3 that see 11×11.

    The deep stem is that of Bag of Tricks, https://arxiv.org/abs/1812.01187, figure 2b.
    """
    if kind == "conv7x7":
        return nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
    return nn.Sequential(
        conv3x3(3, 32, stride=2),
        norm(norm_layer, 32),
        activation_layer(activation),
        conv3x3(32, 32),
        norm(norm_layer, 32),
        activation_layer(activation),
        conv3x3(32, 64),
    )


def _stages(
    block: str, layers: list[int], output_stride: int, knobs: dict[str, Any]
) -> list[nn.Sequential]:
    """Four stages of 64, 128, 256 and 512 planes; past ``output_stride`` they dilate."""
    if sum(layers) > MAX_BLOCKS:
        raise ParameterError(
            "layers",
            ",".join(map(str, layers)),
            Text("that is {:,} blocks", "这样一共有 {:,} 个块").format(sum(layers)),
            allowed=Text("at most {} blocks in all", "总共最多 {} 个块").format(MAX_BLOCKS),
            suggestion="3,4,6,3",
        )
    inplanes, reached, dilation = 64, 4, 1
    stages = []
    for planes, blocks, stride in zip((64, 128, 256, 512), layers, (1, 2, 2, 2), strict=True):
        dilate = reached * stride > output_stride
        try:
            made = residual_blocks(block, inplanes, planes, blocks, stride, dilate, knobs, dilation)
        except ParameterError as error:
            if error.parameter != "dilation":
                raise
            raise ParameterError(
                "output_stride", output_stride, error.text, allowed=[32], suggestion=32
            ) from error
        stages.append(nn.Sequential(*made))
        dilation, reached = (dilation * stride, reached) if dilate else (dilation, reached * stride)
        inplanes = planes * BLOCKS[block].expansion
    return stages


_BOTTLENECK: dict[str, Any] = {"block": "bottleneck"}
_FIFTY = _BOTTLENECK | {"layers": "3,4,6,3"}
_HUNDRED = _BOTTLENECK | {"layers": "3,4,23,3"}
_RESNEXT = "Xie et al., 2017, https://arxiv.org/abs/1611.05431"
_WIDE = "Zagoruyko and Komodakis, 2016, https://arxiv.org/abs/1605.07146"
_TRICKS = "He et al., 2018, https://arxiv.org/abs/1812.01187"

# name, title, what is fixed, and the paper where it is not that of ResNet
PRESETS: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("resnet18", "ResNet-18", {"block": "basic", "layers": "2,2,2,2"}, ""),
    ("resnet34", "ResNet-34", {"block": "basic", "layers": "3,4,6,3"}, ""),
    ("resnet50", "ResNet-50", _FIFTY, ""),
    ("resnet101", "ResNet-101", _HUNDRED, ""),
    ("resnet152", "ResNet-152", _BOTTLENECK | {"layers": "3,8,36,3"}, ""),
    ("resnext50_32x4d", "ResNeXt-50 (32×4d)", _FIFTY | {"groups": 32, "base_width": 4}, _RESNEXT),
    (
        "resnext101_32x8d",
        "ResNeXt-101 (32×8d)",
        _HUNDRED | {"groups": 32, "base_width": 8},
        _RESNEXT,
    ),
    (
        "resnext101_64x4d",
        "ResNeXt-101 (64×4d)",
        _HUNDRED | {"groups": 64, "base_width": 4},
        _RESNEXT,
    ),
    ("wide_resnet50_2", "Wide ResNet-50-2", _FIFTY | {"base_width": 128}, _WIDE),
    ("wide_resnet101_2", "Wide ResNet-101-2", _HUNDRED | {"base_width": 128}, _WIDE),
    ("resnet50c", "ResNet-50-C", _FIFTY | {"stem": "deep"}, _TRICKS),
    ("resnet50d", "ResNet-50-D", _FIFTY | {"stem": "deep", "shortcut": "avgpool"}, _TRICKS),
    (
        "resnet50_gn",
        "ResNet-50 (group norm)",
        _FIFTY | {"norm_layer": "group"},
        "Wu and He, 2018, https://arxiv.org/abs/1803.08494",
    ),
    (
        "seresnet50",
        "SE-ResNet-50",
        _FIFTY | {"attention": "se"},
        "Hu et al., 2018, https://arxiv.org/abs/1709.01507",
    ),
    (
        "ecaresnet50d",
        "ECA-ResNet-50-D",
        _FIFTY | {"attention": "eca", "stem": "deep", "shortcut": "avgpool"},
        "Wang et al., 2020, https://arxiv.org/abs/1910.03151",
    ),
    (
        "resnetv2_50",
        "ResNet-v2-50",
        _FIFTY | {"preact": True},
        "He et al., 2016, https://arxiv.org/abs/1603.05027",
    ),
)
# What sets each apart, in one line.
_ABOUT: dict[str, Text] = {
    "resnet18": Text("Eight basic blocks: the smallest ResNet for ImageNet.",
                     "八个基本块：ImageNet 上最小的 ResNet。"),
    "resnet34": Text("Sixteen basic blocks, in the stages of ResNet-50.",
                     "十六个基本块，各阶段块数与 ResNet-50 相同。"),
    "resnet50": Text("Sixteen bottlenecks, with the stride in the 3×3 (v1.5).",
                     "十六个瓶颈块，步长放在 3×3 上（v1.5）。"),
    "resnet101": Text("ResNet-50 with 23 blocks instead of 6 in the third stage.",
                      "把 ResNet-50 的第三阶段从 6 块加到 23 块。"),
    "resnet152": Text("ResNet-50 with 8 and 36 blocks in the second and third stage.",
                      "把 ResNet-50 的第二、第三阶段分别加到 8 块和 36 块。"),
    "resnext50_32x4d": Text("ResNet-50 with its 3×3 in 32 groups of 4 channels.",
                            "ResNet-50，3×3 分成 32 组，每组 4 个通道。"),
    "resnext101_32x8d": Text("ResNet-101 with its 3×3 in 32 groups of 8 channels.",
                             "ResNet-101，3×3 分成 32 组，每组 8 个通道。"),
    "resnext101_64x4d": Text("ResNet-101 with its 3×3 in 64 groups of 4 channels.",
                             "ResNet-101，3×3 分成 64 组，每组 4 个通道。"),
    "wide_resnet50_2": Text("ResNet-50 with its 3×3 twice as wide.",
                            "ResNet-50，3×3 的宽度加倍。"),
    "wide_resnet101_2": Text("ResNet-101 with its 3×3 twice as wide.",
                             "ResNet-101，3×3 的宽度加倍。"),
    "resnet50c": Text("ResNet-50 with three 3×3 in the stem instead of the 7×7.",
                      "ResNet-50，stem 由三个 3×3 代替 7×7。"),
    "resnet50d": Text("ResNet-50-C whose shortcuts average before they project.",
                      "ResNet-50-C，捷径先做平均池化再投影。"),
    "resnet50_gn": Text("ResNet-50 with group norm: no image depends on the others of its batch.",
                        "用组归一化的 ResNet-50：每张图与同批的其他图无关。"),
    "seresnet50": Text("ResNet-50 with squeeze-and-excitation at the end of each f.",
                       "ResNet-50，每个 f 的末尾加上 SE 注意力。"),
    "ecaresnet50d": Text("ResNet-50-D with ECA at the end of each f.",
                         "ResNet-50-D，每个 f 的末尾加上 ECA 注意力。"),
    "resnetv2_50": Text("ResNet-50 with norm and activation before each convolution.",
                        "ResNet-50，归一化和激活放在每个卷积之前。"),
}  # fmt: skip
_DEEP = ("head(stages(stem(x))),  stem = 3×3 conv /2, BN, ReLU, 3×3 conv, BN, ReLU, 3×3 conv, BN, "
         "ReLU, 3×3 max pool /2,  head = pool, linear")  # fmt: skip
# What a preset computes, where its knobs contradict the formula of the family.
_COMPUTES = {
    "resnet50c": _DEEP,
    "resnet50d": _DEEP,
    "ecaresnet50d": _DEEP,
    "resnet50_gn": "head(stages(stem(x))),  stem = 7×7 conv /2, GN, ReLU, 3×3 max pool /2,  "
    "head = pool, linear",
    "resnetv2_50": "head(stages(stem(x))),  stem = 7×7 conv /2, 3×3 max pool /2,  "
    "head = BN, ReLU, pool, linear",
}
for _name, _title, _fixed, _cites in PRESETS:
    NETWORKS.preset(
        _name,
        "resnet",
        title=_title,
        cites=_cites,
        fixed=_fixed,
        about=_ABOUT[_name],
        computes=_COMPUTES.get(_name, ""),
    )
