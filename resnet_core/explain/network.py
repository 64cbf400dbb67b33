"""A whole network: its parts, its stages, the blocks that they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from resnet_core.draw.heading import Caption
from resnet_core.explain.anatomy import Anatomy, channels
from resnet_core.explain.naming import called, capital, plural
from resnet_core.explain.outline import Outline
from resnet_core.explain.said import Few, Passage, Said, ids, side, whole
from resnet_core.explain.size import size
from resnet_core.explain.wording import described
from resnet_core.graph import Node

# Sides up to this many pixels are those of thumbnails: CIFAR's 32, Tiny ImageNet's 64.
SMALL = 64
Opening = Callable[[Anatomy], Iterator[Passage]]


def parts(outline: Outline, caption: Caption) -> Passage:
    """What stands in front, in the middle and at the end, and why."""
    counts = [len(each.blocks) for each in outline.stages]
    total = sum(counts)
    named, chinese = plural(outline.typical, total)
    claim = Said(
        f"{caption.title}: {total:,} {named}{_in_stages(outline)[0]}.",
        f"{caption.title}：{_in_stages(outline)[1]}{total:,} 个{chinese}。",
        tuple(each.path for each in outline.blocks),
    )
    said = [*_stem(outline), *_single(outline), *_middle(outline), *_head(outline)]
    return Passage(claim, tuple(said))


def _in_stages(outline: Outline) -> tuple[str, str]:
    if len(outline.stages) < 2:
        return " in a row", ""
    count = Few(len(outline.stages))
    return f" in {count:en} stages", f"{count:zh}个阶段，共 "


def _stem(outline: Outline) -> Iterator[Said]:
    stem = outline.stem
    if not stem:
        return
    given, made = stem[0].inputs[0], stem[-1].shape
    layers = [each for each in stem if each.role in ("conv", "pool", "linear")]
    if len(given) != 4 or len(made) != 4 or not layers:
        return
    if given[2:] == made[2:]:
        yield _unshrunk(stem, described(layers, "en"), described(layers, "zh"))
        return
    places = (given[2] * given[3]) / max(1, made[2] * made[3])
    about, chinese = ("", "") if places == int(places) else ("about ", "大约")
    verb = "take" if len(layers) > 1 else "takes"
    yield Said(
        f"In front, {described(layers, 'en')} {verb} the {side(given)} input down to "
        f"{side(made)}, so that all that follows computes only {about}1/{round(places):,} of the "
        "positions.",
        f"最前面用{described(layers, 'zh')}把 {side(given)} 的输入缩到 {side(made)}，"
        f"后面要算的位置{chinese}只有原来的 1/{round(places):,}。",
        ids(stem),
    )


def _unshrunk(stem: tuple[Node, ...], english: str, chinese: str) -> Said:
    given, made = stem[0].inputs[0], stem[-1].shape
    small = max(given[2:]) <= SMALL
    why = ": so small an image has no resolution to give away" if small else ""
    reason = "：图本来就小，分辨率舍不得丢" if small else ""
    return Said(
        f"In front, {english} makes {made[1]:,} channels of the {given[1]:,} and leaves the "
        f"{side(given)} as they are{why}.",
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
    if given == made:
        english, chinese = f"Every block keeps {made}", f"每一块都保持 {made}"
    else:
        english = f"{capital(called(first, 'en'))} takes {given} to {made}"
        chinese = f"{called(first, 'zh')}把 {given} 变成 {made}"
        if others:
            english += f", the other {len(others):,} keep that and refine it"
            chinese += f"，其余 {len(others):,} 块保持不变，逐块精修"
    yield Said(f"{english}.", f"{chinese}。", tuple(each.path for each in outline.blocks))


def _middle(outline: Outline) -> Iterator[Said]:
    counts = [len(each.blocks) for each in outline.stages]
    if len(counts) < 2:
        return
    sums = " + ".join(str(each) for each in counts)
    yield Said(
        f"In the middle stand {sums} = {sum(counts):,} blocks. Within a stage all outputs have one "
        "shape, so that each block can add what it was given as it is.",
        f"中间是 {sums} = {sum(counts):,} 个块；同一阶段里各块的输出形状一样，"
        "每一块都能把输入原样加上去。",
        tuple(each.path for each in outline.stages if each.path),
    )


def _head(outline: Outline) -> Iterator[Said]:
    head = outline.head
    pools = [each for each in head if each.role == "pool"]
    last = next((each for each in reversed(head) if each.role == "linear"), None)
    if last is None or not pools:
        if outline.stem and outline.graph.outputs:
            made = outline.graph.outputs[0].shape
            yield Said(
                f"Nothing is averaged or classified at the end: the map of {made[1]:,} channels "
                f"and {side(made)} positions goes out as it is, for a detector or a segmentation "
                "to build on.",
                f"末尾既不取平均也不分类：{made[1]:,} 个通道、{side(made)} 个位置的特征图原样输出，"
                "供检测或分割接着用。",
                ids(outline.graph.outputs[:1]),
            )
        return
    inner, scores = channels(last)
    size = side(pools[0].inputs[0])
    yield Said(
        f"At the end each of the {inner:,} maps is averaged over its {size} positions to one "
        f"number, and a linear layer makes {scores:,} scores of these. Because of the average the "
        "classifier does not care how large the image was.",
        f"最后，{inner:,} 张图各自在 {size} 个位置上取平均，只剩一个数，"
        f"再由全连接层算出 {scores:,} 个得分。有了这一步平均，分类器就不在乎图有多大。",
        ids([*pools, last]),
    )


def blocks(outline: Outline, openings: Mapping[str, Opening], other: Opening) -> Iterator[Passage]:
    """What one of the blocks computes, told of a typical one."""
    block = outline.typical
    told = list(openings.get(block.type, other)(block))
    if not told:
        return
    named = plural(block, 2)
    yield Passage(
        Said(
            f"Inside, the {named[0]} all work alike.",
            f"{named[1]}内部都是一个做法。",
            (block.path,),
        ),
        (
            Said(
                f"Take {called(block, 'en')}, which gets {block.given[1]:,} channels at "
                f"{side(block.given)}.",
                f"以{called(block, 'zh')}为例，它的输入是 {block.given[1]:,} 个通道、"
                f"{side(block.given)}。"
                "",
                (block.path,),
            ),
            *told[0].said,
        ),
    )
    yield from told[1:]


def strides(outline: Outline) -> Iterator[Passage]:
    """Where the stride sits, told of the first block that has one."""
    for block in outline.blocks:
        if len(block.made) == 4 and block.given[2:] != block.made[2:]:
            for each in size(block):
                yield Passage(each.claim, (_told_of(block), *each.said))
            return


def _told_of(block: Anatomy) -> Said:
    return Said(
        f"{capital(called(block, 'en'))} is the first that shrinks the map.",
        f"{called(block, 'zh')}最先缩小特征图。",
        (block.path,),
    )
