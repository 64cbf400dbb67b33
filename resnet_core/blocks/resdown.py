"""ResDown: a bottleneck that always projects, its stride in the first 1×1."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.layers import conv1x1, conv3x3
from resnet_core.params import Inplanes, Planes, Stride
from resnet_core.registry import BLOCKS


@BLOCKS.register(
    "resdown",
    en="A bottleneck that always projects, its stride in the first 1×1 as in the original paper.",
    zh="捷径总做投影的瓶颈块，步长放在第一个 1×1 上，与原论文一致。",
)
class ResDown(nn.Module):
    """relu(projection(x) + f(x)),  f = 1×1 /stride, BN, ReLU, 3×3, BN, ReLU, 1×1, BN

    [N, inplanes, H, W] → [N, 4·planes, ⌈H/stride⌉, ⌈W/stride⌉]. The stride stands where the
    original paper put it ("v1"): in a 1×1, which at stride 2 never looks at three of four
    positions.

    He et al., Deep Residual Learning for Image Recognition, 2015,
    https://arxiv.org/abs/1512.03385, table 1 and section 3.4.
    """

    expansion = 4
    noun = Noun(
        Text("a bottleneck that always projects", "投影瓶颈块"),
        several="bottlenecks that always project",
    )
    # How the channels of its layers follow from its knobs.
    widths: ClassVar[Mapping[str, str]] = {
        "conv3": "planes · 4",
        "downsample": "planes · 4",
    }

    def __init__(self, inplanes: Inplanes = 256, planes: Planes = 128, stride: Stride = 2) -> None:
        super().__init__()
        outplanes = planes * self.expansion
        self.conv1 = conv1x1(inplanes, planes, stride)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = conv1x1(planes, outplanes)
        self.bn3 = nn.BatchNorm2d(outplanes)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = nn.Sequential(
            conv1x1(inplanes, outplanes, stride), nn.BatchNorm2d(outplanes)
        )

    @property
    def last_norm(self) -> nn.Module:
        return self.bn3

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += self.downsample(x)
        return self.relu(out)
