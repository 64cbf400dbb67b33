"""HorBlock: recursive gated convolution, the interaction of higher and higher order."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from resnet_core.bilingual import Noun, Text
from resnet_core.errors import ParameterError
from resnet_core.layers import LayerNorm
from resnet_core.layers import drop_path as drop_path_layer
from resnet_core.params import DropPath, Inplanes, LayerScale, Order
from resnet_core.registry import BLOCKS


class GatedConv(nn.Module):
    """gⁿConv: p₀, q₀…qₙ₋₁ = split(W_in x);  p₁ = p₀·f₀(q₀);  pₖ₊₁ = gₖ(pₖ)·fₖ(qₖ);  out = W_out pₙ

    [N, C, H, W] → the same. f is one depthwise 7×7 over all q, scaled by 1/3, and gₖ a 1×1 that
    doubles the channels: they start at C/2ⁿ⁻¹ and end at C.

    Rao et al., HorNet: Efficient High-Order Spatial Interactions with Recursive Gated
    Convolutions, 2022, https://arxiv.org/abs/2207.14284, section 3.1.
    """

    def __init__(self, channels: int, order: int) -> None:
        super().__init__()
        self.widths = [channels // 2 ** (order - 1 - step) for step in range(order)]
        self.scale = 1 / 3
        self.proj_in = nn.Conv2d(channels, self.widths[0] + sum(self.widths), kernel_size=1)
        every = sum(self.widths)
        self.dwconv = nn.Conv2d(every, every, kernel_size=7, padding=3, groups=every)
        self.pws = nn.ModuleList(
            nn.Conv2d(*pair, kernel_size=1)
            for pair in zip(self.widths, self.widths[1:], strict=False)
        )
        self.proj_out = nn.Conv2d(channels, channels, kernel_size=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        p, q = self.proj_in(x).split((self.widths[0], sum(self.widths)), dim=1)
        gates = (self.dwconv(q) * self.scale).split(self.widths, dim=1)
        p = p * gates[0]
        for widen, gate in zip(self.pws, gates[1:], strict=True):
            p = widen(p) * gate
        return self.proj_out(p)


@BLOCKS.register(
    "horblock",
    en="Features multiplied with features, again and again: interactions of high "
    "order out of plain convolutions.",
    zh="让特征与特征一再相乘：只用普通卷积就得到高阶的空间交互。",
)
class HorBlock(nn.Module):
    """y = x + γ₁ · gⁿConv(LN(x)),  y + γ₂ · W₂ gelu(W₁ LN(y))

    [N, inplanes, H, W] → the same; W₁ widens the channels four times.

    Rao et al., HorNet: Efficient High-Order Spatial Interactions with Recursive Gated
    Convolutions, 2022, https://arxiv.org/abs/2207.14284, figure 2.

    Raises ParameterError where the channels cannot be halved order − 1 times.
    """

    noun = Noun(Text("a HorNet block", "HorNet 块"), several="HorNet blocks")
    # How the channels of its layers follow from its knobs.
    widths: ClassVar[Mapping[str, str]] = {
        "pwconv1": "inplanes · 4",
    }

    def __init__(
        self,
        inplanes: Inplanes = 64,
        order: Order = 3,
        layer_scale: LayerScale = True,
        drop_path: DropPath = 0.0,
    ) -> None:
        super().__init__()
        if inplanes % 2 ** (order - 1):
            part = 2 ** (order - 1)
            raise ParameterError(
                "inplanes",
                inplanes,
                Text(
                    "order {} halves the channels {} times: {} must divide them",
                    "{} 阶会把通道减半 {} 次：通道数必须能被 {} 整除",
                ).format(order, order - 1, part),
                allowed=Text("multiples of {}", "{} 的倍数").format(part),
                suggestion=max(1, round(inplanes / part)) * part,
            )
        self.norm1 = LayerNorm(inplanes)
        self.gnconv = GatedConv(inplanes, order)
        self.norm2 = nn.LayerNorm(inplanes, eps=1e-6)
        self.pwconv1 = nn.Linear(inplanes, 4 * inplanes)
        self.act = nn.GELU()
        self.pwconv2 = nn.Linear(4 * inplanes, inplanes)
        self.gamma1 = nn.Parameter(torch.full((inplanes, 1, 1), 1e-6)) if layer_scale else None
        self.gamma2 = nn.Parameter(torch.full((inplanes,), 1e-6)) if layer_scale else None
        self.drop_path = drop_path_layer(drop_path)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.gnconv(self.norm1(x))
        if self.gamma1 is not None:
            out = self.gamma1 * out
        x = x + self.drop_path(out)
        out = self.norm2(x.permute(0, 2, 3, 1))
        out = self.pwconv2(self.act(self.pwconv1(out)))
        if self.gamma2 is not None:
            out = self.gamma2 * out
        return x + self.drop_path(out.permute(0, 3, 1, 2))
