"""Why a call cannot be made, in the words of the field rather than torch's."""

from __future__ import annotations

import math
import re
import textwrap
import traceback
from collections.abc import Sequence
from pathlib import Path

from resnet_core.bilingual import Text, clauses, same
from resnet_core.graph.model import (
    Edge,
    Node,
    Problem,
    Shape,
)

# An error that passed through the trace is not the trace's.
_PACKAGE = str(Path(__file__).parent)

# What torch says where a tensor's values are asked for and there are none.
_NEEDS_DATA = (
    "on meta tensor|meta device type tensor|copy out of meta|data-dependent|data-independent|"
    "aten::_local_scalar"
)

# What is said besides of what runs without a word where there are numbers.
_NEEDS_NUMBERS = (
    f"{_NEEDS_DATA}|looks at the values|expected device meta|[Mm]eta backend|fake impl|numpy|"
    "TorchScript|[Mm]eta tensor|device meta"
)

_CHANNELS = Text("the layer takes {} channels and {} come in", "这一层要 {} 个通道，进来的是 {} 个")
_FEATURES = Text(
    "the layer takes vectors of {:,} numbers and vectors of {:,} come in",
    "这一层要长 {:,} 的向量，进来的长 {:,}",
)
_WHOLE = Text(
    "it looks up whole numbers and the input holds fractions: let the input hold whole numbers "
    "(dtype=long)",
    "它按整数查表，而输入是小数：请让输入为整数（dtype=long）",
)
_SPREAD = Text(
    "{} are {} numbers, which cannot be laid out as [{}]: {} does not divide them",
    "{} 共 {} 个数，排不成 [{}]：不能被 {} 整除",
)
_FILLED = Text("{} are {} numbers, and [{}] takes {}", "{} 共 {} 个数，而 [{}] 需要 {} 个")
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
        disagreement = _disagreement(node, operands, start)
        if disagreement is not None:
            title, reason = "shapes do not fit", disagreement
    elif node.role in ("conv", "pool") and node.inputs:
        title, reason = _window_problem(node, said)
    elif node.inputs and (mismatch := _mismatch(node, said)):
        title, reason = mismatch
    return Problem(node.id, title, reason, node.inputs)


def _disagreement(node: Node, operands: Sequence[Edge], start: Shape) -> Text | None:
    """Which sides of two operands differ, and how each path came to them; None where none do."""
    side = 2 if node.role == "concat" and node.attributes.get("dim", 0) == 1 else 1
    first = operands[0]
    odd = next((edge for edge in operands if edge.shape[side:] != first.shape[side:]), None)
    if odd is None:
        return None
    one, other = first.shape, odd.shape
    if not len(one) == len(other) == len(start) == 4:
        return Text("{} and {} have no common shape", "{} 与 {} 对不上").format(
            _text(one), _text(other)
        )
    reasons = []
    if one[2:] != other[2:]:
        sizes = [
            Text("{} makes it {}", "{}变成 {}").format(_PATHS[edge.lane], _text(edge.shape[2:]))
            for edge in (first, odd)
        ]
        said = Text("{} comes in: {}, {}", "输入是 {}：{}，{}")
        reasons.append(said.format(_text(start[2:]), *sizes))
    if one[1] != other[1] and side == 1:
        channels = [
            Text("{} channels on {}", "{1}有 {0} 个通道").format(edge.shape[1], _PATHS[edge.lane])
            for edge in (first, odd)
        ]
        reasons.append(Text("{}, {}", "{}，{}").format(*channels))
    return clauses(*reasons)


def _mismatch(node: Node, said: str) -> tuple[str, Text] | None:
    """A layer or a function that is given another size than it takes; None for anything else."""
    given = node.inputs[0]
    if node.attributes.get("num_features") is not None and len(given) > 1:
        channels = node.attributes["num_features"]
        if channels != given[1]:
            return "channels do not fit", _CHANNELS.format(channels, given[1])
    features = node.attributes.get("in_features")
    if features is not None and given and features != given[-1]:
        return "features do not fit", _FEATURES.format(features, given[-1])
    if "scalar types: Long, Int" in said:
        return "whole numbers are wanted", _WHOLE
    wanted = re.search(r"shape '\[([-\d, ]+)\]' is invalid for input of size (\d+)", said)
    if wanted is None:
        return None
    sizes, numbers = [int(size) for size in wanted[1].split(",")], int(wanted[2])
    fixed = math.prod(size for size in sizes if size > 0)
    words = _text(given), f"{numbers:,}"
    if -1 in sizes:
        return "shapes do not fit", _SPREAD.format(*words, wanted[1], f"{fixed:,}")
    return "shapes do not fit", _FILLED.format(*words, wanted[1], f"{fixed:,}")


def _window_problem(node: Node, said: str) -> tuple[str, Text]:
    """A kernel that finds no room, or channels that are not those of the layer."""
    given = node.inputs[0]
    expects = node.attributes.get("in_channels")
    if expects is not None and len(given) > 1 and given[1] != expects:
        return "channels do not fit", _CHANNELS.format(expects, given[1])
    kernel = node.attributes.get("kernel_size")
    if kernel is None or not re.search("[Kk]ernel|output.*(small|size)|non-positive|<= ?0", said):
        return "cannot run", _plain(said)
    sides, spread = _pair(kernel), _pair(node.attributes.get("dilation", 1))
    reach = _text([(k - 1) * d + 1 for k, d in zip(sides, spread, strict=True)])
    padding = node.attributes.get("padding", 0)
    # Padding by name adds nothing ("valid"), or as much as a window needs ("same").
    padding = (0, 0) if isinstance(padding, str) else _pair(padding)
    room = _text([s + 2 * p for s, p in zip(given[-2:], padding, strict=False)])
    reason = Text("a window of {} has no room in a map of {}", "{} 的窗口放不进 {} 的特征图")
    if any(padding):
        reason = Text("{} (with its padding)", "{}（含填充）").format(reason)
    return "the input is too small", reason.format(reach, room)


def told(failure: BaseException) -> Text:
    """An error of somebody's own code, as Python names it, and the line of theirs that it is from.

    The innermost one: `` (net.py, line 3)``.
    """
    said = same(f"{type(failure).__name__}: {failure}")
    if isinstance(failure, SystemExit):
        code = "" if failure.code is None else failure.code
        said = Text("it ends the program (sys.exit({}))", "它会结束整个程序（sys.exit({})）")
        said = said.format(code)
    elif re.search(_NEEDS_DATA, str(failure)):
        said = _plain(str(failure))
    theirs = [
        item
        for item in traceback.extract_tb(failure.__traceback__)
        if not item.filename.startswith(("<", _PACKAGE)) and "site-packages" not in item.filename
    ]
    if not theirs:
        return said
    placed = Text("{} ({}, line {})", "{}（{} 第 {} 行）")
    return placed.format(said, Path(theirs[-1].filename).name, theirs[-1].lineno)


def needs_numbers(said: str) -> bool:
    """Whether a call fails for want of numbers, as torch or as this file says it."""
    return bool(re.search(_NEEDS_NUMBERS, said))


def _plain(said: str) -> Text:
    """What torch said, which knows no Chinese; the call itself where torch said nothing.

    That a tensor has no data here is said in other words: it is no mistake of the module's.
    """
    if re.search(_NEEDS_DATA, said):
        return Text(
            "the forward looks at the values of a tensor (if, .item(), a mask), and a trace has "
            "shapes only; choose the branch by a setting of the module instead",
            "forward 要看张量里的数值（if、.item()、掩码），而这里只有形状；"
            "请改用模块的设置来选择分支",
        )
    words = textwrap.shorten(said[:1].lower() + said[1:].rstrip(". "), 200, placeholder=" …")
    return Text(words or "the call fails", words or "这一步运行失败")


def _text(shape: Sequence[int]) -> str:
    return "×".join(str(size) for size in shape)


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    both = [value] if isinstance(value, int) else list(value)
    return both[0], both[-1]
