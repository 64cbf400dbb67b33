"""Bottleneck: the 1×1, 3×3, 1×1 of ResNet-50, 101 and 152, of ResNeXt and of wide ResNets."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.errors import ParameterError
from resnet_core.layers import activation as activation_layer
from resnet_core.layers import attention as attention_layer
from resnet_core.layers import conv1x1, conv3x3, norm
from resnet_core.layers import shortcut as shortcut_layer
from resnet_core.params import (
    Activation,
    Attention,
    BaseWidth,
    Dilation,
    Groups,
    Inplanes,
    NormLayer,
    Planes,
    Shortcut,
    Stride,
    StrideOn,
)
from resnet_core.registry import BLOCKS

MAX_WIDTH = 65_536


@BLOCKS.register(
    "bottleneck",
    en="Narrow, look at neighbours, widen: the 3×3 works where channels are few, and depth "
    "becomes affordable.",
    zh="先降维、再提取局部邻域、最后升维：3×3 只在通道少的地方计算，网络才深得起来。",
)
class Bottleneck(nn.Module):
    """relu(shortcut(x) + f(x)),  f = 1×1, BN, ReLU, 3×3, BN, ReLU, 1×1, BN

    [N, inplanes, H, W] → [N, 4·planes, ⌈H/stride⌉, ⌈W/stride⌉],
    with width = int(planes · base_width / 64) · groups in the middle.

    He et al., Deep Residual Learning for Image Recognition, 2015,
    https://arxiv.org/abs/1512.03385, figure 5 (right). Groups: ResNeXt,
    https://arxiv.org/abs/1611.05431; base_width 128: wide ResNet,
    https://arxiv.org/abs/1605.07146.

    Raises ParameterError where the width would be zero or more than 65,536.
    """

    expansion = 4
    noun = Noun(Text("a bottleneck", "瓶颈块"), several="bottlenecks")
    # How the channels of its layers follow from its knobs.
    widths: ClassVar[Mapping[str, str]] = {
        "conv1": "int(planes · base_width / 64) · groups",
        "conv2": "int(planes · base_width / 64) · groups",
        "conv3": "planes · 4",
        "downsample": "planes · 4",
    }

    def __init__(
        self,
        inplanes: Inplanes = 256,
        planes: Planes = 64,
        stride: Stride = 1,
        groups: Groups = 1,
        base_width: BaseWidth = 64,
        dilation: Dilation = 1,
        norm_layer: NormLayer = "batch",
        activation: Activation = "relu",
        stride_on: StrideOn = "conv2",
        shortcut: Shortcut = "auto",
        attention: Attention = "none",
    ) -> None:
        super().__init__()
        width = int(planes * base_width / 64) * groups
        if not 1 <= width <= MAX_WIDTH:
            least, most = -(-64 // planes), 64 * MAX_WIDTH // (planes * groups)
            raise ParameterError(
                "base_width",
                base_width,
                Text(
                    "width = int(planes·base_width/64)·groups would be {:,}",
                    "宽度 int(planes·base_width/64)·groups 会变成 {:,}",
                ).format(width),
                allowed=Text(
                    "{} to {} at planes={} and groups={}",
                    "在 planes={2}、groups={3} 时为 {0} 到 {1}",
                ).format(least, most, planes, groups),
                fix={"base_width": None, "groups": None},
            )
        outplanes = planes * self.expansion
        first, second = (stride, 1) if stride_on == "conv1" else (1, stride)
        self.shortcut = shortcut
        self.conv1 = conv1x1(inplanes, width, first)
        self.bn1 = norm(norm_layer, width)
        self.conv2 = conv3x3(width, width, second, groups, dilation)
        self.bn2 = norm(norm_layer, width)
        self.conv3 = conv1x1(width, outplanes)
        self.bn3 = norm(norm_layer, outplanes)
        self.relu = activation_layer(activation)
        self.attention = attention_layer(attention, outplanes)
        self.downsample = shortcut_layer(shortcut, inplanes, outplanes, stride, norm_layer)

    @property
    def last_norm(self) -> nn.Module:
        return self.bn3

    @property
    def last_layer(self) -> nn.Module:
        return self.conv3

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if self.attention is not None:
            out = self.attention(out)
        if self.shortcut != "none":
            out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)
