"""Res2NetBlock: a bottleneck whose 3×3 works on slices that feed one another."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.errors import ParameterError
from resnet_core.layers import activation as activation_layer
from resnet_core.layers import conv1x1, conv3x3, norm
from resnet_core.layers import shortcut as shortcut_layer
from resnet_core.params import (
    Activation,
    BaseWidth,
    Inplanes,
    NormLayer,
    Planes,
    Scale,
    Shortcut,
    Stride,
)
from resnet_core.registry import BLOCKS


@BLOCKS.register(
    "res2net",
    en="The 3×3 is split into slices that feed one another: several receptive fields "
    "inside one block.",
    zh="把 3×3 拆成若干片，前一片喂给后一片：一个块里就有多种感受野。",
)
class Res2NetBlock(nn.Module):
    """relu(shortcut(x) + f(x)),  in f: y₁ = x₁, y₂ = K₂(x₂), yᵢ = Kᵢ(xᵢ + yᵢ₋₁), K = 3×3, BN, ReLU

    [N, inplanes, H, W] → [N, 4·planes, ⌈H/stride⌉, ⌈W/stride⌉]. A 1×1 makes ``scales`` slices of
    width int(planes · base_width / 64), a 1×1 joins them. Where the block changes the shape the
    slices do not feed one another and y₁ is average-pooled.

    Gao et al., Res2Net: A New Multi-scale Backbone Architecture, 2019,
    https://arxiv.org/abs/1904.01169, figure 2 (b).

    Raises ParameterError where the slices would have no channel.
    """

    expansion = 4
    noun = Noun(Text("a Res2Net block", "Res2Net 块"), several="Res2Net blocks")
    # How the channels of its layers follow from its knobs.
    widths: ClassVar[Mapping[str, str]] = {
        "conv1": "int(planes · base_width / 64) · scales",
        "convs": "int(planes · base_width / 64)",
        "conv3": "planes · 4",
        "downsample": "planes · 4",
    }

    def __init__(
        self,
        inplanes: Inplanes = 256,
        planes: Planes = 64,
        stride: Stride = 1,
        base_width: BaseWidth = 26,
        scales: Scale = 4,
        norm_layer: NormLayer = "batch",
        activation: Activation = "relu",
        shortcut: Shortcut = "auto",
    ) -> None:
        super().__init__()
        width = int(planes * base_width / 64)
        if width == 0:
            least = -(-64 // planes)
            raise ParameterError(
                "base_width",
                base_width,
                Text(
                    "the slices would have int({}·{}/64) = 0 channels",
                    "每个分片的通道数会是 int({}·{}/64) = 0",
                ).format(planes, base_width),
                allowed=Text("{} or more", "不小于 {}").format(least),
                suggestion=least,
            )
        outplanes = planes * self.expansion
        self.scales, self.shortcut = scales, shortcut
        self.conv1 = conv1x1(inplanes, width * scales)
        self.bn1 = norm(norm_layer, width * scales)
        self.relu = activation_layer(activation)
        self.convs = nn.ModuleList(conv3x3(width, width, stride) for _ in range(scales - 1))
        self.bns = nn.ModuleList(norm(norm_layer, width) for _ in range(scales - 1))
        # The authors' code pools the first slice of every block that changes the shape.
        self.first = stride > 1 or inplanes != outplanes
        self.pool = nn.AvgPool2d(3, stride, padding=1) if self.first else None
        self.conv3 = conv1x1(width * scales, outplanes)
        self.bn3 = norm(norm_layer, outplanes)
        self.downsample = shortcut_layer(shortcut, inplanes, outplanes, stride, norm_layer)

    @property
    def last_norm(self) -> nn.Module:
        return self.bn3

    @property
    def last_layer(self) -> nn.Module:
        return self.conv3

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first, *slices = self.relu(self.bn1(self.conv1(x))).chunk(self.scales, dim=1)
        done = [first if self.pool is None else self.pool(first)]
        for index, (part, conv, bn) in enumerate(zip(slices, self.convs, self.bns, strict=True)):
            if index > 0 and not self.first:
                part = part + done[-1]
            done.append(self.relu(bn(conv(part))))
        out = self.bn3(self.conv3(torch.cat(done, dim=1)))
        if self.shortcut != "none":
            out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)
