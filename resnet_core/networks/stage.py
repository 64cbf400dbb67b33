"""Stage: residual blocks in a row, the first of which changes the shape."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

from torch import nn

from resnet_core.bilingual import Text
from resnet_core.errors import ParameterError
from resnet_core.layers import initialise
from resnet_core.params import (
    Activation,
    Attention,
    BaseWidth,
    Blocks,
    Dilate,
    Groups,
    Inplanes,
    NormLayer,
    Planes,
    Preact,
    Shortcut,
    Stride,
    StrideOn,
    ZeroInitResidual,
)
from resnet_core.registry import BLOCKS, NETWORKS, BlockName


@NETWORKS.register(
    "stage",
    input_size=56,
    en="Blocks in a row: the first one shrinks and widens, the others refine.",
    zh="一串残差块：第一块负责缩小尺寸、增加通道，其余的逐块精修。",
)
class Stage(nn.Sequential):
    """block_n(… block_2(block_1(x))),  of which only block_1 may change the shape

    [N, inplanes, H, W] → [N, planes·expansion, ⌈H/stride⌉, ⌈W/stride⌉]

    He et al., Deep Residual Learning for Image Recognition, 2015,
    https://arxiv.org/abs/1512.03385, table 1: conv2_x to conv5_x. With ``dilate`` the stride
    becomes dilation from the second block on (DeepLab, https://arxiv.org/abs/1706.05587,
    section 3.1); ``dilation`` is what earlier stages have gathered in this way.

    Raises ParameterError where the block does not take the knobs.
    """

    def __init__(
        self,
        block: BlockName = "bottleneck",
        inplanes: Inplanes = 256,
        planes: Planes = 128,
        blocks: Blocks = 4,
        stride: Stride = 2,
        dilate: Dilate = False,
        groups: Groups = 1,
        base_width: BaseWidth = 64,
        norm_layer: NormLayer = "batch",
        activation: Activation = "relu",
        stride_on: StrideOn = "conv2",
        shortcut: Shortcut = "auto",
        attention: Attention = "none",
        preact: Preact = False,
        zero_init_residual: ZeroInitResidual = False,
    ) -> None:
        knobs = {
            "groups": groups,
            "base_width": base_width,
            "norm_layer": norm_layer,
            "activation": activation,
            "stride_on": stride_on,
            "shortcut": shortcut,
            "attention": attention,
        }
        block = preact_name(block) if preact else block
        super().__init__(*residual_blocks(block, inplanes, planes, blocks, stride, dilate, knobs))
        initialise(self, zero_init_residual)


def preact_name(block: str) -> str:
    """The pre-activation form of a block. Raises ParameterError where there is none."""
    name = f"preact_{block}"
    if name not in BLOCKS:
        others = [other.removeprefix("preact_") for other in BLOCKS if other.startswith("preact_")]
        raise ParameterError(
            "preact",
            "true",
            Text(
                "block {!r} has no pre-activation form; these have one: {}",
                "块 {!r} 没有预激活形式；有这种形式的块是：{}",
            ).format(block, Text(", ".join(others), "、".join(others))),
            allowed=["false"],
            suggestion=False,
        )
    return name


def residual_blocks(
    block: str,
    inplanes: int,
    planes: int,
    blocks: int,
    stride: int,
    dilate: bool,
    knobs: dict[str, Any],
    dilation: int = 1,
) -> list[nn.Module]:
    """The blocks of one stage: the first takes stride and projection, the rest keep the shape."""
    subject = BLOCKS[block]
    knobs = _taken_by(block, knobs)
    stride, rest = (1, dilation * stride) if dilate else (stride, dilation)
    dilations = [dilation] + [rest] * (blocks - 1)
    made: list[nn.Module] = []
    for spacing in dilations:
        spread = _taken_by(block, {"dilation": spacing})
        made.append(subject.factory(inplanes, planes, stride=stride, **spread, **knobs))
        inplanes, stride = planes * subject.expansion, 1
    return made


@cache
def _defaults() -> dict[str, Any]:
    """The knobs of a stage, and how they stand if nobody turns them."""
    knobs = inspect.signature(Stage).parameters.values()
    return {"dilation": 1} | {knob.name: knob.default for knob in knobs}


def _taken_by(block: str, knobs: dict[str, Any]) -> dict[str, Any]:
    """The knobs that this block has; one that it has not must be at its default."""
    fields = BLOCKS[block].params.model_fields
    defaults = _defaults()
    for name, value in knobs.items():
        if name not in fields and value != defaults[name]:
            raise ParameterError(
                name,
                value,
                Text("block {!r} has no knob {}", "块 {!r} 没有参数 {}").format(block, name),
                allowed=[defaults[name]],
                suggestion=defaults[name],
            )
    return {name: value for name, value in knobs.items() if name in fields}
