"""CIFAR ResNets: a 3×3 stem, three thin stages, shortcuts without parameters."""

from __future__ import annotations

from typing import Annotated

import torch
from pydantic import AfterValidator, Field
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.errors import ParameterError
from resnet_core.layers import conv3x3, initialise, norm
from resnet_core.networks.stage import residual_blocks
from resnet_core.params import NormLayer, NumClasses, Shortcut, ZeroInitResidual
from resnet_core.registry import NETWORKS


def _six_n_plus_two(depth: int) -> int:
    if depth % 6 != 2:
        near = round((depth - 2) / 6) * 6 + 2
        raise ParameterError(
            "depth",
            depth,
            Text(
                "the depth is 6n + 2: a stem, three stages of n blocks of two layers, a classifier",
                "深度为 6n + 2：起始一层，三个阶段，每阶段 n 个两层的块，再加一个分类器",
            ),
            allowed=Text(
                "20, 32, 44, 56, 110, 1202, or another 6n + 2",
                "20、32、44、56、110、1202，或其他形如 6n + 2 的数",
            ),
            suggestion=max(8, near),
        )
    return depth


Depth = Annotated[
    int,
    Field(ge=8, le=1202, description="layers with weights, 6n + 2"),
    AfterValidator(_six_n_plus_two),
]


@NETWORKS.register(
    "resnet_cifar",
    title="ResNet for CIFAR",
    input_size=32,
    en="The small ResNets of the original paper, for 32×32 images, with shortcuts "
    "that cost nothing.",
    zh="原论文里给 32×32 小图用的 ResNet，捷径不用一个参数。",
)
class CifarResNet(nn.Module):
    """head(stages(stem(x))),  stem = 3×3 conv, BN, ReLU,  three stages of n blocks, depth = 6n + 2

    [N, 3, H, W] → [N, num_classes], with 16, 32 and 64 channels at H, H/2 and H/4.

    He et al., Deep Residual Learning for Image Recognition, 2015,
    https://arxiv.org/abs/1512.03385, section 4.2 and table 6; the shortcuts are option A.
    """

    def __init__(
        self,
        depth: Depth = 20,
        norm_layer: NormLayer = "batch",
        shortcut: Shortcut = "padded",
        num_classes: NumClasses = 10,
        zero_init_residual: ZeroInitResidual = False,
    ) -> None:
        super().__init__()
        blocks = (depth - 2) // 6
        knobs = {"norm_layer": norm_layer, "shortcut": shortcut}
        self.conv1 = conv3x3(3, 16)
        self.bn1 = norm(norm_layer, 16)
        self.relu = nn.ReLU(inplace=True)
        self.layer1, self.layer2, self.layer3 = (
            nn.Sequential(*residual_blocks("basic", *widths, blocks, stride, False, knobs))
            for widths, stride in (((16, 16), 1), ((16, 32), 2), ((32, 64), 2))
        )
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(64, num_classes)
        initialise(self, zero_init_residual)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer1(x)
        x = self.layer2(x)
        x = self.layer3(x)
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        return self.fc(x)


# What is worth a word at each depth; which is best and which is worse, by table 6.
_ABOUT = {
    20: Text("Three blocks a stage: the smallest of the paper's networks for CIFAR-10.",
             "每个阶段三个块：论文在 CIFAR-10 上最小的网络。"),
    32: Text("Five blocks a stage, 31 convolutions and one linear layer.",
             "每个阶段五个块，31 个卷积加一个全连接层。"),
    44: Text("Seven blocks a stage: more than twice the depth of ResNet-20.",
             "每个阶段七个块：深度超过 ResNet-20 的两倍。"),
    56: Text("Nine blocks a stage, and still less than a million parameters.",
             "每个阶段九个块，参数仍不到一百万。"),
    110: Text("Eighteen blocks a stage: the best of the paper's networks for CIFAR-10.",
              "每个阶段十八个块：论文在 CIFAR-10 上最好的网络。"),
    1202: Text("Two hundred blocks a stage: it trains, and tests worse than ResNet-110.",
               "每个阶段两百个块：训练得动，测试误差却比 ResNet-110 高。"),
}  # fmt: skip
for _depth, _about in _ABOUT.items():
    NETWORKS.preset(
        f"resnet{_depth}",
        "resnet_cifar",
        title=f"ResNet-{_depth} (CIFAR)",
        fixed={"depth": _depth},
        about=_about,
    )
