"""Calls that few modules make: writes into parts of a tensor, convolutions that are functions.

And results in objects of somebody's own classes, which hold tensors where nobody looks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn
from torchview.computation_node import TensorNode

# What gives parts of a tensor that share its numbers: who writes to them writes to it.
PARTS = frozenset(
    {"__getitem__", "narrow", "select", "chunk", "split", "unbind", "view", "unsqueeze", "squeeze",
     "transpose", "permute", "diagonal", "expand", "reshape", "flatten"}
)  # fmt: skip


def written(target: torch.Tensor, index: Any, value: Any) -> torch.Tensor:
    """``target[index] = value`` as a call that gives what it has written to."""
    target[index] = value
    return target


def shared(owner: torch.Tensor, _part: torch.Tensor) -> torch.Tensor:
    """A tensor after a part of it was written to, which changed it already."""
    return owner


written.__name__ = shared.__name__ = "__setitem__"


def shares(owner: torch.Tensor, part: torch.Tensor) -> bool:
    """Whether the numbers of one are the other's: a choice of positions by number is a copy."""
    with torch._C.DisableTorchFunctionSubclass():
        same: bool = part.untyped_storage()._cdata == owner.untyped_storage()._cdata
    return same


def made_by_hand(value: Any, depth: int = 4) -> Iterable[TensorNode]:
    """The tensors in what a module returned, also in objects of somebody's own classes."""
    if isinstance(value, torch.Tensor):
        yield from (getattr(value, "tensor_nodes", None) or [])[-1:]
    elif depth:
        parts = value.values() if isinstance(value, Mapping) else value
        if not isinstance(parts, Iterable) or isinstance(parts, str | bytes):
            parts = vars(value).values() if hasattr(value, "__dict__") else ()
        for part in list(parts) if not isinstance(value, nn.Module | type) else ():
            yield from made_by_hand(part, depth - 1)


CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")


def window(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """What a convolution that is called as a function has in common with the layer."""
    names = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
    given = dict(zip(names, args, strict=False)) | dict(kwargs)
    weight = given.get("weight")
    if not isinstance(weight, torch.Tensor) or weight.dim() < 3:
        return {}
    sides = weight.shape
    groups = given.get("groups", 1)
    found = {
        "in_channels": sides[1] * groups, "out_channels": sides[0],
        "kernel_size": list(sides[2:]), "groups": groups,
        "bias": given.get("bias") is not None,
    }  # fmt: skip
    for name, usual in (("stride", 1), ("padding", 0), ("dilation", 1)):
        value = given.get(name, usual)
        alone = isinstance(value, int) and len(sides) == 4
        found[name] = (
            [value, value] if alone else list(value) if isinstance(value, tuple | list) else value
        )
    return found
