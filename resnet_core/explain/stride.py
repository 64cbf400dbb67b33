"""What a block does to height and width, which layer does it, and why that one."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from resnet_core.explain.sentences import Passage, Said
from resnet_core.graph.formulas import size_formulas
from resnet_core.graph.model import Node
from resnet_core.graph.structure import (
    Anatomy,
    is_depthwise,
    kernel,
    size_of,
    stride,
)
from resnet_core.language.numbers import Few, Many, side


def size(block: Anatomy) -> Iterator[Passage]:
    """Where the stride sits, or why the map keeps its size."""
    if len(block.given) != 4 or not block.spatial:
        return
    if not all(size_formulas(step) for step in block.steps if step.role == "conv"):
        return
    strided = [step for step in block.steps if stride(step) > 1]
    if len(strided) > 1 and strided[0].inputs[0] == strided[1].inputs[0]:
        yield _side_by_side(strided)
    elif len(strided) > 1:
        yield from [_twice(strided)] if block.chained else []
    elif strided:
        yield _once(block, strided[0])
    elif all(item.shape[2:] == block.given[2:] for item in block.spatial):
        yield _kept(block)
    else:
        yield _without_stride(block)


def formulas(node: Node) -> tuple[str, str]:
    """The arithmetic of one layer's map, said in English and in Chinese."""
    height, *width = size_formulas(node)
    if not width:
        return height, height
    return f"{height} high and {width[0]} wide", f"高 {height}，宽 {width[0]}"


def _turns(node: Node) -> Said:
    english, chinese = formulas(node)
    return Said(
        f"It turns {side(node.inputs[0])} into {side(node.shape)}: {english}.",
        f"{side(node.inputs[0])} 由此变成 {side(node.shape)}：{chinese}。",
        (node.id,),
    )


def _once(block: Anatomy, node: Node) -> Passage:
    position = block.steps.index(node)
    before = block.steps[:position]
    if kernel(node) == 1:
        return _in_a_pointwise(node)
    name = f"depthwise {size_of(node)}" if is_depthwise(node) else size_of(node)
    named = f"逐通道的 {size_of(node)} 卷积" if is_depthwise(node) else f" {size_of(node)} 卷积"
    first = ("first ", "第一个") if len(block.spatial) > 1 and position == 0 else ("", "")
    said = [_windows(node)]
    if before and kernel(before[0]) == 1 and not is_depthwise(node):
        said.append(_against_the_first(before[0], node))
    elif first[0]:
        said.append(_before_the_second(block, node))
    claim = Said(
        f"The stride sits in the {first[0]}{name}.",
        f"步幅放在{first[1]}{named}上。",
        (node.id,),
    )
    return Passage(claim, (_turns(node), *said))


def _windows(node: Node) -> Said:
    """Whether the windows overlap: what is seen of the input at this stride."""
    step, reach = stride(node), kernel(node)
    if reach > step:
        return Said(
            f"A window {reach} wide that moves by {step} still overlaps the one before it, so "
            "every position of the input is read.",
            f"{reach} 格宽的窗口每次移动 {step} 格，相邻窗口仍有重叠，输入的每个位置都读得到。",
            (node.id,),
        )
    if reach == step:
        return Said(
            f"Its windows are {reach} wide and move by {step}: they touch without overlapping.",
            f"窗口宽 {reach} 格，每次也移动 {step} 格：首尾相接，互不重叠。",
            (node.id,),
        )
    return Said(
        f"Its windows are {reach} wide and move by {step}, so there are gaps: of every "
        f"{Few(step * step):en} positions it reads {Few(reach * reach):en}.",
        f"窗口宽 {reach} 格，每次却移动 {step} 格，中间留下空隙：每{Few(step * step):zh}个位置只读 "
        f"{Few(reach * reach):zh} 个。",
        (node.id,),
    )


def _against_the_first(first: Node, strided: Node) -> Said:
    """What the original paper did instead, and what the change costs."""
    step = stride(strided)
    there = first.macs * prod(strided.shape[2:]) // prod(first.shape[2:])
    return Said(
        f"The original paper strided the first 1×1 instead, which then reads one position in "
        f"{Few(step * step):en} and ignores the rest; torchvision moved the stride here. The price "
        "is "
        f"that the first 1×1 still works at full size, for {Many(first.macs):en} multiply-adds "
        f"instead of {Many(there):en}.",
        f"原论文把步幅放在第一个 1×1 上，那样每{Few(step * step):zh}个位置只读一个，其余的都不看；"
        f"torchvision 把它挪到了这里。代价是第一个 1×1 仍要在原尺寸上计算，"
        f"要 {Many(first.macs):zh}次乘加，而不是 {Many(there):zh}次。",
        (first.id,),
    )


def _before_the_second(block: Anatomy, node: Node) -> Said:
    step = stride(node)
    return Said(
        f"It is the first, so both convolutions compute only {side(node.shape)} positions; were "
        f"it the second, the first would have {Few(step * step):en} times as many to do.",
        f"放在第一个上，两个卷积就都只算 {side(node.shape)} 个位置；若放在第二个上，"
        f"第一个要算的位置就是现在的{Few(step * step):zh}倍。",
        (block.spatial[1].id,),
    )


def _in_a_pointwise(node: Node) -> Passage:
    step = stride(node)
    full = Many(node.macs * prod(node.inputs[0][2:]) // prod(node.shape[2:]))
    return Passage(
        Said("The stride sits in the first 1×1.", "步幅放在第一个 1×1 卷积上。", (node.id,)),
        (
            _turns(node),
            Said(
                f"A 1×1 sees one position at a time, so at stride {step} it reads one in "
                f"{Few(step * step):en} and what stands in the others is lost. That is how the "
                "original "
                "paper has it, and why torchvision moved the stride into the 3×3.",
                f"1×1 一次只看一个位置，stride 为 {step} 时每{Few(step * step):zh}个只读一个，"
                "其余位置上的内容就丢了。原论文就是这么做的，torchvision 因此把步幅挪到了 3×3 上。",
                (node.id,),
            ),
            Said(
                f"What it gains: this layer costs {Many(node.macs):en} multiply-adds instead of "
                f"{full:en}.",
                f"换来的好处：这一层只要 {Many(node.macs):zh}次乘加，而不是 {full:zh}次。",
                (node.id,),
            ),
        ),
    )


def _twice(strided: list[Node]) -> Passage:
    """Strides one behind the other multiply."""
    total = prod(stride(item) for item in strided)
    steps = " · ".join(str(stride(item)) for item in strided)
    sizes = [side(strided[0].inputs[0]), *(side(item.shape) for item in strided)]
    ends = [formulas(item) for item in strided]
    nodes = tuple(item.id for item in strided)
    return Passage(
        Said(
            f"The stride is taken {_times(len(strided))}.",
            f"步幅用了{Few(len(strided)):zh}次。",
            nodes,
        ),
        (
            Said(
                f"One behind the other they divide the size by {steps} = {total}: "
                f"{' → '.join(sizes)}, for {' and then '.join(end[0] for end in ends)}.",
                f"前后相接，边长共除以 {steps} = {total}：{' → '.join(sizes)}，"
                f"算式是 {'，然后 '.join(end[1] for end in ends)}。",
                nodes,
            ),
        ),
    )


def _side_by_side(strided: list[Node]) -> Passage:
    """Slices that shrink in parallel: the stride is taken once by each."""
    first = strided[0]
    english, chinese = formulas(first)
    nodes = tuple(item.id for item in strided)
    return Passage(
        Said(
            f"The stride sits in the {size_of(first)} of every slice.",
            f"步幅放在每一片的 {size_of(first)} 卷积上。",
            nodes,
        ),
        (
            Said(
                f"They stand side by side, so it counts once: {side(first.inputs[0])} becomes "
                f"{side(first.shape)}, {english}.",
                f"各片并列，所以只算一次：{side(first.inputs[0])} 变成 {side(first.shape)}，"
                f"{chinese}。",
                nodes,
            ),
        ),
    )


def _times(count: int) -> str:
    return {2: "twice"}.get(count, f"{Few(count):en} times")


def _kept(block: Anatomy) -> Passage:
    node = block.spatial[0]
    lost = node.inputs[0][2] - (node.shape[2] - 2 * _padding(node))
    english, chinese = formulas(node)
    end = ("and f(x) could not be added to x", "f(x) 也就没法与 x 相加")
    if not block.closed:
        end = ("and the map would dwindle from block to block", "特征图会一块比一块小")
    return Passage(
        Said("The map keeps its size.", "特征图大小不变。", (node.id,)),
        (
            Said(
                f"The {size_of(node)} is padded with {_padding(node)} on each side: {english}. "
                f"Without padding it would cut off {lost} rows and {lost} columns, {end[0]}.",
                f"{size_of(node)} 卷积四周各补 {_padding(node)} 圈零：{chinese}。"
                f"不补的话会少掉 {lost} 行 {lost} 列，{end[1]}。",
                (node.id,),
            ),
        ),
    )


def _without_stride(block: Anatomy) -> Passage:
    return Passage(
        Said(
            "The map changes its size without any stride.",
            "没有步幅，特征图的大小还是变了。",
            tuple(item.id for item in block.spatial),
        ),
        tuple(_turns(node) for node in block.spatial if node.shape[2:] != node.inputs[0][2:]),
    )


def _padding(node: Node) -> int:
    padding = node.attributes.get("padding", 0)
    return int(padding[0] if isinstance(padding, list | tuple) else padding)
