"""CIFAR ResNets: a 3×3 stem, three thin stages, shortcuts without parameters."""

from __future__ import annotations

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.layers import conv3x3, initialise, norm
from resnet_core.networks.stage import residual_blocks
from resnet_core.params import Depth, NormLayer, NumClasses, Shortcut, ZeroInitResidual
from resnet_core.registry import NETWORKS


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
