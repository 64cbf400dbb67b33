"""Norm and activation, where they are not those of most blocks."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.draw.label import call_title
from resnet_core.draw.words import say
from resnet_core.explain.anatomy import Anatomy
from resnet_core.explain.said import Passage, Said, ids

_NORMS = {
    "group": (
        "It takes its mean and deviation from one image alone, over groups of channels, "
        "so it works as well with two images on a device as with thirty-two; batch norm does not.",
        "它只用一张图算均值和方差，按通道分组来算；每张卡只放两张图也与放三十二张一样好用，"
        "批归一化做不到。",
    ),
    "instance": (
        "It evens out every channel of every image by itself: contrast and brightness "
        "are gone afterwards, which suits style transfer better than classification.",
        "它把每张图的每个通道各自拉平：对比度和明暗从此不见，适合风格迁移，不太适合分类。",
    ),
    "layer": (
        "It is one group over all channels and positions of an image; it depends "
        "on no other image, as batch norm would.",
        "它把一张图的所有通道、所有位置当作一组；不像批归一化那样要看别的图。",
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
        "It is cut off at 6, so that its values keep their precision in eight-bit arithmetic.",
        "它在 6 处封顶，为的是用八位整数计算时不丢精度。",
    ),
    "LeakyReLU": (
        "It lets a hundredth of negative values through: no channel can go dead.",
        "它让负值的百分之一通过：没有哪个通道会彻底“死掉”。",
    ),
    "ELU": (
        "It bends negative values towards −1 instead of cutting them off, which keeps the "
        "mean closer to zero.",
        "它让负值平滑地趋向 −1，而不是直接砍掉，均值因此更接近零。",
    ),
    "SiLU": (
        "It is x · sigmoid(x), smooth and a little below zero for negative x.",
        "它就是 x · sigmoid(x)，处处光滑，零以下还有一个小小的凹处。",
    ),
    "GELU": (
        "It weighs each value by the chance that a normal variable lies below it: a ReLU "
        "with a soft corner, as transformers use it.",
        "它用“正态变量小于它的概率”给每个值加权：拐角圆滑的 ReLU，Transformer 用的就是它。",
    ),
    "Hardswish": (
        "It is the SiLU put together from straight pieces: cheap on a phone.",
        "它用几段直线拼出 SiLU 的形状，在手机上算得快。",
    ),
    "Mish": (
        "It is x · tanh(softplus(x)), smooth everywhere, and costs more than a ReLU to compute.",
        "它就是 x · tanh(softplus(x))，处处光滑，算起来比 ReLU 贵。",
    ),
}


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
