"""The notation of einops, ``b n (h d) -> b h n d``: axes by name, as torch's own calls."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.source.budget import Refused
from resnet_core.source.values import Namespace, Native

# The axes of one side, those in brackets together; of an axis of size 1 nothing.
Side = list[list[str]]
_REST = "..."
_TOKENS = re.compile(r"\.\.\.|…|[()]|\w+")
_HOW = ("mean", "sum", "max", "min", "prod")
_TODO = Text("write it like 'b c h w -> b (h w) c'", "请写成 'b c h w -> b (h w) c' 的样子")


def rearrange(tensor: Any, pattern: str, **sizes: int) -> torch.Tensor:
    """``einops.rearrange``."""
    return _moved(tensor, pattern, sizes, None)


def repeat(tensor: Any, pattern: str, **sizes: int) -> torch.Tensor:
    """``einops.repeat``: axes that only the right side has are new."""
    return _moved(tensor, pattern, sizes, "repeat")


def reduce(tensor: Any, pattern: str, reduction: str, **sizes: int) -> torch.Tensor:
    """``einops.reduce``: axes that only the left side has go."""
    if reduction not in _HOW:
        raise Refused(Text("{!r} is no reduction", "没有 {!r} 这种归约").format(reduction))
    return _moved(tensor, pattern, sizes, reduction)


class Rearrange(nn.Module):
    """``einops.layers.torch.Rearrange``."""

    def __init__(self, pattern: str, **sizes: int) -> None:
        super().__init__()
        self.pattern, self.sizes = pattern, sizes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return rearrange(x, self.pattern, **self.sizes)


class Reduce(nn.Module):
    """``einops.layers.torch.Reduce``."""

    def __init__(self, pattern: str, reduction: str, **sizes: int) -> None:
        super().__init__()
        self.pattern, self.reduction, self.sizes = pattern, reduction, sizes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return reduce(x, self.pattern, self.reduction, **self.sizes)


def _moved(given: Any, pattern: str, sizes: Mapping[str, int], how: str | None) -> torch.Tensor:
    tensor = torch.stack(list(given)) if isinstance(given, list | tuple) else given
    left, right = _sides(pattern, tensor.dim())
    found = _sized(left, tuple(tensor.shape), sizes, pattern)
    before, after = list(chain(*left)), list(chain(*right))
    lost = [name for name in before if name not in after]
    new = [name for name in after if name not in before]
    wrong = (lost and how in (None, "repeat")) or (new and how != "repeat")
    if wrong or len(set(before)) < len(before) or len(set(after)) < len(after):
        reason = Text("the two sides of {!r} do not fit", "{!r} 的两边对不上")
        raise Refused(reason.format(pattern), _TODO)
    if any(len(group) != 1 for group in left):
        tensor = tensor.reshape([found[name] for name in before])
    if lost:
        axes = tuple(before.index(name) for name in lost)
        tensor = _reduced(tensor, str(how), axes)
        before = [name for name in before if name not in lost]
    order = [before.index(name) for name in after if name in before]
    if order != sorted(order):
        tensor = tensor.permute(order)
    if new:
        tensor = _repeated(tensor, after, new, sizes, pattern)
        found |= {name: sizes[name] for name in new}
    if any(len(group) != 1 for group in right):
        tensor = tensor.reshape([math.prod(found[name] for name in group) for group in right])
    return tensor


def _reduced(tensor: torch.Tensor, how: str, axes: tuple[int, ...]) -> torch.Tensor:
    if how in ("mean", "sum"):
        return getattr(tensor, how)(axes)  # type: ignore[no-any-return]
    if how in ("max", "min"):
        return getattr(tensor, f"a{how}")(axes)  # type: ignore[no-any-return]
    for axis in sorted(axes, reverse=True):
        tensor = tensor.prod(axis)
    return tensor


def _repeated(
    tensor: torch.Tensor, after: Sequence[str], new: Sequence[str], sizes: Mapping[str, int],
    pattern: str,
) -> torch.Tensor:  # fmt: skip
    for place, name in enumerate(after):
        if name in new:
            if not isinstance(sizes.get(name), int):
                raise _unsized(name, pattern)
            tensor = tensor.unsqueeze(place)
    return tensor.expand([sizes[name] if name in new else -1 for name in after])


def _sides(pattern: str, dimensions: int) -> tuple[Side, Side]:
    """Both sides of a pattern, for a tensor of so many dimensions. Raises Refused."""
    left, arrow, right = pattern.partition("->")
    if not arrow or re.sub(_TOKENS, "", left + right).strip():
        raise Refused(
            Text("{!r} is no pattern of axes", "{!r} 不是轴的写法").format(pattern), _TODO
        )
    sides = _groups(left, pattern), _groups(right, pattern)
    named = sum(group != [_REST] for group in sides[0])
    rest = [f"{_REST}{number}" for number in range(dimensions - named)]
    if ([_REST] not in sides[0] and rest) or named > dimensions:
        reason = Text(
            "{!r} is for {} dimensions, and there are {}", "{!r} 用于 {} 维，这里是 {} 维"
        )
        raise Refused(reason.format(pattern, named, dimensions), _TODO)
    return _filled(sides[0], rest), _filled(sides[1], rest)


def _groups(side: str, pattern: str) -> Side:
    found: Side = []
    inside: list[str] | None = None
    for token in _TOKENS.findall(side):
        name = _REST if token == "…" else token
        if name in "()":
            if (name == "(") != (inside is None):
                break
            if inside is not None:
                found.append(inside)
            inside = [] if name == "(" else None
        elif inside is not None:
            inside += [] if name == "1" else [name]
        else:
            found.append([] if name == "1" else [name])
    else:
        if inside is None:
            return found
    raise Refused(Text("the brackets of {!r} do not pair", "{!r} 的括号不配对").format(pattern))


def _filled(side: Side, rest: Sequence[str]) -> Side:
    found: Side = []
    for group in side:
        if group == [_REST]:
            found += [[name] for name in rest]
        else:
            found.append([n for name in group for n in (rest if name == _REST else [name])])
    return found


def _sized(
    left: Side, shape: Sequence[int], sizes: Mapping[str, int], pattern: str
) -> dict[str, int]:
    """The size of every axis of the left side. Raises Refused."""
    found: dict[str, int] = {}
    for group, size in zip(left, shape, strict=True):
        open_ = [name for name in group if name not in sizes]
        known = math.prod(sizes[name] for name in group if name in sizes)
        if len(open_) > 1:
            raise _unsized(open_[0], pattern)
        if known < 1 or size % known or (not open_ and size != known):
            reason = Text(
                "an axis of {} cannot be ({}) in {!r}", "长 {0} 的轴不能写成 {2!r} 中的 {1!r}"
            )
            raise Refused(reason.format(size, " ".join(group), pattern))
        found |= {name: sizes[name] for name in group if name in sizes}
        found |= dict.fromkeys(open_, size // known)
    return found


def _unsized(name: str, pattern: str) -> Refused:
    reason = Text("the size of {!r} in {!r} is not said", "{1!r} 中 {0!r} 的长度没有给出")
    return Refused(reason.format(name, pattern), Text("add {}=…", "加上 {}=…").format(name))


_CALLS = {
    "rearrange": Native("rearrange", rearrange),
    "repeat": Native("repeat", repeat),
    "reduce": Native("reduce", reduce),
    "einsum": Native("einsum", lambda *given: torch.einsum(given[-1], *given[:-1])),
}
AXIS_LAYERS = {
    kind.__name__: Native(kind.__name__, kind, "layer", kind) for kind in (Rearrange, Reduce)
}
EINOPS = Namespace(
    "einops",
    {
        **_CALLS,
        "layers": Namespace(
            "einops.layers", {"torch": Namespace("einops.layers.torch", AXIS_LAYERS)}
        ),
    },
)
