"""HorNet: four stages of recursive gated convolutions; whole, or one stage by its index."""

from __future__ import annotations

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.layers import LayerNorm
from resnet_core.params import (
    BaseDim,
    Depths,
    DropPath,
    IncludeTop,
    LayerScale,
    NumClasses,
    StageIndex,
)
from resnet_core.registry import BLOCKS, NETWORKS

# Order of the recursion in each stage.
ORDERS = (2, 3, 4, 5)


def downsampling(dims: list[int], index: int) -> nn.Sequential:
    """What stands before stage ``index``: the stem, or a norm and a 2×2 convolution."""
    if index == 0:
        return nn.Sequential(nn.Conv2d(3, dims[0], kernel_size=4, stride=4), LayerNorm(dims[0]))
    return nn.Sequential(
        LayerNorm(dims[index - 1]),
        nn.Conv2d(dims[index - 1], dims[index], kernel_size=2, stride=2),
    )


def blocks(dim: int, index: int, rates: list[float], layer_scale: bool) -> nn.Sequential:
    """Stage ``index``: one block for each drop path rate."""
    make = BLOCKS["horblock"].factory
    order = ORDERS[index]
    return nn.Sequential(*(make(dim, order, layer_scale, rate) for rate in rates))


def drop_rates(depths: list[int], last: float) -> list[list[float]]:
    """Drop path rates, rising evenly from zero at the first block to ``last``."""
    step = last / max(1, sum(depths) - 1)
    rates = [step * number for number in range(sum(depths))]
    return [rates[sum(depths[:index]) :][:depth] for index, depth in enumerate(depths)]


def initialise(module: nn.Module) -> None:
    """Weights from a truncated normal of deviation 0.02, biases zero, as the authors do."""
    for one_module in module.modules():
        if isinstance(one_module, nn.Conv2d | nn.Linear):
            nn.init.trunc_normal_(one_module.weight, std=0.02)
            if one_module.bias is not None:
                nn.init.zeros_(one_module.bias)


@NETWORKS.register(
    "hornet",
    title="HorNet",
    en="Four stages in which features are multiplied with features, of order two to five.",
    zh="四个阶段，特征与特征相乘，从二阶一直到五阶。",
)
class HorNet(nn.Module):
    """linear(LN(mean(stages(x)))),  stage = downsampling, HorBlocks of order 2, 3, 4, 5

    [N, 3, H, W] → [N, num_classes]; base_dim · (1, 2, 4, 8) channels at H/4, H/8, H/16, H/32.

    Rao et al., HorNet: Efficient High-Order Spatial Interactions with Recursive Gated
    Convolutions, 2022, https://arxiv.org/abs/2207.14284, section 3.2.

    Raises ParameterError where base_dim cannot be halved often enough.
    """

    def __init__(
        self,
        depths: Depths = "2,3,18,2",
        base_dim: BaseDim = 64,
        layer_scale: LayerScale = True,
        drop_path: DropPath = 0.0,
        num_classes: NumClasses = 1000,
        include_top: IncludeTop = True,
    ) -> None:
        super().__init__()
        dims = [base_dim * 2**index for index in range(4)]
        rates = drop_rates([int(part) for part in depths.split(",")], drop_path)
        self.downsample_layers = nn.ModuleList(downsampling(dims, index) for index in range(4))
        self.stages = nn.ModuleList(
            blocks(dims[index], index, rates[index], layer_scale) for index in range(4)
        )
        self.include_top = include_top
        if include_top:
            self.norm = nn.LayerNorm(dims[-1], eps=1e-6)
            self.head = nn.Linear(dims[-1], num_classes)
        initialise(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for downsample, stage in zip(self.downsample_layers, self.stages, strict=True):
            x = stage(downsample(x))
        if not self.include_top:
            return x
        return self.head(self.norm(x.mean([-2, -1])))


@NETWORKS.register(
    "hornet_stage",
    title="HorNet stage",
    sized=("index", (224, 56, 28, 14)),
    fed=("base_dim", ((3, 0), (0, 1), (0, 2), (0, 4))),
    en="One of HorNet's stages by its index: downsampling, then its blocks.",
    zh="按编号取 HorNet 的一个阶段：先下采样，再接若干块。",
)
class HorNetStage(nn.Module):
    """stage(downsampling(x)),  one of HorNet's four by its index

    At index 0: [N, 3, H, W] → [N, base_dim, H/4, W/4]; after that [N, C, H, W] →
    [N, 2·C, H/2, W/2].

    Rao et al., HorNet: Efficient High-Order Spatial Interactions with Recursive Gated
    Convolutions, 2022, https://arxiv.org/abs/2207.14284, section 3.2.
    """

    def __init__(
        self,
        index: StageIndex = 0,
        depths: Depths = "2,3,18,2",
        base_dim: BaseDim = 64,
        layer_scale: LayerScale = True,
        drop_path: DropPath = 0.0,
    ) -> None:
        super().__init__()
        dims = [base_dim * 2**stage for stage in range(4)]
        rates = drop_rates([int(part) for part in depths.split(",")], drop_path)
        self.downsample = downsampling(dims, index)
        self.blocks = blocks(dims[index], index, rates[index], layer_scale)
        initialise(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.blocks(self.downsample(x))


for _name, _title, _dim, _about in (
    ("hornet_tiny_7x7", "HorNet-T (7×7)", 64,
     Text("The smallest HorNet: 64 channels in the first stage, 512 in the last.",
          "最小的 HorNet：第一阶段 64 个通道，最后阶段 512 个。")),
    ("hornet_small_7x7", "HorNet-S (7×7)", 96,
     Text("HorNet-T half as wide again: 96 channels in the first stage.",
          "宽度为 HorNet-T 的一倍半：第一阶段 96 个通道。")),
    ("hornet_base_7x7", "HorNet-B (7×7)", 128,
     Text("HorNet-T twice as wide: 128 channels in the first stage.",
          "宽度为 HorNet-T 的两倍：第一阶段 128 个通道。")),
):  # fmt: skip
    NETWORKS.preset(
        _name,
        "hornet",
        title=_title,
        fixed={"depths": "2,3,18,2", "base_dim": _dim},
        about=_about,
    )
