"""Sizes, channels and shortcuts from stage to stage, and what they trade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from resnet_core.explain.anatomy import Anatomy
from resnet_core.explain.naming import called, capital
from resnet_core.explain.outline import Outline, Stage
from resnet_core.explain.said import LANGUAGES, Many, Passage, Said, listed, percent, side
from resnet_core.explain.shortcut import averaging, option_a

# So many blocks are named before the rest is left to an ellipsis.
MOST = 6


def stages(outline: Outline) -> Iterator[Passage]:
    """Sizes and channels from stage to stage, and what they trade."""
    found = outline.stages
    if len(found) < 2:
        return
    english = [_stage(each) for each in found]
    said = [
        Said(
            "; ".join(each[0] for each in english) + ".",
            "；".join(each[1] for each in english) + "。",
            tuple(each.path for each in found if each.path),
        )
    ]
    said += _exchange(found)
    yield Passage(_trend(found), tuple(said))


def _trend(found: tuple[Stage, ...]) -> Said:
    """What becomes of size and channels from the first stage to the last."""
    pairs = list(pairwise(found))
    shrinks = [one.made[2:] > other.made[2:] for one, other in pairs]
    grows = all(one.made[1] < other.made[1] for one, other in pairs)
    size, chinese = "the map keeps its size", "特征图大小不变"
    if all(shrinks):
        size, chinese = "the map shrinks", "特征图变小"
    elif any(shrinks):
        size, chinese = "the map shrinks only at first", "特征图只在开头变小"
    width, breadth = ("the channels grow", "通道变多") if grows else (
        "the channels do not all grow", "通道不一定变多")  # fmt: skip
    return Said(
        f"From stage to stage {width} and {size}.",
        f"一个阶段接一个阶段，{breadth}，{chinese}。",
        tuple(each.path for each in found if each.path),
    )


def _stage(stage: Stage) -> tuple[str, str]:
    made, count = stage.made, len(stage.blocks)
    blocks = "block" if count == 1 else "blocks"
    return (
        f"{stage.name}: {count:,} {blocks}, {made[1]:,} channels at {side(made)}",
        f"{stage.name}：{count:,} 个块，{made[1]:,} 个通道，{side(made)}",
    )


def _exchange(found: tuple[Stage, ...]) -> Iterator[Said]:
    """Half the side and twice the channels: a block costs the same everywhere."""
    halved = all(
        -(-one.made[2] // 2) == other.made[2] and 2 * one.made[1] == other.made[1]
        for one, other in pairwise(found)
    )
    if not halved:
        return
    costs = [stage.blocks[-1].macs for stage in found if len(stage.blocks) > 1]
    nodes = tuple(each.path for each in found if each.path)
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
    kinds = Counter(each.kind for each in outline.blocks)
    identity, total = kinds["identity"], len(outline.blocks)
    others = [each for each in outline.blocks if each.kind not in ("identity", "none")]
    if kinds["none"] == total:
        yield _plain(outline)
        return
    if not others:
        yield Passage(
            Said("Every shortcut is the identity.", "所有捷径都是恒等。"),
            (
                Said(
                    f"All {total:,} blocks keep the shape, so x can be added as it is everywhere, "
                    "at no cost.",
                    f"{total:,} 个块都不改变形状，x 处处都能原样相加，不花代价。",
                    tuple(each.path for each in outline.blocks),
                ),
            ),
        )
        return
    claim = Said(
        f"{identity:,} of the {total:,} shortcuts are the identity."
        if identity
        else "No shortcut is the identity.",
        f"{total:,} 条捷径中有 {identity:,} 条是恒等。" if identity else "没有一条捷径是恒等。",
        tuple(each.path for each in outline.blocks if each.kind == "identity"),
    )
    yield Passage(claim, (*_others(others), *_price(outline, others), *_why(outline, others)))


def _others(others: list[Anatomy]) -> Iterator[Said]:
    """The shortcuts that are not the identity, by name, and what they do."""
    for kind, (several, one, chinese) in _DOES.items():
        doing = [each for each in others if each.kind == kind]
        if not doing:
            continue
        shown, paths = doing[:MOST], tuple(each.path for each in doing)
        names = [listed((called(each, lang) for each in shown), lang) for lang in LANGUAGES]
        more = (" and others", "等") if len(doing) > MOST else ("", "")
        verb = one if len(doing) == 1 else several
        yield Said(
            f"{capital(names[0])}{more[0]} {verb}.", f"{names[1]}{more[1]}{chinese}。", paths
        )


def _price(outline: Outline, others: list[Anatomy]) -> Iterator[Said]:
    """What the shortcuts hold of the network's parameters, or how they get by without."""
    pooled = [each for each in others if each.kind == "pooled"]
    padded = [each for each in others if each.kind == "padded"]
    if pooled:
        yield averaging(pooled[0])
    if padded:
        yield option_a(padded[0])
    count = sum(node.params for each in others for node in each.side)
    if count:
        whole = outline.graph.totals.params
        yield Said(
            f"Together the shortcuts hold {count:,} parameters, {percent(count, whole)} of all.",
            f"所有捷径合起来有 {count:,} 个参数，占全部的 {percent(count, whole)}。",
            tuple(node.id for each in others for node in each.side if node.params),
        )


_DOES = {
    "projection": (
        "project, for there the shape changes",
        "projects, for there the shape changes",
        "要做投影，因为那里形状变了",
    ),
    "pooled": (
        "pool before they project, for there the map shrinks as well",
        "pools before it projects, for there the map shrinks as well",
        "先池化再投影，因为那里特征图也要缩小",
    ),
    "padded": (
        "fit without parameters: they skip positions and fill new channels with zeros",
        "fits without parameters: it skips positions and fills new channels with zeros",
        "不用参数也能对上：隔着位置取，新通道填零",
    ),
}


def _why(outline: Outline, others: list[Anatomy]) -> Iterator[Said]:
    """The first stage: whether its first block changes anything."""
    first = outline.stages[0].blocks[0]
    if first.kind == "none" or first.given[2:] != first.made[2:]:
        return
    if first in others and first.given[1] != first.made[1]:
        yield Said(
            f"{capital(called(first, 'en'))} keeps the {side(first.given)} but widens "
            f"{first.given[1]:,} channels to {first.made[1]:,}, and that alone is reason enough.",
            f"{called(first, 'zh')}虽然保持 {side(first.given)} 不变，却把 {first.given[1]:,} "
            "个通道"
            f"放宽到 {first.made[1]:,} 个，单凭这一点就不能用恒等。",
            (first.path,),
        )
    elif first not in others:
        yield Said(
            f"The first stage needs none: {first.given[1]:,} channels come in and "
            f"{first.made[1]:,} go out.",
            f"第一阶段用不着：进来 {first.given[1]:,} 个通道，出去也是 {first.made[1]:,} 个。",
            (first.path,),
        )


def _plain(outline: Outline) -> Passage:
    paths = tuple(each.path for each in outline.blocks)
    return Passage(
        Said("There is no shortcut anywhere.", "一条捷径也没有。", paths),
        (
            Said(
                "This is the plain network that ResNet was measured against: the same layers, the "
                "same cost, and harder to train the deeper it gets.",
                "这就是 ResNet 用来对照的普通网络：层数、代价都一样，越深却越难训练。",
                paths,
            ),
        ),
    )
