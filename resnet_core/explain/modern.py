"""Openings of the blocks that learned from transformers: ConvNeXt and HorNet."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.explain.anatomy import Anatomy, channels, size_of, weights
from resnet_core.explain.naming import headline
from resnet_core.explain.said import Few, Many, Passage, Said, ids, percent
from resnet_core.graph import Node


def convnext(block: Anatomy) -> Iterator[Passage]:
    """Positions are mixed by one layer and channels by the others."""
    around, widen, narrow = block.steps
    wide, inner = channels(around)[0], channels(widen)[1]
    points = widen.macs + narrow.macs
    yield Passage(
        headline(block),
        (
            Said(
                f"It computes x + {'γ · ' if _scaled(block) else ''}f(x) and divides the work: a "
                f"depthwise {size_of(around)} looks around in each of the {wide:,} channels by "
                f"itself, then two linear layers, {wide:,} → {inner:,} → {wide:,}, mix the "
                "channels at each position by itself.",
                f"它计算 x + {'γ · ' if _scaled(block) else ''}f(x)，并把工作分开："
                f"逐通道的 {size_of(around)} 在 {wide:,} 个通道里各自看邻域；"
                f"随后两个线性层 {wide:,} → {inner:,} → {wide:,} 在每个位置上各自混合通道。",
                ids(block.steps),
            ),
            Said(
                f"That is why so large a kernel is affordable: the {size_of(around)} costs "
                f"{Many(around.macs):en} multiply-adds, {percent(around.macs, block.macs)} of the "
                f"block, and the linear layers {Many(points):en}. Had it mixed the channels as "
                f"well, it would cost {wide:,} times as much.",
                f"所以用得起这么大的核：{size_of(around)} 要 {Many(around.macs):zh}次乘加，"
                "占整块的 "
                f"{percent(around.macs, block.macs)}，两个线性层要 {Many(points):zh}次。"
                f"若它同时还混合通道，代价就是 {wide:,} 倍。",
                ids(block.steps),
            ),
        ),
    )
    yield _sparing(block)
    yield from _layer_scale(block)


def _sparing(block: Anatomy) -> Passage:
    norms = [each for each in block.calls if each.role == "norm"]
    bends = [each for each in block.calls if each.role == "activation"]
    moves = [each for each in block.calls if each.type == "permute"]
    return Passage(
        Said(
            "There is one norm and one activation in the whole block.",
            "整个块里只归一化一次，只激活一次。",
            ids([*norms, *bends]),
        ),
        (
            Said(
                "A bottleneck has a norm behind each of its three convolutions and three ReLUs; "
                "a transformer's block gets by with far fewer, and taking them away here made the "
                "results better, not worse.",
                "瓶颈块的三个卷积后面各有一个归一化，ReLU 也有三个；Transformer 的块要少得多，"
                "这里照样减掉之后，结果没有变差，反而更好。",
                ids([*norms, *bends]),
            ),
            Said(
                "The layer norm looks at one position and evens out its channels; the two permutes "
                "around it compute nothing, they put the channels last, where norm and linear "
                "layers expect them.",
                "层归一化只看一个位置，把它的各个通道拉平；前后两次换维什么也不算，"
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
        Said("Every branch is scaled by γ.", "每条支路都乘以 γ。", ids(scales)),
        (
            Said(
                f"γ has {count:,} learned numbers, one for each channel, and they start at one "
                "millionth: at first the block is all but the identity, and training lets each "
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
    around = next(each for each in gated if each.id.endswith("dwconv"))
    products = [
        each for each in gated if each.role == "multiply" and len(each.inputs) > 1
    ]  # fmt: skip
    widths = [each.shape[1] for each in products]
    order, wide = Few(len(products)), block.given[1]
    wideners = [each for each in gated if ".pws." in each.id]
    chain = " → ".join(f"{each:,}" for each in widths)
    yield Passage(
        headline(block),
        (
            Said(
                "It has two halves, each added to what it was given: y = x + gⁿConv(LN(x)), where "
                "positions act on one another, and y + MLP(LN(y)), where channels do.",
                "它分两半，各自加回自己的输入：y = x + gⁿConv(LN(x))，位置之间互相作用；"
                "y + MLP(LN(y))，通道之间互相作用。",
                ids(block.joins),
            ),
        ),
    )
    yield Passage(
        Said(
            f"The gated convolution multiplies {'once' if order == 1 else f'{order:en} times'}.",
            f"门控卷积相乘{'一' if order == 1 else f'{order:zh}'}次。",
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
    parts = " + ".join(f"{each:,}" for each in widths)
    total = f"{parts} = {every:,}" if len(widths) > 1 else f"{every:,}"
    yield Said(
        f"proj_in splits its output into p with {widths[0]:,} channels and q with {total}. One "
        f"depthwise {size_of(around)} looks around in all of q; p is then multiplied by what was "
        "seen.",
        f"proj_in 的输出拆成两份：p 有 {widths[0]:,} 个通道，q 有 {total} 个。"
        f"一个逐通道的 {size_of(around)} 在整个 q 上看邻域，看到的结果再拿来乘 p。",
        ids([around]),
    )
    if wideners:
        yield Said(
            f"A 1×1 doubles the channels of p before each further product ({chain}). A convolution "
            "adds neighbours up with fixed weights; here neighbours decide how much of p goes on, "
            f"and after {Few(len(products)):en} products the output holds terms of "
            f"{Few(len(products) + 1):en} features multiplied with one another.",
            f"每次再乘之前，先用 1×1 把 p 的通道翻倍（{chain}）。卷积是拿固定的权重把邻居加起来；"
            f"这里由邻居决定 p 放行多少，乘过{Few(len(products)):zh}次，"
            f"输出里就有{Few(len(products) + 1):zh}个特征连乘的项。",
            ids([*wideners, *products]),
        )
    else:
        yield Said(
            "A convolution adds neighbours up with fixed weights; here neighbours decide how much "
            "of p goes on. At order 1 this is one gate and nothing recursive about it.",
            "卷积是拿固定的权重把邻居加起来；这里由邻居决定 p 放行多少。"
            "阶数为 1 时只有一道门，谈不上递归。",
            ids(products),
        )


def _widths(around: Node, widths: list[int], wide: int, products: list[Node]) -> Passage:
    every = sum(widths)
    here = Said(
        f"So q stays below 2 · {wide:,} channels whatever the order: here it has {every:,}, and "
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
    widen, narrow = [each for each in block.steps if each.role == "linear"]
    wide, inner = channels(widen)
    both = widen.macs + narrow.macs
    return Passage(
        Said(
            "The second half is a transformer's.",
            "后一半与 Transformer 的一样。",
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
    return [each for each in block.calls if each.role == "multiply" and each.params]
