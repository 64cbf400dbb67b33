"""Openings of blocks that are no plain chain: Res2Net, inverted residual, ConvNeXt, HorNet."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.bilingual import Words
from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.explain.facts import only_middle
from resnet_core.explain.main_path import computes, headline, steps
from resnet_core.explain.shortcut import other_channels
from resnet_core.explain.stride import formulas, unread
from resnet_core.graph.model import Node
from resnet_core.graph.structure import (
    Anatomy,
    channels,
    size_of,
    weights,
)
from resnet_core.language.terms import (
    Few,
    Many,
    listed,
    percent,
    several,
    side,
    whole,
)


def res2net(block: Anatomy) -> Iterator[Passage]:
    """Slices that feed one another, or where the shape changes stand side by side."""
    knobs = block.knobs
    scales, convs = Few(knobs["scales"]), block.spatial
    width, first, last = channels(convs[0])[0], block.steps[0], block.steps[-1]
    total = channels(first)[1]
    sliced = Said(
        f"A 1×1 turns {several(channels(first)[0], 'channel')} into {total:,}, and these are cut "
        f"into {scales:en} slices of int({knobs['planes']} · {knobs['base_width']} / 64) = "
        f"{width:,}; a 1×1 at the end turns all slices together into {channels(last)[1]:,}.",
        f"先用 1×1 把 {channels(first)[0]:,} 个通道变成 {total:,} 个，再切成{scales:zh}片，每片 "
        f"int({knobs['planes']} · {knobs['base_width']} / 64) = {width:,} 个；"
        f"最后用 1×1 把各片合起来，变成 {channels(last)[1]:,} 个。",
        ids([first, last]),
    )
    inner = [call for call in block.calls if call.role == "add" and call not in block.joins]
    pooled = any(call.role == "pool" and call.lane == "main" for call in block.calls)
    tell = _side_by_side if pooled or not (inner or len(convs) == 1) else _fed
    yield Passage(headline(block), (computes(block), sliced, *tell(block)))


def _fed(block: Anatomy) -> Iterator[Said]:
    convs = block.spatial
    reaches = [f"{1 + 2 * n}×{1 + 2 * n}" for n in range(len(convs) + 1)]
    total, width = channels(block.steps[0])[1], channels(convs[0])[0]
    each = Words("The other passes a 3×3 of its own", "另一片经过自己的 3×3")
    if len(convs) > 1:
        each = Words(
            "Each of the others passes a 3×3 of its own; from the third on the result of the "
            "one before it is added first",
            "其余各片都经过自己的 3×3；从第三片起，要先加上前一片的结果",
        )
    single, every = 9 * total * total, sum(weights(conv) for conv in convs)
    yield Said(
        f"The first slice goes on as it is. {each[0]}: "
        f"so the slices come out having seen {listed(reaches, 'en')} positions, and one block "
        f"sees at {Few(len(convs) + 1):en} scales at once.",
        f"第一片原样放行。{each[1]}："
        f"于是各片分别看过 {listed(reaches, 'zh')} 的范围，一个块里同时有"
        f"{Few(len(convs) + 1):zh}种尺度。",
        ids(convs),
    )
    yield Said(
        f"It is cheap as well: "
        f"{'one convolution' if len(convs) == 1 else f'{Few(len(convs)):en} convolutions'} on "
        f"{several(width, 'channel')} {'has' if len(convs) == 1 else 'have'} {every:,} weights, "
        f"one 3×3 on all {total:,} would have {single:,}.",
        f"而且便宜：{Few(len(convs)):zh}个 {width:,} 通道的卷积共 {every:,} 个权重，"
        f"在全部 {total:,} 个通道上做一个 3×3 则要 {single:,} 个。",
        ids(convs),
    )


def _side_by_side(block: Anatomy) -> Iterator[Said]:
    convs = block.spatial
    pool = [call for call in block.calls if call.role == "pool" and call.lane == "main"]
    others = Words("the other one passes its 3×3 alone and sees 3×3 positions",
                   "另一片单独经过自己的 3×3，只看 3×3 的范围")  # fmt: skip
    if len(convs) > 1:
        every = "both" if len(convs) == 2 else f"all {Few(len(convs)):en}"
        others = Words(
            f"each of the others passes its 3×3 alone, {every} see 3×3 positions",
            f"其余{Few(len(convs)):zh}片单独经过各自的 3×3，都只看 3×3 的范围",
        )
    changes, where = Words("In a block that changes the shape", "改变形状的块里，")
    if block.given == block.summed:
        changes, where = Words("In a block that is built with a stride", "带步长的块里，")
    yield Said(
        f"{changes} the slices do not feed one another: the first one is averaged over 3×3 so that "
        f"it comes out as large as the rest; {others[0]}. The hierarchy that the name "
        "promises is found in the blocks that follow.",
        f"{where}各片之间不传递结果：第一片做 3×3 平均池化，好让它与其他片一样大；{others[1]}。"
        "名字里说的层级结构，要到后面的块才有。",
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
                f"每个通道只有一个卷积核：{weights(middle):,} 个权重；在 {wide:,} 个通道上做普通的 "
                f"{size_of(middle)}，要 {full:,} 个。",
                ids([middle]),
            )
        )
    if len(block.steps) == 2:
        said.append(
            Said(
                "With expand_ratio=1 the first 1×1 is left out, because it would widen nothing.",
                "expand_ratio=1 时省掉第一个 1×1，因为不需要升维。",
                ids([middle]),
            )
        )
    if wide > ends[1]:
        said.append(
            Said(
                f"What one block hands to the next is only {several(ends[1], 'channel')} wide. "
                "That is what has to be kept in memory between blocks; the wide maps exist only "
                "inside. On a phone memory is what is short.",
                f"块与块之间传递的只有 {ends[1]:,} 个通道，块之间内存里要留住的也就这么多，"
                f"宽的特征图只在块内存在；"
                "手机上缺的正是内存。",
                ids(block.steps[-1:]),
            )
        )
    yield Passage(headline(block), tuple(said))
    if block.join is None and block.graph.problem is None:
        yield _without_addition(block)


def _without_addition(block: Anatomy) -> Passage:
    given, made = block.given, block.made
    found = []
    if given[2:] != made[2:]:
        found.append(
            Words(
                f"the map shrinks from {side(given)} to {side(made)}",
                f"特征图从 {side(given)} 缩到 {side(made)}",
            )
        )
    if given[1] != made[1]:
        found.append(other_channels(given, made))
    english, chinese = [reason.en for reason in found], [reason.zh for reason in found]
    last = ids(block.calls[-1:])
    told = Said(
        f"MobileNetV2 adds x only where it fits and never projects; here "
        f"{listed(english, 'en')}, so {whole(given)} and {whole(made)} are not added and "
        "the block is only f.",
        f"MobileNetV2 只在形状一致时才加 x，从不做投影；这里{'，'.join(chinese)}，"
        f"{whole(given)} 与 {whole(made)} 无法相加，块里就只有 f。",
        last,
    )
    if not english:
        step = block.knobs.get("stride")
        told = Said(
            f"x and f(x) are both {whole(given)} and could be added, but the rule in the code asks "
            f"about the stride, and {step} ≠ 1: so the block is only f.",
            f"x 与 f(x) 都是 {whole(given)}，本可相加，但代码里的规则问的是步长，而 {step} ≠ 1："
            "块里就只有 f。",
            last,
        )
    return Passage(Said("There is no shortcut here.", "这里没有捷径。", last), (told,))


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
            *unread(node),
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
            f"From each {size_of(node)} window it keeps the largest of {count:en} values: good "
            "where it matters that something is there, and not where. In training only the largest "
            "value gets a gradient.",
            f"每个 {size_of(node)} 窗口的{count:zh}个值里留下最大的："
            "适合“有没有”比“在哪里”更要紧的场合。训练时只有胜出的那个值得到梯度。",
            (node.id,),
        )
    return Said(
        f"From each {size_of(node)} window it takes the mean of {count:en} values: every value "
        f"counts, "
        "but only their mean is left, and what was sharp becomes blurred. In training all "
        "values share the gradient "
        "equally.",
        f"每个 {size_of(node)} 窗口的{count:zh}个值取平均：每个值都算数，但留下的只有平均值，"
        f"原本清晰的会变模糊。"
        "训练时梯度由各个值平分。",
        (node.id,),
    )


def _idle(block: Anatomy) -> Iterator[Passage]:
    """A pooling over single positions."""
    if block.calls[0].shape:
        said = Said(
            "At stride 1 the window is a single position, so every value passes as it is.",
            "步长为 1 时窗口只有一个位置，每个值都原样通过。",
            ids(block.calls),
        )
        yield Passage(headline(block), (said,))


def _learned(block: Anatomy) -> Iterator[Passage]:
    node = block.calls[0]
    does = Words(
        "A convolution takes the place of pooling: how to shrink is learned",
        "用卷积代替池化：怎样缩小是学出来的",
    )
    if node.inputs[0][2:] == node.shape[2:]:
        does = Words(
            "At this stride it shrinks nothing; what becomes of the channels is learned",
            "在这个步长下什么也不缩小；通道怎样变是学出来的",
        )
        if block.knobs["stride"] > 1:
            does = Words(
                "A single position cannot shrink; what becomes of the channels is learned",
                "只有一个位置，没法再缩小；通道怎样变是学出来的",
            )
    yield Passage(
        headline(block),
        (
            Said(
                f"{does[0]}, in {weights(node):,} weights and for {Many(node.macs):en} "
                "multiply-adds, where pooling would need none (mode=max, mode=avg).",
                f"{does[1]}，要 {weights(node):,} 个权重、"
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


def convnext(block: Anatomy) -> Iterator[Passage]:
    """Positions are mixed by one layer and channels by the others."""
    around, widen, narrow = block.steps
    wide, inner = channels(around)[0], channels(widen)[1]
    points = widen.macs + narrow.macs
    each = Words("the one channel", "那一个通道里") if wide == 1 else Words(
        f"each of the {wide:,} channels", f" {wide:,} 个通道里各自")  # fmt: skip
    yield Passage(
        headline(block),
        (
            Said(
                f"It computes x + {'γ · ' if _scaled(block) else ''}f(x) and divides the work: a "
                f"depthwise {size_of(around)} looks at neighbours within {each[0]}, then two "
                f"linear layers, {wide:,} → {inner:,} → {wide:,}, mix the channels at each "
                "position.",
                f"它计算 x + {'γ · ' if _scaled(block) else ''}f(x)，并把工作分开："
                f"逐通道的 {size_of(around)} 在{each[1]}提取局部邻域的信息；"
                f"随后两个线性层 {wide:,} → {inner:,} → {wide:,} 在每个位置上各自混合通道。",
                ids(block.steps),
            ),
            _large_kernel(block, around, points),
        ),
    )
    yield _sparing(block)
    yield from _layer_scale(block)


def _large_kernel(block: Anatomy, around: Node, points: int) -> Said:
    """What a depthwise 7×7 costs beside the layers that mix channels."""
    wide, share = channels(around)[0], percent(around.macs, block.macs)
    if around.macs > points:
        return Said(
            "A large kernel is cheap only where the channels are many; on "
            f"{several(wide, 'channel')} the {size_of(around)} costs {Many(around.macs):en} "
            f"multiply-adds, {share} of the block, and the linear layers {Many(points):en}.",
            f"通道多，大的核才显得便宜；只有 {wide:,} 个通道时，{size_of(around)} 要 "
            f"{Many(around.macs):zh}次乘加，占整块的 {share}，两个线性层要 {Many(points):zh}次。",
            ids(block.steps),
        )
    return Said(
        f"That is why so large a kernel is affordable: the {size_of(around)} costs "
        f"{Many(around.macs):en} multiply-adds, {share} of the block, and the linear layers "
        f"{Many(points):en}. If it mixed the channels as well, it would cost {wide:,} times as "
        "much.",
        f"所以用得起这么大的核：{size_of(around)} 要 {Many(around.macs):zh}次乘加，占整块的 "
        f"{share}，两个线性层要 {Many(points):zh}次。若它还要同时混合通道，代价就是 {wide:,} 倍。",
        ids(block.steps),
    )


def _sparing(block: Anatomy) -> Passage:
    norms = [call for call in block.calls if call.role == "norm"]
    bends = [call for call in block.calls if call.role == "activation"]
    moves = [call for call in block.calls if call.type == "permute"]
    return Passage(
        Said(
            "There is one norm and one activation in the whole block.",
            "整个块里只归一化一次，只激活一次。",
            ids([*norms, *bends]),
        ),
        (
            Said(
                "A bottleneck has a norm after each of its three convolutions and three ReLUs; "
                "a transformer's block gets by with far fewer, and taking them away here made the "
                "results better, not worse.",
                "瓶颈块的三个卷积后面各有一个归一化，ReLU 也有三个；Transformer 的块要少得多，"
                "这里照样减掉之后，结果没有变差，反而更好。",
                ids([*norms, *bends]),
            ),
            Said(
                "The layer norm looks at one position and normalises its channels; the two "
                "permutes "
                "around it compute nothing, they put the channels last, where norm and linear "
                "layers expect them.",
                "层归一化只看一个位置，把它的各个通道归一化；前后两次维度换位什么也不算，"
                "只是把通道放到最后一维，归一化和线性层要在那里找它。",
                ids([*norms, *moves]),
            ),
        ),
    )


def _layer_scale(block: Anatomy) -> Iterator[Passage]:
    scales = _scaled(block)
    if not scales:
        return
    count = scales[0].params
    yield Passage(
        Said(
            "The branch f is scaled by γ." if len(scales) == 1 else "Every branch is scaled by γ.",
            "每条支路都乘以 γ。",
            ids(scales),
        ),
        (
            Said(
                f"γ has {several(count, 'learned number')}, one for each channel, starting at one "
                "millionth: at first the block is nearly the identity, and training lets each "
                "channel of f in as far as it proves useful.",
                f"γ 有 {count:,} 个可学的数，每个通道一个，初值是百万分之一："
                "一开始这个块几乎就是恒等，训练再按用处把 f 的各个通道一点点放进来。",
                ids(scales),
            ),
        ),
    )


def horblock(block: Anatomy) -> Iterator[Passage]:
    """Recursive gated convolution, then two linear layers."""
    gated = block.inside(_gated(block))
    around = next(item for item in gated if item.id.endswith("dwconv"))
    products = [
        node for node in gated if node.role == "multiply" and len(node.inputs) > 1
    ]  # fmt: skip
    widths = [product.shape[1] for product in products]
    alone = ("", "")
    if only_middle(around):
        alone = Words(" if there are several", "（这里只有一个位置）")
    order, wide = Few(len(products)), block.given[1]
    wideners = [item for item in gated if ".pws." in item.id]
    chain = " → ".join(f"{width:,}" for width in widths)
    yield Passage(
        headline(block),
        (
            Said(
                "It has two halves, each added to what it was given: y = x + gⁿConv(LN(x)), where "
                f"positions act on one another{alone[0]}, and y + MLP(LN(y)), where channels do.",
                f"它分两半，各自加回自己的输入：y = x + gⁿConv(LN(x))，位置之间互相作用{alone[1]}；"
                "y + MLP(LN(y))，通道之间互相作用。",
                ids(block.joins),
            ),
        ),
    )
    yield Passage(
        Said(
            f"The gated convolution multiplies "
            f"{'once' if order == 1 else 'twice' if order == 2 else f'{order:en} times'}.",
            f"门控卷积做{'一' if order == 1 else f'{order:zh}'}次逐元素相乘。",
            ids(products),
        ),
        tuple(_recursion(around, widths, wideners, products, chain)),
    )
    yield _widths(around, widths, wide, products)
    yield _linear_half(block)
    yield from _layer_scale(block)


def _recursion(
    around: Node, widths: list[int], wideners: list[Node], products: list[Node], chain: str
) -> Iterator[Said]:
    every = sum(widths)
    parts = " + ".join(f"{width:,}" for width in widths)
    total = f"{parts} = {every:,}" if len(widths) > 1 else f"{every:,}"
    looks = Words("looks at the neighbours in all of q; p is then multiplied by what it found",
                  "在整个 q 上提取局部邻域的信息，结果再拿来乘 p")  # fmt: skip
    if only_middle(around):
        looks = Words(
            "finds no neighbours here and scales each channel of q; p is then multiplied by that",
            "在这里没有邻居可看，只缩放 q 的各个通道，结果再拿来乘 p",
        )
    yield Said(
        f"The output of proj_in is split into p with {several(widths[0], 'channel')} and q with "
        f"{total}. One depthwise {size_of(around)} {looks[0]}.",
        f"proj_in 的输出拆成两份：p 有 {widths[0]:,} 个通道，q 有 {total} 个。"
        f"一个逐通道的 {size_of(around)} {looks[1]}。",
        ids([around]),
    )
    where = Words("on a larger map", "图大一些时") if only_middle(around) else Words("here", "这里")
    if wideners:
        yield Said(
            f"A 1×1 doubles the channels of p before each further product ({chain}). A convolution "
            f"adds neighbours up with fixed weights; {where.en} neighbours decide how much of p "
            f"goes on, and after {Few(len(products)):en} products the output holds terms of "
            f"{Few(len(products) + 1):en} features multiplied with one another.",
            f"每次再乘之前，先用 1×1 把 p 的通道翻倍（{chain}）。卷积是拿固定的权重把邻居加起来；"
            f"{where.zh}由邻居决定 p 放行多少，乘过{Few(len(products)):zh}次，"
            f"输出里就有{Few(len(products) + 1):zh}个特征连乘的项。",
            ids([*wideners, *products]),
        )
    else:
        yield Said(
            "A convolution adds neighbours up with fixed weights; "
            f"{where.en} neighbours decide how much of p goes on. At order 1 there is one gate, "
            "and nothing is recursive.",
            f"卷积是拿固定的权重把邻居加起来；{where.zh}由邻居决定 p 放行多少。"
            "阶数为 1 时只有一道门，谈不上递归。",
            ids(products),
        )


def _widths(around: Node, widths: list[int], wide: int, products: list[Node]) -> Passage:
    every = sum(widths)
    here = Said(
        f"So q stays below 2 · {wide:,} channels at any order: here it has {every:,}, and "
        f"the {size_of(around)} {weights(around):,} weights.",
        f"所以无论几阶，q 都不到 2 · {wide:,} 个通道：这里是 {every:,} 个，"
        f"{size_of(around)} 有 {weights(around):,} 个权重。",
        ids([around]),
    )
    if len(widths) == 1:
        claim = Said("The order could be higher.", "阶数还可以更高。", ids(products))
        why = Said(
            "A further product would be done before this one, on half its channels.",
            "再多一次相乘，会放在这一次之前，只用一半的通道。",
            ids(products),
        )
    else:
        claim = Said("Higher order hardly costs more.", "阶数提高，代价几乎不变。", ids(products))
        why = Said(
            f"The first product is the narrowest and each further one is twice as wide, up to "
            f"{wide:,}.",
            f"第一次相乘的通道最少，往后每次翻倍，直到 {wide:,}。",
            ids(products),
        )
    return Passage(claim, (why, here))


def _linear_half(block: Anatomy) -> Passage:
    widen, narrow = [step for step in block.steps if step.role == "linear"]
    wide, inner = channels(widen)
    both = widen.macs + narrow.macs
    return Passage(
        Said(
            "The second half is a transformer's.",
            "后一半与 Transformer 的 MLP 一样。",
            ids([widen, narrow]),
        ),
        (
            Said(
                f"Two linear layers, {wide:,} → {inner:,} → {wide:,}, work on each position by "
                f"itself and take {percent(both, block.macs)} of the block's multiply-adds, "
                f"{Many(both):en}.",
                f"两个线性层 {wide:,} → {inner:,} → {wide:,} 在每个位置上各自计算，"
                "占整块乘加次数的 "
                f"{percent(both, block.macs)}，即 {Many(both):zh}次。",
                ids([widen, narrow]),
            ),
        ),
    )


def _gated(block: Anatomy) -> str:
    return block.gates[0].path


def _scaled(block: Anatomy) -> list[Node]:
    """The multiplications with a learned factor per channel."""
    return [call for call in block.calls if call.role == "multiply" and call.params]
