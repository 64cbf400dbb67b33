"""ResidualLayer: the basic block as many write it by hand, its convolutions with bias."""

import torch
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.params import Inplanes, Outplanes, Projects, Stride
from resnet_core.registry import BLOCKS


@BLOCKS.register(
    "residual_layer",
    en="The basic block as it is often written by hand: biases before a norm, which cancels them.",
    zh="手写代码里常见的基本块：卷积带偏置，后面的归一化又把它抵消。",
)
class ResidualLayer(nn.Module):
    """relu(shortcut(x) + f(x)),  f = 3×3 with bias, BN, ReLU, 3×3 with bias, BN

    [N, inplanes, H, W] → [N, outplanes, ⌈H/stride⌉, ⌈W/stride⌉]. The bias does nothing that the
    norm behind it does not undo: it costs parameters and changes no result.

    After He et al., Deep Residual Learning for Image Recognition, 2015,
    https://arxiv.org/abs/1512.03385, figure 5 (left).
    """

    noun = Noun(
        Text("a hand-written basic block", "手写基本块"), several="hand-written basic blocks"
    )

    def __init__(
        self,
        inplanes: Inplanes = 64,
        outplanes: Outplanes = 64,
        stride: Stride = 1,
        downsample: Projects = "auto",
    ) -> None:
        super().__init__()
        project = stride != 1 or inplanes != outplanes
        self.conv1 = nn.Conv2d(inplanes, outplanes, kernel_size=3, stride=stride, padding=1)
        self.bn1 = nn.BatchNorm2d(outplanes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outplanes, outplanes, kernel_size=3, stride=1, padding=1)
        self.bn2 = nn.BatchNorm2d(outplanes)
        self.downsample = None
        if downsample == "projection" or (downsample == "auto" and project):
            self.downsample = nn.Conv2d(inplanes, outplanes, kernel_size=1, stride=stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)
