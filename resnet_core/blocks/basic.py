"""BasicBlock: the two 3×3 of ResNet-18 and ResNet-34."""

import torch
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.errors import ParameterError
from resnet_core.layers import activation as activation_layer
from resnet_core.layers import attention as attention_layer
from resnet_core.layers import conv3x3, norm
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
)
from resnet_core.registry import BLOCKS


@BLOCKS.register(
    "basic",
    en="Two 3×3 convolutions and a way around them: the block of ResNet-18 and ResNet-34.",
    zh="两个 3×3 卷积，外加一条绕过它们的捷径：ResNet-18 和 ResNet-34 的残差块。",
)
class BasicBlock(nn.Module):
    """relu(shortcut(x) + f(x)),  f = 3×3, BN, ReLU, 3×3, BN

    [N, inplanes, H, W] → [N, planes, ⌈H/stride⌉, ⌈W/stride⌉]

    He et al., Deep Residual Learning for Image Recognition, 2015,
    https://arxiv.org/abs/1512.03385, figure 5 (left).

    Raises ParameterError for groups, base_width and dilation: the block has no narrow middle
    that could be split or spread.
    """

    expansion = 1
    noun = Noun(Text("a basic block", "基本块"), several="basic blocks")

    def __init__(
        self,
        inplanes: Inplanes = 64,
        planes: Planes = 64,
        stride: Stride = 1,
        groups: Groups = 1,
        base_width: BaseWidth = 64,
        dilation: Dilation = 1,
        norm_layer: NormLayer = "batch",
        activation: Activation = "relu",
        shortcut: Shortcut = "auto",
        attention: Attention = "none",
    ) -> None:
        super().__init__()
        _refuse("groups", groups, 1)
        _refuse("base_width", base_width, 64)
        _refuse("dilation", dilation, 1)
        self.shortcut = shortcut
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = norm(norm_layer, planes)
        self.relu = activation_layer(activation)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = norm(norm_layer, planes)
        self.attention = attention_layer(attention, planes)
        self.downsample = shortcut_layer(shortcut, inplanes, planes, stride, norm_layer)

    @property
    def last_norm(self) -> nn.Module:
        return self.bn2

    @property
    def last_layer(self) -> nn.Module:
        return self.conv2

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.attention is not None:
            out = self.attention(out)
        if self.shortcut != "none":
            out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


def _refuse(name: str, value: int, only: int) -> None:
    if value != only:
        raise ParameterError(
            name,
            value,
            Text(
                "BasicBlock supports only {}={}; block=bottleneck takes other values",
                "BasicBlock 只支持 {}={}；block=bottleneck 可以取其他值",
            ).format(name, only),
            allowed=[only],
            suggestion=only,
        )
