"""What blocks are made of: convolutions, norms and activations by name, and the shortcut."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from torch import nn

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
        divisors = [each for each in range(1, common + 1) if common % each == 0]
        raise ParameterError(
            "groups",
            groups,
            f"it must divide both the {inplanes} channels coming in and the {planes} going out",
            allowed=divisors,
            suggestion=min(divisors, key=lambda each: abs(each - groups)),
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


def activation(name: str) -> nn.Module:
    """The non-linearity called ``name``; in place where torch offers it."""
    cls = ACTIVATIONS[name]
    return cls() if cls is nn.GELU else cls(inplace=True)


def shortcut(
    kind: str, inplanes: int, outplanes: int, stride: int, norm_layer: str
) -> nn.Module | None:
    """The module on the shortcut, or None where the input goes through as it is.

    ``auto`` projects only where identity cannot work (option B of the paper, section 3.3),
    ``projection`` always (option C), ``identity`` never.
    """
    fits = stride == 1 and inplanes == outplanes
    if kind in ("identity", "none") or (kind == "auto" and fits):
        return None
    return nn.Sequential(conv1x1(inplanes, outplanes, stride), norm(norm_layer, outplanes))


def initialise(module: nn.Module, zero_init_residual: bool = False) -> None:
    """Kaiming initialisation, https://arxiv.org/abs/1502.01852: fan-out, for ReLU.

    With ``zero_init_residual`` each block's last norm starts at zero, so that the block starts
    as its shortcut (https://arxiv.org/abs/1706.02677, section 5.1).
    """
    for each in module.modules():
        if isinstance(each, nn.Conv2d):
            nn.init.kaiming_normal_(each.weight, mode="fan_out", nonlinearity="relu")
        weight = getattr(getattr(each, "last_norm", None), "weight", None)
        if zero_init_residual and weight is not None:
            nn.init.zeros_(weight)
