"""What the knobs of a network change in it: its stem, its strides, its orders, its end."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from resnet_core.bilingual import LANGUAGES
from resnet_core.explain.late_start import late_start
from resnet_core.explain.sentences import Passage, Said, ids
from resnet_core.graph.model import Shape
from resnet_core.graph.structure import Outline, weights
from resnet_core.language.numbers import Few, Many, ratio, side
from resnet_core.language.terms import listed


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
    """Stages that keep the map's size and dilate instead."""
    found = []
    for stage in outline.stages:
        rates = [
            item.attributes["dilation"][0]
            for item in stage.blocks[-1].spatial
            if max(item.attributes.get("dilation", [1])) > 1
        ]
        if rates:
            found.append((stage, rates[0]))
    if not found:
        return
    given, made = outline.graph.inputs[0].shape, found[-1][0].made
    paths = tuple(stage.path for stage, _ in found)
    rates = [str(rate) for _, rate in found]
    named = [listed((stage.name for stage, _ in found), language) for language in LANGUAGES]
    if len(outline.stages) == 1:
        named = ["this stage", "这个阶段"]
    shrunk = [_shrunk(stage.made, rate) for stage, rate in found]
    times = [
        prod(stage.made[2:]) / prod(small) for (stage, _), small in zip(found, shrunk, strict=True)
    ]
    small = side((0, 0, *shrunk[-1]))
    far = ("as far as", "一样远")
    if outline.typical.knobs.get("stride_on") == "conv1":  # its 3×3 would stand behind the stride
        far = ("nearly as far as", "几乎一样远")
    yield Passage(
        Said(
            "Stride is traded for dilation.",
            "用空洞换步长。",
            paths,
        ),
        (
            Said(
                f"In {named[0]} the 3×3 end up dilated by {listed(rates, 'en')} where a "
                f"stride would have shrunk the map, and reach {far[0]} they would have then.",
                f"{named[1]} 里，本该缩小特征图的步长换成了 3×3 的空洞率 "
                f"{listed(rates, 'zh')}，看得与缩小之后{far[1]}。",
                paths,
            ),
            *_larger(given, made, small, paths),
            *([_more_positions(paths, times)] if min(times) > 1 else []),
        ),
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
        "为的是知道东西在哪里。",
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
    arrives = (
        "the last sum would reach the head as it is: with a spread that grew at every addition, "
        "and never bent",
        "最后一次相加的结果就会原样送到分类头：每加一次，数值就散得更开，也没有经过激活",
    )
    if not outline.blocks[-1].joins:
        arrives = (
            "what the last one computes would reach the head as it is, neither normed nor bent",
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
                f"每个块只照管自己的输入，{arrives[1]}。",
                ids(last),
            ),
        ),
    )
