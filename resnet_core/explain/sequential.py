"""Networks without blocks: layers in a row, told by the size of their maps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from resnet_core.bilingual import Words
from resnet_core.explain.cost import for_images
from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.explain.main_path import called_layer
from resnet_core.graph.model import Node
from resnet_core.graph.structure import Outline, kernel, size_of
from resnet_core.language.notation import Caption
from resnet_core.language.terms import (
    Few,
    Many,
    listed,
    percent,
    several,
    side,
    whole,
)


def plain(outline: Outline, caption: Caption) -> Iterator[Passage]:
    """The paragraphs on a network that adds nothing to anything."""
    layers = outline.layers
    if not layers:
        yield without_weights(outline, caption)
        return
    yield _row(outline, caption)
    yield from _sizes(outline)
    yield from _small_kernels(outline)
    yield from _weights(outline)
    yield from _maps(outline)


def _row(outline: Outline, caption: Caption) -> Passage:
    layers = outline.layers
    convs = [layer for layer in layers if layer.role == "conv"]
    linear = [layer for layer in layers if layer.role == "linear"]
    counted = [
        (Words(several(len(convs), "convolution"), f"{len(convs):,} 个卷积"), convs),
        (Words(several(len(linear), "linear layer"), f"{len(linear):,} 个全连接层"), linear),
    ]
    english = listed((words.en for words, found in counted if found), "en")
    chinese = listed((words.zh for words, found in counted if found), "zh")
    said = [
        Said(
            f"{english}, {several(len(layers), 'layer')} with weights in all, and each sees "
            "only what the one before it passes on.",
            f"{chinese}，带权重的层共 {len(layers):,} 个；每一层只看得到前一层的输出。",
            ids(layers),
        )
        if len(layers) > 1
        else Said(
            f"It has {english}, and no other layer with weights.",
            f"带权重的层只有一个：{chinese}。",
            ids(layers),
        )
    ]
    if len(convs) > 1 and not any(call.role == "add" for call in outline.graph.calls):
        said.append(
            Said(
                "No addition leads past anything. Plain networks made much deeper got worse even "
                "on their training images; the shortcut of ResNet was the answer to that.",
                "没有一条捷径能绕过任何一层。这样的网络再往深里堆，连训练误差都会变大；"
                "ResNet 的捷径就是对此的回答。",
                ids(layers[-1:]),
            )
        )
    row = Words("a single layer", "只有一层")
    if len(layers) > 1:
        row = Words("layers in a row", "一层接一层，串成一列")
    return Passage(
        Said(
            f"{caption.title}: {row.en}.",
            f"{caption.called('zh')}：{row.zh}。",
        ),
        tuple(said),
    )


def _sizes(outline: Outline) -> Iterator[Passage]:
    """Which convolutions work at which size."""
    groups: list[list[Node]] = []
    for node in outline.layers:
        if node.role != "conv" or len(node.shape) != 4:
            continue
        if groups and groups[-1][-1].shape[1:] == node.shape[1:]:
            groups[-1].append(node)
        else:
            groups.append([node])
    if not 1 < len(groups) <= 12:
        return
    heights = [group[0].shape[2] for group in groups]
    if heights != sorted(heights, reverse=True) or heights[0] == heights[-1]:
        return  # a map that grows, or keeps its size, does not shrink step by step
    counted = [(side(g[0].shape), f"{len(g)} × {g[0].shape[1]:,}") for g in groups]
    english, chinese = Words(", ".join(map(": ".join, counted)), "；".join(map("：".join, counted)))
    said = [
        Said(
            f"Convolutions by the size of their map, with their channels: {english}.",
            f"按特征图的大小列出卷积的个数和通道数：{chinese}。",
            ids(node for group in groups for node in group),
        )
    ]
    pools = [call for call in outline.graph.calls if call.role == "pool" and kernel(call) > 1]
    if pools:
        said.append(_pooled(pools, groups))
    yield Passage(Said("The map shrinks step by step.", "特征图一步步缩小。"), tuple(said))


def _pooled(pools: list[Node], groups: list[list[Node]]) -> Said:
    """What the pooling layers do beside the convolutions."""
    layers = f"{Few(len(pools)):en} pooling layer{'' if len(pools) == 1 else 's'}"
    kept = all(node.shape[2:] == node.inputs[0][2:] for group in groups for node in group)
    if not kept:
        are = "is" if len(pools) == 1 else "are"
        return Said(
            f"There {are} {layers} besides.",
            f"此外还有{Few(len(pools)):zh}次池化。",
            ids(pools),
        )
    widths = [group[0].shape[1] for group in groups]
    doubled = sum(2 * one == other for one, other in pairwise(widths))
    behind, after = ("", "")
    if 2 * doubled > len(pools) > 1:
        behind, after = Words(
            ", and after most of them the channels double", "，池化之后通道多半翻倍"
        )
    does = "does" if len(pools) == 1 else "do"
    return Said(
        f"No convolution shrinks anything; {layers} {does} it{behind}.",
        f"卷积都不缩小尺寸，缩小靠{Few(len(pools)):zh}次池化{after}。",
        ids(pools),
    )


def _small_kernels(outline: Outline) -> Iterator[Passage]:
    convs = [layer for layer in outline.layers if layer.role == "conv"]
    if len(convs) < 4 or any(size_of(conv) != "3×3" for conv in convs):
        return
    yield Passage(
        Said("All kernels are 3×3.", "所有卷积核都是 3×3。", ids(convs)),
        (
            Said(
                "Three of them in a row see 7×7 positions, as one 7×7 would, with 3 · 9 = 27 "
                "weights per pair of channels instead of 49, and with three non-linearities "
                "instead of one. That was VGG's point.",
                "三个连起来能看到 7×7 的范围，与一个 7×7 一样，每对通道的权重却是 3 · 9 = 27 个"
                "而不是 49 个，非线性也是三次而不是一次。这正是 VGG 的主张。",
                ids(convs[:3]),
            ),
        ),
    )


def _weights(outline: Outline) -> Iterator[Passage]:
    """Which layer holds the most and which kind does the most."""
    totals, layers = outline.graph.totals, outline.layers
    if not totals.params or not totals.macs:
        return
    largest = max(layers, key=lambda layer: layer.params)
    said = [_largest(outline, largest), *_fully_connected(outline, largest)]
    convs = [layer for layer in layers if layer.role == "conv"]
    if 0 < len(convs) < len(layers):
        done = sum(conv.macs for conv in convs)
        many = for_images(outline.graph.inputs[0].shape, totals.macs)
        said.append(
            Said(
                f"Of {Many(totals.macs):en} multiply-adds{many[0]}{',' if many[0] else ''} the "
                f"convolutions do {percent(done, totals.macs)}.",
                f"{Many(totals.macs):zh}次乘加{many[1]}里，卷积占 {percent(done, totals.macs)}。",
                ids(convs),
            )
        )
    yield Passage(
        Said("Where the parameters and the work sit.", "参数和计算各在哪里。"), tuple(said)
    )


def _largest(outline: Outline, largest: Node) -> Said:
    """The layer with the most parameters, or the layers, where several have as many."""
    total = outline.graph.totals.params
    equal = [layer for layer in outline.layers if layer.params == largest.params]
    held = len(equal) * largest.params
    if len(equal) > 1:
        count = Few(len(equal))
        return Said(
            f"Of {total:,} parameters the {count:en} largest layers hold {largest.params:,} each, "
            f"{percent(held, total)} together.",
            f"{total:,} 个参数里，最大的{count:zh}层各占 {largest.params:,} 个，合计 "
            f"{percent(held, total)}。",
            ids(equal),
        )
    if held == total:
        return Said(
            f"All {total:,} parameters are those of {called_layer(largest, 'en')}.",
            f"{total:,} 个参数全在{called_layer(largest, 'zh')}里。",
            (largest.id,),
        )
    return Said(
        f"Of {total:,} parameters {called_layer(largest, 'en')} alone holds {held:,}, "
        f"{percent(held, total)}.",
        f"{total:,} 个参数里，单是{called_layer(largest, 'zh')}就占 {held:,} 个，即 "
        f"{percent(held, total)}。",
        (largest.id,),
    )


def _fully_connected(outline: Outline, node: Node) -> Iterator[Said]:
    """A linear layer behind a flattened map: where most of VGG's parameters are."""
    before = [outline.graph.node[edge.source] for edge in outline.graph.incoming[node.id]]
    if node.role == "linear" and any(node.role == "reshape" for node in before):
        yield Said(
            f"It connects each of {node.inputs[0][1]:,} numbers with each of its "
            f"{several(node.shape[1], 'output')}, one weight per pair and used once; ResNet "
            "averages every map to a single number instead and needs no such layer.",
            f"它把 {node.inputs[0][1]:,} 个数与 {node.shape[1]:,} 个输出两两相连，"
            "每对一个权重，只用一次；ResNet 改为把每张图平均成一个数，也就用不着这样的层。",
            (node.id,),
        )


def _maps(outline: Outline) -> Iterator[Passage]:
    """Several outputs: a backbone."""
    outputs = outline.graph.outputs
    if len(outputs) < 2 or any(len(shape.shape) != 4 for shape in outputs):
        return
    told = ", ".join(whole(shape.shape) for shape in outputs)
    yield Passage(
        Said(
            f"It gives out {Few(len(outputs)):en} maps.",
            f"它输出{Few(len(outputs)):zh}张特征图。",
            ids(outputs),
        ),
        (
            Said(
                f"They are {told}: a detector finds small things on the large maps, where a "
                "position covers few pixels, and large things on the small ones, which have seen "
                "more.",
                f"分别是 {told.replace(', ', '、')}：检测器在大图上找小东西，因为一个位置只对应"
                "几个像素；在小图上找大东西，因为它看过的范围更广。",
                ids(outputs),
            ),
        ),
    )


def without_weights(outline: Outline, caption: Caption) -> Passage:
    calls, params = ids(outline.graph.calls), outline.graph.totals.params
    said = Said(
        "Not one of its calls is a convolution or a linear layer with weights.",
        "它的调用里，没有一个带权重的卷积或全连接层。",
        calls,
    )
    if params:
        return Passage(
            Said(
                f"{caption.title} has {params:,} parameters, none of them in a plain layer.",
                f"{caption.called('zh')} 有 {params:,} 个参数，却不在普通的层里。",
            ),
            (said,),
        )
    return Passage(
        Said(f"{caption.title} learns nothing.", f"{caption.called('zh')} 没有要学习的参数。"),
        (said,),
    )
