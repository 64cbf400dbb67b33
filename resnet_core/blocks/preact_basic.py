"""PreactBasicBlock: the basic block of ResNet-v2, norm and activation first."""

import torch
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.layers import activation as activation_layer
from resnet_core.layers import attention as attention_layer
from resnet_core.layers import conv3x3, norm
from resnet_core.layers import shortcut as shortcut_layer
from resnet_core.params import (
    Activation,
    Attention,
    Inplanes,
    NormLayer,
    Planes,
    Shortcut,
    Stride,
)
from resnet_core.registry import BLOCKS


@BLOCKS.register(
    "preact_basic",
    en="Norm and activation move before the convolutions, so that the shortcut stays "
    "untouched from end to end.",
    zh="把归一化和激活挪到卷积之前，捷径从头到尾不受任何改动。",
)
class PreactBasicBlock(nn.Module):
    """shortcut(x) + f(x),  f = BN, ReLU, 3×3, BN, ReLU, 3×3

    [N, inplanes, H, W] → [N, planes, ⌈H/stride⌉, ⌈W/stride⌉]; nothing comes after the addition,
    and a projection sees the input after its first norm and activation.

    He et al., Identity Mappings in Deep Residual Networks, 2016,
    https://arxiv.org/abs/1603.05027, figure 4 (e).
    """

    expansion = 1
    preact = True
    noun = Noun(
        Text("a basic block in pre-activation order", "预激活基本块"),
        several="basic blocks in pre-activation order",
    )

    def __init__(
        self,
        inplanes: Inplanes = 64,
        planes: Planes = 64,
        stride: Stride = 1,
        norm_layer: NormLayer = "batch",
        activation: Activation = "relu",
        shortcut: Shortcut = "auto",
        attention: Attention = "none",
    ) -> None:
        super().__init__()
        self.shortcut = shortcut
        self.bn1 = norm(norm_layer, inplanes)
        self.relu = activation_layer(activation, inplace=False)  # x is needed again
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn2 = norm(norm_layer, planes)
        self.conv2 = conv3x3(planes, planes)
        self.attention = attention_layer(attention, planes)
        self.downsample = shortcut_layer(shortcut, inplanes, planes, stride, None)

    @property
    def last_layer(self) -> nn.Module:
        return self.conv2

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        preact = self.relu(self.bn1(x))
        out = self.conv1(preact)
        out = self.conv2(self.relu(self.bn2(out)))
        if self.attention is not None:
            out = self.attention(out)
        if self.shortcut != "none":
            out += x if self.downsample is None else self.downsample(preact)
        return out
