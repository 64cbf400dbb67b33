"""Why a call cannot be made, in the words of the field rather than torch's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resnet_core.graph import Edge, Node, Problem, Shape


def problem(node: Node, said: str, operands: Sequence[Edge], start: Shape) -> Problem:
    """The Problem of a call that failed with the message ``said``.

    ``operands`` are the edges into it and ``start`` the shape of the structure's input.
    """
    if node.role in ("add", "multiply", "concat") and len(operands) > 1:
        return Problem(node.id, "shapes do not fit", _disagreement(operands, start), node.inputs)
    if node.role in ("conv", "pool") and node.inputs:
        return _window_problem(node, said)
    return Problem(node.id, "cannot run", _plain(said), node.inputs)


def _disagreement(operands: Sequence[Edge], start: Shape) -> str:
    """Which sides of the operands differ, and how each path came to them."""
    first, second = operands[0].shape, operands[1].shape
    if not len(first) == len(second) == len(start) == 4:
        return f"{_text(first)} and {_text(second)} have no common shape"
    found = []
    if first[2:] != second[2:]:
        ways = (f"{_path(each)} makes it {_text(each.shape[2:])}" for each in operands[:2])
        found.append(f"{_text(start[2:])} comes in: {', '.join(ways)}")
    if first[1] != second[1]:
        ways = (f"{each.shape[1]} channels on {_path(each)}" for each in operands[:2])
        found.append(", ".join(ways))
    return "; ".join(found)


def _path(edge: Edge) -> str:
    return {"main": "the main path", "shortcut": "the shortcut", "gate": "the gate"}[edge.lane]


def _window_problem(node: Node, said: str) -> Problem:
    """A kernel that finds no room, or channels that are not those of the layer."""
    given = node.inputs[0]
    expects = node.attributes.get("in_channels")
    if expects is not None and len(given) > 1 and given[1] != expects:
        reason = f"the layer takes {expects} channels and {given[1]} come in"
        return Problem(node.id, "channels do not fit", reason, node.inputs)
    kernel = node.attributes.get("kernel_size")
    if kernel is not None and re.search("[Kk]ernel|output.*(small|size)|non-positive|<= ?0", said):
        sides, spread = _pair(kernel), _pair(node.attributes.get("dilation", 1))
        reach = tuple((k - 1) * d + 1 for k, d in zip(sides, spread, strict=True))
        padding = _pair(node.attributes.get("padding", 0))
        room = tuple(s + 2 * p for s, p in zip(given[-2:], padding, strict=False))
        reason = f"a window of {_text(reach)} has no room in a map of {_text(room)}"
        padded = " (with its padding)" if any(padding) else ""
        return Problem(node.id, "the input is too small", reason + padded, node.inputs)
    return Problem(node.id, "cannot run", _plain(said), node.inputs)


def _plain(said: str) -> str:
    return said[:1].lower() + said[1:200].rstrip(". ")


def _text(shape: Sequence[int]) -> str:
    return "×".join(str(each) for each in shape)


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    both = [value] if isinstance(value, int) else list(value)
    return both[0], both[-1]
