"""Sizes, channels and shortcuts from stage to stage, and what they trade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

from resnet_core.draw.words import Language
from resnet_core.explain.anatomy import Anatomy
from resnet_core.explain.naming import called
from resnet_core.explain.outline import Outline, Stage
from resnet_core.explain.said import Many, Passage, Said, listed, side

# So many blocks are named before the rest is left to an ellipsis.
MOST = 6
LANGUAGES: tuple[Language, ...] = get_args(Language)


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
    claim = Said(
        "From stage to stage the map shrinks and the channels grow.",
        "一个阶段接一个阶段，特征图变小，通道变多。",
        tuple(each.path for each in found if each.path),
    )
    if any(one.made[2:] == other.made[2:] for one, other in pairwise(found)):
        claim = Said(
            "The channels grow from stage to stage, the map does not always shrink.",
            "通道逐阶段变多，特征图却不一定变小。",
            tuple(each.path for each in found if each.path),
        )
    if all(each.made[2:] == found[0].made[2:] for each in found):
        claim = Said("The stages keep the map's size.", "各阶段的特征图一样大。")
    yield Passage(claim, tuple(said))


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
    yield Passage(
        Said(
            f"{identity:,} of the {total:,} shortcuts are the identity."
            if identity
            else "No shortcut is the identity.",
            f"{total:,} 条捷径中有 {identity:,} 条是恒等。" if identity else "没有一条捷径是恒等。",
            tuple(each.path for each in outline.blocks if each.kind == "identity"),
        ),
        (_others(others), *_why(outline, others)),
    )


def _others(others: list[Anatomy]) -> Said:
    """The shortcuts that are not the identity, by name, and what they do."""
    several, one, chinese = _DOES[others[0].kind]
    shown = others[:MOST]
    names = [listed((called(each, lang) for each in shown), lang) for lang in LANGUAGES]
    paths = tuple(each.path for each in others)
    if len(others) == 1:
        return Said(f"Only {names[0]} {one}.", f"只有{names[1]}{chinese}。", paths)
    more = (", …", "……") if len(others) > MOST else ("", "")
    return Said(
        f"The other {len(others):,} ({names[0]}{more[0]}) {several}.",
        f"另外 {len(others):,} 条（{names[1]}{more[1]}）{chinese}。",
        paths,
    )


_DOES = {
    "projection": (
        "project, for there the shape changes",
        "projects, for there the shape changes",
        "要做投影，因为那里形状变了",
    ),
    "pooled": (
        "pool before they project, for there the shape changes",
        "pools before it projects, for there the shape changes",
        "先池化再投影，因为那里形状变了",
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
            f"Even {called(first, 'en')} is among them, though it keeps the {side(first.given)}: "
            "it widens "
            f"{first.given[1]:,} channels to {first.made[1]:,}.",
            f"连{called(first, 'zh')}也在其中，虽然它保持 {side(first.given)} 不变：它把 "
            f"{first.given[1]:,} 个通道放宽到 {first.made[1]:,} 个。",
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
