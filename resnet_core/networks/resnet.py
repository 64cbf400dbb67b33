"""ResNet: stem, four stages, head; and the presets that the field knows by name."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from resnet_core.errors import ParameterError
from resnet_core.layers import activation as activation_layer
from resnet_core.layers import initialise, norm
from resnet_core.networks.stage import BlockName, residual_blocks
from resnet_core.params import (
    Activation,
    BaseWidth,
    Groups,
    IncludeTop,
    Layers,
    NormLayer,
    NumClasses,
    OutputStride,
    Shortcut,
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
    stages trade stride for dilation (https://arxiv.org/abs/1706.05587). The keys and shapes of
    ``state_dict()`` are torchvision's.

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
        }
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = norm(norm_layer, 64)
        self.relu = activation_layer(activation)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        stages = _stages(block, [int(each) for each in layers.split(",")], output_stride, knobs)
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.include_top = include_top
        if include_top:
            self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
            self.fc = nn.Linear(512 * BLOCKS[block].expansion, num_classes)
        initialise(self, zero_init_residual)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer1(x)
        x = self.layer2(x)
        x = self.layer3(x)
        x = self.layer4(x)
        if not self.include_top:
            return x
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        return self.fc(x)


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
