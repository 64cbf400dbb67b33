"""Calls that few modules make: writes into parts of a tensor, convolutions that are functions.

And layers that are fed by no input, layers that a forward makes, results in objects of somebody's
own classes, which hold tensors where nobody looks for them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import nn
from torchview.computation_node import TensorNode
from torchview.recorder_tensor import RecorderTensor

from resnet_core.trace.record import Ran

# Where torch's layers are, and where a trace is made.
LAYERS = str(Path(nn.__file__ or "").parent)
HERE = str(Path(__file__).parent)

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


# Properties that give another tensor, and the call that does the same.
READ: dict[str, tuple[Any, tuple[int, ...]]] = {
    "T": (torch.transpose, (-2, -1)),
    "mT": (torch.transpose, (-2, -1)),
    "H": (torch.transpose, (-2, -1)),
    "mH": (torch.transpose, (-2, -1)),
    "data": (torch.Tensor.detach, ()),
    "real": (torch.real, ()),
    "imag": (torch.imag, ()),
}

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


def cuts(index: tuple[Any, ...]) -> bool:
    """Whether an index takes a part out of the middle or an end, each position of it."""
    parts = index[0] if index and isinstance(index[0], tuple) else index
    slices = [part for part in parts if isinstance(part, slice)]
    ends = any(part.start is not None or part.stop is not None for part in slices)
    return ends and all(part.step in (None, 1) for part in slices)


def from_nothing(ran: Ran, given: list[torch.Tensor], out: Any) -> Any:
    """The result of a layer that was fed by no input (by a buffer, say), to be followed on."""
    if not isinstance(out, torch.Tensor) or getattr(out, "tensor_nodes", None):
        return out
    followed: Any = out.as_subclass(RecorderTensor)
    node = TensorNode(tensor=followed, depth=0, name="hidden-tensor", context=[])
    followed.tensor_nodes = [node]
    ran.given = tuple(tuple(tensor.shape) for tensor in given)
    ran.read = tuple(id(tensor) for tensor in given)
    ran.made = (node,)
    return followed


def is_being_built() -> bool:
    """Whether a layer is made here, in somebody's forward: its first numbers are no part of it."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and not frame.f_code.co_filename.startswith(HERE):
        if frame.f_code.co_name == "__init__" and frame.f_code.co_filename.startswith(LAYERS):
            return True
        frame = frame.f_back
    return False
