"""Attention: a gate beside the main path that weighs channels or positions."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.explain.anatomy import Anatomy, channels, kernel
from resnet_core.explain.said import Many, Passage, Said, ids, percent, side
from resnet_core.graph import Group, Node

_OVER_THE_IMAGE = ("GroupNorm", "InstanceNorm2d")


def attention(block: Anatomy) -> Iterator[Passage]:
    """A paragraph for each gate of the block that stands in a group of its own."""
    tell = {
        "SqueezeExcitation": _squeeze,
        "EfficientChannelAttention": _efficient,
        "ConvolutionalBlockAttention": _convolutional,
    }
    for group in block.gates:
        if group.type in tell:
            yield tell[group.type](block, group)


def _squeeze(block: Anatomy, group: Group) -> Passage:
    nodes = block.inside(group.path)
    first, second = [each for each in nodes if each.role == "conv"]
    wide, narrow = channels(first)
    mine, full = first.params + second.params, wide * wide + wide
    return Passage(
        Said(
            "Squeeze-and-excitation weighs the channels.",
            "SE（挤压与激励）给通道加权。",
            (group.path,),
        ),
        (
            Said(
                f"Each of the {wide:,} channels is averaged over its {side(nodes[0].inputs[0])} "
                f"positions to one number; two small layers, {wide:,} → {narrow:,} → {wide:,}, and "
                "a sigmoid make of these a factor between 0 and 1 for every channel.",
                f"{wide:,} 个通道各自在 {side(nodes[0].inputs[0])} 个位置上取平均，剩一个数；"
                f"再经过两个小层 {wide:,} → {narrow:,} → {wide:,} 和一个 sigmoid，"
                "得到每个通道一个 0 与 1 之间的系数。",
                ids(nodes),
            ),
            *_global(block, nodes),
            _share(block, nodes),
            Said(
                f"The squeeze to {narrow:,} numbers keeps it this small: all channels must make do "
                f"with them, in {mine:,} parameters; one full layer would take {full:,}.",
                f"中间只过 {narrow:,} 个数，所以才这么小：所有通道共用这几个数，参数 {mine:,} 个；"
                f"一整层则要 {full:,} 个。",
                ids([first, second]),
            ),
        ),
    )


def _efficient(block: Anatomy, group: Group) -> Passage:
    nodes = block.inside(group.path)
    (conv,) = [each for each in nodes if each.role == "conv"]
    wide, reach = nodes[0].inputs[0][1], kernel(conv)
    narrow = max(1, wide // 16)
    squeezed = 2 * wide * narrow + wide + narrow
    return Passage(
        Said(
            f"ECA weighs the channels with {reach} numbers.",
            f"ECA 用 {reach} 个数给通道加权。",
            (group.path,),
        ),
        (
            Said(
                f"The {wide:,} channel means stand in a row, and a one-dimensional convolution of "
                f"{reach} slides along it: each channel is weighed by looking at itself and "
                f"{reach - 1} neighbours in that row.",
                f"{wide:,} 个通道均值排成一行，一个长 {reach} 的一维卷积从头滑到尾："
                f"每个通道的权重只看它自己和行里的 {reach - 1} 个邻居。",
                ids(nodes),
            ),
            Said(
                f"Squeeze-and-excitation would spend {squeezed:,} parameters on the same task. "
                f"That neighbours in this row have anything to do with each other is nowhere "
                "given; training arranges the channels so that they do.",
                f"同样的事，SE 要花 {squeezed:,} 个参数。这一行里相邻的通道本来毫无关系，"
                "是训练把通道排成了有关系的样子。",
                (conv.id,),
            ),
            *_global(block, nodes),
        ),
    )


def _convolutional(block: Anatomy, group: Group) -> Passage:
    nodes = block.inside(group.path)
    convs = [each for each in nodes if each.role == "conv"]
    wide, narrow = channels(convs[0])
    last = convs[-1]
    return Passage(
        Said(
            "CBAM weighs first the channels, then the positions.",
            "CBAM 先给通道加权，再给位置加权。",
            (group.path,),
        ),
        (
            Said(
                f"Mean and maximum of each of the {wide:,} channels pass the same two layers, "
                f"{wide:,} → {narrow:,} → {wide:,}, and are added before the sigmoid: the maximum "
                "speaks up for what occurs in one place only and would drown in the mean.",
                f"{wide:,} 个通道各取平均值和最大值，走同样的两层 {wide:,} → {narrow:,} → "
                f"{wide:,}，"
                "相加后再过 sigmoid：只在一处出现的东西会淹没在平均值里，最大值替它说话。",
                ids(convs[:-1]),
            ),
            Said(
                f"For the positions, mean and maximum over all channels make two maps, and a "
                f"{kernel(last)}×{kernel(last)} convolution with {last.params:,} weights makes of "
                f"them one factor for each of the {side(last.shape)} positions.",
                f"对位置，先跨通道取平均和最大，得到两张图，再用 {kernel(last)}×{kernel(last)} "
                "卷积的 "
                f"{last.params:,} 个权重，给 {side(last.shape)} 个位置各算出一个系数。",
                (last.id,),
            ),
            _share(block, nodes),
        ),
    )


def _global(block: Anatomy, nodes: tuple[Node, ...]) -> Iterator[Said]:
    """That a gate sees everything; no news where the norms average over the image as well."""
    if any(each.type in _OVER_THE_IMAGE for each in block.calls):
        return
    yield Said(
        "So this is the one place in the block where the whole image has a say in every position.",
        "整个块里，只有在这里整张图才能影响到每一个位置。",
        ids(nodes[:1]),
    )


def _share(block: Anatomy, nodes: tuple[Node, ...]) -> Said:
    params, macs = sum(each.params for each in nodes), sum(each.macs for each in nodes)
    return Said(
        f"It takes {percent(params, block.params)} of the block's parameters ({params:,}) and "
        f"{percent(macs, block.macs)} of its multiply-adds ({Many(macs):en}), because almost "
        "everything happens after the averaging.",
        f"它占这个块参数的 {percent(params, block.params)}（{params:,} 个），"
        f"却只占乘加的 {percent(macs, block.macs)}（{Many(macs):zh}次），"
        "因为几乎一切都在取平均之后才算。",
        ids(nodes),
    )
