"""What a run leaves beside torchview's own record: its calls, its modules, their multiply-adds."""

from __future__ import annotations

from collections.abc import Mapping
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

    A layer whose outcome is known has the note of a function. ``closed`` is a layer of torch's own
    without layers inside, whose calls are no boxes of a graph. ``given``, ``read`` (the ``id`` of
    each tensor) and ``made`` are set where torchview saw nothing, for no input came along the
    graph. ``inside`` holds modules and the functions of torchview. Which call belongs to which
    module is read from the modules that were running: torchview reads it from the tensor, which a
    module that hands its input on leaves with the wrong owner.
    """

    module: nn.Module
    head: ModuleNode | FunctionNode | None
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
BY_PLACE: dict[str, tuple[str, ...]] = {
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
