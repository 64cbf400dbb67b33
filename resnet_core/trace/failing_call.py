"""Why a call cannot be made, in the words of the field rather than torch's."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from resnet_core.bilingual import Text
from resnet_core.graph.model import (
    Edge,
    Node,
    Problem,
    Shape,
)

_PATHS = {
    "main": Text("the main path", "主路"),
    "shortcut": Text("the shortcut", "捷径"),
    "gate": Text("the gate", "门控"),
}


def problem(node: Node, said: str, operands: Sequence[Edge], start: Shape) -> Problem:
    """The Problem of a call that failed with the message ``said``.

    ``operands`` are the edges into it and ``start`` the shape of the structure's input.
    """
    title, reason = "cannot run", _plain(said)
    if node.role in ("add", "multiply", "concat") and len(operands) > 1:
        title, reason = "shapes do not fit", _disagreement(operands, start)
    elif node.role in ("conv", "pool") and node.inputs:
        title, reason = _window_problem(node, said)
    return Problem(node.id, title, reason, node.inputs)


def _disagreement(operands: Sequence[Edge], start: Shape) -> Text:
    """Which sides of the operands differ, and how each path came to them."""
    one, other = operands[0].shape, operands[1].shape
    if not len(one) == len(other) == len(start) == 4:
        return Text("{} and {} have no common shape", "{} 与 {} 对不上").format(
            _text(one), _text(other)
        )
    english, chinese = [], []
    if one[2:] != other[2:]:
        english.append(
            f"{_text(start[2:])} comes in: "
            + ", ".join(f"{_PATHS[e.lane].en} makes it {_text(e.shape[2:])}" for e in operands[:2])
        )
        chinese.append(
            f"输入是 {_text(start[2:])}："
            + "，".join(f"{_PATHS[e.lane].zh}变成 {_text(e.shape[2:])}" for e in operands[:2])
        )
    if one[1] != other[1]:
        english.append(
            ", ".join(f"{e.shape[1]} channels on {_PATHS[e.lane].en}" for e in operands[:2])
        )
        chinese.append(
            "，".join(f"{_PATHS[e.lane].zh}有 {e.shape[1]} 个通道" for e in operands[:2])
        )
    return Text("; ".join(english), "；".join(chinese))


def _window_problem(node: Node, said: str) -> tuple[str, Text]:
    """A kernel that finds no room, or channels that are not those of the layer."""
    given = node.inputs[0]
    expects = node.attributes.get("in_channels")
    if expects is not None and len(given) > 1 and given[1] != expects:
        return "channels do not fit", Text(
            f"the layer takes {expects} channels and {given[1]} come in",
            f"这一层要 {expects} 个通道，进来的是 {given[1]} 个",
        )
    kernel = node.attributes.get("kernel_size")
    if kernel is None or not re.search("[Kk]ernel|output.*(small|size)|non-positive|<= ?0", said):
        return "cannot run", _plain(said)
    sides, spread = _pair(kernel), _pair(node.attributes.get("dilation", 1))
    reach = _text([(k - 1) * d + 1 for k, d in zip(sides, spread, strict=True)])
    padding = _pair(node.attributes.get("padding", 0))
    room = _text([s + 2 * p for s, p in zip(given[-2:], padding, strict=False)])
    padded = (" (with its padding)", "（含填充）") if any(padding) else ("", "")
    return "the input is too small", Text(
        f"a window of {reach} has no room in a map of {room}{padded[0]}",
        f"{reach} 的窗口放不进 {room} 的特征图{padded[1]}",
    )


def _plain(said: str) -> Text:
    """What torch said, which knows no Chinese; the call itself where torch said nothing."""
    words = textwrap.shorten(said[:1].lower() + said[1:].rstrip(". "), 200, placeholder=" …")
    return Text(words or "the call fails", words or "这一步运行失败")


def _text(shape: Sequence[int]) -> str:
    return "×".join(str(size) for size in shape)


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    both = [value] if isinstance(value, int) else list(value)
    return both[0], both[-1]
