"""Downsample: three ways to make a map smaller."""

import torch
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.errors import ParameterError
from resnet_core.layers import activation as activation_layer
from resnet_core.layers import conv3x3, norm
from resnet_core.params import Activation, DownsampleMode, Inplanes, NormLayer, Outplanes, Stride
from resnet_core.registry import BLOCKS


@BLOCKS.register(
    "downsample",
    en="Three ways to halve a map: the strongest value, the average, or a learned convolution.",
    zh="缩小特征图的三种办法：取最大、取平均，或者学一个卷积。",
)
class Downsample(nn.Module):
    """maxpool(x), avgpool(x), or act(BN(3×3 /stride (x)))

    [N, inplanes, H, W] → [N, outplanes, …]: pooling keeps the channels and takes stride × stride
    windows, ⌊H/stride⌋; the convolution may change them and gives ⌈H/stride⌉.

    The convolution in place of pooling: Springenberg et al., Striving for Simplicity, 2014,
    https://arxiv.org/abs/1412.6806.

    Raises ParameterError where pooling is asked to change the channels.
    """

    noun = Noun(Text("a downsampling layer", "下采样层"), several="downsampling layers")

    def __init__(
        self,
        inplanes: Inplanes = 64,
        outplanes: Outplanes = 64,
        stride: Stride = 2,
        mode: DownsampleMode = "conv",
        norm_layer: NormLayer = "batch",
        activation: Activation = "relu",
    ) -> None:
        super().__init__()
        if mode != "conv" and inplanes != outplanes:
            raise ParameterError(
                "outplanes",
                outplanes,
                Text(
                    "pooling keeps its {} channels; mode=conv can change them",
                    "池化不改变 {} 个通道；mode=conv 才能改变通道数",
                ).format(inplanes),
                allowed=[inplanes],
                suggestion=inplanes,
            )
        self.mode = mode
        if mode == "max":
            self.pool: nn.Module = nn.MaxPool2d(stride, stride)
        elif mode == "avg":
            self.pool = nn.AvgPool2d(stride, stride)
        else:
            self.conv = conv3x3(inplanes, outplanes, stride)
            self.bn = norm(norm_layer, outplanes)
            self.act = activation_layer(activation)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.mode != "conv":
            return self.pool(x)
        return self.act(self.bn(self.conv(x)))
