"""Why it is built so: reasons, each told only where the fact that it rests on is in the Graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import sqrt

from resnet_core.bilingual import Language
from resnet_core.explain.effects import EFFECTS
from resnet_core.explain.explanation import Reason, Said
from resnet_core.explain.main_path import branch
from resnet_core.explain.published import Given, Why, quoting
from resnet_core.graph.model import Node
from resnet_core.graph.structure import Anatomy, Outline, channels, groups, kernel, stride
from resnet_core.language.terms import several, side


def why(outline: Outline, values: Given, language: Language) -> tuple[Reason, ...]:
    """The reasons behind a structure, the first questions first; none where it does not run."""
    if outline.graph.problem or not outline.blocks:
        return ()
    found = (told for tell in _TOLD for told in tell(outline, values))
    return tuple(told.reason(language) for told in found)


def _blocks(outline: Outline) -> tuple[Anatomy, ...]:
    return tuple(block for block in outline.blocks if block.group.level == "block")


def _residual(outline: Outline, _: Given) -> Iterator[Why]:
    found = [(block, join) for block in _blocks(outline) for join in block.joins]
    if not found:
        return
    yield Why(
        Said(
            "Why add x at all? So that doing nothing is easy.",
            "为什么要加上 x？为了让“什么都不做”变得容易。",
        ),
        (
            _idle(found),
            quoting(
                "Plain layers would have to learn the identity through their non-linearities, and "
                "the paper of 2015 saw them fail at it: its plain network of 34 layers made "
                "{plain-34}% errors, the one of 18 layers {plain-18}%. "
                "That deeper plain networks do worse is called degradation; the training error "
                "rises too, so it is no overfitting.",
                "普通的层要隔着非线性去学恒等映射，2015 年的论文发现它们学不好："
                "34 层的普通网络错误率 {plain-34}%，18 层的反而只有 {plain-18}%。"
                "网络加深反而变差，叫作退化问题；训练误差也一起升高，所以不是过拟合。",
            ),
            quoting(
                "With shortcuts more depth helps: {resnet-18}% at 18 layers, {resnet-34-a}% at 34.",
                "有了捷径，加深才划算：18 层 {resnet-18}%，34 层 {resnet-34-a}%。",
            ),
        ),
        ("plain-34", "plain-18", "resnet-18", "resnet-34-a"),
    )


def _idle(found: list[tuple[Anatomy, Node]]) -> Said:
    """What a block does while f is zero."""
    same = [block for block, join in found if block.graph.shortcut_into(join.id) == "identity"]
    if not same:
        return Said(
            "With f = 0 the block is its shortcut alone; the layers only have to learn the rest.",
            "f = 0 时，块就只剩捷径；这些层只需要学剩下的部分。",
        )
    if any(block.ending for block in same):
        return Said(
            "With f = 0 an identity shortcut hands x on, through nothing but the activation at the "
            "end; the layers only have to learn what to change.",
            "f = 0 时，恒等捷径把 x 传下去，只在末尾经过一个激活函数；这些层只需要学要改动的部分。",
        )
    return Said(
        "With f = 0 the block hands x on as it is; the layers only have to learn what to change.",
        "f = 0 时，块把 x 原样传下去；这些层只需要学要改动的部分。",
    )


def _without(outline: Outline, _: Given) -> Iterator[Why]:
    bare = [block for block in _blocks(outline)
            if not block.joins and block.knobs.get("shortcut") == "none"]  # fmt: skip
    if not bare:
        return
    yield Why(
        Said(
            "Nothing is added here, as in the plain networks that residual ones were measured "
            "against.",
            "这里什么都不加，与残差网络当初用来对照的普通网络一样。",
        ),
        (
            quoting(
                "In the paper of 2015, with pairs of 3×3 and batch norm, 34 plain layers made "
                "{plain-34}% errors and 18 plain layers {plain-18}%; with shortcuts 34 layers made "
                "{resnet-34-a}%.",
                "2015 年的论文用成对的 3×3 卷积加批归一化做实验：34 层普通网络错误率 {plain-34}%，"
                "18 层 {plain-18}%；加上捷径后 34 层降到 {resnet-34-a}%。",
            ),
            Said(
                "The paper considers vanishing gradients an unlikely cause, because batch norm "
                "keeps the signals from dying out.",
                "论文认为原因不太可能是梯度消失，因为批归一化保证了信号不会消失。",
            ),
        ),
        ("plain-34", "plain-18", "resnet-34-a"),
    )


def _exact(outline: Outline, _: Given) -> Iterator[Why]:
    found = [
        block
        for block in _blocks(outline)
        if block.preactivated and block.kind == "identity" and block.ending is None
    ]
    if not found:
        return
    f, slope = branch(found[0])
    yield Why(
        Said(
            "Nothing follows the addition, so here the gradient argument is exact.",
            "相加之后再没有别的运算，所以关于梯度的论证在这里是严格成立的。",
        ),
        (
            Said(
                f"y = x + {f}, so dy/dx = 1 + {slope}(x): whatever f does, the 1 carries the "
                "gradient on. In a block that ends with a ReLU, relu′ stands in front of it.",
                f"y = x + {f}，于是 dy/dx = 1 + {slope}(x)：不管 f 怎样，那个 1 都会把梯度传下去。"
                "如果块以 ReLU 结尾，前面还要乘上 relu′。",
            ),
            quoting(
                "It needs a clean shortcut: with a 1×1 convolution on every shortcut ResNet-110 "
                "made {projected-110}% errors on CIFAR-10, with none {identity-110}%.",
                "前提是捷径上什么都没有：每条捷径都放一个 1×1 卷积时，ResNet-110 在 CIFAR-10 上的"
                "错误率是 {projected-110}%，不放则是 {identity-110}%。",
            ),
        ),
        ("projected-110", "identity-110"),
    )


def _norms(outline: Outline, _: Given) -> Iterator[Why]:
    norms = [node for node in outline.graph.calls if node.type == "BatchNorm2d"]
    if not norms:
        return
    width = norms[0].shape[1]
    yield Why(
        Said(
            "Why batch norm? So that every layer gets numbers of one size.",
            "为什么要批归一化？为了让每一层拿到的数大小相近。",
        ),
        (
            Said(
                "It subtracts each channel's mean, divides by its standard deviation, and then "
                f"applies a learned factor γ and a learned shift β: two numbers a channel, "
                f"2 · {width:,} = {2 * width:,} in the first one here.",
                "它把每个通道减去均值、除以标准差，再乘上可学习的 γ、加上可学习的 β："
                f"每个通道两个数，这里第一个就有 2 · {width:,} = {2 * width:,} 个。",
            ),
            Said(
                "In training mean and deviation are those of the batch; afterwards those that were "
                "averaged in training, so that an image no longer depends on the others of its "
                "batch.",
                "训练时用当前批次的均值和标准差；推理时用训练中累积的平均值，"
                "所以一张图的结果不再受同批其他图的影响。",
            ),
        ),
    )


def _inner(outline: Outline, _: Given) -> Iterator[Why]:
    pairs = ((block, pair) for block in _blocks(outline) if block.chained
             for pair in pairwise(block.steps))  # fmt: skip
    met = next(((one, other) for block, (one, other) in pairs if _bent(block, one, other)), None)
    if met is None:
        return
    one, other = met
    yield Why(
        Said(
            "Why an activation between the layers? Without it two layers do no more than one.",
            "层与层之间为什么要有激活函数？没有它，两层并不比一层强。",
        ),
        (
            Said(
                f"{one.path} is linear, and so is {other.path}: without a non-linearity between "
                "them the two together would be one linear map. The non-linearity is what makes "
                "depth useful.",
                f"{one.path} 是线性的，{other.path} 也是：两者之间如果没有非线性，"
                "合起来还是一个线性变换。有了非线性，加深才有意义。",
            ),
        ),
    )


def _bent(block: Anatomy, one: Node, other: Node) -> bool:
    """Whether the activation between two layers is all that is not linear there.

    Batch norm is a fixed factor and shift once trained; other norms divide by what they meet.
    """
    between = block.calls[block.calls.index(one) + 1 : block.calls.index(other)]
    kinds = [node.role for node in between]
    linear = all(node.type == "BatchNorm2d" for node in between if node.role == "norm")
    return linear and "activation" in kinds and not {"multiply", "add"} & {*kinds}


def _pointwise(outline: Outline, _: Given) -> Iterator[Why]:
    for node in outline.graph.calls:
        if node.type == "Conv2d" and kernel(node) == 1 and groups(node) == 1 and node.params:
            given, made = channels(node)
            yield Why(
                Said(
                    "What is a 1×1 convolution? One matrix on the channels of each position.",
                    "1×1 卷积是什么？在每个位置上用同一个矩阵变换通道。",
                ),
                (
                    Said(
                        f"{node.path} multiplies the {several(given, 'number')} of a position with "
                        f"a matrix of {made:,} × {given:,}; it sees no neighbours.",
                        f"{node.path} 把每个位置上的 {given:,} 个数乘以一个 {made:,} × {given:,} 的"
                        "矩阵；它看不到相邻的位置。",
                    ),
                ),
            )
            return


def _expansion(outline: Outline, _: Given) -> Iterator[Why]:
    for block in _blocks(outline):
        if len(block.steps) != 3 or not block.chained or block.spatial != block.steps[1:2]:
            continue
        first, middle, last = block.steps
        narrow, wide = channels(middle)[1], channels(last)[1]
        plain = groups(middle) == 1 and kernel(middle) == 3
        if plain and channels(first) == (4 * narrow, narrow) and wide == 4 * narrow:
            yield Why(
                Said(
                    "Why is the middle a quarter as wide? It then costs about what two 3×3 cost.",
                    "中间为什么只有四分之一宽？这样它的开销和两个 3×3 卷积差不多。",
                ),
                (
                    Said(
                        f"With n = {narrow:,} in the middle the weights are 4n·n + 9n² + n·4n = "
                        f"17n² = {17 * narrow**2:,}; two 3×3 on n channels have 18n² = "
                        f"{18 * narrow**2:,}. For that price {wide:,} channels come in and go out "
                        f"in place of {narrow:,}.",
                        f"中间有 n = {narrow:,} 个通道时，权重数是 4n·n + 9n² + n·4n = 17n² = "
                        f"{17 * narrow**2:,}；n 个通道上的两个 3×3 是 18n² = {18 * narrow**2:,}。"
                        f"同样的价钱，进出的通道从 {narrow:,} 个变成 {wide:,} 个。",
                    ),
                ),
            )
            return


def _doubling(outline: Outline, _: Given) -> Iterator[Why]:
    last = [stage.blocks[-1] for stage in outline.stages]
    if len(last) < 3 or not all(block.spatial for block in last) or not _doubles(last):
        return
    widths = "–".join(f"{channels(block.spatial[-1])[1]:,}" for block in last)
    yield Why(
        Said(
            f"Why {widths}? So that a block costs about the same in every stage.",
            f"为什么是 {widths}？这样每个阶段里一个块的开销大致相同。",
        ),
        (
            Said(
                "Where height and width halve, a quarter of the positions is left; where the "
                "channels double, a convolution has four times the weights. The two cancel.",
                "高和宽减半，位置只剩四分之一；通道加倍，卷积的权重变成四倍。两者正好抵消。",
            ),
        ),
    )


def _doubles(blocks: Sequence[Anatomy]) -> bool:
    """Whether channels double while sides halve, and the blocks do cost about the same."""
    shapes = [block.made for block in blocks]
    costs = [block.macs for block in blocks]
    return (
        all(len(shape) == 4 for shape in shapes)
        and all(
            (other[1], 2 * other[2], 2 * other[3]) == (2 * one[1], one[2], one[3])
            for one, other in pairwise(shapes)
        )
        and max(costs) <= 1.1 * min(costs)
    )


def _counts(outline: Outline, _: Given) -> Iterator[Why]:
    counts = [len(stage.blocks) for stage in outline.stages]
    if counts != [3, 4, 6, 3] or outline.typical.type not in ("BasicBlock", "Bottleneck"):
        return
    yield Why(
        Said(
            "Why 3–4–6–3? The paper gives the numbers and no reason.",
            "为什么是 3–4–6–3？论文只给出数字，没有说明理由。",
        ),
        (
            quoting(
                "Deeper ones add most of their "
                "blocks to the third stage: 3–4–23–3 and 3–8–36–3; ResNet-50, 101 and 152 made "
                "{resnet-50}%, {resnet-101}% and {resnet-152}% errors.",
                "更深的网络主要在第三阶段加块：3–4–23–3 和 3–8–36–3；"
                "ResNet-50、101、152 的错误率分别是 {resnet-50}%、{resnet-101}%、"
                "{resnet-152}%。",
            ),
        ),
        ("resnet-50", "resnet-101", "resnet-152"),
    )


def _stem(outline: Outline, _: Given) -> Iterator[Why]:
    first = next((node for node in outline.stem if node.type == "Conv2d"), None)
    if first is None or kernel(first) != 7 or channels(first)[0] != 3 or stride(first) != 2:
        return
    weights = channels(first)[1] * 3 * 49
    yield Why(
        Said(
            "Why a 7×7 at the start? On three channels a large window is cheap.",
            "开头为什么用 7×7？只有三个通道时，大窗口也很便宜。",
        ),
        (
            Said(
                f"It has {weights:,} weights, and it takes the picture from "
                f"{side(first.inputs[0])} to {side(first.shape)} positions at once.",
                f"它只有 {weights:,} 个权重，而且一步就把图像从 {side(first.inputs[0])} 个位置"
                f"缩到 {side(first.shape)} 个。",
            ),
        ),
    )


def _pooling(outline: Outline, _: Given) -> Iterator[Why]:
    pool = next((node for node in outline.head if node.role == "pool"
                 and node.shape[2:] == (1, 1) and node.inputs[0][2:] != (1, 1)), None)  # fmt: skip
    last = next((node for node in outline.head if node.role == "linear"), None)
    if pool is None or last is None:
        return
    width, height, across = pool.inputs[0][1:]
    made = last.shape[-1]
    if made < 2:
        return  # one score tells no classes apart
    yield Why(
        Said(
            "Why average over the whole map? Then a few weights tell the classes apart.",
            "为什么对整张特征图取平均？这样分类只需要不多的权重。",
        ),
        (
            Said(
                f"On the mean {width:,} · {made:,} = {width * made:,} weights tell the classes "
                f"apart; on all {side(pool.inputs[0])} positions it would take "
                f"{width * height * across * made:,}. And any size of picture fits.",
                f"取平均后只用 {width:,} · {made:,} = {width * made:,} 个权重分类；"
                f"如果用全部 {side(pool.inputs[0])} 个位置，需要 "
                f"{width * height * across * made:,} 个。"
                "而且图像多大都可以。",
            ),
        ),
    )


def _cardinality(outline: Outline, values: Given) -> Iterator[Why]:
    conv = next((node for block in _blocks(outline) for node in block.spatial
                 if groups(node) == 32 and channels(node)[0] > 32), None)  # fmt: skip
    if conv is None:
        return
    given, made = channels(conv)
    told = [
        Said(
            f"{conv.path} has {given:,} · {made:,} · 9 / 32 = {given * made * 9 // 32:,} weights, "
            "a thirty-second of what one group would have; the block can be wider for the same.",
            f"{conv.path} 有 {given:,} · {made:,} · 9 / 32 = {given * made * 9 // 32:,} 个权重，"
            "是不分组时的三十二分之一；同样的开销下，块可以更宽。",
        )
    ]
    figures: tuple[str, ...] = ()
    if values.get("layers") == "3,4,6,3" and values.get("base_width") == 4:
        figures = ("resnext-base", "resnext-50")
        told.append(
            quoting(
                "At equal cost ResNeXt-50 made {resnext-50}% errors, ResNet-50 {resnext-base}%.",
                "开销相同，ResNeXt-50 错误率 {resnext-50}%，ResNet-50 {resnext-base}%。",
            )
        )
    if kernel(conv) != 3:
        return
    yield Why(
        Said(
            "Why 32 groups? The weights that they save are spent on width.",
            "为什么分 32 组？省下来的权重用来加宽。",
        ),
        tuple(told),
        figures,
    )


def _reduction(outline: Outline, values: Given) -> Iterator[Why]:
    gate = next(
        (group for group in outline.graph.groups if group.type == "SqueezeExcitation"), None
    )
    if gate is None:
        return
    layers = [node for node in outline.graph.calls
              if node.group == gate.path and node.role == "conv"]  # fmt: skip
    wide, narrow = channels(layers[0])
    if wide != 16 * narrow:
        return
    told = [
        Said(
            f"Two layers {wide:,} → {narrow:,} → {wide:,} have 2 · {wide:,}² / 16 = "
            f"{2 * wide * narrow:,} weights; one full layer would have {wide**2:,}.",
            f"{wide:,} → {narrow:,} → {wide:,} 两层共 2 · {wide:,}² / 16 = {2 * wide * narrow:,} 个"
            f"权重；一个完整的层要 {wide**2:,} 个。",
        )
    ]
    figures: tuple[str, ...] = ()
    if values.get("layers") == "3,4,6,3" and values.get("block") == "bottleneck":
        figures = ("se-base", "se-50")
        told.append(
            quoting(
                "In its paper the gate took ResNet-50 from {se-base}% to {se-50}% errors.",
                "论文里，这个门控让 ResNet-50 的错误率从 {se-base}% 降到 {se-50}%。",
            )
        )
    yield Why(
        Said(
            "Why squeeze to a sixteenth? To look at all channels at once without paying for it.",
            "为什么降到十六分之一？为了同时看到所有通道，又花不了多少权重。",
        ),
        tuple(told),
        figures,
    )


def _six_n(_: Outline, values: Given) -> Iterator[Why]:
    depth = values.get("depth")
    if not isinstance(depth, int) or (depth - 2) % 6:
        return
    blocks = (depth - 2) // 6
    yield Why(
        Said(
            f"Why {depth} = 6n + 2? Three stages of n blocks of two layers, and two more.",
            f"为什么是 {depth} = 6n + 2？三个阶段，每阶段 n 块，每块两层，再加两层。",
        ),
        (
            Said(
                f"Here n = {blocks}: 3 · {blocks} · 2 = {6 * blocks} layers in blocks, one "
                "convolution before them and one linear layer after.",
                f"这里 n = {blocks}：块里有 3 · {blocks} · 2 = {6 * blocks} 层，"
                "前面一个卷积，后面一个全连接层。",
            ),
        ),
    )


def _place_of_stride(outline: Outline, _: Given) -> Iterator[Why]:
    for block in _blocks(outline):
        knobs = block.knobs
        if block.type != "Bottleneck" or (knobs.get("groups"), knobs.get("stride")) != (1, 2):
            continue
        if knobs.get("dilation") != 1 or min(block.given[2:]) < 3:
            continue
        late = knobs.get("stride_on") == "conv2"
        yield Why(
            Said(
                "Why does the 3×3 take the stride? It reads what a strided 1×1 would skip."
                if late
                else "Why does the first 1×1 take the stride? That is where the 2015 paper has it.",
                "步长为什么放在 3×3 上？它能读到带步长的 1×1 会跳过的位置。"
                if late
                else "步长为什么放在第一个 1×1 上？2015 年的论文就是这样放的。",
            ),
            (
                quoting(
                    "The place in the 3×3 is called v1.5. NVIDIA reports about {late-gain} points "
                    "more accuracy for ResNet-50 than with v1, at about {late-price}% fewer images "
                    "a second.",
                    "放在 3×3 上的叫 v1.5。NVIDIA 报告说，ResNet-50 的准确率比 v1 高约 "
                    "{late-gain} 个百分点，每秒处理的图像少约 {late-price}%。",
                ),
            ),
            ("late-gain", "late-price"),
        )
        return


def _options(outline: Outline, values: Given) -> Iterator[Why]:
    kinds = {block.kind for block in _blocks(outline) if block.join}
    if not kinds & {"projection", "padded"} or ("layers" not in values and "depth" not in values):
        return
    yield Why(
        Said(
            "Zeros or a projection where shapes change? It matters little.",
            "形状改变处，补零还是投影？影响不大。",
        ),
        (
            quoting(
                "ResNet-34 made {resnet-34-a}% errors with zeros for new channels (A), "
                "{resnet-34-b}% with projections where shapes change (B), {resnet-34-c}% with "
                "projections everywhere (C).",
                "ResNet-34 用补零捷径（A）错误率 {resnet-34-a}%，只在形状改变处投影（B）"
                "{resnet-34-b}%，处处投影（C）{resnet-34-c}%。",
            ),
        ),
        ("resnet-34-a", "resnet-34-b", "resnet-34-c"),
    )


def _start(outline: Outline, values: Given) -> Iterator[Why]:
    first = next((node for node in outline.stem if node.type == "Conv2d"), None)
    if first is None or "zero_init_residual" not in values:
        return
    fan = channels(first)[1] * kernel(first) ** 2
    told = [
        Said(
            f"Each convolution starts with random weights of deviation √(2 / fan-out), "
            f"{first.path} with √(2 / {fan:,}) = {sqrt(2 / fan):.4f} (Kaiming, fan_out).",
            "每个卷积的初始权重都是随机数，标准差 √(2 / fan-out)，"
            f"{first.path} 是 √(2 / {fan:,}) = {sqrt(2 / fan):.4f}（Kaiming，fan_out）。",
        )
    ]
    if values.get("activation", "relu") == "relu":
        told.append(
            Said(
                "So gradients keep their size on the way back through a convolution and a ReLU, "
                "which lets half of them pass.",
                "这样梯度反向经过卷积和 ReLU 时大小不变：ReLU 大约只放过一半，2 正好补上。",
            )
        )
    if values["zero_init_residual"] and _starts_at_zero(outline):
        told.append(
            Said(
                "The last norm of each block starts with γ = 0, so that f(x) = 0 at first.",
                "每个块的最后一个归一化从 γ = 0 开始，所以一开始 f(x) = 0。",
            )
        )
    yield Why(
        Said(
            "With which weights does training begin? With random ones of a chosen size.",
            "训练从什么样的权重开始？从大小经过挑选的随机数开始。",
        ),
        tuple(told),
    )


def _starts_at_zero(outline: Outline) -> bool:
    """Whether a norm with weights stands right before every addition."""
    joins = [(block, join) for block in _blocks(outline) for join in block.joins]
    return bool(joins) and all(_before(block, join) for block, join in joins)


def _before(block: Anatomy, join: Node) -> bool:
    edges = [edge for edge in block.graph.incoming[join.id] if edge.lane != "shortcut"]
    node = block.graph.node[edges[0].source] if edges else None
    return node is not None and node.role == "norm" and node.params > 0


_TOLD: tuple[Callable[[Outline, Given], Iterator[Why]], ...] = (
    _residual, _without, _exact, _expansion, _place_of_stride, _pointwise, _inner, _norms,
    _doubling, _counts, _stem, _pooling, _options, _cardinality, _reduction, _six_n, _start,
    *EFFECTS,
)  # fmt: skip
