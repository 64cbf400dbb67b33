"""What groups, width, dilation, norm and activation cost or save, and where the cost sits."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.draw.label import call_title
from resnet_core.draw.words import say
from resnet_core.explain.anatomy import (
    Anatomy,
    channels,
    groups,
    is_depthwise,
    kernel,
    size_of,
    weights,
)
from resnet_core.explain.said import Few, Many, Passage, Said, ids, listed, percent, ratio
from resnet_core.graph import Node

_NORMS = {
    "group": (
        "Group norm takes its mean and deviation from one image alone, over groups of channels, "
        "so it works as well with two images on a device as with thirty-two; batch norm does not.",
        "组归一化只用一张图算均值和方差，按通道分组来算；每张卡只放两张图也与放三十二张一样好用，"
        "批归一化做不到。",
    ),
    "instance": (
        "Instance norm evens out every channel of every image by itself: contrast and brightness "
        "are gone afterwards, which suits style transfer better than classification.",
        "实例归一化把每张图的每个通道各自拉平：对比度和明暗从此不见，适合风格迁移，不太适合分类。",
    ),
    "layer": (
        "The layer norm here is one group over all channels and positions of an image; it depends "
        "on no other image, as batch norm would.",
        "这里的层归一化把一张图的所有通道、所有位置当作一组；它不像批归一化那样要看别的图。",
    ),
    "none": (
        "Without a norm nothing holds the scale: each addition makes the values larger, and deep "
        "stacks of such blocks need a careful initialisation to train at all.",
        "没有归一化，就没有东西管住数值的大小：每加一次数值就更大，块一多，不精心初始化就训练不动。"
        "",
    ),
}
_ACTIVATIONS = {
    "ReLU6": (
        "ReLU6 is cut off at 6, so that its values keep their precision in eight-bit arithmetic.",
        "ReLU6 在 6 处封顶，为的是用八位整数计算时不丢精度。",
    ),
    "LeakyReLU": (
        "The leaky ReLU lets a hundredth of negative values through: no channel can go dead.",
        "leaky ReLU 让负值的百分之一通过：没有哪个通道会彻底“死掉”。",
    ),
    "ELU": (
        "The ELU bends negative values towards −1 instead of cutting them off, which keeps the "
        "mean closer to zero.",
        "ELU 让负值平滑地趋向 −1，而不是直接砍掉，均值因此更接近零。",
    ),
    "SiLU": (
        "The SiLU, x · sigmoid(x), is smooth and dips a little below zero.",
        "SiLU 即 x · sigmoid(x)，处处光滑，零以下还有一个小小的凹处。",
    ),
    "GELU": (
        "The GELU weighs each value by the chance that a normal variable lies below it: a ReLU "
        "with a soft corner, as transformers use it.",
        "GELU 用“正态变量小于它的概率”给每个值加权：拐角圆滑的 ReLU，Transformer 用的就是它。",
    ),
    "Hardswish": (
        "The hard-swish is the SiLU put together from straight pieces: cheap on a phone.",
        "hard-swish 用几段直线拼出 SiLU 的形状，在手机上算得快。",
    ),
    "Mish": (
        "Mish, x · tanh(softplus(x)), is smooth everywhere and costs more than a ReLU to compute.",
        "Mish 即 x · tanh(softplus(x))，处处光滑，算起来比 ReLU 贵。",
    ),
}


def savings(block: Anatomy) -> Iterator[Passage]:
    """The paragraphs on groups, width and dilation, where they are not one."""
    for each in block.spatial:
        if groups(each) > 1 and not is_depthwise(each):
            yield _grouped(each)
    middle = block.spatial[0] if block.spatial else None
    if middle is not None and "base_width" in block.knobs and block.type == "Bottleneck":
        yield from _width(block, middle)
    if middle is not None and _dilation(middle) > 1:
        yield _dilated(middle)


def _grouped(node: Node) -> Passage:
    count, (given, made) = groups(node), channels(node)
    full = Many(node.macs * count)
    return Passage(
        Said(
            f"The {size_of(node)} works in {count:,} groups.",
            f"{size_of(node)} 卷积分成 {count:,} 组。",
            (node.id,),
        ),
        (
            Said(
                f"Each of its {made:,} filters sees the {given // count:,} channels of its own "
                f"group and not all {given:,}. So it has {weights(node):,} weights where an "
                f"ungrouped one would have {weights(node) * count:,}, and costs "
                f"{Many(node.macs):en} multiply-adds instead of {full:en}: both are divided by "
                f"{count:,}.",
                f"{made:,} 个滤波器各自只看本组的 {given // count:,} 个通道，而不是全部 {given:,} "
                "个。"
                f"所以权重只有 {weights(node):,} 个，不分组要 {weights(node) * count:,} 个；"
                f"乘加只要 {Many(node.macs):zh}次，不分组要 {full:zh}次：两者都除以 {count:,}。",
                (node.id,),
            ),
            Said(
                "What one group finds the others do not learn here; the 1×1 behind it mixes them "
                "again.",
                "一组看到什么，别的组在这一层并不知道；后面的 1×1 再把各组混到一起。",
                (node.id,),
            ),
        ),
    )


def _width(block: Anatomy, middle: Node) -> Iterator[Passage]:
    """How the middle's width comes about, where it is not simply planes."""
    knobs, width = block.knobs, channels(middle)[0]
    planes, base, count = knobs["planes"], knobs["base_width"], knobs["groups"]
    if base == 64 and count == 1:
        return
    plain = 9 * planes * planes
    sum_ = f"int({planes} · {base} / 64) · {count} = {width:,}"
    yield Passage(
        Said(
            f"The middle is {width:,} channels wide.",
            f"中段宽 {width:,} 个通道。",
            (middle.id,),
        ),
        (
            Said(
                f"base_width counts the channels of one group at planes = 64, so the width is "
                f"int(planes · base_width / 64) · groups = {sum_}, where a plain bottleneck has "
                f"{planes:,}.",
                f"base_width 指 planes = 64 时每组的通道数，所以宽度是 "
                f"int(planes · base_width / 64) · groups = {sum_}，普通瓶颈块则是 {planes:,}。",
                (middle.id,),
            ),
            Said(
                "Width counts twice in a convolution and groups divide once: the "
                f"{size_of(middle)} "
                f"has {weights(middle):,} weights, {ratio(weights(middle) / plain)} times the "
                f"{plain:,} of the plain one. The ends do not change: base_width alters only "
                "what is inside.",
                f"卷积的权重与宽度的平方成正比，与组数成反比：{size_of(middle)} 有 "
                f"{weights(middle):,} 个权重，是普通块 {plain:,} 个的 "
                f"{ratio(weights(middle) / plain)} 倍。"
                "两端不变：base_width 只改里面。",
                (middle.id,),
            ),
        ),
    )


def _dilated(node: Node) -> Passage:
    dilation, side = _dilation(node), kernel(node)
    reach = dilation * (side - 1) + 1
    return Passage(
        Said(
            f"The {size_of(node)} is dilated by {dilation}.",
            f"{size_of(node)} 卷积的空洞率是 {dilation}。",
            (node.id,),
        ),
        (
            Said(
                f"Its {side * side} points stand {dilation} apart and so reach over "
                f"{reach}×{reach} positions, {dilation}·({side} − 1) + 1 = {reach} on a side. It "
                f"has the same {weights(node):,} weights as without, for only the distances "
                "change.",
                f"{side * side} 个采样点彼此相隔 {dilation} 格，覆盖 {reach}×{reach} 的范围："
                f"边长 {dilation}·({side} − 1) + 1 = {reach}。权重仍是 {weights(node):,} 个，"
                "变的只是间距。",
                (node.id,),
            ),
            Said(
                f"What lies between the points it does not see: of {reach * reach} positions it "
                f"reads {side * side}. Networks for segmentation do this to see far without "
                "shrinking the map.",
                f"点与点之间的位置它看不到：{reach * reach} 个位置里只读 {side * side} 个。"
                "分割网络这么做，是为了不缩小特征图也能看得远。",
                (node.id,),
            ),
        ),
    )


def chosen(block: Anatomy) -> Iterator[Passage]:
    """Norm and activation, where they are not those of most blocks."""
    knob = block.knobs.get("norm_layer", "batch")
    norms = [each for each in block.calls if each.role == "norm"]
    if knob == "none":
        claim = Said("There is no norm.", "没有归一化。", ids(block.steps))
        yield Passage(claim, (Said(*_NORMS[knob], ids(block.steps)),))
    elif knob in _NORMS:
        claim = Said(
            f"The norm is {knob} norm.", f"归一化用的是{say(f'{knob} norm', 'zh')}。", ids(norms)
        )
        yield Passage(claim, (Said(*_NORMS[knob], ids(norms)),))
    for kind in _ACTIVATIONS:
        nodes = [
            each
            for each in block.calls
            if each.type == kind and each.lane == "main" and "activation" in block.knobs
        ]
        if nodes:
            name = call_title(nodes[0])
            claim = Said(f"The activation is {name}.", f"激活函数是 {name}。", ids(nodes))
            yield Passage(claim, (Said(*_ACTIVATIONS[kind], ids(nodes)),))


def total(block: Anatomy) -> Iterator[Passage]:
    """Where the multiply-adds sit, and with them the lesson."""
    if block.graph.problem is not None or not block.macs:
        return
    parts = {
        "around": list(block.spatial),
        "points": [each for each in block.steps if each not in block.spatial],
        "side": [each for each in block.side if each.macs],
    }
    told = {name: sum(each.macs for each in nodes) for name, nodes in parts.items()}
    names = {
        "around": _named(block.spatial),
        "points": ("the layers that see no neighbours", "不看邻域的各层"),
        "side": ("the shortcut", "捷径"),
    }
    shares = [(names[name], percent(macs, block.macs)) for name, macs in told.items() if macs]
    nodes = ids([each for each in block.calls if each.macs])
    whole = Said(
        f"{block.params:,} parameters, {Many(block.macs):en} multiply-adds.",
        f"共 {block.params:,} 个参数，{Many(block.macs):zh}次乘加。",
        nodes,
    )
    if len(shares) < 2:
        yield Passage(Said("What it costs.", "代价。"), (whole,))
        return
    english = listed((f"{share} to {name[0]}" for name, share in shares), "en")
    chinese = "，".join(f"{name[1]}占 {share}" for name, share in shares)
    split = Said(
        f"Of the multiply-adds {english.replace(' to ', ' go to ', 1)}.",
        f"乘加次数里，{chinese}。",
        nodes,
    )
    yield Passage(Said("What it costs.", "代价。"), (whole, split))


def _named(nodes: tuple[Node, ...]) -> tuple[str, str]:
    sizes = listed(dict.fromkeys(map(size_of, nodes)), "en")
    kind = ("depthwise ", "逐通道的 ") if nodes and all(map(is_depthwise, nodes)) else ("", "")
    if len(nodes) == 1:
        return f"the {kind[0]}{sizes}", f"{kind[1] or ' '}{sizes} 卷积".lstrip()
    count = Few(len(nodes))
    return (
        f"the {count:en} {kind[0]}{sizes} convolutions",
        f"{count:zh}个{kind[1] or ' '}{sizes} 卷积",
    )


def _dilation(node: Node) -> int:
    value = node.attributes.get("dilation", 1)
    return int(value[0] if isinstance(value, list | tuple) else value)
