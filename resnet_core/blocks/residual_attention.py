"""ResidualBlockWithAttention: two convolutions with bias, attention before the addition."""

import torch
import torch.nn.functional as F
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.layers import attention as attention_layer
from resnet_core.params import (
    Attention,
    Conv2Stride,
    Inplanes,
    KernelSize,
    Outplanes,
    Padding,
    Stride,
)
from resnet_core.registry import BLOCKS


@BLOCKS.register(
    "residual_attention",
    en="Two convolutions, attention, then the addition; as published it fails at "
    "stride 2, and here you see why.",
    zh="两个卷积、一个注意力、再相加；照原文的写法，步长为 2 时跑不通，这里能看到原因。",
)
class ResidualBlockWithAttention(nn.Module):
    """relu(shortcut(x) + attention(f(x))),  f = conv /stride, BN, ReLU, conv /stride, BN

    [N, inplanes, H, W] → [N, outplanes, …]. As it was published **both** convolutions take the
    stride: at stride 2 the main path shrinks by 4 and the shortcut by 2, and they cannot be
    added. ``conv2_stride=1`` fixes it.

    The attention is left open there; here it is squeeze-and-excitation,
    https://arxiv.org/abs/1709.01507, or another.
    """

    noun = Noun(
        Text("a residual block with attention", "注意力残差块"),
        several="residual blocks with attention",
    )

    def __init__(
        self,
        inplanes: Inplanes = 64,
        outplanes: Outplanes = 64,
        kernel_size: KernelSize = 3,
        stride: Stride = 1,
        padding: Padding = 1,
        conv2_stride: Conv2Stride = "same",
        attention: Attention = "se",
    ) -> None:
        super().__init__()
        second = stride if conv2_stride == "same" else int(conv2_stride)
        self.conv1 = nn.Conv2d(inplanes, outplanes, kernel_size, stride, padding)
        self.bn1 = nn.BatchNorm2d(outplanes)
        self.conv2 = nn.Conv2d(outplanes, outplanes, kernel_size, second, padding)
        self.bn2 = nn.BatchNorm2d(outplanes)
        self.attention = attention_layer(attention, outplanes)
        self.shortcut = nn.Sequential()
        if inplanes != outplanes or stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inplanes, outplanes, kernel_size=1, stride=stride),
                nn.BatchNorm2d(outplanes),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.attention is not None:
            out = self.attention(out)
        out += self.shortcut(x)
        return F.relu(out)
