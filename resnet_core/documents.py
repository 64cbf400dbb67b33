"""Five pages that explain residual code in words and ASCII, and what the code really is.

Each system of each page is a query that draws it; what is said of it is held against the trace by
the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Words:
    """The same said in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True)
class System:
    """One piece of code: what the page makes of it, and what it is.

    ``query`` draws it; ``also`` are further drawings that belong to the story, each with a word
    of its own.
    """

    name: str
    query: Mapping[str, Any]
    told: Words
    truth: Words
    also: tuple[tuple[Words, Mapping[str, Any]], ...] = field(default=())


@dataclass(frozen=True)
class Document:
    """One page: its subject and its systems, in the page's order."""

    slug: str
    title: Words
    about: Words
    systems: tuple[System, ...]


DOCUMENTS: tuple[Document, ...] = (
    Document(
        "bottleneck-and-basic-block",
        Words("Bottleneck and BasicBlock in words", "用文字解释 Bottleneck 与 BasicBlock"),
        Words(
            "Three classes on one line each, explained in prose; no drawing, no shapes.",
            "三个类各挤在一行代码里，配一段文字解释；没有图，也没有形状。",
        ),
        (
            System(
                "Bottleneck",
                {"block": "bottleneck"},
                Words(
                    "Said: the layers extract features “and keep the size of the feature map”.",
                    "原文说：这些层提取特征，“同时保持特征图的大小不变”。",
                ),
                Words(
                    "True at stride 1 only. The 3×3 carries the stride; at stride 2 it halves the "
                    "map, and then the shortcut needs a projection.",
                    "这只在 stride 为 1 时成立。步幅在 3×3 卷积上；stride 为 2 时它让特征图减半，"
                    "捷径也就必须做投影。",
                ),
                (
                    (
                        Words("The same at stride 2", "同一个块，stride 为 2"),
                        {"block": "bottleneck", "stride": 2, "planes": 128},
                    ),
                    (
                        Words("With 32 groups, as in ResNeXt", "分 32 组，即 ResNeXt"),
                        {"block": "bottleneck", "groups": 32, "base_width": 4},
                    ),
                ),
            ),
            System(
                "Bottleneck (rate)",
                {"block": "bottleneck", "dilation": 2},
                Words(
                    "Said: padding and dilation “control” the padding and the dilated convolution.",
                    "原文说：padding 和 dilation 分别“控制”填充和空洞卷积。",
                ),
                Words(
                    "Both are rate, so the map keeps its size while the 3×3 reaches over 5×5 "
                    "positions: the receptive field grows from 3 to 5 at no cost.",
                    "两者都等于 rate，所以特征图尺寸不变，而 3×3 卷积跨到了 5×5 的范围："
                    "感受野从 3 变成 5，一点代价也没有。",
                ),
            ),
            System(
                "BasicBlock",
                {"block": "basic"},
                Words(
                    "Said: it supports only groups=1 and base_width=64 and no dilation.",
                    "原文说：它只支持 groups=1、base_width=64，不支持 dilation。",
                ),
                Words(
                    "So it is, and the block says so itself when asked for anything else. There is "
                    "no narrow middle that could be split.",
                    "的确如此，换成别的值它会自己说明。它没有窄的中段，也就没有东西可拆。",
                ),
                (
                    (
                        Words("With stride 2 and a projection", "stride 为 2，带投影"),
                        {"block": "basic", "planes": 128, "stride": 2},
                    ),
                ),
            ),
        ),
    ),
    Document(
        "stacking-blocks",
        Words("Stacking blocks with _make_layer", "用 _make_layer 堆叠残差块"),
        Words(
            "The plain Bottleneck and the method that stacks it; the shapes are left out.",
            "最朴素的 Bottleneck，以及把它堆起来的方法；形状要读者自己推。",
        ),
        (
            System(
                "Bottleneck (plain)",
                {"block": "bottleneck", "inplanes": 256, "planes": 128, "stride": 2},
                Words(
                    "Said: the first block needs stride 2 “for pooling”.",
                    "原文说：第一个块用 stride=2“来池化”。",
                ),
                Words(
                    "Nothing is pooled: the 3×3 and the projection each step over every second "
                    "position.",
                    "这里没有池化：3×3 卷积和投影各自隔一个位置取一次。",
                ),
            ),
            System(
                "_make_layer",
                {"model": "stage"},
                Words(
                    "Said: between blocks the channels go “4 to 1”.",
                    "原文说：每一块到下一块，输入与输出维度是“4:1”。",
                ),
                Words(
                    "Every block gives out planes × 4 channels and the next narrows them to "
                    "planes. Only the first changes the shape; the others are equal and add the "
                    "identity.",
                    "每一块输出 planes × 4 个通道，下一块先压回 planes。"
                    "只有第一块改变形状，其余各块完全相同，捷径是恒等。",
                ),
                (
                    (
                        Words("Its first block opened", "展开第一个块"),
                        {"model": "stage", "expand": "0"},
                    ),
                ),
            ),
        ),
    ),
    Document(
        "downsampling-and-backbones",
        Words("Downsampling, HorNet and VGG backbones", "下采样、HorNet 与 VGG 主干"),
        Words(
            "Questions and answers about six classes; drawings of none of them.",
            "六个类的问答，一张图也没有。",
        ),
        (
            System(
                "Downsample",
                {"block": "downsample"},
                Words(
                    "Said: usually convolution, BatchNorm and activation; also max or average "
                    "pooling.",
                    "原文说：通常由卷积、BatchNorm 和激活函数组成，也可以是最大池化或平均池化。",
                ),
                Words(
                    "Three different things with one output size. Pooling has no parameters and "
                    "cannot change the channels.",
                    "三种做法，输出尺寸相同。池化没有参数，也改变不了通道数。",
                ),
                (
                    (Words("Max pooling", "最大池化"), {"block": "downsample", "mode": "max"}),
                    (Words("Average pooling", "平均池化"), {"block": "downsample", "mode": "avg"}),
                ),
            ),
            System(
                "ResidualLayer",
                {"block": "residual_layer"},
                Words(
                    "Said: an extra convolution can change the number of channels.",
                    "原文说：通道数不同时，可以用额外的卷积层来改变通道数。",
                ),
                Words(
                    "It is needed for a stride as well. The convolutions have biases that the norm "
                    "behind them takes away again: 128 parameters for nothing.",
                    "步幅不为 1 时同样需要它。卷积带有偏置，却被后面的归一化抵消："
                    "白费 128 个参数。",
                ),
                (
                    (
                        Words("Shrinking and widening", "缩小并加宽"),
                        {"block": "residual_layer", "outplanes": 128, "stride": 2},
                    ),
                ),
            ),
            System(
                "ResDown",
                {"block": "resdown"},
                Words(
                    "Said: the output is [N, 4·out, H/stride, W/stride].",
                    "原文说：输出是 [N, 4·out, H/stride, W/stride]。",
                ),
                Words(
                    "Right. But the stride stands in the first 1×1, as in the original paper: it "
                    "looks at one position of four and never sees the rest.",
                    "没错。但步幅放在第一个 1×1 上，与原论文一致："
                    "四个位置只看一个，其余三个从未看过。",
                ),
            ),
            System(
                "ResNet (include_top)",
                {"model": "resnet", "include_top": False},
                Words("Asked: a comment for every line.", "提问：给每一行代码加注释。"),
                Words(
                    "Without top it ends with a map of 2048×7×7; with it the map is averaged and "
                    "classified.",
                    "不带 top 时输出 2048×7×7 的特征图；带 top 时再取平均、做分类。",
                ),
                ((Words("With top", "带 top"), {"model": "resnet"}),),
            ),
            System(
                "HorNet",
                {"model": "hornet_stage", "index": 1, "input": "56"},
                Words(
                    "Shown: the constructor; the recursive gated convolution is not spelled out.",
                    "只给出了构造函数；递归门控卷积本身没有写出来。",
                ),
                Words(
                    "Each instance runs one stage only. Inside a block the features are multiplied "
                    "with features, as often as the stage's order says.",
                    "每个实例只跑一个阶段。块内部让特征与特征相乘，乘的次数就是这一阶段的阶数。",
                ),
                (
                    (Words("One block opened", "一个块的内部"), {"block": "horblock"}),
                    (Words("The whole HorNet-T", "完整的 HorNet-T"), {"model": "hornet_tiny_7x7"}),
                ),
            ),
            System(
                "Backbone_VGG",
                {"model": "vgg_backbone"},
                Words(
                    "Its docstring says “ResNet backbone with frozen BatchNorm”.",
                    "它的文档字符串写着“ResNet backbone with frozen BatchNorm”。",
                ),
                Words(
                    "It is neither ResNet nor frozen: VGG-16 cut in four. The maps have 128, 256, "
                    "512 and 512 channels, though num_channels says 256.",
                    "它既不是 ResNet，也没有冻结：就是切成四段的 VGG-16。"
                    "四张图分别有 128、256、512、512 个通道，而 num_channels 写的是 256。",
                ),
                (
                    (
                        Words("One map, with batch norm", "只输出一张图，带批归一化"),
                        {
                            "model": "vgg_backbone",
                            "name": "vgg16_bn",
                            "return_interm_layers": False,
                        },
                    ),
                ),
            ),
        ),
    ),
    Document(
        "resnet-18-to-152",
        Words("ResNet 18 to 152", "ResNet 18 到 152"),
        Words(
            "The five depths of the paper, in a text that a copying robot has garbled.",
            "论文里的五种深度，文字被采集程序弄得残缺不全。",
        ),
        (
            System(
                "ResNet-18",
                {"model": "resnet18"},
                Words("Said: 18 and 34 use BasicBlock.", "原文说：18 和 34 层用 BasicBlock。"),
                Words(
                    "So the first stage keeps its 64 channels and needs no projection at all.",
                    "因此第一阶段保持 64 个通道，一次投影也不需要。",
                ),
                ((Words("ResNet-34", "ResNet-34"), {"model": "resnet34"}),),
            ),
            System(
                "ResNet-50",
                {"model": "resnet50"},
                Words(
                    "Said: 50, 101 and 152 use Bottleneck; the stem makes 56×56×64 of 224.",
                    "原文说：50、101、152 层用 Bottleneck；主干把 224 变成 56×56×64。",
                ),
                Words(
                    "The first stage keeps the size but widens 64 channels to 256, so even there "
                    "the first block projects.",
                    "第一阶段尺寸不变，但通道从 64 变成 256，所以这里的第一块也要投影。",
                ),
                (
                    (Words("ResNet-101", "ResNet-101"), {"model": "resnet101"}),
                    (Words("ResNet-152", "ResNet-152"), {"model": "resnet152"}),
                ),
            ),
        ),
    ),
    Document(
        "residual-block-with-attention",
        Words("A residual block with attention", "带注意力的残差块"),
        Words(
            "Code, three explanations and two ASCII drawings; the drawings contradict the code.",
            "一段代码、三份解释、两张 ASCII 图；图与代码互相矛盾。",
        ),
        (
            System(
                "ResidualBlockWithAttention",
                {"block": "residual_attention"},
                Words(
                    "Drawn: two more convolutions after an addition, and a second addition.",
                    "图里画着：相加之后还有两个卷积，然后再加一次。",
                ),
                Words(
                    "There is one addition, and only a ReLU after it. The attention is never "
                    "defined there; here it is squeeze-and-excitation, or what you choose.",
                    "其实只加一次，之后只有一个 ReLU。原文从未定义注意力模块；"
                    "这里用 SE，也可以换成别的。",
                ),
                (
                    (
                        Words("At stride 2, as written", "stride 为 2，照原样"),
                        {"block": "residual_attention", "stride": 2},
                    ),
                    (
                        Words("At stride 2, mended", "stride 为 2，改正之后"),
                        {"block": "residual_attention", "stride": 2, "conv2_stride": "1"},
                    ),
                    (
                        Words("With CBAM", "换成 CBAM"),
                        {"block": "residual_attention", "attention": "cbam"},
                    ),
                ),
            ),
        ),
    ),
)


def documents_of(subject: str) -> tuple[str, ...]:
    """The slugs of the documents in which a subject occurs."""
    return tuple(
        document.slug
        for document in DOCUMENTS
        if any(
            subject in (query.get("model") or query.get("block"),)
            for system in document.systems
            for query in (system.query, *(query for _, query in system.also))
        )
    )
