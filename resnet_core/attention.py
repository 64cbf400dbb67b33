"""Attention by name: modules that weigh a feature map and keep its shape, [N, C, H, W]."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import torch
from torch import nn


class SqueezeExcitation(nn.Module):
    """x · sigmoid(W₂ relu(W₁ mean(x))),  the mean over all positions, W₁ to C/reduction channels

    Hu et al., Squeeze-and-Excitation Networks, 2018, https://arxiv.org/abs/1709.01507.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        narrow = max(1, channels // reduction)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, narrow, kernel_size=1)
        self.relu = nn.ReLU(inplace=True)
        self.fc2 = nn.Conv2d(narrow, channels, kernel_size=1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        gate = self.fc2(self.relu(self.fc1(self.avgpool(x))))
        return x * self.sigmoid(gate)


class EfficientChannelAttention(nn.Module):
    """x · sigmoid(conv1d_k(mean(x))),  k the odd number nearest to |(log₂C + 1)/2|

    Wang et al., ECA-Net, 2020, https://arxiv.org/abs/1910.03151: each channel is weighed by
    looking at its k neighbours, with k weights in all.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        size = int(abs((math.log2(channels) + 1) / 2))
        size += 1 - size % 2
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.conv = nn.Conv1d(1, 1, kernel_size=size, padding=size // 2, bias=False)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = self.avgpool(x).flatten(1).unsqueeze(1)
        gate = self.conv(mean).transpose(1, 2).unsqueeze(-1)
        return x * self.sigmoid(gate)


class ConvolutionalBlockAttention(nn.Module):
    """x ← x · sigmoid(M(mean(x)) + M(max(x))),  x ← x · sigmoid(conv7×7[mean_c(x), max_c(x)])

    Woo et al., CBAM, 2018, https://arxiv.org/abs/1807.06521: first the channels are weighed by a
    shared two-layer perceptron M, then the positions.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        narrow = max(1, channels // reduction)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.maxpool = nn.AdaptiveMaxPool2d(1)
        self.fc1 = nn.Conv2d(channels, narrow, kernel_size=1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        self.fc2 = nn.Conv2d(narrow, channels, kernel_size=1, bias=False)
        self.conv = nn.Conv2d(2, 1, kernel_size=7, padding=3, bias=False)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = self.fc2(self.relu(self.fc1(self.avgpool(x))))
        peak = self.fc2(self.relu(self.fc1(self.maxpool(x))))
        x = x * self.sigmoid(mean + peak)
        summary = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], dim=1)
        return x * self.sigmoid(self.conv(summary))


ATTENTIONS: Final[dict[str, Callable[[int], nn.Module]]] = {
    "se": SqueezeExcitation,
    "eca": EfficientChannelAttention,
    "cbam": ConvolutionalBlockAttention,
}


def attention(name: str, channels: int) -> nn.Module | None:
    """The attention called ``name`` over ``channels`` channels; None for ``none``."""
    return None if name == "none" else ATTENTIONS[name](channels)
