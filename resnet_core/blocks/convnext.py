"""ConvNeXtBlock: a residual block after the transformer, for contrast."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.layers import drop_path as drop_path_layer
from resnet_core.params import DropPath, ExpandRatio, Inplanes, LayerScale
from resnet_core.registry import BLOCKS


@BLOCKS.register(
    "convnext",
    en="What a convolutional block looks like after learning from transformers: 7×7, "
    "one norm, one activation.",
    zh="借鉴了 Transformer 的卷积块：7×7 大核，只归一化一次、激活一次。",
)
class ConvNeXtBlock(nn.Module):
    """x + γ · f(x),  f = depthwise 7×7, LN, linear to 4×, GELU, linear back

    [N, inplanes, H, W] → the same. The two linear layers are 1×1 convolutions that are computed
    with the channels last; there is one norm and one activation in the whole block.

    Liu et al., A ConvNet for the 2020s, 2022, https://arxiv.org/abs/2201.03545, figure 4.
    """

    noun = Noun(Text("a ConvNeXt block", "ConvNeXt 块"), several="ConvNeXt blocks")
    # How the channels of its layers follow from its knobs.
    widths: ClassVar[Mapping[str, str]] = {
        "pwconv1": "inplanes · expand_ratio",
    }

    def __init__(
        self,
        inplanes: Inplanes = 96,
        expand_ratio: ExpandRatio = 4,
        layer_scale: LayerScale = True,
        drop_path: DropPath = 0.0,
    ) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(inplanes, inplanes, kernel_size=7, padding=3, groups=inplanes)
        self.norm = nn.LayerNorm(inplanes, eps=1e-6)
        self.pwconv1 = nn.Linear(inplanes, expand_ratio * inplanes)
        self.act = nn.GELU()
        self.pwconv2 = nn.Linear(expand_ratio * inplanes, inplanes)
        self.gamma = nn.Parameter(torch.full((inplanes,), 1e-6)) if layer_scale else None
        self.drop_path = drop_path_layer(drop_path)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.dwconv(x).permute(0, 2, 3, 1)
        out = self.pwconv2(self.act(self.pwconv1(self.norm(out))))
        if self.gamma is not None:
            out = self.gamma * out
        out = out.permute(0, 3, 1, 2)
        return x + self.drop_path(out)
