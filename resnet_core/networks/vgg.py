"""VGG-16, and the backbone cut from it: one feature map, or four."""

from __future__ import annotations

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.layers import initialise
from resnet_core.params import BatchNorm, NumClasses, ReturnIntermediate, VggName
from resnet_core.registry import NETWORKS

# Channels of the 3×3 convolutions; M is a 2×2 max pooling. The paper's configuration D.
CONFIGURATION_D = (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M",
                   512, 512, 512, "M")  # fmt: skip

# Where the features end at which a map is given out, counted in layers.
CUTS = {"vgg16": (9, 16, 23, 30), "vgg16_bn": (13, 23, 33, 43)}
WHOLE = {"vgg16": 30, "vgg16_bn": 44}


def features(batch_norm: bool) -> list[nn.Module]:
    """The convolutional layers in a row."""
    layers: list[nn.Module] = []
    channels = 3
    for width in CONFIGURATION_D:
        if isinstance(width, str):
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            continue
        layers.append(nn.Conv2d(channels, width, kernel_size=3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(width))
        layers.append(nn.ReLU(inplace=True))
        channels = width
    return layers


@NETWORKS.register(
    "vgg",
    title="VGG-16",
    en="VGG-16 with its knobs: sixteen layers in a row and no way around any of them.",
    zh="可调参数的 VGG-16：十六层一路串到底，没有任何捷径。",
)
class VGG(nn.Module):
    """linear(relu(linear(relu(linear(pool(features(x))))))),  features = 3×3 convs and max pools

    [N, 3, H, W] → [N, num_classes]. No shortcut anywhere: what ResNet was compared with.

    Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition,
    2014, https://arxiv.org/abs/1409.1556, table 1, column D.
    """

    def __init__(self, batch_norm: BatchNorm = False, num_classes: NumClasses = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(*features(batch_norm))
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(4096, num_classes),
        )
        initialise(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        x = self.avgpool(x)
        x = torch.flatten(x, 1)
        return self.classifier(x)


@NETWORKS.register(
    "vgg_backbone",
    title="VGG backbone",
    en="The convolutional part of VGG-16, giving out four maps of different size for a detector.",
    zh="VGG-16 的卷积部分，为检测器输出四张不同尺寸的特征图。",
)
class VGGBackbone(nn.Module):
    """[body₁(x), body₂(body₁(x)), …],  the features of VGG-16 cut in four; or one body, one map

    [N, 3, H, W] → four maps of 128, 256, 512 and 512 channels at H/2, H/4, H/8 and H/16, or one
    of 512 channels.

    Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition,
    2014, https://arxiv.org/abs/1409.1556, table 1, column D.
    """

    def __init__(
        self,
        name: VggName = "vgg16",
        return_interm_layers: ReturnIntermediate = True,
    ) -> None:
        super().__init__()
        layers = features(name == "vgg16_bn")
        self.return_interm_layers = return_interm_layers
        if return_interm_layers:
            ends = CUTS[name]
            starts = (0, *ends)
            self.body1, self.body2, self.body3, self.body4 = (
                nn.Sequential(*layers[start:end]) for start, end in zip(starts, ends, strict=False)
            )
        else:
            self.body = nn.Sequential(*layers[: WHOLE[name]])
        initialise(self)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        if not self.return_interm_layers:
            return [self.body(x)]
        out = []
        for body in (self.body1, self.body2, self.body3, self.body4):
            x = body(x)
            out.append(x)
        return out


NETWORKS.preset(
    "vgg16",
    "vgg",
    title="VGG-16",
    fixed={"batch_norm": False},
    about=Text(
        "Thirteen convolutions and three linear layers in a row: what ResNet was compared with.",
        "十三个卷积、三个全连接层一路串到底：ResNet 当年的对照。",
    ),
)
NETWORKS.preset(
    "vgg16_bn",
    "vgg",
    title="VGG-16 with batch norm",
    fixed={"batch_norm": True},
    about=Text(
        "VGG-16 with a batch norm behind each of its thirteen convolutions.",
        "VGG-16，十三个卷积后面各加一个批归一化。",
    ),
)
