"""Openings of blocks that are no plain chain: Res2Net's slices, the inverted residual, pooling."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.explain.anatomy import Anatomy, channels, size_of, weights
from resnet_core.explain.naming import headline
from resnet_core.explain.path import computes, steps
from resnet_core.explain.said import Few, Many, Passage, Said, ids, listed, side, whole
from resnet_core.explain.size import formulas
from resnet_core.graph import Node


def res2net(block: Anatomy) -> Iterator[Passage]:
    """Slices that feed one another, or where the shape changes stand side by side."""
    knobs = block.knobs
    scales, convs = Few(knobs["scales"]), block.spatial
    width, first, last = channels(convs[0])[0], block.steps[0], block.steps[-1]
    total = channels(first)[1]
    sliced = Said(
        f"A 1×1 makes {total:,} channels of the {channels(first)[0]:,}, and these are cut into "
        f"{scales:en} slices of int({knobs['planes']} · {knobs['base_width']} / 64) = {width:,}; "
        f"a 1×1 at the end makes {channels(last)[1]:,} of all slices together.",
        f"先用 1×1 把 {channels(first)[0]:,} 个通道变成 {total:,} 个，再切成{scales:zh}片，每片 "
        f"int({knobs['planes']} · {knobs['base_width']} / 64) = {width:,} 个；"
        f"最后用 1×1 把各片合起来，变成 {channels(last)[1]:,} 个。",
        ids([first, last]),
    )
    inner = [each for each in block.calls if each.role == "add" and each not in block.joins]
    tell = _fed if inner or len(convs) == 1 else _side_by_side
    yield Passage(headline(block), (computes(block), sliced, *tell(block)))


def _fed(block: Anatomy) -> Iterator[Said]:
    convs = block.spatial
    reaches = [f"{1 + 2 * n}×{1 + 2 * n}" for n in range(1, len(convs) + 1)]
    total, width = channels(block.steps[0])[1], channels(convs[0])[0]
    single, every = 9 * total * total, sum(weights(each) for each in convs)
    yield Said(
        f"The first slice goes on as it is. Every other one passes a 3×3 of its own"
        f"{', but the result of the slice before it is added first' if len(convs) > 1 else ''}: "
        f"so the slices come out having seen 1×1, {listed(reaches, 'en')} positions, and one block "
        f"sees at {Few(len(convs) + 1):en} scales at once.",
        f"第一片原样放行。其余各片都过自己的 3×3"
        f"{'，但要先加上前一片的结果' if len(convs) > 1 else ''}："
        f"于是各片分别看过 1×1、{listed(reaches, 'zh')} 的范围，一个块里同时有"
        f"{Few(len(convs) + 1):zh}种尺度。",
        ids(convs),
    )
    yield Said(
        f"It is cheap as well: {Few(len(convs)):en} convolutions on {width:,} channels have "
        f"{every:,} weights, one 3×3 on all {total:,} would have {single:,}.",
        f"而且便宜：{Few(len(convs)):zh}个 {width:,} 通道的卷积共 {every:,} 个权重，"
        f"在全部 {total:,} 个通道上做一个 3×3 则要 {single:,} 个。",
        ids(convs),
    )


def _side_by_side(block: Anatomy) -> Iterator[Said]:
    convs = block.spatial
    pool = [each for each in block.calls if each.role == "pool"]
    yield Said(
        "In a block that changes the shape the slices do not feed one another: each passes its "
        f"3×3 alone, all {Few(len(convs)):en} see 3×3 positions, and the first slice is averaged "
        "over 3×3 so that it comes out as large as the others. The hierarchy that the name "
        "promises is found in the blocks that follow.",
        "改变形状的块里，各片并不前后相喂："
        f"每片单独过自己的 3×3，{Few(len(convs)):zh}片都只看 3×3 的范围；"
        "第一片做 3×3 平均池化，好与其他片一样大。名字里说的层级结构，要到后面的块才有。",
        ids([*convs, *pool]),
    )


def inverted_residual(block: Anatomy) -> Iterator[Passage]:
    """Narrow, wide, narrow, with a depthwise convolution in the middle."""
    middle = block.spatial[0]
    wide, ends = channels(middle)[0], (block.given[1], channels(block.steps[-1])[1])
    full = weights(middle) * wide
    said = [computes(block), steps(block)]
    if wide > max(ends):
        said.append(
            Said(
                f"Narrow, wide, narrow: the bottleneck turned inside out. The wide middle is "
                f"affordable because its {size_of(middle)} has one filter per channel: "
                f"{weights(middle):,} weights, where a full one on {wide:,} channels would have "
                f"{full:,}.",
                f"窄、宽、窄：把瓶颈块翻了过来。中段敢这么宽，是因为 {size_of(middle)} "
                f"每个通道只有一个滤波器：{weights(middle):,} 个权重；在 {wide:,} 个通道上做普通的 "
                f"{size_of(middle)}，要 {full:,} 个。",
                ids([middle]),
            )
        )
    if len(block.steps) == 2:
        said.append(
            Said(
                "With expand_ratio=1 the first 1×1 is left out, for it would widen nothing.",
                "expand_ratio=1 时省掉第一个 1×1，因为没有什么要加宽。",
                ids([middle]),
            )
        )
    said.append(
        Said(
            f"What one block hands to the next is only {ends[1]:,} channels wide; that is what has "
            "to be kept in memory, and on a phone memory is what is short.",
            f"块与块之间传递的只有 {ends[1]:,} 个通道，内存里要留住的也就这么多；"
            "手机上缺的正是内存。",
            ids(block.steps[-1:]),
        )
    )
    yield Passage(headline(block), tuple(said))
    if block.join is None and block.graph.problem is None:
        yield _without_addition(block)


def _without_addition(block: Anatomy) -> Passage:
    given, made = block.given, block.made
    english, chinese = [], []
    if given[2:] != made[2:]:
        english.append(f"the map shrinks from {side(given)} to {side(made)}")
        chinese.append(f"特征图从 {side(given)} 缩到 {side(made)}")
    if given[1] != made[1]:
        english.append(f"the channels change ({given[1]:,} ≠ {made[1]:,})")
        chinese.append(f"通道数变了（{given[1]:,} ≠ {made[1]:,}）")
    last = ids(block.calls[-1:])
    return Passage(
        Said("There is no shortcut here.", "这里没有捷径。", last),
        (
            Said(
                f"MobileNetV2 adds x only where it fits and never projects; here "
                f"{listed(english, 'en')}, so {whole(given)} and {whole(made)} are not added and "
                "the block is f alone.",
                f"MobileNetV2 只在形状合得上时才加 x，从不做投影；这里{'，'.join(chinese)}，"
                f"{whole(given)} 与 {whole(made)} 无法相加，块里就只有 f。",
                last,
            ),
        ),
    )


def downsample(block: Anatomy) -> Iterator[Passage]:
    """One layer that shrinks: a learned convolution, the largest value or the mean."""
    node = block.calls[0]
    if node.role == "conv":
        yield from _learned(block)
        return
    if not node.shape or block.knobs["stride"] == 1:
        yield from _idle(block)
        return
    english, chinese = formulas(node)
    yield Passage(
        headline(block),
        (
            Said(
                f"It turns {side(node.inputs[0])} into {side(node.shape)}: {english}.",
                f"{side(node.inputs[0])} 由此变成 {side(node.shape)}：{chinese}。",
                (node.id,),
            ),
            _kept(node, Few(int(block.knobs["stride"]) ** 2)),
            Said(
                "It has no parameter, learns nothing and works on each channel by itself, so it "
                "cannot change the number of channels; a convolution could (mode=conv).",
                "它没有参数，什么也不学，各个通道各自处理，所以改变不了通道数；"
                "卷积可以（mode=conv）。",
                (node.id,),
            ),
        ),
    )


def _kept(node: Node, count: Few) -> Said:
    """What a pooling makes of the values in a window."""
    if node.type == "MaxPool2d":
        return Said(
            f"Of each {size_of(node)} window it keeps the largest of {count:en} values: strong "
            "where it matters that something is there and not where. In training only the winner "
            "gets a gradient.",
            f"每个 {size_of(node)} 窗口的{count:zh}个值里留下最大的："
            "适合“有没有”比“在哪里”更要紧的场合。训练时只有胜出的那个值得到梯度。",
            (node.id,),
        )
    return Said(
        f"Of each {size_of(node)} window it takes the mean of {count:en} values: nothing is thrown "
        "away, but what was sharp becomes blurred. In training all values share the gradient "
        "equally.",
        f"每个 {size_of(node)} 窗口的{count:zh}个值取平均：什么都没丢，但原本清晰的会变模糊。"
        "训练时梯度由各个值平分。",
        (node.id,),
    )


def _idle(block: Anatomy) -> Iterator[Passage]:
    """A pooling over single positions."""
    if block.calls[0].shape:
        said = Said(
            "At stride 1 the window is a single position, so every value passes as it is.",
            "stride 为 1 时窗口只有一个位置，每个值都原样通过。",
            ids(block.calls),
        )
        yield Passage(headline(block), (said,))


def _learned(block: Anatomy) -> Iterator[Passage]:
    node = block.calls[0]
    yield Passage(
        headline(block),
        (
            Said(
                f"A convolution takes the place of pooling: how to shrink is learned, in "
                f"{weights(node):,} weights and for {Many(node.macs):en} multiply-adds, where "
                "pooling would need none (mode=max, mode=avg).",
                f"用卷积代替池化：怎样缩小是学出来的，要 {weights(node):,} 个权重、"
                f"{Many(node.macs):zh}次乘加；池化一个也不要（mode=max、mode=avg）。",
                (node.id,),
            ),
            Said(
                "In return it can change the channels, and it may weigh each position of its "
                "window differently in each channel.",
                "换来的是：通道数可以改，窗口里每个位置在每个通道上的轻重也可以不同。",
                (node.id,),
            ),
        ),
    )
