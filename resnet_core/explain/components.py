"""The parts a block chooses: norm, activation, attention, concatenation."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.bilingual import Words
from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.graph.model import Group, Node
from resnet_core.graph.structure import Anatomy, channels, kernel, size_of
from resnet_core.language.notation import call_title
from resnet_core.language.terms import Many, percent, say, several, side

_NORMS = {
    "group": Words(
        "It takes its mean and deviation from one image alone, over groups of channels, "
        "so it works as well with two images on a device as with thirty-two; batch norm does not.",
        "它把通道分组，均值和方差都只用一张图来算；每张卡只放两张图，效果也与放三十二张一样，"
        "批归一化做不到这一点。",
    ),
    "instance": Words(
        "It normalises each channel of each image separately: contrast and brightness "
        "are gone afterwards, which suits style transfer better than classification.",
        "它对每张图的每个通道各自归一化：对比度和亮度的信息由此被抹去，适合风格迁移，不太适合分类。",
    ),
    "layer": Words(
        "It is one group over all channels and positions of an image; it depends "
        "on no other image, as batch norm would.",
        "它把一张图的所有通道、所有位置放在一起归一化；不像批归一化那样依赖别的图。",
    ),
}
_ACTIVATIONS = {
    "ReLU6": Words(
        "It is cut off at 6, so that its values keep their precision in eight-bit arithmetic.",
        "它把值封顶在 6，为的是用八位整数计算时不丢精度。",
    ),
    "LeakyReLU": Words(
        "It multiplies negative values by 0.01: no channel can go dead.",
        "它把负值乘以 0.01：没有哪个通道会彻底“死掉”。",
    ),
    "ELU": Words(
        "It lets negative values approach −1 instead of cutting them off, which keeps the "
        "mean closer to zero.",
        "它让负值平滑地趋向 −1，而不是直接砍掉，均值因此更接近零。",
    ),
    "SiLU": Words(
        "It is x · sigmoid(x), smooth and a little below zero for negative x.",
        "它就是 x · sigmoid(x)，处处光滑，x 为负时略低于零。",
    ),
    "GELU": Words(
        "It weighs each value by the chance that a normal variable lies below it: a ReLU "
        "with a soft corner, as transformers use it.",
        "它用标准正态变量小于该值的概率给每个值加权：相当于拐角圆滑的 ReLU，Transformer 常用。",
    ),
    "Hardswish": Words(
        "It is x times a gate of straight pieces, ReLU6(x + 3)/6, in place of the sigmoid of SiLU: "
        "cheap on a phone.",
        "它用折线 ReLU6(x + 3)/6 代替 SiLU 里的 sigmoid，在手机上算得快。",
    ),
    "Mish": Words(
        "It is x · tanh(softplus(x)), smooth everywhere, and costs more than a ReLU to compute.",
        "它就是 x · tanh(softplus(x))，处处光滑，算起来比 ReLU 贵。",
    ),
}


def _without_norm(block: Anatomy) -> Iterator[Said]:
    """What is missing where no norm stands: the hold on the scale, and a shift for each channel."""
    spreads = Words(
        "what one layer makes too large or too small, the next one passes on",
        "一层算得过大或过小，下一层就照样传下去",
    )
    if block.joins:
        spreads = Words("each addition spreads the values further", "每加一次，数值就散得更开")
    nodes = ids(block.steps)
    yield Said(
        f"Without a norm nothing holds the scale: {spreads[0]}, and deep stacks of such blocks "
        "need a careful initialisation to train at all.",
        f"没有归一化，就没有东西管住数值的大小：{spreads[1]}，块一多，不精心初始化就训练不动。",
        nodes,
    )
    layers = [call for call in block.calls if call.role == "conv" and call.lane != "gate"]
    if not any(layer.attributes.get("bias") for layer in layers):
        yield Said(
            "The convolutions have no bias either, so nothing in the block can shift a channel."
            if len(layers) > 1
            else "The convolution has no bias either, so nothing in the block can shift a channel.",
            "卷积也不带偏置，块里没有任何东西能平移一个通道。",
            nodes,
        )


def chosen(block: Anatomy) -> Iterator[Passage]:
    """Norm and activation, where they are not those of most blocks."""
    knob = block.knobs.get("norm_layer", "batch")
    norms = [call for call in block.calls if call.role == "norm"]
    if knob == "none":
        claim = Said("There is no norm.", "没有归一化。", ids(block.steps))
        yield Passage(claim, tuple(_without_norm(block)))
    elif knob in _NORMS:
        claim = Said(
            f"The norm is {knob} norm.", f"归一化用的是{say(f'{knob} norm', 'zh')}。", ids(norms)
        )
        yield Passage(claim, (Said(*_NORMS[knob], ids(norms)),))
    for kind in _ACTIVATIONS:
        nodes = [
            call
            for call in block.calls
            if call.type == kind and call.lane == "main" and "activation" in block.knobs
        ]
        if nodes:
            name = call_title(nodes[0])
            claim = Said(f"The activation is {name}.", f"激活函数是 {name}。", ids(nodes))
            yield Passage(claim, (Said(*_ACTIVATIONS[kind], ids(nodes)),))


_OVER_THE_IMAGE = ("GroupNorm", "InstanceNorm2d")


def attention(block: Anatomy) -> Iterator[Passage]:
    """A paragraph for each gate of the block that stands in a group of its own."""
    tell = {
        "SqueezeExcitation": _squeeze,
        "EfficientChannelAttention": _efficient,
        "ConvolutionalBlockAttention": _convolutional,
    }
    for group in block.gates:
        if group.type in tell:
            yield tell[group.type](block, group)


def _squeeze(block: Anatomy, group: Group) -> Passage:
    nodes = block.inside(group.path)
    first, second = [node for node in nodes if node.role == "conv"]
    wide, narrow = channels(first)
    mine, full = first.params + second.params, wide * wide + wide
    positions = side(nodes[0].inputs[0])
    channel = Words("The one channel", "这一个通道") if wide == 1 else Words(
        f"Each of the {wide:,} channels", f"{wide:,} 个通道各自")  # fmt: skip
    averaged = Words(
        f"{channel[0]} is averaged over its {positions} positions to one number",
        f"{channel[1]}在 {positions} 个位置上取平均，剩一个数",
    )
    if positions == "1×1":
        averaged = Words(
            f"{channel[0]} is a single number here, so nothing is averaged",
            f"{channel[1]}在这里只有一个数，不用取平均",
        )
    return Passage(
        Said(
            "Squeeze-and-excitation weighs the channels.",
            "SE（挤压与激励）给通道加权。",
            (group.path,),
        ),
        (
            Said(
                f"{averaged[0]}; two small layers, {wide:,} → {narrow:,} → {wide:,}, and "
                "a sigmoid turn that into a factor between 0 and 1 for every channel.",
                f"{averaged[1]}；"
                f"再经过两个小的层 {wide:,} → {narrow:,} → {wide:,} 和一个 sigmoid，"
                "得到每个通道一个 0 与 1 之间的系数。",
                ids(nodes),
            ),
            *_global(block, nodes),
            _share(block, nodes),
            *_squeezed(wide, narrow, mine, full, first, second),
        ),
    )


def _squeezed(
    wide: int, narrow: int, mine: int, full: int, first: Node, second: Node
) -> Iterator[Said]:
    """What the narrow middle saves, where it is narrow."""
    if 2 * narrow < wide:
        yield (
            Said(
                f"The squeeze to {narrow:,} numbers keeps it this small: all channels must make do "
                f"with them, in {mine:,} parameters; one full layer would take {full:,}.",
                f"中间只有 {narrow:,} 个数，所以才这么小：所有通道共用这几个数，参数 {mine:,} 个；"
                f"一整层则要 {full:,} 个。",
                ids([first, second]),
            )
        )


def _efficient(block: Anatomy, group: Group) -> Passage:
    nodes = block.inside(group.path)
    (conv,) = [node for node in nodes if node.role == "conv"]
    wide, reach = nodes[0].inputs[0][1], kernel(conv)
    narrow = max(1, wide // 16)
    squeezed = 2 * wide * narrow + wide + narrow
    apart = ("", "")
    if reach > 1:
        apart = Words(
            " Nothing says that neighbours in this row belong together; training arranges the "
            "channels so that they do.",
            "这一行里相邻的通道本来毫无关系，是训练把通道排成了有关系的样子。",
        )
    return Passage(
        Said(
            f"ECA weighs the channels with {several(reach, 'number')}.",
            f"ECA 用 {reach} 个数给通道加权。",
            (group.path,),
        ),
        (
            Said(
                *_along_the_row(wide, reach),
                ids(nodes),
            ),
            *_global(block, nodes),
            Said(
                f"Squeeze-and-excitation would spend {squeezed:,} parameters on the same task."
                f"{apart[0]}",
                f"同样的事，SE 要花 {squeezed:,} 个参数。{apart[1]}",
                (conv.id,),
            ),
        ),
    )


def _along_the_row(wide: int, reach: int) -> tuple[str, str]:
    """What ECA's convolution reads of the channel means."""
    if reach == 1:
        return Words(
            f"So few channels ({wide:,}) leave its convolution a single weight: each channel is "
            "weighed by looking at its own mean alone.",
            f"只有 {wide:,} 个通道时，它的卷积只剩一个权重：每个通道的系数只看它自己的均值。",
        )
    return Words(
        f"The {wide:,} channel means stand in a row, and a one-dimensional convolution of "
        f"{reach} slides along it: each channel is weighed by looking at itself and "
        f"{several(reach - 1, 'neighbour')} in that row.",
        f"{wide:,} 个通道均值排成一行，一个长 {reach} 的一维卷积从头滑到尾："
        f"每个通道的权重只看它自己和行里的 {reach - 1} 个邻居。",
    )


def _convolutional(block: Anatomy, group: Group) -> Passage:
    nodes = block.inside(group.path)
    convs = [node for node in nodes if node.role == "conv"]
    wide, narrow = channels(convs[0])
    last = convs[-1]
    return Passage(
        Said(
            "CBAM weighs first the channels, then the positions.",
            "CBAM 先给通道加权，再给位置加权。",
            (group.path,),
        ),
        (
            Said(
                f"Mean and maximum of each of the {several(wide, 'channel')} pass the same two "
                "layers, "
                f"{wide:,} → {narrow:,} → {wide:,}, and are added before the sigmoid: the maximum "
                "speaks up for what occurs in one place only and would disappear in the mean.",
                f"{wide:,} 个通道各取平均值和最大值，经过同样的两层 {wide:,} → {narrow:,} → "
                f"{wide:,}，"
                "相加后再过 sigmoid：只在一处出现的东西会淹没在平均值里，最大值替它说话。",
                ids(convs[:-1]),
            ),
            Said(
                f"For the positions, mean and maximum over all channels make two maps, and a "
                f"{kernel(last)}×{kernel(last)} convolution with {last.params:,} weights turns "
                f"them into one factor for each of the {side(last.shape)} positions.",
                f"对位置，先跨通道取平均和最大，得到两张图，再用 {kernel(last)}×{kernel(last)} "
                "卷积的 "
                f"{last.params:,} 个权重，给 {side(last.shape)} 个位置各算出一个系数。",
                (last.id,),
            ),
            _share(block, nodes),
        ),
    )


def _global(block: Anatomy, nodes: tuple[Node, ...]) -> Iterator[Said]:
    """That a gate sees everything; no news where the norms average over the image as well."""
    if any(call.type in _OVER_THE_IMAGE for call in block.calls):
        return
    if nodes[0].inputs[0][2:] == (1, 1):
        return
    yield Said(
        "This is the one place in the block where the whole image has a say in every position.",
        "整个块里，只有在这里整张图才能影响到每一个位置。",
        ids(nodes[:1]),
    )


def _share(block: Anatomy, nodes: tuple[Node, ...]) -> Said:
    params, macs = sum(node.params for node in nodes), sum(node.macs for node in nodes)
    busy = max(nodes, key=lambda node: node.macs)
    where = Words(
        "; averaging and scaling, once per value, are not counted",
        "；取平均和缩放（每个值各一次）不算在内",
    )
    if kernel(busy) > 1 and len(busy.shape) == 4 and 2 * busy.macs > macs:
        where = Words(
            f", {percent(busy.macs, macs)} of them in the {size_of(busy)} on "
            f"{several(channels(busy)[0], 'channel')}",
            f"，其中 {percent(busy.macs, macs)} 在 {channels(busy)[0]} 个通道的 "
            f"{size_of(busy)} 卷积上",
        )
    return Said(
        f"It takes {percent(params, block.params)} of the block's parameters ({params:,}) and "
        f"{percent(macs, block.macs)} of its multiply-adds ({Many(macs):en}){where[0]}.",
        f"它占这个块参数的 {percent(params, block.params)}（{params:,} 个），"
        f"占乘加次数的 {percent(macs, block.macs)}（{Many(macs):zh}次）{where[1]}。",
        ids(nodes),
    )


def concat(block: Anatomy) -> Iterator[Passage]:
    """The paragraph on a block that concatenates and adds nothing."""
    joined = [call for call in block.calls if call.role == "concat" and call.lane == "main"]
    joined = [item for item in joined if len(item.shape) == 4]
    if block.type == "Res2NetBlock":
        return  # its slices are cut from one map and put back together; nothing piles up
    if block.join is not None or not joined or block.graph.problem is not None:
        return
    widths = " → ".join(f"{item.shape[1]:,}" for item in joined)
    yield Passage(
        Said("Maps are put side by side, not added.", "特征图是拼接，不是相加。", ids(joined)),
        (
            Said(
                f"So nothing that came before is overwritten and every later layer can read it, "
                f"but the channels pile up ({widths}) and with them the cost of whatever reads "
                "them.",
                f"前面的结果都原样保留，后面每一层都读得到；"
                f"但通道越积越多（{widths}），读它们的层也跟着变贵。",
                ids(joined),
            ),
        ),
    )
