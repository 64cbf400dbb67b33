"""What a run leaves beside torchview's own record: its calls, its modules, their multiply-adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry
from torchview.computation_node import FunctionNode, ModuleNode, TensorNode

from resnet_core.graph.model import Shape, Source


@dataclass(frozen=True)
class Call:
    """A call as it was made: the function's name, its tensors, its other arguments, the line.

    ``operands`` are the shapes of all tensors, ``tensors`` those that came along the graph, and
    ``parameters`` the ``id`` of those that are a module's own, ``buffers`` of those that came from
    neither: buffers, and what a forward made. ``macs`` is what torch counted.
    """

    name: str = ""
    operands: tuple[Shape, ...] = ()
    tensors: tuple[TensorNode, ...] = ()
    parameters: tuple[int, ...] = ()
    buffers: tuple[int, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    source: Source | None = None
    macs: int | None = None


# A call that a layer of torch's own makes: the layer is drawn, and nobody asks for it.
UNSEEN = Call()


@dataclass
class Ran:
    """A module that ran: what torchview made of it, and what ran inside it, in this order.

    ``closed`` is a layer of torch's own without layers inside, whose calls are no boxes of a graph.
    ``given``, ``read`` (the ``id`` of each tensor) and ``made`` are set where torchview saw
    nothing, for no input came along the graph.
    ``inside`` holds modules and the functions of torchview. Which call belongs to which module
    is read from the modules that were running: torchview reads it from the tensor, which a module
    that hands its input on leaves with the wrong owner.
    """

    module: nn.Module
    head: ModuleNode | None
    inside: list[Ran | FunctionNode] = field(default_factory=list)
    source: Source | None = None
    macs: int | None = None
    closed: bool = False
    given: tuple[Shape, ...] = ()
    read: tuple[int, ...] = ()
    made: tuple[TensorNode, ...] = ()


class Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts multiply-adds as torch does, whatever the layer or function that asks for them."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.macs = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        flops = flop_registry.get(func._overloadpacket)
        if flops is not None:
            self.macs += int(flops(*args, **kwargs, out_val=out)) // 2
        return out


# The names of arguments that a call is mostly given by place.
_POSITIONAL: dict[str, tuple[str, ...]] = {
    "flatten": ("start_dim", "end_dim"),
    "mean": ("dim", "keepdim"),
    "amax": ("dim", "keepdim"),
    "cat": ("dim",),
    "chunk": ("chunks", "dim"),
    "split": ("split_size", "dim"),
    "pad": ("pad", "mode", "value"),
    "softmax": ("dim",),
    "max_pool2d": ("kernel_size", "stride", "padding", "dilation"),
    "avg_pool2d": ("kernel_size", "stride", "padding"),
    "transpose": ("dim0", "dim1"),
    "permute": ("dims",),
    "mul": ("other",),
    "add": ("other",),
    "unsqueeze": ("dim",),
    "squeeze": ("dim",),
}
# What holds no tensor, whatever it is.
PLAIN = frozenset({int, float, bool, str, type(None), torch.Size, torch.dtype})


def tensors_in(values: Iterable[Any]) -> list[torch.Tensor]:
    """All tensors among the values, also inside tuples and lists; parameters too."""
    found: list[torch.Tensor] = []
    for value in values:
        # Asked for each value of each call: of the commonest types first, and by name.
        if type(value) in PLAIN:
            continue
        if isinstance(value, torch.Tensor):
            found.append(value)
        elif isinstance(value, tuple | list):
            found += tensors_in(value)
        elif isinstance(value, dict):
            found += tensors_in(value.values())
    return found


def scalars(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are no tensors, by name."""
    plain = [arg for arg in args if not isinstance(arg, torch.Tensor)]
    plain = [item for item in plain if not tensors_in([item])]
    names = _POSITIONAL.get(name.strip("_"), ())
    if names[:1] == ("dims",) and plain and isinstance(plain[0], int):
        plain = [tuple(plain)]
    found = dict(zip(names, plain, strict=False)) | dict(kwargs)
    if name == "__getitem__" and _cuts(args[1:]):
        found["cut"] = True
    return {key: _listed(value) for key, value in found.items() if _is_plain(value)}


def _cuts(index: tuple[Any, ...]) -> bool:
    """Whether an index takes a part out of the middle or an end, each position of it."""
    parts = index[0] if index and isinstance(index[0], tuple) else index
    slices = [part for part in parts if isinstance(part, slice)]
    ends = any(part.start is not None or part.stop is not None for part in slices)
    return ends and all(part.step in (None, 1) for part in slices)


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(_is_plain(part) for part in value)
    return isinstance(value, bool | int | float | str)


def _listed(value: Any) -> Any:
    return [_listed(part) for part in value] if isinstance(value, tuple | list) else value
