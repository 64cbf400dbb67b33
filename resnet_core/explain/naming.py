"""What a block is called, and the headline: the noun, and what it does to the shape."""

from __future__ import annotations

from resnet_core.draw.words import Language
from resnet_core.explain.anatomy import Anatomy
from resnet_core.explain.said import Said, ratio, side
from resnet_core.graph import Node, Shape

# By class: the noun with its article, several of it, and the Chinese.
_NOUNS = {
    "Bottleneck": ("a bottleneck", "bottlenecks", "瓶颈块"),
    "BasicBlock": ("a basic block", "basic blocks", "基本块"),
    "PreactBasicBlock": (
        "a basic block in pre-activation order",
        "basic blocks in pre-activation order",
        "预激活基本块",
    ),
    "PreactBottleneck": (
        "a bottleneck in pre-activation order",
        "bottlenecks in pre-activation order",
        "预激活瓶颈块",
    ),
    "Res2NetBlock": ("a Res2Net block", "Res2Net blocks", "Res2Net 块"),
    "ResDown": (
        "a bottleneck of the original kind",
        "bottlenecks of the original kind",
        "原论文式瓶颈块",
    ),
    "ResidualBlockWithAttention": (
        "a residual block with attention",
        "residual blocks with attention",
        "注意力残差块",
    ),
    "ResidualLayer": (
        "a hand-written basic block",
        "hand-written basic blocks",
        "手写基本块",
    ),
    "ConvNeXtBlock": ("a ConvNeXt block", "ConvNeXt blocks", "ConvNeXt 块"),
    "HorBlock": ("a HorNet block", "HorNet blocks", "HorNet 块"),
    "InvertedResidual": ("an inverted residual block", "inverted residual blocks", "倒残差块"),
    "Downsample": ("a downsampling layer", "downsampling layers", "下采样层"),
}


def noun(block: Anatomy) -> tuple[str, str]:
    """The noun of a block; of a class that is not known, by what the graph shows."""
    if block.type in _NOUNS:
        one, _, chinese = _NOUNS[block.type]
        return one, chinese
    if block.closed:
        return f"a residual block ({block.type})", f"残差块（{block.type}）"
    return f"a module ({block.type})", f"模块（{block.type}）"


def plural(block: Anatomy, count: int) -> tuple[str, str]:
    """The noun of ``count`` such blocks, without article."""
    if block.type in _NOUNS:
        one, several, chinese = _NOUNS[block.type]
        return (one.partition(" ")[2] if count == 1 else several), chinese
    one, chinese = noun(block)
    return one.partition(" ")[2] if count == 1 else f"{block.type} blocks", chinese


def headline(block: Anatomy) -> Said:
    """``A bottleneck that halves the map and doubles the channels.``"""
    english, chinese = noun(block)
    english = english[:1].upper() + english[1:]
    if block.graph.problem or len(block.given) != 4 or len(block.made) != 4:
        return Said(f"{english}.", f"一个{chinese}。".replace("一个 ", "一个"))
    size, width = _of_size(block.given, block.made), _of_width(block.given, block.made)
    parts = [each for each in (size, width) if each]
    if not parts:
        return Said(f"{english} that keeps the shape.", f"一个不改变形状的{chinese}。")
    does = " and ".join(each[0] for each in parts)
    alters = "、".join(each[1] for each in parts)
    return Said(f"{english} that {does}.", f"一个让{alters}的{chinese}。")


def _of_size(given: Shape, made: Shape) -> tuple[str, str] | None:
    if given[2:] == made[2:]:
        return None
    if all(-(-one // 2) == other for one, other in zip(given[2:], made[2:], strict=True)):
        return "halves the map", "特征图减半"
    return (
        f"takes the map from {side(given)} to {side(made)}",
        f"特征图从 {side(given)} 变成 {side(made)}",
    )


def _of_width(given: Shape, made: Shape) -> tuple[str, str] | None:
    before, after = given[1], made[1]
    if before == after:
        return None
    if after == 2 * before:
        return "doubles the channels", "通道翻倍"
    if 2 * after == before:
        return "halves the channels", "通道减半"
    if after % before == 0:
        times = ratio(after / before)
        return f"gives {times} times the channels", f"通道变成 {times} 倍"
    verb, chinese = ("widens", "增加") if after > before else ("narrows", "减少")
    return (
        f"{verb} {before:,} channels to {after:,}",
        f"通道从 {before:,} {chinese}到 {after:,}",
    )


def called(block: Anatomy, language: Language) -> str:
    """A block's path; one that is a mere number is called by it."""
    if not block.path.isdigit():
        return block.path
    return f"第 {block.path} 块" if language == "zh" else f"block {block.path}"


def called_layer(node: Node, language: Language) -> str:
    """A layer's id; one that is a mere number is called by it."""
    if not node.id.isdigit():
        return node.id
    return f"第 {node.id} 层" if language == "zh" else f"layer {node.id}"


def capital(text: str) -> str:
    """The first letter of ``block 0`` made large; a path stays as it is."""
    return f"B{text[1:]}" if text.startswith("block ") else text
