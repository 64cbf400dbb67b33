"""ResNet: stem, four stages, head; and the presets that the field knows by name."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from resnet_core.errors import ParameterError
from resnet_core.layers import activation as activation_layer
from resnet_core.layers import conv3x3, initialise, norm
from resnet_core.networks.stage import BlockName, preact_name, residual_blocks
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
from resnet_core.registry import BLOCKS, NETWORKS


@NETWORKS.register("resnet")
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
        stages = _stages(block, [int(each) for each in layers.split(",")], output_stride, knobs)
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
    """[N, 3, H, W] → [N, 64, ⌈H/2⌉, ⌈W/2⌉]: one 7×7, or three 3×3 that see as far.

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
                "output_stride", output_stride, error.reason, allowed=[32], suggestion=32
            ) from error
        stages.append(nn.Sequential(*made))
        dilation, reached = (dilation * stride, reached) if dilate else (dilation, reached * stride)
        inplanes = planes * BLOCKS[block].expansion
    return stages


for _name, _title, _block, _layers in (
    ("resnet18", "ResNet-18", "basic", "2,2,2,2"),
    ("resnet34", "ResNet-34", "basic", "3,4,6,3"),
    ("resnet50", "ResNet-50", "bottleneck", "3,4,6,3"),
    ("resnet101", "ResNet-101", "bottleneck", "3,4,23,3"),
    ("resnet152", "ResNet-152", "bottleneck", "3,8,36,3"),
):
    NETWORKS.preset(_name, "resnet", title=_title, block=_block, layers=_layers)

for _name, _title, _layers, _knobs in (
    ("resnext50_32x4d", "ResNeXt-50 (32×4d)", "3,4,6,3", {"groups": 32, "base_width": 4}),
    ("resnext101_32x8d", "ResNeXt-101 (32×8d)", "3,4,23,3", {"groups": 32, "base_width": 8}),
    ("resnext101_64x4d", "ResNeXt-101 (64×4d)", "3,4,23,3", {"groups": 64, "base_width": 4}),
    ("wide_resnet50_2", "Wide ResNet-50-2", "3,4,6,3", {"base_width": 128}),
    ("wide_resnet101_2", "Wide ResNet-101-2", "3,4,23,3", {"base_width": 128}),
):
    NETWORKS.preset(_name, "resnet", title=_title, block="bottleneck", layers=_layers, **_knobs)

_VARIANTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("resnet50c", "ResNet-50-C", {"stem": "deep"}),
    ("resnet50d", "ResNet-50-D", {"stem": "deep", "shortcut": "avgpool"}),
    ("resnet50_gn", "ResNet-50 (group norm)", {"norm_layer": "group"}),
    ("seresnet50", "SE-ResNet-50", {"attention": "se"}),
    (
        "ecaresnet50d",
        "ECA-ResNet-50-D",
        {"attention": "eca", "stem": "deep", "shortcut": "avgpool"},
    ),
    ("resnetv2_50", "ResNet-v2-50", {"preact": True}),
)
for _name, _title, _variant in _VARIANTS:
    NETWORKS.preset(_name, "resnet", title=_title, block="bottleneck", layers="3,4,6,3", **_variant)
