"""What the knobs of a network change in it: stem, strides, orders, end, the start of training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from resnet_core.bilingual import LANGUAGES, Words
from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.explain.facts import ends_in_norm
from resnet_core.graph.model import Node, Shape
from resnet_core.graph.structure import Anatomy, Outline, Stage, weights
from resnet_core.language.terms import Few, Many, listed, ratio, side


def traits(outline: Outline) -> Iterator[Passage]:
    """The paragraphs on what the knobs of the network changed."""
    for tell in (_deep_stem, _dilated, late_start, _orders, _final_norm):
        yield from tell(outline)


def _deep_stem(outline: Outline) -> Iterator[Passage]:
    convs = [node for node in outline.stem if node.role == "conv"]
    if len(convs) != 3 or outline.graph.group[""].attributes.get("stem") != "deep":
        return
    every, single = sum(weights(conv) for conv in convs), 7 * 7 * 3 * 64
    field = convs[-1].receptive_field
    yield Passage(
        Said(
            "The stem is three 3×3 instead of one 7×7.",
            "stem（起始层）是三个 3×3，而不是一个 7×7。",
            ids(convs),
        ),
        (
            Said(
                f"They see {field}×{field} pixels where the 7×7 sees 7×7, and have two activations "
                f"in between; the price is {every:,} weights instead of {single:,} and, at this "
                f"size, {Many(sum(conv.macs for conv in convs)):en} multiply-adds. ResNet-C and "
                "ResNet-D begin like this.",
                f"它们看到 {field}×{field} 个像素，7×7 只看到 7×7；中间还多两次激活。"
                f"代价是权重 {every:,} 个而不是 {single:,} 个，"
                f"在这个尺寸上要 {Many(sum(conv.macs for conv in convs)):zh}次乘加。"
                "ResNet-C 和 ResNet-D 都这样开头。",
                ids(convs),
            ),
        ),
    )


def _dilated(outline: Outline) -> Iterator[Passage]:
    """Stages that keep the map's size, and whether they dilate instead."""
    found = list(_unshrunk(outline))
    if not found:
        return
    given, made = outline.graph.inputs[0].shape, found[-1][0].made
    paths = tuple(stage.path for stage, _ in found)
    shrunk = [_shrunk(stage.made, factor) for stage, factor in found]
    times = [
        prod(stage.made[2:]) / prod(small) for (stage, _), small in zip(found, shrunk, strict=True)
    ]
    small = side((0, 0, *shrunk[-1]))
    full = [(stage, factor) for stage, factor in found if _rate(stage) == factor]
    short = [(stage, factor) for stage, factor in found if _rate(stage) < factor]
    claim = Said("Stride is traded for dilation.", "用空洞换步长。", paths)
    if all(_rate(stage) == 1 for stage, _ in found):
        claim = Said("The stride is given up, and nothing is dilated.",
                     "步长去掉了，也没有卷积带空洞。", paths)  # fmt: skip
    yield Passage(
        claim,
        (
            *([_as_far(outline, full)] if full else []),
            *([_alone(outline, short)] if short else []),
            *_larger(given, made, small, paths),
            *([_more_positions(paths, times)] if min(times) > 1 else []),
        ),
    )


def _unshrunk(outline: Outline) -> Iterator[tuple[Stage, int]]:
    """The stages whose stride is left out, with the stride that is missing up to there."""
    knobs = outline.graph.group[""].attributes
    if knobs.get("dilate") and len(outline.stages) == 1 and knobs["stride"] > 1:
        yield outline.stages[0], knobs["stride"]
    if "output_stride" not in knobs or len(outline.stages) != 4:
        return
    reached, missing = 4, 1
    for stage in outline.stages[1:]:
        if 2 * reached > knobs["output_stride"]:
            missing *= 2
            yield stage, missing
        else:
            reached *= 2


def _rate(stage: Stage) -> int:
    """The dilation that a stage ends with."""
    rates = [max(node.attributes.get("dilation", [1])) for node in stage.blocks[-1].spatial]
    return int(max(rates))


def _names(outline: Outline, stages: Sequence[tuple[Stage, int]]) -> Words:
    if len(outline.stages) == 1:
        return Words("this stage", "这个阶段")
    return Words(*(listed((stage.name for stage, _ in stages), language) for language in LANGUAGES))


def _as_far(outline: Outline, full: Sequence[tuple[Stage, int]]) -> Said:
    """Stages whose dilation makes up for the missing stride."""
    named, rates = _names(outline, full), [str(factor) for _, factor in full]
    far = Words("as far as", "一样远")
    if outline.typical.knobs.get("stride_on") == "conv1":  # its 3×3 would stand behind the stride
        far = Words("nearly as far as", "几乎一样远")
    return Said(
        f"In {named[0]} the 3×3 end up dilated by {listed(rates, 'en')} where a "
        f"stride would have shrunk the map, and reach {far[0]} they would have then.",
        f"{named[1]}里，本该缩小特征图的步长换成了 3×3 的空洞率 "
        f"{listed(rates, 'zh')}，看得与缩小之后{far[1]}。",
        tuple(stage.path for stage, _ in full),
    )


def _alone(outline: Outline, short: Sequence[tuple[Stage, int]]) -> Said:
    """Stages of one block, which end before the dilation grows."""
    named, paths = _names(outline, short), tuple(stage.path for stage, _ in short)
    rates = Words(*(listed((str(_rate(stage)) for stage, _ in short), language)
                    for language in LANGUAGES))  # fmt: skip
    owed = Words(*(listed((str(factor) for _, factor in short), language)
                   for language in LANGUAGES))  # fmt: skip
    has = f"{named.en[:1].upper()}{named.en[1:]}" if named.en.startswith("this") else named.en
    has += " has one block only" if len(short) == 1 else " have one block only"
    if outline.typical.knobs.get("stride_on") == "conv1":
        return Said(
            f"{has}, and the dilation grows from a second block on: the 3×3 would stand behind the "
            f"stride, and with dilation {rates.en} in place of {owed.en} it sees less far than "
            "there.",
            f"{named.zh}只有一块，而空洞率从第二块起才变大：这里的 3×3 本该在步长之后，"
            f"现在空洞率是 {rates.zh} 而不是 {owed.zh}，看得没有那么远。",
            paths,
        )
    return Said(
        f"{has}. With the stride, the 3×3 of a first block would still read the map before it "
        f"shrinks; so without it the 3×3 reaches as far with dilation {rates.en}.",
        f"{named.zh}只有一块。保留步长时，第一块的 3×3 读的也是缩小之前的特征图；"
        f"所以去掉步长之后，空洞率为 {rates.zh} 就看得一样远。",
        paths,
    )


def _shrunk(made: Shape, rate: int) -> tuple[int, ...]:
    """Height and width that the stride would have left."""
    return tuple(-(-output // rate) for output in made[2:])


def _larger(given: Shape, made: Shape, small: str, paths: tuple[str, ...]) -> Iterator[Said]:
    """The size of the last map, beside what it would have been."""
    if side(made) == small:
        yield Said(
            f"At this input nothing comes of it: the map is {small} either way.",
            f"在这个输入上看不出差别：特征图反正是 {small}。",
            paths,
        )
        return
    yield Said(
        f"So the last map of the {side(given)} input is {side(made)} and not {small}.",
        f"于是 {side(given)} 的输入，最后的特征图是 {side(made)} 而不是 {small}。",
        paths,
    )


def _more_positions(paths: tuple[str, ...], times: list[float]) -> Said:
    """What it costs to keep the map large; the first block of a stage has less to add."""
    found = [ratio(time) for time in times]
    return Said(
        f"Not a parameter is added, but the work grows with the positions: nearly "
        f"{listed(found, 'en')} times in "
        f"{'these stages' if len(times) > 1 else 'this stage'}. Segmentation pays that to "
        "know where things are.",
        f"参数一个不多，计算却随位置增加："
        f"{'这几个阶段分别' if len(times) > 1 else '这一阶段'}接近 "
        f"{listed(found, 'zh')} 倍。分割网络付这个代价，"
        "为的是知道物体在哪里。",
        paths,
    )


def _orders(outline: Outline) -> Iterator[Passage]:
    """HorNet: the order of the gated convolution by stage."""
    orders = [stage.blocks[0].knobs.get("order") for stage in outline.stages]
    if len(orders) < 2 or None in orders or len(set(orders)) < 2:
        return
    paths = tuple(stage.path for stage in outline.stages)
    told = [str(order) for order in orders]
    yield Passage(
        Said("The order rises from stage to stage.", "阶数逐阶段升高。", paths),
        (
            Said(
                f"The gates multiply {listed(told, 'en')} times in the {Few(len(orders)):en} "
                "stages. Each product halves the channels once more, and late stages have the "
                "channels for it.",
                f"{Few(len(orders)):zh}个阶段里分别相乘 {listed(told, 'zh')} 次。"
                "每多乘一次，通道就要多减半一次，靠后的阶段才有这么多通道。",
                paths,
            ),
        ),
    )


def _final_norm(outline: Outline) -> Iterator[Passage]:
    """What a network of pre-activation blocks needs at its end."""
    last = [node for node in outline.head if node.role in ("norm", "activation")]
    if len(last) != 2 or not outline.typical.preactivated:
        return
    arrives = Words(
        "the last sum would reach the head as it is: with a spread that grew at every addition, "
        "and never bent",
        "最后一次相加的结果就会原样送到分类头：每加一次，数值就散得更开，也没有经过激活",
    )
    if not outline.blocks[-1].joins:
        arrives = Words(
            "what the last one computes would reach the head as it is, without a norm and an "
            "activation",
            "最后一块算出来的就会原样送到分类头：没有归一化，也没有经过激活",
        )
    yield Passage(
        Said(
            "At the end norm and activation come once more.",
            "末尾还要再归一化、再激活一次。",
            ids(last),
        ),
        (
            Said(
                f"Every block takes care of its own input only, so {arrives[0]}.",
                f"每个块只归一化自己的输入，{arrives[1]}。",
                ids(last),
            ),
        ),
    )


def late_start(outline: Outline) -> Iterator[Passage]:
    """What zero_init_residual sets to zero, where each block has a shortcut to start as."""
    if not outline.graph.group[""].attributes.get("zero_init_residual"):
        return
    paths = tuple(block.path for block in outline.blocks)
    if all(block.kind == "none" for block in outline.blocks) and outline.head:
        yield _nothing_through(paths)
        return
    if any(block.kind == "none" or not block.steps for block in outline.blocks):
        return
    layer = Words("convolution", "卷积")
    if all(map(ends_in_norm, outline.blocks)):
        layer = Words("norm", "归一化")
    works = _works(outline)
    yield Passage(
        Said("Every block starts as its shortcut.", "每个块起步时就是它的捷径。", paths),
        (
            Said(
                f"zero_init_residual sets the weight of the last {layer[0]} on each main path to "
                f"zero: at first f(x) = 0, and what works of the network is {works[0]}. The "
                "blocks grow in as training needs them.",
                f"zero_init_residual 把每条主路最后一个{layer[1]}的权重置零：一开始 f(x) = 0，"
                f"网络里起作用的只有{works[1]}，各块随训练的需要慢慢长出来。",
                ids(_last(block) for block in outline.blocks),
            ),
        ),
    )


def _nothing_through(paths: tuple[str, ...]) -> Passage:
    """Blocks that begin at zero, with no shortcut to begin as."""
    return Passage(
        Said(
            "At first nothing of the image gets through.", "起步时图像的内容一点也传不过去。", paths
        ),
        (
            Said(
                "zero_init_residual sets the last weights of each block to zero, and there is no "
                "shortcut beside them: at first f(x) = 0 and every image gets the same scores. It "
                "is made for blocks that add their input.",
                "zero_init_residual 把每个块最后的权重置零，旁边又没有捷径：一开始 f(x) = 0，"
                "不管什么图像得分都一样。它是为把输入加回来的块准备的。",
                paths,
            ),
        ),
    )


def _last(block: Anatomy) -> Node:
    """The layer that is zero at the start."""
    norms = [call for call in block.calls if call.role == "norm" and call.lane == "main"]
    return norms[-1] if ends_in_norm(block) else block.steps[-1]


def _works(outline: Outline) -> tuple[str, str]:
    """The parts with weights that do something while every f is zero."""
    count = Few(sum(any(node.params for node in block.side) for block in outline.blocks))
    projections = Words(f"{count:en} projection{'' if count == 1 else 's'}", f"{count:zh}个投影")
    parts = [
        (outline.stem, Words("the stem", "起始层")),
        (count, projections),
        (outline.head, Words("the head", "分类头")),
    ]
    there = [words for part, words in parts if part]
    if not there:
        return Words("the shortcuts", "捷径")
    return listed([words[0] for words in there], "en"), listed([words[1] for words in there], "zh")
