"""PreactBottleneck: the bottleneck of ResNet-v2, norm and activation first."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.layers import activation as activation_layer
from resnet_core.layers import attention as attention_layer
from resnet_core.layers import conv1x1, conv3x3, norm
from resnet_core.layers import shortcut as shortcut_layer
from resnet_core.params import (
    Activation,
    Attention,
    Dilation,
    Inplanes,
    NormLayer,
    Planes,
    Shortcut,
    Stride,
)
from resnet_core.registry import BLOCKS


@BLOCKS.register(
    "preact_bottleneck",
    en="The bottleneck with norm and activation first: it lets networks of a "
    "thousand layers train better.",
    zh="先归一化、先激活的瓶颈块：上千层的网络靠它训练得更好。",
)
class PreactBottleneck(nn.Module):
    """shortcut(x) + f(x),  f = BN, ReLU, 1×1, BN, ReLU, 3×3, BN, ReLU, 1×1

    [N, inplanes, H, W] → [N, 4·planes, ⌈H/stride⌉, ⌈W/stride⌉]; nothing comes after the addition,
    and a projection sees the input after its first norm and activation.

    He et al., Identity Mappings in Deep Residual Networks, 2016,
    https://arxiv.org/abs/1603.05027, figure 4 (e).
    """

    expansion = 4
    preact = True
    noun = Noun(
        Text("a bottleneck in pre-activation order", "预激活瓶颈块"),
        several="bottlenecks in pre-activation order",
    )
    # How the channels of its layers follow from its knobs.
    widths: ClassVar[Mapping[str, str]] = {
        "conv3": "planes · 4",
        "downsample": "planes · 4",
    }

    def __init__(
        self,
        inplanes: Inplanes = 256,
        planes: Planes = 64,
        stride: Stride = 1,
        dilation: Dilation = 1,
        norm_layer: NormLayer = "batch",
        activation: Activation = "relu",
        shortcut: Shortcut = "auto",
        attention: Attention = "none",
    ) -> None:
        super().__init__()
        outplanes = planes * self.expansion
        self.shortcut = shortcut
        self.bn1 = norm(norm_layer, inplanes)
        self.relu = activation_layer(activation, inplace=False)  # x is needed again
        self.conv1 = conv1x1(inplanes, planes)
        self.bn2 = norm(norm_layer, planes)
        self.conv2 = conv3x3(planes, planes, stride, dilation=dilation)
        self.bn3 = norm(norm_layer, planes)
        self.conv3 = conv1x1(planes, outplanes)
        self.attention = attention_layer(attention, outplanes)
        self.downsample = shortcut_layer(shortcut, inplanes, outplanes, stride, None)

    @property
    def last_layer(self) -> nn.Module:
        return self.conv3

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        preact = self.relu(self.bn1(x))
        out = self.conv1(preact)
        out = self.conv2(self.relu(self.bn2(out)))
        out = self.conv3(self.relu(self.bn3(out)))
        if self.attention is not None:
            out = self.attention(out)
        if self.shortcut != "none":
            out += x if self.downsample is None else self.downsample(preact)
        return out
