"""What blocks are made of: convolutions, norms, activations and attention by name, the shortcut."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, cast

import torch
import torch.nn.functional as F
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.errors import ParameterError

ACTIVATIONS: Final[dict[str, type[nn.Module]]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "hardswish": nn.Hardswish,
    "mish": nn.Mish,
}

NORMS: Final[dict[str, Callable[[int], nn.Module]]] = {
    "batch": nn.BatchNorm2d,
    # 32 groups as in the paper, or the most that divides the channels.
    "group": lambda channels: nn.GroupNorm(math.gcd(32, channels), channels),
    "instance": lambda channels: nn.InstanceNorm2d(channels, affine=True),
    # One group over all channels and positions: layer norm as it is done in convolutional nets.
    "layer": lambda channels: nn.GroupNorm(1, channels),
    "none": nn.Identity,
}


def conv3x3(
    inplanes: int, planes: int, stride: int = 1, groups: int = 1, dilation: int = 1
) -> nn.Conv2d:
    """A 3×3 convolution without bias, padded so that at stride 1 it keeps the map's size.

    Raises ParameterError where ``groups`` does not divide both channel counts.
    """
    common = math.gcd(inplanes, planes)
    if common % groups:
        divisors = [index for index in range(1, common + 1) if common % index == 0]
        raise ParameterError(
            "groups",
            groups,
            Text(
                "it must divide both the {} channels coming in and the {} going out",
                "必须能同时整除 {} 个输入通道和 {} 个输出通道",
            ).format(inplanes, planes),
            allowed=divisors,
            suggestion=min(divisors, key=lambda divisor: abs(divisor - groups)),
        )
    return nn.Conv2d(
        inplanes,
        planes,
        kernel_size=3,
        stride=stride,
        padding=dilation,
        dilation=dilation,
        groups=groups,
        bias=False,
    )


def conv1x1(inplanes: int, planes: int, stride: int = 1) -> nn.Conv2d:
    """A 1×1 convolution without bias: it mixes channels and sees no neighbours."""
    return nn.Conv2d(inplanes, planes, kernel_size=1, stride=stride, bias=False)


def norm(name: str, channels: int) -> nn.Module:
    """The normalisation called ``name`` over ``channels`` channels."""
    return NORMS[name](channels)


def activation(name: str, inplace: bool = True) -> nn.Module:
    """The non-linearity called ``name``; in place where torch offers it."""
    cls = ACTIVATIONS[name]
    return cls() if cls is nn.GELU else cls(inplace=inplace)


def shortcut(
    kind: str, inplanes: int, outplanes: int, stride: int, norm_layer: str | None
) -> nn.Module | None:
    """The module on the shortcut, or None where the input goes through as it is.

    ``auto`` projects only where identity cannot work (option B of the ResNet paper, section
    3.3), ``projection`` always (option C), ``padded`` needs no parameters (option A),
    ``avgpool`` pools before it projects (ResNet-D, https://arxiv.org/abs/1812.01187, figure 2c),
    ``identity`` never changes anything. Without ``norm_layer`` the projection is bare.
    """
    fits = stride == 1 and inplanes == outplanes
    if kind in ("identity", "none") or (kind != "projection" and fits):
        return None
    if kind == "padded":
        return PaddedShortcut(inplanes, outplanes, stride)
    layers: list[nn.Module] = []
    if kind == "avgpool" and stride > 1:
        layers.append(nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False))
        stride = 1
    layers.append(conv1x1(inplanes, outplanes, stride))
    if norm_layer is not None:
        layers.append(norm(norm_layer, outplanes))
    return nn.Sequential(*layers)


class PaddedShortcut(nn.Module):
    """x[:, :, ::stride, ::stride] with zeros for the channels that are missing

    Option A of https://arxiv.org/abs/1512.03385, section 3.3: a shortcut without parameters.
    [N, inplanes, H, W] → [N, outplanes, ⌈H/stride⌉, ⌈W/stride⌉].
    """

    def __init__(self, inplanes: int, outplanes: int, stride: int) -> None:
        super().__init__()
        missing = outplanes - inplanes
        if missing < 0:
            raise ParameterError(
                "shortcut",
                "padded",
                Text(
                    "zeros can only add channels: {} come in and {} go out",
                    "补零只能增加通道：输入 {} 个，输出 {} 个",
                ).format(inplanes, outplanes),
                allowed=["auto", "projection", "avgpool", "none"],
                suggestion="auto",
            )
        self.stride = stride
        self.channels = (missing // 2, missing - missing // 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.stride > 1:
            x = x[:, :, :: self.stride, :: self.stride]
        return F.pad(x, (0, 0, 0, 0, *self.channels)) if any(self.channels) else x


class LayerNorm(nn.LayerNorm):
    """Layer norm over the channels of [N, C, H, W], each position by itself

    https://arxiv.org/abs/1607.06450, as ConvNeXt and HorNet place it.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.permute(0, 2, 3, 1)
        x = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


class DropPath(nn.Module):
    """In training: 0 with chance p for a whole sample, else x / (1 − p). Otherwise x.

    Stochastic depth, https://arxiv.org/abs/1603.09382.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        keep = x.new_empty(x.shape[0], *[1] * (x.ndim - 1)).bernoulli_(1 - self.p)
        return x * keep / (1 - self.p)


def drop_path(p: float) -> nn.Module:
    """A DropPath, or nothing at p = 0."""
    return DropPath(p) if p else nn.Identity()


def initialise(module: nn.Module, zero_init_residual: bool = False) -> None:
    """Kaiming initialisation, https://arxiv.org/abs/1502.01852: fan-out, for ReLU.

    With ``zero_init_residual`` each block's last norm starts at zero, so that the block starts
    as its shortcut (https://arxiv.org/abs/1706.02677, section 5.1); where f does not end in a
    norm, its last convolution does.
    """
    if _has_no_data(module):
        return
    for one_module in module.modules():
        if isinstance(one_module, nn.Conv2d):
            nn.init.kaiming_normal_(one_module.weight, mode="fan_out", nonlinearity="relu")
    for one_module in module.modules() if zero_init_residual else ():
        weight = _last_weight(one_module)
        if weight is not None:
            nn.init.zeros_(weight)


def _last_weight(block: nn.Module) -> nn.Parameter | None:
    """The weight of what a block's main path ends with: its last norm, else its last layer."""
    for name in ("last_norm", "last_layer"):
        weight = getattr(getattr(block, name, None), "weight", None)
        if weight is not None:
            return cast(nn.Parameter, weight)
    return None


def _has_no_data(module: nn.Module) -> bool:
    """On the meta device there is nothing to fill in, and trying takes a third of a trace."""
    return all(parameter.is_meta for parameter in module.parameters())


# Attention weighs a feature map and keeps its shape, [N, C, H, W].


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
