"""Why a call cannot be made, in the words of the field rather than torch's."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from resnet_core.graph.model import (
    Edge,
    Node,
    Problem,
    Shape,
)

_PATHS = {
    "main": ("the main path", "主路"),
    "shortcut": ("the shortcut", "捷径"),
    "gate": ("the gate", "门控"),
}


def problem(node: Node, said: str, operands: Sequence[Edge], start: Shape) -> Problem:
    """The Problem of a call that failed with the message ``said``.

    ``operands`` are the edges into it and ``start`` the shape of the structure's input.
    """
    title, (reason, chinese) = "cannot run", (_plain(said), _plain(said))
    if node.role in ("add", "multiply", "concat") and len(operands) > 1:
        title, (reason, chinese) = "shapes do not fit", _disagreement(operands, start)
    elif node.role in ("conv", "pool") and node.inputs:
        title, (reason, chinese) = _window_problem(node, said)
    return Problem(node.id, title, reason, node.inputs, chinese)


def _disagreement(operands: Sequence[Edge], start: Shape) -> tuple[str, str]:
    """Which sides of the operands differ, and how each path came to them."""
    one, other = operands[0].shape, operands[1].shape
    if not len(one) == len(other) == len(start) == 4:
        both = _text(one), _text(other)
        return "{} and {} have no common shape".format(*both), "{} 与 {} 对不上".format(*both)
    english, chinese = [], []
    if one[2:] != other[2:]:
        english.append(
            f"{_text(start[2:])} comes in: "
            + ", ".join(f"{_PATHS[e.lane][0]} makes it {_text(e.shape[2:])}" for e in operands[:2])
        )
        chinese.append(
            f"输入是 {_text(start[2:])}："
            + "，".join(f"{_PATHS[e.lane][1]}变成 {_text(e.shape[2:])}" for e in operands[:2])
        )
    if one[1] != other[1]:
        english.append(
            ", ".join(f"{e.shape[1]} channels on {_PATHS[e.lane][0]}" for e in operands[:2])
        )
        chinese.append(
            "，".join(f"{_PATHS[e.lane][1]}有 {e.shape[1]} 个通道" for e in operands[:2])
        )
    return "; ".join(english), "；".join(chinese)


def _window_problem(node: Node, said: str) -> tuple[str, tuple[str, str]]:
    """A kernel that finds no room, or channels that are not those of the layer."""
    given = node.inputs[0]
    expects = node.attributes.get("in_channels")
    if expects is not None and len(given) > 1 and given[1] != expects:
        return "channels do not fit", (
            f"the layer takes {expects} channels and {given[1]} come in",
            f"这一层要 {expects} 个通道，进来的是 {given[1]} 个",
        )
    kernel = node.attributes.get("kernel_size")
    if kernel is None or not re.search("[Kk]ernel|output.*(small|size)|non-positive|<= ?0", said):
        return "cannot run", (_plain(said), _plain(said))
    sides, spread = _pair(kernel), _pair(node.attributes.get("dilation", 1))
    reach = _text([(k - 1) * d + 1 for k, d in zip(sides, spread, strict=True)])
    padding = _pair(node.attributes.get("padding", 0))
    room = _text([s + 2 * p for s, p in zip(given[-2:], padding, strict=False)])
    padded = (" (with its padding)", "（含填充）") if any(padding) else ("", "")
    return "the input is too small", (
        f"a window of {reach} has no room in a map of {room}{padded[0]}",
        f"{reach} 的窗口放不进 {room} 的特征图{padded[1]}",
    )


def _plain(said: str) -> str:
    return textwrap.shorten(said[:1].lower() + said[1:].rstrip(". "), 200, placeholder=" …")


def _text(shape: Sequence[int]) -> str:
    return "×".join(str(size) for size in shape)


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    both = [value] if isinstance(value, int) else list(value)
    return both[0], both[-1]
