"""The start of training at ``zero_init_residual``: which layers are zero, and what works then."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.explain.facts import ends_in_norm
from resnet_core.explain.sentences import Passage, Said, ids
from resnet_core.graph.model import Node
from resnet_core.graph.structure import Anatomy, Outline
from resnet_core.language.numbers import Few
from resnet_core.language.terms import listed


def late_start(outline: Outline) -> Iterator[Passage]:
    """What zero_init_residual sets to zero, where each block has a shortcut to start as."""
    if not outline.graph.group[""].attributes.get("zero_init_residual"):
        return
    paths = tuple(block.path for block in outline.blocks)
    if all(block.kind == "none" for block in outline.blocks) and outline.head:
        yield _nothing_through(paths)
        return
    if any(block.kind == "none" or not block.steps for block in outline.blocks):
        return
    layer = ("convolution", "卷积")
    if all(map(ends_in_norm, outline.blocks)):
        layer = ("norm", "归一化")
    works = _works(outline)
    yield Passage(
        Said("Every block starts as its shortcut.", "每个块起步时就是它的捷径。", paths),
        (
            Said(
                f"zero_init_residual sets the weight of the last {layer[0]} on each main path to "
                f"zero: at first f(x) = 0, and what works of the network is {works[0]}. The "
                "blocks grow in as training needs them.",
                f"zero_init_residual 把每条主路最后一个{layer[1]}的权重置零：一开始 f(x) = 0，"
                f"网络里起作用的只有{works[1]}，各块随训练的需要慢慢长出来。",
                ids(_last(block) for block in outline.blocks),
            ),
        ),
    )


def _nothing_through(paths: tuple[str, ...]) -> Passage:
    """Blocks that begin at zero, with no shortcut to begin as."""
    return Passage(
        Said(
            "At first nothing of the image gets through.", "起步时图像的内容一点也传不过去。", paths
        ),
        (
            Said(
                "zero_init_residual sets the last weights of each block to zero, and there is no "
                "shortcut beside them: at first f(x) = 0 and every image gets the same scores. It "
                "is made for blocks that add their input.",
                "zero_init_residual 把每个块最后的权重置零，旁边又没有捷径：一开始 f(x) = 0，"
                "不管什么图像得分都一样。它是为把输入加回来的块准备的。",
                paths,
            ),
        ),
    )


def _last(block: Anatomy) -> Node:
    """The layer that is zero at the start."""
    norms = [call for call in block.calls if call.role == "norm" and call.lane == "main"]
    return norms[-1] if ends_in_norm(block) else block.steps[-1]


def _works(outline: Outline) -> tuple[str, str]:
    """The parts with weights that do something while every f is zero."""
    count = Few(sum(any(node.params for node in block.side) for block in outline.blocks))
    projections = (f"{count:en} projection{'' if count == 1 else 's'}", f"{count:zh}个投影")
    parts = [
        (outline.stem, ("the stem", "起始层")),
        (count, projections),
        (outline.head, ("the head", "分类头")),
    ]
    there = [words for part, words in parts if part]
    if not there:
        return "the shortcuts", "捷径"
    return listed([words[0] for words in there], "en"), listed([words[1] for words in there], "zh")
