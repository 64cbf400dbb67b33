"""A whole network: stem, stages, head, and what sets it apart from the plain ResNet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from resnet_core.bilingual import LANGUAGES, Language, Text, Words
from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.explain.facts import asked_for
from resnet_core.explain.main_path import called, capital, plural
from resnet_core.explain.shortcut import averaging, described, option_a
from resnet_core.explain.stride import size
from resnet_core.graph.model import Node
from resnet_core.graph.structure import Anatomy, Outline, Stage, channels, stride
from resnet_core.language.notation import Caption, shape_text
from resnet_core.language.terms import Few, Many, listed, percent, several, side, whole

# Sides up to this many pixels are those of thumbnails: CIFAR's 32, Tiny ImageNet's 64.
SMALL = 64
Opening = Callable[[Anatomy], Iterator[Passage]]


def parts(outline: Outline, caption: Caption) -> Passage:
    """What stands in front, in the middle and at the end, and why."""
    counts = [len(stage.blocks) for stage in outline.stages]
    total = sum(counts)
    named, chinese = plural(outline.typical, total)
    row = "" if total == 1 else _in_stages(outline)[0]
    claim = Said(
        f"{caption.title}: {total:,} {named}{row}.",
        f"{caption.called('zh')}：{_in_stages(outline)[1]}{total:,} 个{chinese}。",
        tuple(block.path for block in outline.blocks),
    )
    said = [*_stem(outline), *_single(outline), *_middle(outline), *_head(outline)]
    return Passage(claim, tuple(said))


def _in_stages(outline: Outline) -> tuple[str, str]:
    if len(outline.stages) < 2:
        return " in a row", ""
    count = Few(len(outline.stages))
    return Words(f" in {count:en} stages", f"{count:zh}个阶段，共 ")


def _stem(outline: Outline) -> Iterator[Said]:
    stem = outline.stem
    if not stem:
        return
    given, made = stem[0].inputs[0], stem[-1].shape
    layers = [node for node in stem if node.role in ("conv", "pool", "linear")]
    if len(given) != 4 or len(made) != 4 or not layers:
        return
    if given[2:] == made[2:]:
        yield _unshrunk(stem, layers)
        return
    places = (given[2] * given[3]) / max(1, made[2] * made[3])
    about, chinese = ("", "") if places == int(places) else Words("about ", "大约")
    verb = "takes" if len(layers) == 1 else "take"
    yield Said(
        f"First, {described(layers, 'en')} {verb} the {side(given)} input down to "
        f"{side(made)}, so that everything after it computes only {about}1/{round(places):,} of "
        "the "
        "positions.",
        f"最前面用{described(layers, 'zh')}把 {side(given)} 的输入缩到 {side(made)}，"
        f"后面要算的位置{chinese}只有原来的 1/{round(places):,}。",
        ids(stem),
    )


def _unshrunk(stem: tuple[Node, ...], layers: list[Node]) -> Said:
    """A stem that keeps the size: by choice, or because its stride finds nothing to leave out."""
    given, made = stem[0].inputs[0], stem[-1].shape
    english, chinese = described(layers, "en"), described(layers, "zh")
    why, reason = "", ""
    if any(stride(layer) > 1 for layer in layers):
        why, reason = Words(": a single position cannot shrink", "：只有一个位置，没法再缩小")
    elif max(given[2:]) <= SMALL:
        why, reason = Words(
            ": so small an image has no resolution to give away", "：图本来就小，分辨率舍不得丢"
        )
    turns, leaves = ("turns", "leaves") if len(layers) == 1 else ("turn", "leave")
    stays = "as it is" if given[2:] == (1, 1) else "as they are"
    return Said(
        f"First, {english} {turns} the {several(given[1], 'channel')} into {made[1]:,} and "
        f"{leaves} the {side(given)} {stays}{why}.",
        f"最前面用{chinese}把 {given[1]:,} 个通道变成 {made[1]:,} 个，{side(given)} "
        f"保持不变{reason}。",
        ids(stem),
    )


def _single(outline: Outline) -> Iterator[Said]:
    """A stage by itself: what its first block does and the others do not."""
    if len(outline.stages) != 1:
        return
    first, *others = outline.stages[0].blocks
    given, made = whole(first.given), whole(first.made)
    last = whole(others[-1].made) if others else made
    if last != made:
        english, chinese = Words(
            f"Together they take {given} to {last}", f"合起来把 {given} 变成 {last}"
        )
    elif given == made:
        english, chinese = (
            Words(f"Every block keeps {made}", f"每一块都保持 {made}")
            if others
            else Words(f"It keeps {made}", f"它保持 {made} 不变")
        )
    else:
        english, chinese = Words(
            f"{capital(called(first, 'en'))} takes {given} to {made}",
            f"{called(first, 'zh')}把 {given} 变成 {made}",
        )
        if others:
            rest = Words("one keeps that and refines", "另一块保持不变，继续精修")
            if len(others) > 1:
                rest = Words(
                    f"{len(others):,} keep that and refine",
                    f"其余 {len(others):,} 块保持不变，逐块精修",
                )
            refined = Words(f", the other {rest.en} it", f"，{rest.zh}")
            english, chinese = english + refined.en, chinese + refined.zh
    yield Said(f"{english}.", f"{chinese}。", tuple(block.path for block in outline.blocks))


def _middle(outline: Outline) -> Iterator[Said]:
    counts = [len(stage.blocks) for stage in outline.stages]
    if len(counts) < 2:
        return
    sums = " + ".join(str(count) for count in counts)
    later = [block for stage in outline.stages for block in stage.blocks[1:]]
    adds = ("", "")
    if later and all(block.kind == "identity" for block in later):
        adds = Words(
            ", so every block after the first can add its input unchanged",
            "，所以除第一块外都能把输入原样加上",
        )
    yield Said(
        f"Then come {sums} = {sum(counts):,} blocks. Within a stage all outputs have the "
        f"same shape{adds[0]}.",
        f"中间是 {sums} = {sum(counts):,} 个块；同一阶段里各块的输出形状一样{adds[1]}。",
        tuple(stage.path for stage in outline.stages if stage.path),
    )


def _head(outline: Outline) -> Iterator[Said]:
    head = outline.head
    pools = [node for node in head if node.role == "pool"]
    last = next((node for node in reversed(head) if node.role == "linear"), None)
    if last is None or not pools:
        if outline.stem and outline.graph.outputs:
            made = outline.graph.outputs[0].shape
            if len(outline.stages) == 1:
                yield Said(
                    f"Here the stage ends: its map of {made[1]:,} channels and {side(made)} "
                    "positions goes out as it is, to the next stage or to the head.",
                    f"这个阶段到此为止：{made[1]:,} 个通道、{side(made)} 个位置的特征图原样输出，"
                    "交给下一个阶段或分类头。",
                    ids(outline.graph.outputs[:1]),
                )
                return
            yield Said(
                f"Nothing is averaged or classified at the end: the map of {made[1]:,} channels "
                f"and {side(made)} positions goes out as it is, for a detector or a segmentation "
                "to build on.",
                f"末尾既不做平均池化，也不分类：{made[1]:,} 个通道、{side(made)} 个位置的特征图"
                "原样输出，供检测或分割接着用。",
                ids(outline.graph.outputs[:1]),
            )
        return
    inner, scores = channels(last)
    size = side(pools[0].inputs[0])
    averaged = Words(
        f"each of the {inner:,} maps is averaged over its {size} positions to one number",
        f"{inner:,} 张特征图各自在 {size} 个位置上取平均，只剩一个数",
    )
    if pools[0].inputs[0][2:] == (1, 1):
        averaged = Words(
            f"each of the {inner:,} maps is a single number already, so its average changes "
            "nothing",
            f"{inner:,} 张特征图各自只有一个数，取平均不改变什么",
        )
    yield Said(
        f"At the end {averaged[0]}, and a linear layer turns them into "
        f"{several(scores, 'score')}. Because of the average the classifier does not care how "
        "large the image was.",
        f"最后，{averaged[1]}，"
        f"再由全连接层算出 {scores:,} 个得分。有了这一步平均，分类器就不在乎图有多大。",
        ids([*pools, last]),
    )


def blocks(outline: Outline, openings: Mapping[str, Opening], other: Opening) -> Iterator[Passage]:
    """What one of the blocks computes, told of a typical one."""
    block = outline.typical
    told = list(openings.get(block.type, other)(block))
    if not told:
        return
    named, odd = plural(block, 2), _odd(outline)
    claim = Words(f"Inside, the {named[0]} all work alike.", f"{named[1]}内部的做法都一样。")
    if len(outline.blocks) == 1:
        claim = Words(f"This is how the {plural(block, 1)[0]} works.", f"{named[1]}内部是这样的。")
    if odd:
        count, every = len(outline.blocks) - len(odd), len(outline.blocks)
        claim = Words(
            f"Inside, {count:,} of the {every:,} {named[0]} "
            f"{'works as follows' if count == 1 else 'work alike'}.",
            f"{every:,} 个{named[1]}中，有 {count:,} 个内部"
            f"{'是这样的' if count == 1 else '的做法一样'}。",
        )
    yield Passage(
        Said(*claim, (block.path,)),
        (
            Said(
                f"Take {called(block, 'en')}, which gets {_size(block.given, 'en')}.",
                f"以{called(block, 'zh')}为例，它的输入是 {_size(block.given, 'zh')}。",
                (block.path,),
            ),
            *told[0].said,
            *_otherwise(odd),
        ),
    )
    yield from told[1:]


def _odd(outline: Outline) -> list[Anatomy]:
    """The blocks whose main path is put together otherwise than a typical block's."""

    def made_of(block: Anatomy) -> set[str]:
        # Drop path is left out where its rate is zero, and otherwise passes everything on.
        calls = [call for call in block.calls if call.lane == "main" and call.type != "DropPath"]
        return {call.role for call in calls if call.role not in ("dropout", "identity")}

    typical = made_of(outline.typical)
    return [block for block in outline.blocks if made_of(block) != typical]


def _otherwise(odd: list[Anatomy]) -> Iterator[Said]:
    """What is different in the blocks that do not work like the typical one."""
    if not odd:
        return
    shown = [listed((called(block, lang) for block in odd[:MOST]), lang) for lang in LANGUAGES]
    more = Words(" and others", "等") if len(odd) > MOST else ("", "")
    paths = tuple(block.path for block in odd)
    if all(block.type == "Res2NetBlock" for block in odd):
        yield Said(
            f"Not so in {shown[0]}{more[0]}: where a block changes the shape, its slices stand "
            "side by side, none is added to the next, and the first is pooled.",
            f"{shown[1]}{more[1]}不同：块要改变形状时，各片互不相加，第一片做池化。",
            paths,
        )
        return
    verb = "is" if len(odd) == 1 else "are"
    yield Said(
        f"{capital(shown[0])}{more[0]} {verb} put together otherwise.",
        f"{shown[1]}{more[1]}的组成不同。",
        paths,
    )


def strides(outline: Outline) -> Iterator[Passage]:
    """Where the stride sits, told of the first block that has one."""
    for block in outline.blocks:
        if len(block.made) == 4 and block.given[2:] != block.made[2:]:
            for item in size(block):
                yield Passage(item.claim, (_told_of(block), *item.said))
            return


def _told_of(block: Anatomy) -> Said:
    return Said(
        f"{capital(called(block, 'en'))} is the first that shrinks the map.",
        f"{called(block, 'zh')}最先缩小特征图。",
        (block.path,),
    )


# So many blocks are named before the rest is left to an ellipsis.
MOST = 6


def stages(outline: Outline) -> Iterator[Passage]:
    """Sizes and channels from stage to stage, and what they trade."""
    found = outline.stages
    if len(found) < 2:
        return
    english = [_stage(entry) for entry in found]
    said = [
        Said(
            "; ".join(pair[0] for pair in english) + ".",
            "；".join(pair[1] for pair in english) + "。",
            tuple(entry.path for entry in found if entry.path),
        )
    ]
    said += _exchange(found)
    yield Passage(_trend(found), tuple(said))


def _trend(found: tuple[Stage, ...]) -> Said:
    """What becomes of size and channels from the first stage to the last."""
    pairs = list(pairwise(found))
    shrinks = [one.made[2:] > other.made[2:] for one, other in pairs]
    grows = all(one.made[1] < other.made[1] for one, other in pairs)
    size, chinese = Words("the map keeps its size", "特征图大小不变")
    if all(shrinks):
        size, chinese = Words("the map shrinks", "特征图变小")
    elif any(shrinks):
        size, chinese = Words("the map shrinks only at first", "特征图只在开头变小")
    width, breadth = Words("the channels grow", "通道变多") if grows else Words(
        "the channels do not all grow", "通道不一定变多")  # fmt: skip
    return Said(
        f"From stage to stage {width} and {size}.",
        f"逐个阶段往后，{breadth}，{chinese}。",
        tuple(entry.path for entry in found if entry.path),
    )


def _stage(stage: Stage) -> tuple[str, str]:
    made, count = stage.made, len(stage.blocks)
    blocks = "block" if count == 1 else "blocks"
    return Words(
        f"{stage.name}: {count:,} {blocks}, {made[1]:,} channels at {side(made)}",
        f"{stage.name}：{count:,} 个块，{made[1]:,} 个通道，{side(made)}",
    )


def _exchange(found: tuple[Stage, ...]) -> Iterator[Said]:
    """Half the side and twice the channels: a block costs the same everywhere."""
    halved = all(
        one.made[2] == 2 * other.made[2] and 2 * one.made[1] == other.made[1]
        for one, other in pairwise(found)
    )
    if not halved:
        return
    costs = [stage.blocks[-1].macs for stage in found if len(stage.blocks) > 1]
    nodes = tuple(entry.path for entry in found if entry.path)
    yield Said(
        "Half the side leaves a quarter of the positions; twice the channels make four times the "
        "weights in a layer.",
        "边长减半，位置只剩四分之一；通道翻倍，每层的权重变成四倍。",
        nodes,
    )
    if len(costs) > 1 and max(costs) <= 1.02 * min(costs):
        yield Said(
            f"The two cancel out: past the first block of its stage, a block costs "
            f"{Many(costs[0]):en} multiply-adds wherever it stands.",
            f"两者正好抵消：除了各阶段的第一块，一个块无论在哪都要 {Many(costs[0]):zh}次乘加。",
            nodes,
        )


def shortcuts(outline: Outline) -> Iterator[Passage]:
    """How many blocks add the identity, and which have to do more."""
    kinds = Counter(block.kind for block in outline.blocks)
    identity, total = kinds["identity"], len(outline.blocks)
    others = [block for block in outline.blocks if block.kind not in ("identity", "none")]
    if kinds["none"] == total:
        yield _plain(outline)
        return
    if not others:
        every = (
            Words("The block keeps the shape, so x can be added as it is",
                  "这个块不改变形状，x 能原样相加")
            if total == 1
            else Words(f"All {total:,} blocks keep the shape, so x is added everywhere as it is",
                       f"{total:,} 个块都不改变形状，x 处处都能原样相加")
            if total > 2
            else Words("Both blocks keep the shape, so x can be added as it is",
                       "两块都不改变形状，x 都能原样相加")
        )  # fmt: skip
        yield Passage(
            Said("The shortcut is the identity.", "捷径是恒等捷径。")
            if total == 1
            else Said("Every shortcut is the identity.", "所有捷径都是恒等捷径。"),
            (
                Said(
                    f"{every.en}, at no cost.",
                    f"{every.zh}，不花代价。",
                    tuple(block.path for block in outline.blocks),
                ),
            ),
        )
        return
    claim = Said(
        f"{identity:,} of the {total:,} shortcuts {'is' if identity == 1 else 'are'} the identity."
        if identity
        else "No shortcut is the identity.",
        f"{total:,} 条捷径中有 {identity:,} 条是恒等捷径。"
        if identity
        else "没有一条捷径是恒等捷径。",
        tuple(block.path for block in outline.blocks if block.kind == "identity"),
    )
    yield Passage(
        claim, (*_others(others, total), *_price(outline, others), *_why(outline, others))
    )


def _others(others: list[Anatomy], total: int) -> Iterator[Said]:
    """The shortcuts that are not the identity, by name, and what they do."""
    for kind, ((many, chinese), one) in _DOES.items():
        doing = [other for other in others if other.kind == kind]
        if not doing:
            continue
        shown, paths = doing[:MOST], tuple(item.path for item in doing)
        names = [listed((called(item, lang) for item in shown), lang) for lang in LANGUAGES]
        more = Words(" and others", "等") if len(doing) > MOST else ("", "")
        verb = one if len(doing) == 1 else many
        if kind == "projection" and not all(map(asked_for, doing)):
            yield _needless(doing, total)
            continue
        yield Said(
            f"{capital(names[0])}{more[0]} {verb}.", f"{names[1]}{more[1]}{chinese}。", paths
        )


def _needless(doing: list[Anatomy], total: int) -> Said:
    """Projections of which the shapes ask for some or for none."""
    needed = [block for block in doing if asked_for(block)]
    shown = [listed((called(block, lang) for block in needed[:MOST]), lang) for lang in LANGUAGES]
    count, verb = len(doing), "projects" if len(doing) == 1 else "project"
    every = Words("All ", "全部 ") if count == total > 1 else ("", "")
    paths = tuple(block.path for block in doing)
    if not needed:
        return Said(
            f"{every[0]}{count:,} {verb} although no shape asks for it.",
            f"{every[1]}{count:,} 条做了投影，虽然形状并不要求。",
            paths,
        )
    more = Words(" and others", "等") if len(needed) > MOST else ("", "")
    return Said(
        f"{every[0]}{count:,} {verb}; only in {shown[0]}{more[0]} do the shapes ask for it.",
        f"{every[1]}{count:,} 条做投影；只有{shown[1]}{more[1]}的形状需要它。",
        paths,
    )


def _price(outline: Outline, others: list[Anatomy]) -> Iterator[Said]:
    """What the shortcuts hold of the network's parameters, or how they get by without."""
    pooled = [other for other in others if other.kind == "pooled"]
    padded = [other for other in others if other.kind == "padded"]
    if pooled:
        yield averaging(pooled[0])
    if padded:
        yield option_a(*padded)
    count = sum(node.params for other in others for node in other.side)
    if count:
        whole = outline.graph.totals.params
        yield Said(
            f"Together the shortcuts hold {count:,} parameters, {percent(count, whole)} of all.",
            f"所有捷径合起来有 {count:,} 个参数，占全部的 {percent(count, whole)}。",
            tuple(node.id for other in others for node in other.side if node.params),
        )


_DOES = {
    "projection": (
        Words("project, because the shape changes there", "要做投影，因为那里形状变了"),
        "projects, because the shape changes there",
    ),
    "pooled": (
        Words(
            "pool before they project, because the map shrinks there as well",
            "先池化再投影，因为那里特征图也要缩小",
        ),
        "pools before it projects, because the map shrinks there as well",
    ),
    "padded": (
        Words(
            "fit without parameters: new channels are zeros, and where the map shrinks positions "
            "are skipped",
            "不用参数也能对上：新通道填零，特征图要缩小时隔着位置取",
        ),
        "fits without parameters: new channels are zeros, and where the map shrinks positions are "
        "skipped",
    ),
    "other": (
        Words(
            "pass x through something other than a projection", "让 x 经过的不是投影，而是别的运算"
        ),
        "passes x through something other than a projection",
    ),
}


def _why(outline: Outline, others: list[Anatomy]) -> Iterator[Said]:
    """The first stage: whether its first block changes anything."""
    first = outline.stages[0].blocks[0]
    if first.kind == "none" or first.given[2:] != first.made[2:]:
        return
    if first in others and first.given[1] != first.made[1]:
        is_wider = first.given[1] < first.made[1]
        turns = Words("widens", "升到") if is_wider else Words("narrows", "降到")
        yield Said(
            f"{capital(called(first, 'en'))} keeps the {side(first.given)} but {turns.en} "
            f"{first.given[1]:,} channels to {first.made[1]:,}, and that alone is reason enough.",
            f"{called(first, 'zh')}虽然保持 {side(first.given)} 不变，却把 {first.given[1]:,} "
            "个通道"
            f"{turns.zh} {first.made[1]:,} 个，单凭这一点就不能用恒等捷径。",
            (first.path,),
        )
    elif first not in others and len(outline.stages) > 1:
        yield Said(
            f"The first stage needs none: {first.given[1]:,} channels come in and "
            f"{first.made[1]:,} go out.",
            f"第一阶段用不着：进来 {first.given[1]:,} 个通道，出去也是 {first.made[1]:,} 个。",
            (first.path,),
        )


def _plain(outline: Outline) -> Passage:
    paths = tuple(block.path for block in outline.blocks)
    return Passage(
        Said("There is no shortcut anywhere.", "一条捷径也没有。", paths),
        (
            Said(
                "The paper of 2015 measured its networks against such plain ones, of pairs of 3×3 "
                "with batch norm: with 34 layers they had more training error than with 18.",
                "2015 年的论文用这样的普通网络（成对的 3×3 卷积加批归一化）来对照："
                "34 层的训练误差反而高于 18 层。",
                paths,
            ),
        ),
    )


def _size(shape: Sequence[int], language: Language) -> str:
    """Channels and sides of a map; of what is no map the numbers as they stand."""
    if len(shape) != 4:
        return shape_text(tuple(shape))
    said = Text("{} channels at {}", "{} 个通道、{}")
    return said.format(f"{shape[1]:,}", side(shape))[language]
