"""Where a network's parameters and multiply-adds sit, how deep it is and how far it sees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from resnet_core.draw.heading import Caption
from resnet_core.explain.naming import called
from resnet_core.explain.outline import Outline, weighted
from resnet_core.explain.said import Few, Many, Passage, Said, ids, percent, side
from resnet_core.graph import Node

Part = tuple[str, str, Sequence[Node]]


def shares(outline: Outline) -> Iterator[Passage]:
    """Parameters and multiply-adds by stem, stage and head."""
    parts = _parts(outline)
    if len(parts) < 2:
        return
    yield shared(outline, parts)


def _parts(outline: Outline) -> list[Part]:
    stages = [(each.name, each.name, each.calls) for each in outline.stages]
    if len(stages) == 1:
        stages = [
            (called(each, "en"), called(each, "zh"), each.calls)
            for each in outline.stages[0].blocks
        ]
        if len(stages) > 1:
            rest = [node for _, _, nodes in stages[1:] for node in nodes]
            others = ("the rest", "其余各块")
            stages = [stages[0], (*others, tuple(rest))]
    ends = [("the stem", "主干", outline.stem), ("the head", "头部", outline.head)]
    found = [ends[0], *stages, ends[1]]
    return [each for each in found if sum(node.params + node.macs for node in each[2])]


def shared(outline: Outline, parts: list[Part]) -> Passage:
    """The shares of some parts, with what explains them."""
    totals = outline.graph.totals
    params = [sum(each.params for each in nodes) for _, _, nodes in parts]
    macs = [sum(each.macs for each in nodes) for _, _, nodes in parts]
    nodes = ids(node for _, _, calls in parts for node in calls if node.macs or node.params)
    said = [
        _split("parameters", f"{totals.params:,}", "参数", f"{totals.params:,} 个",
               parts, params, totals.params, nodes),
        _split("multiply-adds", f"{Many(totals.macs):en}", "乘加",
               f"{Many(totals.macs):zh}次", parts, macs, totals.macs, nodes),
    ]  # fmt: skip
    heavy, busy = params.index(max(params)), macs.index(max(macs))
    if heavy != busy:
        said.append(
            Said(
                f"The two do not go together: most parameters are in {parts[heavy][0]}, most work "
                f"is in {parts[busy][0]}. A convolution's weights grow with the channels squared; "
                "each of them is used once at every position, and late layers have few positions.",
                f"两者不在一处：参数最多的是{parts[heavy][1]}，计算最多的是{parts[busy][1]}。"
                "卷积的权重随通道数平方增长；每个权重在每个位置上用一次，而越靠后位置越少。",
                nodes,
            )
        )
    return Passage(
        Said(
            "Where the parameters and the work sit.",
            "参数和计算各在哪里。",
        ),
        tuple(said),
    )


def _split(
    noun: str, count: str, chinese: str, amounts: str,
    parts: list[Part], values: list[int], total: int, nodes: tuple[str, ...],
) -> Said:  # fmt: skip
    told = [
        (f"{percent(value, total)} in {part[0]}", f"{part[1]}占 {percent(value, total)}")
        for part, value in zip(parts, values, strict=True)
        if value
    ]
    return Said(
        f"{count} {noun}: {', '.join(each[0] for each in told)}.",
        f"{chinese} {amounts}：{'，'.join(each[1] for each in told)}。",
        nodes,
    )


def depth(outline: Outline, caption: Caption) -> Iterator[Passage]:
    """How the layers are counted, and whether that is the number in the name."""
    layers = outline.layers
    if not outline.blocks or not outline.head:
        return
    each = [len(list(weighted(block.calls))) for block in outline.blocks]
    stem, head = (len(list(weighted(part))) for part in (outline.stem, outline.head))
    between = len(layers) - sum(each) - stem - head
    if len(set(each)) > 1 or between:
        return
    named = [int(number) for number in re.findall(r"\d+", caption.title)]
    sums = f"{stem} + {len(each):,} · {each[0]} + {head} = {len(layers):,}"
    counted = Said(
        f"Count the layers with weights on the main path: {stem} in the stem, {len(each):,} blocks "
        f"of {each[0]}, {head} at the end, {sums}. Norms and what stands on a shortcut do not "
        "count.",
        f"数主路上带权重的层：主干 {stem} 层，{len(each):,} 个块各 {each[0]} 层，末尾 {head} 层，"
        f"{sums}。归一化和捷径上的层不算。",
        ids(layers),
    )
    said = [counted]
    if len(layers) in named:
        claim = Said(
            f"Hence the {len(layers):,} in the name.", f"名字里的 {len(layers):,} 由此而来。"
        )
        said += _six_n(outline, layers)
    elif named and max(named) >= 10:
        claim = Said(
            f"The name says {max(named):,}, the count {len(layers):,}.",
            f"名字写 {max(named):,}，数出来 {len(layers):,}。",
        )
        if stem > 1 and len(layers) - max(named) == stem - 1:
            said.append(
                Said(
                    f"The name is that of the network with a single convolution in the stem; here "
                    f"it has {Few(stem):en}.",
                    f"名字沿用主干只有一个卷积的那个网络；这里主干有{Few(stem):zh}个。",
                    ids(outline.stem),
                )
            )
    else:
        claim = Said(f"It is {len(layers):,} layers deep.", f"它有 {len(layers):,} 层深。")
    yield Passage(claim, tuple(said))


def _six_n(outline: Outline, layers: Sequence[Node]) -> Iterator[Said]:
    """CIFAR's rule: three stages of n blocks of two layers."""
    counts = {len(each.blocks) for each in outline.stages}
    if len(outline.stages) != 3 or len(counts) != 1:
        return
    n = counts.pop()
    if 6 * n + 2 == len(layers):
        yield Said(
            f"With n blocks in each of three stages that is 6n + 2; here n = {n:,}.",
            f"三个阶段各 n 个块，就是 6n + 2；这里 n = {n:,}。",
            tuple(each.path for each in outline.stages if each.path),
        )


def sight(outline: Outline) -> Iterator[Passage]:
    """The receptive field beside the size of the image."""
    graph = outline.graph
    given = graph.inputs[0].shape
    if len(given) != 4:
        return
    field, image = graph.totals.receptive_field, side(given)
    maps = [each for each in graph.calls if len(each.shape) == 4 and max(each.shape[2:]) > 1]
    last = ids(maps[-1:])
    if field >= max(given[2:]):
        yield Passage(
            Said(
                "The last map could see the whole image.",
                "最后的特征图看得到整张图。",
                last,
            ),
            (
                Said(
                    f"The receptive field of one of its positions is {field:,}×{field:,} pixels, "
                    f"the image has {image}. That is how far it can see, not how evenly: pixels "
                    "near the middle reach it by far more ways than those at the edge.",
                    f"它的一个位置，感受野是 {field:,}×{field:,} 个像素，而图只有 {image}。"
                    "这说的是能看多远，不是看得多均匀：靠近中心的像素通到它的路，比边上的多得多。",
                    last,
                ),
            ),
        )
        return
    yield Passage(
        Said("The last map sees a part of the image.", "最后的特征图只看得到图的一部分。", last),
        (
            Said(
                f"The receptive field of one of its positions is {field:,}×{field:,} of {image} "
                "pixels; what lies further away it learns of only where something global follows, "
                "an average or a linear layer over the whole map.",
                f"它的一个位置，感受野是 {field:,}×{field:,} 个像素，而图有 {image}；"
                "更远的内容，要等后面有全局的运算（对整张图取平均，或全连接）才能知道。",
                last,
            ),
        ),
    )
