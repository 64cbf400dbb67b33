"""The main path: a block's name, what it computes, in which steps and why."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.bilingual import NO_WORDS, Language, Text, Words
from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.explain.facts import gated, only_middle, prepared
from resnet_core.explain.positions import window
from resnet_core.graph.model import Node, Shape
from resnet_core.graph.structure import (
    Anatomy,
    channels,
    groups,
    is_depthwise,
    kernel,
    size_of,
    weights,
)
from resnet_core.language.terms import Few, Many, listed, percent, ratio, several, side

# A longer chain is no sentence any more.
_LONGEST = 4


def main_path(block: Anatomy) -> Iterator[Passage]:
    """The opening paragraph of a block whose main path is a chain of convolutions."""
    alone = not block.closed if block.join else block.ending is None
    said = [] if alone or block.graph.problem else [computes(block)]
    if not block.chained:
        if said:
            yield Passage(headline(block), tuple(said))
        return
    if 0 < len(block.steps) <= _LONGEST:
        said.append(steps(block))
    if _is_bottleneck(block):
        said += _neck(block)
    elif len(block.spatial) == 2 == len(block.steps):
        said += _pair(block)
    if said:
        yield Passage(headline(block), tuple(said))


def formula(block: Anatomy) -> str:
    """``relu(shortcut(x) + α · f(x))``, as this block's graph has it."""
    start = "a" if prepared(block) else "x"
    rest = {"none": "", "identity": "x + "}.get(block.kind, f"shortcut({start}) + ")
    inner = rest + branch(block)[0]
    if block.ending is None:
        return inner
    return f"{block.ending.type.lower()}({inner})"


def branch(block: Anatomy) -> tuple[str, str]:
    """What is added to the shortcut, with its factor, and the name of its derivative."""
    factor = _factor(block) or ("s" if gated(block) else "")
    return (f"{factor} · f(x)", f"({factor} · f)′") if factor else ("f(x)", "f′")


def _factor(block: Anatomy) -> str:
    """The learned factor that the branch ends with: α is one number, γ has one for each channel."""
    nodes = block.graph.node
    for edge in block.graph.incoming[block.join.id] if block.join else ():
        before: Node | None = None if edge.lane == "shortcut" else nodes[edge.source]
        while before and before.role in ("reshape", "dropout", "identity"):
            behind = block.graph.incoming[before.id]
            before = nodes[behind[0].source] if behind else None
        if before and before.role == "multiply" and before.attributes.get("parameters"):
            return "α" if before.params == 1 else "γ"
    return ""


def computes(block: Anatomy) -> Said:
    nodes = ids(block.joins[-1:]) + ids([block.ending] if block.ending else [])
    found = {
        "α": [Words("one learned number α", "，其中 α 是一个可学习的数")],
        "γ": [Words("a learned factor γ for each channel", "，其中 γ 给每个通道一个可学习的系数")],
    }.get(_factor(block), [Words("s from the gate", "，s 由门控给出")] if gated(block) else [])
    before = "x"
    for call in prepared(block):
        if call.role != "identity":  # what stands where a norm was left out
            before = f"{call.id if call.role == 'norm' else call.type.lower()}({before})"
    if before != "x":
        found.append(Words(f"a = {before}", f"，其中 a = {before}"))
    text, clauses = formula(block), listed((clause[0] for clause in found), "en")
    english = f", with {clauses}" if clauses else ""
    chinese = "".join(clause[1] for clause in found)
    return Said(f"It computes {text}{english}.", f"它计算 {text}{chinese}。", nodes)


def steps(block: Anatomy) -> Said:
    if len(block.steps) == 2 == len(block.spatial) and _alike(*block.steps):
        return _twins(block)
    english, chinese = zip(*_each_step(block), strict=True)
    if len(block.steps) == 1:
        return Said(
            f"The main path f is a single layer: {english[0]}.",
            f"主路 f 只有一层：{chinese[0]}。",
            ids(block.steps),
        )
    count = Few(len(block.steps))
    begins, goes_on, ends = (Words("", "先"), Words("", "再"), Words("", "最后"))
    last = ends if len(chinese) > 2 else goes_on
    order = [word.zh for word in (begins, *[goes_on] * (len(chinese) - 2), last)]
    ordered = "，".join(map("".join, zip(order, chinese, strict=True)))
    return Said(
        f"The main path f takes {count:en} steps: {', '.join(english[:-1])}, and {english[-1]}.",
        f"主路 f 分{count:zh}步走：{ordered}。",
        ids(block.steps),
    )


def _alike(one: Node, other: Node) -> bool:
    """Whether the second convolution has the first one's kernel, and takes what it gives."""
    kernels = [node.attributes.get("kernel_size") for node in (one, other)]
    plain = not any(node.type.startswith("ConvTranspose") for node in (one, other))
    return kernels[0] == kernels[1] and plain and channels(one)[1] == channels(other)[0]


def _twins(block: Anatomy) -> Said:
    """Two convolutions in a row, neither of them 1×1."""
    one = block.steps[0]
    given, made = channels(one)
    sizes, chinese = Words(
        f"two {size_of(one)} convolutions in a row", f"两个 {size_of(one)} 卷积前后相接"
    )
    if given == made:
        return Said(
            f"The main path f is {sizes}, {several(made, 'channel')} all the way.",
            f"主路 f 是{chinese}，从头到尾都是 {made:,} 个通道。",
            ids(block.steps),
        )
    return Said(
        f"The main path f is {sizes}: the first takes {several(given, 'channel')} to {made:,}, "
        "the second keeps that number.",
        f"主路 f 是{chinese}：第一个把 {given:,} 个通道变成 {made:,} 个，第二个不再改变。",
        ids(block.steps),
    )


def _each_step(block: Anatomy) -> Iterator[tuple[str, str]]:
    """The convolutions and linear layers, by what they do to the channels."""
    before, again = 0, False
    for node in block.steps:
        given, made = channels(node)
        if node.role == "linear":
            yield Words(
                f"a linear layer takes {given:,} numbers to {made:,}",
                f"用全连接层把 {given:,} 个数变成 {made:,} 个",
            )
        elif kernel(node) == 1:
            yield _pointwise(block, node, given == before, again)
        else:
            yield _around(node, given == before)
        before, again = made, kernel(node) == 1


def _around(node: Node, known: bool) -> tuple[str, str]:
    """A convolution that sees neighbours; ``known`` if its channels were just named."""
    name, (given, made) = _sized(node), channels(node)
    if only_middle(node):
        return _in_disguise(node, known)
    if node.type.startswith("ConvTranspose"):
        return _spread(node, known)
    if is_depthwise(node):
        where = Words("each channel by itself", "每个通道里各自")
        return Words(
            f"a depthwise {name} looks at the neighbours of each position, {where[0]}",
            f"用逐通道的 {name} 卷积在{where[1]}提取局部邻域的信息",
        )
    if given != made:
        return Words(
            f"a {name} convolution looks at the neighbours of each position and takes "
            f"{several(given, 'channel')} to {made:,}",
            f"用 {size_of(node)} 卷积提取每个位置周围的信息，并把 {given:,} 个通道变成 {made:,} 个",
        )
    on = (
        Words("these", "这些通道上")
        if known
        else Words(several(made, "channel"), f" {made:,} 个通道上")
    )
    if known and made == 1:
        on = Words("it", "这个通道上")
    return Words(
        f"a {name} convolution looks at the neighbours of each position in {on[0]}",
        f"用 {name} 卷积在{on[1]}提取每个位置周围 {name} 的信息",
    )


def _spread(node: Node, known: bool) -> tuple[str, str]:
    """A transposed convolution: it writes where others read."""
    size, (given, made) = size_of(node), channels(node)
    on = Words(several(given, "channel"), f" {given:,} 个通道上")
    if known:
        on = Words("these", "这些通道上") if given > 1 else Words("it", "这个通道上")
    turns = ("", "") if given == made else Words(
        f" and takes them to {made:,}", f"，并变成 {made:,} 个通道")  # fmt: skip
    return Words(
        f"a transposed {size} convolution spreads each position over {size} new ones on {on[0]}"
        f"{turns[0]}",
        f"用 {size} 转置卷积在{on[1]}把每个位置铺到 {size} 个新位置上{turns[1]}",
    )


def _in_disguise(node: Node, known: bool) -> tuple[str, str]:
    """A larger kernel on a map so small that all but one of its points meet padding."""
    name, (given, made) = _sized(node), channels(node)
    kind = Words("depthwise ", "逐通道的 ") if is_depthwise(node) else ("", "")
    on = Words(several(given, "channel"), f" {given:,} 个通道上")
    if known:
        on = Words("it", "这个通道上") if given == 1 else Words("these", "这些通道上")
    turns = ("", "") if given == made else Words(
        f" and takes them to {made:,}", f"，并变成 {made:,} 个")  # fmt: skip
    return Words(
        f"a {kind[0]}{name} convolution works on {on[0]}{turns[0]}, here as a 1×1, because only "
        "one of its points meets the map",
        f"用{kind[1] or ' '}{name} 卷积在{on[1]}算{turns[1]}（只有一个采样点落在图内，等于 1×1）",
    )


def _sized(node: Node) -> str:
    transposed = "transposed " if node.type.startswith("ConvTranspose") else ""
    return f"{transposed}{size_of(node)}"


def _pointwise(block: Anatomy, node: Node, known: bool, again: bool) -> tuple[str, str]:
    """A 1×1; ``known`` if its channels were just named, ``again`` if a 1×1 came before it."""
    name, (given, made) = size_of(node), channels(node)
    them = "it" if given == 1 else "them"
    what = (them, "") if known else Words(several(given, "channel"), f"把 {given:,} 个通道")
    if given == made:
        does, chinese = Words("scales", "缩放这一个") if given == 1 else Words(
            "mixes", f"混合{'这些' if known else f' {made:,} 个'}")  # fmt: skip
        whole = "the one channel" if given == 1 else f"the {made:,} channels"
        return Words(
            f"a {name} convolution {does} {them if known else whole}{' again' if again else ''}",
            f"用 {name} 卷积{chinese}通道",
        )
    why, reason = _expansion(block, made) if node is block.steps[-1] else ("", "")
    verb, chinese = Words("narrows", "降到") if made < given else Words("widens", "升到")
    return Words(
        f"a {name} convolution {verb} {what[0]} to {made:,}{why}",
        f"用 {name} 卷积{what[1]}{chinese} {made:,} 个{reason}",
    )


def _expansion(block: Anatomy, made: int) -> tuple[str, str]:
    """``(planes 128 × expansion 4)`` where that is how the channels come about."""
    planes = block.knobs.get("planes", 0)
    if not planes or made != 4 * planes or made != block.steps[-1].attributes.get("out_channels"):
        return "", ""
    return f" (planes {planes:,} × expansion 4)", f"（planes {planes:,} × expansion 4）"


def _is_bottleneck(block: Anatomy) -> bool:
    """1×1, one larger convolution, 1×1: and the middle is no depthwise one."""
    return (
        len(block.steps) == 3
        and len(block.spatial) == 1
        and block.spatial[0] is block.steps[1]
        and not is_depthwise(block.spatial[0])
    )


def _form_of_a_neck(given: int, width: int) -> Words:
    if given > width:
        return Words(
            "Wide, narrow, wide: that is where the name comes from",
            "两头宽、中间窄，“瓶颈”由此得名",
        )
    come = "channel comes" if given == 1 else "channels come"
    return Words(
        f"Only {given:,} {come} in, so there is nothing to narrow at first; the neck shows "
        "at the other end",
        f"进来的只有 {given:,} 个通道，开头没有什么可降的，瓶颈只在后一半看得出来",
    )


def _neck(block: Anatomy) -> Iterator[Said]:
    """Why the middle is narrow, or what it means that it is not."""
    first, middle, last = block.steps
    width, made = channels(middle)[0], channels(last)[1]
    given, name = channels(first)[0], size_of(middle)
    has, holds = _compared(weights(middle), weights(last))
    if width >= made:
        yield Said(
            f"The middle is {several(width, 'channel')} wide and the block gives out {made:,}: "
            f"so the middle is not narrow, and the {name} has "
            f"{has} the 1×1 after it.",
            f"中段有 {width:,} 个通道，输出是 {made:,} 个：这个“瓶颈”其实并不窄，{name} "
            "卷积的权重"
            f"{holds}。",
            ids([middle, last]),
        )
        return
    if groups(middle) > 1 and middle.macs < first.macs + last.macs:
        yield _cheap_middle(first, middle, last)
        return
    if given < width:
        yield _widened(middle, given)
        return
    times = (made / width) ** 2
    there = Many(round(middle.macs * times))
    points, (shape, form) = Few(kernel(middle) ** 2), _form_of_a_neck(given, width)
    yield Said(
        f"{shape}. Looking at neighbours is the costly part, {points:en} weights where a 1×1 has "
        f"one, so it is done where channels are few: on {several(width, 'channel')} the {name} "
        f"costs {Many(middle.macs):en} multiply-adds, on the {made:,} of the output it would cost "
        f"{there:en}, {ratio(times)} times as much.",
        f"{form}。提取邻域信息最费算力：每对输入输出通道，1×1 只有一个权重，{name} 有"
        f"{points:zh}个，"
        f"所以放到通道最少的地方去做。"
        f"在 {width:,} 个通道上，{name} 要 {Many(middle.macs):zh}次乘加；若在输出的 {made:,} "
        "个通道上做，"
        f"就要 {there:zh}次，是现在的 {ratio(times)} 倍。",
        ids([middle]),
    )


def _compared(mine: int, other: int) -> Words:
    """``2.25 times the weights of``, ``14% of the weights of``, ``as many weights as``."""
    if mine == other:
        return Words("as many weights as", "与后面那个 1×1 一样多")
    more, share = ratio(mine / other), percent(mine, other)
    if mine > other:
        return Words(f"{more} times the weights of", f"是后面那个 1×1 的 {more} 倍")
    return Words(f"{share} of the weights of", f"是后面那个 1×1 的 {share}")


def _widened(middle: Node, given: int) -> Said:
    """A middle that is wider than what comes in."""
    name, width = size_of(middle), channels(middle)[0]
    wider = ratio(width / given)
    return Said(
        f"The {name} works on {several(width, 'channel')}, {wider} times what came in: this "
        "bottleneck widens first.",
        f"{name} 在 {width:,} 个通道上算，是输入的 {wider} 倍：这个瓶颈块先升维。",
        (middle.id,),
    )


def _cheap_middle(first: Node, middle: Node, last: Node) -> Said:
    """A grouped middle: looking around is not what costs."""
    name, ends = size_of(middle), Many(first.macs + last.macs)
    return Said(
        f"In a plain bottleneck the {name} is the costly part, and that is why the middle is "
        f"narrow. Here it is split into groups and costs {Many(middle.macs):en} multiply-adds; "
        f"the two 1×1 around it cost {ends:en}.",
        f"一般说来，提取邻域信息最费算力，中段变窄就是为了省它。这里的 {name} 分了组，只要 "
        f"{Many(middle.macs):zh}次乘加，两边的 1×1 倒要 {ends:zh}次。",
        ids([first, middle, last]),
    )


def _pair(block: Anatomy) -> Iterator[Said]:
    """Why two small convolutions rather than one large."""
    one, other = block.steps
    windows = window(one), window(other)
    if kernel(one) != 3 or kernel(other) != 3 or None in windows:
        return
    first, second = (found.sides[0] for found in windows if found)
    reach = first.reach + (second.reach - 1) * first.stride
    made = channels(other)[1]
    if reach > min(one.inputs[0][2:]):
        return  # on so small a map most of what the two span is padding
    same_width = channels(one) == channels(other) == (made, made)
    if reach == 5 and same_width and groups(one) == groups(other) == 1:
        yield _as_one(block, made)
    elif first.dilation > 1 or second.dilation > 1:
        yield Said(
            f"Together the two see {reach}×{reach} positions of the input, because the points of "
            f"their kernels stand apart: dilation {first.dilation}, then {second.dilation}.",
            f"两个合起来能看到输入上 {reach}×{reach} 的范围，因为卷积核的采样点彼此隔开："
            f"空洞率先是 {first.dilation}，后是 {second.dilation}。",
            ids(block.steps),
        )
    elif reach > 5:
        yield Said(
            f"Together the two see {reach}×{reach} positions of the input, because the second "
            f"one's neighbouring points lie {Few(first.stride):en} apart there.",
            f"两个合起来能看到输入上 {reach}×{reach} 的范围：第二个卷积的相邻两点在输入上相隔"
            f"{Few(first.stride):zh}个位置，所以看得更远。",
            ids(block.steps),
        )


def _as_one(block: Anatomy, width: int) -> Said:
    """What one 5×5 would be in the place of two 3×3."""
    one, other = block.steps
    single, both = 25 * width * width, weights(one) + weights(other)
    between = block.calls[block.calls.index(one) + 1 : block.calls.index(other)]
    bends = any(call.role == "activation" for call in between)
    loses, misses = NO_WORDS
    if bends:
        loses, misses = Words(", and would have no non-linearity halfway", "，中间还少一次非线性")
    return Said(
        f"Together the two see 5×5 positions. A single 5×5 would see as much with {single:,} "
        f"weights instead of {both:,}{loses}.",
        f"两个合起来能看到 5×5 的范围。单用一个 5×5 也看得到，但权重要 {single:,} 个而不是 "
        f"{both:,} 个{misses}。",
        ids(block.steps),
    )


def noun(block: Anatomy) -> tuple[str, str]:
    """The noun of a block; of a class that is not known, by what the graph shows."""
    known = block.group.noun
    if known is not None:
        return known.one.en, known.one.zh
    if block.closed:
        return Words(f"a residual block ({block.type})", f"残差块（{block.type}）")
    return Words(f"a module ({block.type})", f"模块（{block.type}）")


def plural(block: Anatomy, count: int) -> tuple[str, str]:
    """The noun of ``count`` such blocks, without article."""
    known = block.group.noun
    if known is not None:
        bare = known.one.en.partition(" ")[2]
        return (bare if count == 1 else known.several), known.one.zh
    one, chinese = noun(block)
    return one.partition(" ")[2] if count == 1 else f"{block.type} blocks", chinese


def headline(block: Anatomy) -> Said:
    """``A bottleneck that halves the map and doubles the channels.``"""
    english, chinese = noun(block)
    english = english[:1].upper() + english[1:]
    if block.graph.problem or len(block.given) != 4 or len(block.made) != 4:
        return Said(f"{english}.", f"一个{chinese}。".replace("一个 ", "一个"))
    size, width = _of_size(block.given, block.made), _of_width(block.given, block.made)
    parts = [value for value in (size, width) if value]
    that = "; it" if " that " in english else " that"  # "a bottleneck that always projects"
    if not parts:
        return Said(f"{english}{that} keeps the shape.", f"一个不改变形状的{chinese}。")
    does = " and ".join(part[0] for part in parts)
    alters = "、".join(part[1] for part in parts)
    return Said(f"{english}{that} {does}.", f"一个让{alters}的{chinese}。")


def _of_size(given: Shape, made: Shape) -> tuple[str, str] | None:
    if given[2:] == made[2:]:
        return None
    if all(-(-one // 2) == other for one, other in zip(given[2:], made[2:], strict=True)):
        return Words("halves height and width", "高和宽减半")
    return Words(
        f"takes the map from {side(given)} to {side(made)}",
        f"特征图从 {side(given)} 变成 {side(made)}",
    )


def _of_width(given: Shape, made: Shape) -> tuple[str, str] | None:
    before, after = given[1], made[1]
    if before == after:
        return None
    if after == 2 * before:
        return Words("doubles the channels", "通道翻倍")
    if 2 * after == before:
        return Words("halves the channels", "通道减半")
    if after % before == 0:
        times = ratio(after / before)
        return Words(f"gives {times} times the channels", f"通道变成 {times} 倍")
    verb, chinese = Words("widens", "增加") if after > before else Words("narrows", "减少")
    return Words(
        f"{verb} {several(before, 'channel')} to {after:,}",
        f"通道从 {before:,} {chinese}到 {after:,}",
    )


def called(block: Anatomy, language: Language) -> str:
    """A block's path; one that is a mere number is called by it."""
    if not block.path.isdigit():
        return block.path
    return Text(f"block {block.path}", f"第 {block.path} 块")[language]


def called_layer(node: Node, language: Language) -> str:
    """A layer's id; one that is a mere number is called by it."""
    if not node.id.isdigit():
        return node.id
    return Text(f"layer {node.id}", f"第 {node.id} 层")[language]


def capital(text: str) -> str:
    """The first letter of ``block 0`` made large; a path stays as it is."""
    return f"B{text[1:]}" if text.startswith("block ") else text
