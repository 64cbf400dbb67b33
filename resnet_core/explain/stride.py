"""What a block does to height and width, which layer does it, and why that one."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from resnet_core.bilingual import Words
from resnet_core.explain.explanation import Passage, Said
from resnet_core.explain.facts import original, same_positions
from resnet_core.explain.positions import Window, window
from resnet_core.graph.formulas import size_formulas
from resnet_core.graph.model import Node
from resnet_core.graph.structure import (
    Anatomy,
    is_depthwise,
    kernel,
    size_of,
    stride,
    weights,
)
from resnet_core.language.terms import Few, Many, ratio, several, side


def size(block: Anatomy) -> Iterator[Passage]:
    """Where the stride sits, or why the map keeps its size."""
    if len(block.given) != 4 or not block.spatial:
        if len(block.given) == 4 and block.closed and block.graph.problem is None:
            yield from _both_skip(block)
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
    return Words(f"{height} high and {width[0]} wide", f"高 {height}，宽 {width[0]}")


def _turns(node: Node) -> Said:
    english, chinese = formulas(node)
    before, after = side(node.inputs[0]), side(node.shape)
    if before == after:
        return Said(
            f"It leaves {before} as it is: {english}.", f"{before} 不变：{chinese}。", (node.id,)
        )
    return Said(
        f"It turns {before} into {after}: {english}.",
        f"{before} 由此变成 {after}：{chinese}。",
        (node.id,),
    )


def _once(block: Anatomy, node: Node) -> Passage:
    position = block.steps.index(node)
    before = block.steps[:position]
    if kernel(node) == 1:
        return _in_a_pointwise(block, node)
    name, named = Words(size_of(node), f" {size_of(node)} 卷积")
    if is_depthwise(node):
        name, named = Words(f"depthwise {size_of(node)}", f"逐通道的 {size_of(node)} 卷积")
    first = Words("first ", "第一个") if len(block.spatial) > 1 and position == 0 else ("", "")
    said = list(_windows(node))
    if before and kernel(before[0]) == 1 and not is_depthwise(node):
        said += _against_the_first(block, before[0], node)
    elif first[0]:
        said += _before_the_second(block, node)
    claim = Said(
        f"The stride sits in the {first[0]}{name}.",
        f"步长放在{first[1]}{named}上。",
        (node.id,),
    )
    return Passage(claim, (_turns(node), *said))


def _windows(node: Node) -> Iterator[Said]:
    """How its windows lie, and what they read of the input: counted, not concluded."""
    found = window(node)
    if found is None or not found.square:
        return
    step, reach = found.stride, found.reach
    if found.single:
        how = Words(
            f"Its window fits in one place only and spans {reach} positions on a side",
            f"窗口只有一个位置可放，边长跨 {reach} 格",
        )
    elif found.touches:
        how = Words(
            f"Its windows are {reach} wide and move by {step}: they touch without overlapping",
            f"窗口宽 {reach} 格，每次也移动 {step} 格：首尾相接，互不重叠",
        )
    elif found.overlaps:
        how = Words(
            f"Its windows span {reach} positions, move by {step} and so overlap",
            f"窗口跨 {reach} 格，每次移动 {step} 格，相邻窗口有重叠",
        )
    else:
        how = Words(
            f"Its windows span {reach} positions and move by {step}: there are gaps",
            f"窗口跨 {reach} 格，每次却移动 {step} 格，中间留下空隙",
        )
    english, chinese = _read(found)
    yield Said(f"{how[0]}; {english}.", f"{how[1]}；{chinese}。", (node.id,))  # fmt: skip


def _read(found: Window) -> tuple[str, str]:
    """What part of the positions is read at all."""
    if found.complete:
        return Words("every position of the input is read", "输入的每个位置都读得到")
    counts = Words(f"of {found.size:,} positions {found.read:,} are read",
              f"{found.size:,} 个位置只读 {found.read:,} 个")  # fmt: skip
    if found.gaps and found.dilation > 1:
        return Words(
            f"but its points stand {found.dilation} apart, and {counts[0]}",
            f"但采样点相隔 {found.dilation} 格，{counts[1]}",
        )
    if found.gaps:
        return counts
    cut = list(_cut(*found.cut))
    last = Words(" and ".join(part[0] for part in cut), "、".join(part[1] for part in cut))
    gap = " " if last[1][0].isdigit() else ""
    return Words(
        f"{counts[0]}, because no window fits on the last {last[0]}",
        f"{counts[1]}：最后{gap}{last[1]}放不下窗口",
    )


def unread(node: Node) -> Iterator[Said]:
    """What part of the map a window reads, where it is not the whole."""
    found = window(node)
    if found is not None and found.read and not found.complete:
        english, chinese = _read(found)
        yield Said(f"{english[:1].upper()}{english[1:]}.", f"{chinese}。", (node.id,))


def _cut(rows: int, columns: int) -> Iterator[Words]:
    """What stands behind "the last" of rows and columns that no window reaches."""
    if rows:
        yield Words("row", "一行") if rows == 1 else Words(f"{rows} rows", f"{rows} 行")
    if columns:
        yield (
            Words("column", "一列")
            if columns == 1
            else Words(f"{columns} columns", f"{columns} 列")
        )


def _against_the_first(block: Anatomy, first: Node, strided: Node) -> Iterator[Said]:
    """What the paper of 2015 did instead, and what the change costs."""
    if original(block) and stride(strided) == 2:
        yield Said(
            "The paper of 2015 has the stride in the first 1×1 (v1), which then reads one position "
            "in four. Facebook's Torch code moved it into the 3×3 and torchvision kept it there: "
            "that is called ResNet v1.5.",
            "2015 年的论文把步长放在第一个 1×1 上（v1），那样每四个位置只读一个；Facebook 的 Torch "
            "实现改放到 3×3 上，torchvision 沿用，通称 ResNet v1.5。",
            (first.id,),
        )
    there = first.macs * prod(strided.shape[2:]) // prod(first.shape[2:])
    if there < first.macs:
        yield Said(
            f"The price is that the first 1×1 still works at full size, for {Many(first.macs):en} "
            f"multiply-adds instead of {Many(there):en}.",
            f"代价是第一个 1×1 仍要在原尺寸上计算，要 {Many(first.macs):zh}次乘加，"
            f"而不是 {Many(there):zh}次。",
            (first.id,),
        )


def _before_the_second(block: Anatomy, node: Node) -> Iterator[Said]:
    """What the stride would cost in the second convolution."""
    before, after = prod(node.inputs[0][2:]), prod(node.shape[2:])
    times = before / after
    number = (ratio(times), f" {ratio(times)} ")
    if before % after == 0:
        number = (f"{Few(before // after):en}", f"{Few(before // after):zh}")
    if before == after:
        return  # on a map of one position the stride has nothing to step over
    yield Said(
        "It is the first, so both convolutions compute only "
        f"{several(after, 'position')}. If it were the second, the first would compute "
        f"{number[0]} times as many.",
        f"放在第一个上，两个卷积就都只算 {after:,} 个位置；若放在第二个上，"
        f"第一个要算的位置就是现在的{number[1]}倍。",
        (block.spatial[1].id,),
    )


def _in_a_pointwise(block: Anatomy, node: Node) -> Passage:
    found, full = window(node), node.macs * prod(node.inputs[0][2:]) // prod(node.shape[2:])
    said = [_turns(node)]
    if found is not None and not found.complete:
        said.append(
            Said(
                f"A 1×1 sees one position at a time: at stride {stride(node)} it reads "
                f"{found.read:,} of {found.size:,} positions, and what is in the others is "
                "lost.",
                f"1×1 一次只看一个位置：步长为 {stride(node)} 时，{found.size:,} 个位置只读 "
                f"{found.read:,} 个，其余位置上的内容就丢了。",
                (node.id,),
            )
        )
    if original(block) and stride(node) == 2:
        said.append(
            Said(
                "That is where the paper of 2015 has it (v1); v1.5 has it in the 3×3.",
                "2015 年的论文就放在这里（v1）；v1.5 放在 3×3 上。",
                (node.id,),
            )
        )
    if full > node.macs:
        said.append(
            Said(
                f"What it gains: this layer costs {Many(node.macs):en} multiply-adds instead of "
                f"{Many(full):en}.",
                f"换来的好处：这一层只要 {Many(node.macs):zh}次乘加，而不是 {Many(full):zh}次。",
                (node.id,),
            )
        )
    return Passage(
        Said("The stride sits in the first 1×1.", "步长放在第一个 1×1 卷积上。", (node.id,)),
        tuple(said),
    )


def _both_skip(block: Anatomy) -> Iterator[Passage]:
    """Two paths of 1×1 convolutions that read the same few positions of x."""
    main = next((step for step in block.steps if stride(step) > 1), None)
    side = next((node for node in block.side if weights(node)), None)
    found = window(main) if main else None
    if main is None or side is None or found is None or found.complete:
        return
    if same_positions(main, side):
        yield Passage(
            Said("Both paths read the same positions.", "两条路径读的是同样的位置。",
                 (main.id, side.id)),
            (
                Said(
                    f"{main.id} and {side.id} both read {found.read:,} of the {found.size:,} "
                    "positions of x, the same ones; what is in the others is lost.",
                    f"x 有 {found.size:,} 个位置，{main.id} 和 {side.id} 都只读其中相同的 "
                    f"{found.read:,} 个；其余位置上的内容就丢了。",
                    (main.id, side.id),
                ),
            ),
        )  # fmt: skip


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
            f"步长用了{Few(len(strided)):zh}次。",
            nodes,
        ),
        (
            Said(
                f"One after the other they divide the size by {steps} = {total}: "
                f"{' → '.join(sizes)}, because {' and then '.join(end[0] for end in ends)}.",
                f"前后相接，边长共除以 {steps} = {total}：{' → '.join(sizes)}，"
                f"算式是{'，然后'.join(end[1] for end in ends)}。",
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
            f"步长放在每一片的 {size_of(first)} 卷积上。",
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
    english, chinese = formulas(node)
    return Passage(
        Said("The map keeps its size.", "特征图大小不变。", (node.id,)),
        (
            Said(
                f"The {size_of(node)} is padded with {_padding(node)} on each side: {english}.",
                f"{size_of(node)} 卷积四周补 {_padding(node)} 圈零：{chinese}。",
                (node.id,),
            ),
            *_unpadded(block, node),
        ),
    )


def _unpadded(block: Anatomy, node: Node) -> Iterator[Said]:
    """What would become of the map without padding."""
    found = window(node)
    if found is None or not found.padding:
        return
    if any(side.reach > side.size for side in found.sides):
        yield Said(
            "Without padding not one window would fit on it.",
            "不补的话，一个窗口也放不下。",
            (node.id,),
        )
        return
    end = Words("and f(x) could not be added to x", "f(x) 也就没法与 x 相加")
    if block.closed and block.kind != "identity":
        end = Words(
            "and f(x) could not be added to what the shortcut brings",
            "f(x) 也就没法与捷径的输出相加",
        )
    if not block.closed:
        end = Words("and the map would shrink from block to block", "特征图会一块比一块小")
    rows, columns = (side.reach - 1 for side in found.sides)
    yield Said(
        f"Without padding it would cut off {several(rows, 'row')} and "
        f"{several(columns, 'column')}, {end[0]}.",
        f"不补的话会少掉 {rows} 行 {columns} 列，{end[1]}。",
        (node.id,),
    )


def _without_stride(block: Anatomy) -> Passage:
    return Passage(
        Said(
            "The map changes its size without any stride.",
            "没有步长，特征图的大小还是变了。",
            tuple(item.id for item in block.spatial),
        ),
        tuple(_turns(node) for node in block.spatial if node.shape[2:] != node.inputs[0][2:]),
    )


def _padding(node: Node) -> int:
    padding = node.attributes.get("padding", 0)
    return int(padding[0] if isinstance(padding, list | tuple) else padding)
