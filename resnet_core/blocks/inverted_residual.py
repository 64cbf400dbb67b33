"""InvertedResidual: MobileNetV2's block, narrow outside and wide inside."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.layers import activation as activation_layer
from resnet_core.layers import conv1x1, conv3x3, norm
from resnet_core.params import Activation, ExpandRatio, Inplanes, NormLayer, Outplanes, Stride
from resnet_core.registry import BLOCKS


@BLOCKS.register(
    "inverted_residual",
    input_size=28,
    en="Narrow outside and wide inside, with a depthwise 3×3 in the middle: the "
    "bottleneck turned inside out.",
    zh="两头窄、中间宽，中间是逐通道的 3×3 卷积：把瓶颈块翻了过来。",
)
class InvertedResidual(nn.Module):
    """x + f(x), or f(x) where the shapes differ,  f = 1×1, BN, ReLU6, depthwise 3×3, BN, ReLU6,
    1×1, BN

    [N, inplanes, H, W] → [N, outplanes, ⌈H/stride⌉, ⌈W/stride⌉], expand_ratio·inplanes channels in
    between. Nothing follows the addition: the narrow ends stay linear.

    Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018,
    https://arxiv.org/abs/1801.04381, table 1 and figure 4 (d).
    """

    noun = Noun(Text("an inverted residual block", "倒残差块"), several="inverted residual blocks")
    # How the channels of its layers follow from its knobs.
    widths: ClassVar[Mapping[str, str]] = {
        "conv1": "inplanes · expand_ratio",
        "conv2": "inplanes · expand_ratio",
    }

    def __init__(
        self,
        inplanes: Inplanes = 32,
        outplanes: Outplanes = 32,
        stride: Stride = 1,
        expand_ratio: ExpandRatio = 6,
        norm_layer: NormLayer = "batch",
        activation: Activation = "relu6",
    ) -> None:
        super().__init__()
        wide = inplanes * expand_ratio
        self.adds = stride == 1 and inplanes == outplanes
        self.conv1 = conv1x1(inplanes, wide) if expand_ratio > 1 else None
        self.bn1 = norm(norm_layer, wide) if expand_ratio > 1 else None
        self.conv2 = conv3x3(wide, wide, stride, groups=wide)
        self.bn2 = norm(norm_layer, wide)
        self.conv3 = conv1x1(wide, outplanes)
        self.bn3 = norm(norm_layer, outplanes)
        self.relu6 = activation_layer(activation)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = x
        if self.conv1 is not None and self.bn1 is not None:
            out = self.relu6(self.bn1(self.conv1(out)))
        out = self.relu6(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return x + out if self.adds else out
