"""What sets one network apart from the plain ResNet: stem, dilation, start, order."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.explain.anatomy import weights
from resnet_core.explain.outline import Outline
from resnet_core.explain.said import Few, Many, Passage, Said, ids, listed, side


def traits(outline: Outline) -> Iterator[Passage]:
    """The paragraphs on what the knobs of the network changed."""
    for tell in (_deep_stem, _dilated, _late_start, _orders, _final_norm):
        yield from tell(outline)


def _deep_stem(outline: Outline) -> Iterator[Passage]:
    convs = [each for each in outline.stem if each.role == "conv"]
    if len(convs) != 3 or outline.graph.group[""].attributes.get("stem") != "deep":
        return
    every, single = sum(weights(each) for each in convs), 7 * 7 * 3 * 64
    field = convs[-1].receptive_field
    yield Passage(
        Said(
            "The stem is three 3×3 instead of one 7×7.",
            "主干是三个 3×3，而不是一个 7×7。",
            ids(convs),
        ),
        (
            Said(
                f"They see {field}×{field} pixels where the 7×7 sees 7×7, and have two activations "
                f"in between; the price is {every:,} weights instead of {single:,} and, at this "
                f"size, {Many(sum(each.macs for each in convs)):en} multiply-adds. ResNet-C and "
                "ResNet-D begin like this.",
                f"它们看到 {field}×{field} 个像素，7×7 只看到 7×7；中间还多两次激活。"
                f"代价是权重 {every:,} 个而不是 {single:,} 个，"
                f"在这个尺寸上要 {Many(sum(each.macs for each in convs)):zh}次乘加。"
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
            each.attributes["dilation"][0]
            for each in stage.blocks[-1].spatial
            if max(each.attributes.get("dilation", [1])) > 1
        ]
        if rates:
            found.append((stage, rates[0]))
    if not found:
        return
    given, made = outline.graph.inputs[0].shape, found[-1][0].made
    paths = tuple(stage.path for stage, _ in found)
    named, rates = [stage.name for stage, _ in found], [str(rate) for _, rate in found]
    times = [rate * rate for _, rate in found]
    small = side((0, 0, *(-(-each // found[-1][1]) for each in made[2:])))
    yield Passage(
        Said(
            "Stride is traded for dilation.",
            "用空洞换步幅。",
            paths,
        ),
        (
            Said(
                f"In {listed(named, 'en')} the 3×3 end up dilated by {listed(rates, 'en')} where a "
                f"stride would have shrunk the map, and see as far as they would have then. So the "
                f"last map of the {side(given)} input is {side(made)} and not {small}.",
                f"{listed(named, 'zh')} 里，本该缩小特征图的步幅换成了 3×3 的空洞率 "
                f"{listed(rates, 'zh')}，看得与缩小之后一样远。"
                f"于是 {side(given)} 的输入，最后的特征图是 {side(made)} 而不是 {small}。",
                paths,
            ),
            _more_positions(paths, times),
        ),
    )


def _more_positions(paths: tuple[str, ...], times: list[int]) -> Said:
    """What it costs to keep the map large."""
    return Said(
        f"Not a parameter is added, but the work grows with the positions: nearly "
        f"{listed([f'{each}' for each in times], 'en')} times in "
        f"{'these stages' if len(times) > 1 else 'this stage'}. Segmentation pays that to "
        "know where things are.",
        f"参数一个不多，计算却随位置增加："
        f"{'这几个阶段分别' if len(times) > 1 else '这一阶段'}接近 "
        f"{listed([f'{each}' for each in times], 'zh')} 倍。分割网络付这个代价，"
        "为的是知道东西在哪里。",
        paths,
    )


def _late_start(outline: Outline) -> Iterator[Passage]:
    if not outline.graph.group[""].attributes.get("zero_init_residual"):
        return
    paths = tuple(each.path for each in outline.blocks)
    norms = [[each for each in block.calls if each.role == "norm" and each.lane == "main"]
             for block in outline.blocks]  # fmt: skip
    if any(not each for each in norms) or any(block.preactivated for block in outline.blocks):
        return
    yield Passage(
        Said("Every block starts as its shortcut.", "每个块起步时就是它的捷径。", paths),
        (
            Said(
                "zero_init_residual sets the weight of the last norm on each main path to zero: "
                "at first f(x) = 0, the network is as shallow as stem and head alone, and the "
                "blocks grow in as training needs them.",
                "zero_init_residual 把每条主路最后一个归一化的权重置零：一开始 f(x) = 0，"
                "网络浅得只剩主干和头部，各块随训练的需要慢慢长出来。",
                ids(each[-1] for each in norms),
            ),
        ),
    )


def _orders(outline: Outline) -> Iterator[Passage]:
    """HorNet: the order of the gated convolution by stage."""
    orders = [each.blocks[0].knobs.get("order") for each in outline.stages]
    if len(orders) < 2 or None in orders or len(set(orders)) < 2:
        return
    paths = tuple(each.path for each in outline.stages)
    told = [str(each) for each in orders]
    yield Passage(
        Said("The order rises from stage to stage.", "阶数逐阶段升高。", paths),
        (
            Said(
                f"The gates multiply {listed(told, 'en')} times in the {Few(len(orders)):en} "
                "stages. Each product halves the channels once more, and late stages have the "
                "channels for it; what they see is already condensed, so products of many "
                "features mean something there.",
                f"{Few(len(orders)):zh}个阶段里分别相乘 {listed(told, 'zh')} 次。"
                "每多乘一次，通道就要多减半一次，靠后的阶段才有这么多通道；"
                "那里看到的已是浓缩过的内容，许多特征连乘才有意义。",
                paths,
            ),
        ),
    )


def _final_norm(outline: Outline) -> Iterator[Passage]:
    """What a network of pre-activation blocks needs at its end."""
    last = [each for each in outline.head if each.role in ("norm", "activation")]
    if len(last) != 2 or not outline.typical.preactivated:
        return
    yield Passage(
        Said(
            "At the end norm and activation come once more.",
            "末尾还要再归一化、再激活一次。",
            ids(last),
        ),
        (
            Said(
                "Every block takes care of its own input only, so the last sum would reach the "
                "head as it is: larger than any of its terms, and never bent.",
                "每个块只照管自己的输入，最后一次相加的结果就会原样送到头部："
                "比其中任何一项都大，也没有经过激活。",
                ids(last),
            ),
        ),
    )
