"""Layers named in a sentence: ``a 1×1 convolution with stride 2 and a batch norm``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from resnet_core.draw.label import call_title
from resnet_core.draw.words import Language
from resnet_core.explain.anatomy import kernel, size_of, stride, weights
from resnet_core.explain.said import Few, listed
from resnet_core.graph import Node


def described(nodes: Iterable[Node], language: Language) -> str:
    """The layers on the way, in words; equal neighbours are counted."""
    named = [_layer(each, language) for each in nodes if each.role != "identity"]
    return listed((_counted(name, len(list(run)), language) for name, run in groupby(named)),
                  language)  # fmt: skip


def _counted(name: str, count: int, language: Language) -> str:
    """``two 3×3 convolutions`` for ``a 3×3 convolution`` that comes twice."""
    if count == 1:
        return name
    if language == "zh":
        return f"{Few(count):zh}{name.removeprefix('一')}"
    bare = name.partition(" ")[2]
    return f"{Few(count):en} {bare.replace('convolution', 'convolutions')}"


def _layer(node: Node, language: Language) -> str:
    zh = language == "zh"
    if weights(node):
        step = stride(node)
        if zh:
            return f"一个{f'步幅为 {step} 的' if step > 1 else ''} {size_of(node)} 卷积"
        return f"a {size_of(node)} convolution{f' with stride {step}' if step > 1 else ''}"
    if node.role == "pool":
        return _pool(node, language)
    name = call_title(node, language).split(",")[0]
    if zh:
        return f"一个{name}"
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _pool(node: Node, language: Language) -> str:
    """``an average pooling over 2×2``, with its stride where that is not its size."""
    zh, step = language == "zh", stride(node)
    size, moved = f"{kernel(node)}×{kernel(node)}", step not in (1, kernel(node))
    if zh:
        kind = "最大池化" if "max" in node.type.lower() else "平均池化"
        return f"一个{f'步幅为 {step} 的' if moved else ''} {size} {kind}"
    kind = "a max" if "max" in node.type.lower() else "an average"
    return f"{kind} pooling over {size}{f' with stride {step}' if moved else ''}"
