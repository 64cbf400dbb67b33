"""What torchview does not keep: the line of code, the arguments, and the call that failed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import torch
import torchview
from torch import nn
from torch.nn.modules.module import (
    register_module_forward_pre_hook,
)
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry
from torchview.computation_node import FunctionNode, ModuleNode, TensorNode
from torchview.recorder_tensor import RecorderTensor

from resnet_core.graph.model import Shape, Source
from resnet_core.stages import PLACE
from resnet_core.trace.known_shapes import known_shape
from resnet_core.trace.quick_recorder import CREATORS

_FOREIGN = tuple(str(Path(value.__file__ or "").parent) for value in (torch, torchview))
_HERE = str(Path(__file__).parent)
_ROOT = Path(__file__).parents[2]

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


# A look at the shape of a tensor that is not followed.
_shape: Any = torch.Tensor.shape
_LOOK = _shape.__get__


# Properties that give another tensor, and the call that does the same.
_READ: dict[str, tuple[Any, tuple[int, ...]]] = {
    "T": (torch.transpose, (-2, -1)),
    "mT": (torch.transpose, (-2, -1)),
    "H": (torch.transpose, (-2, -1)),
    "mH": (torch.transpose, (-2, -1)),
    "data": (torch.Tensor.detach, ()),
    "real": (torch.real, ()),
    "imag": (torch.imag, ()),
}


@dataclass(frozen=True)
class Call:
    """A call as it was made: the function's name, its tensors, its other arguments, the line.

    ``operands`` are the shapes of all tensors, ``tensors`` those that came along the graph, and
    ``parameters`` the ``id`` of those that are a module's own. ``macs`` is what torch counted.
    """

    name: str = ""
    operands: tuple[Shape, ...] = ()
    tensors: tuple[TensorNode, ...] = ()
    parameters: tuple[int, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    source: Source | None = None
    macs: int | None = None


@dataclass
class Ran:
    """A module that ran: what torchview made of it, and what ran inside it, in this order.

    ``given`` and ``made`` are set where torchview saw nothing, for no input came along the graph.
    ``inside`` holds modules and the functions of torchview. Which call belongs to which module
    is read from the modules that were running: torchview reads it from the tensor, which a module
    that hands its input on leaves with the wrong owner.
    """

    module: nn.Module
    head: ModuleNode | None
    inside: list[Ran | FunctionNode] = field(default_factory=list)
    source: Source | None = None
    macs: int | None = None
    given: tuple[Shape, ...] = ()
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


class Witness(TorchFunctionMode):
    """Stands beside torchview while a module runs and notes what it will not tell.

    ``ran`` is the outermost module, ``functions`` map ``id`` of torchview's nodes to the call;
    ``running`` are the modules that were inside their forward when the run ended: empty unless it
    failed. ``counter`` counts multiply-adds, where somebody wants them counted.
    """

    def __init__(self, counter: Counter | None = None) -> None:
        super().__init__()
        self.counter = counter
        # What makes a tensor of none one that is followed.
        self.follow: Callable[[torch.Tensor], torch.Tensor] = lambda tensor: tensor
        self.functions: dict[int, Call] = {}
        self.ran: Ran | None = None
        self.running: list[Ran] = []
        self.failed: Call | None = None
        self._deep = 0

    def __enter__(self) -> Witness:
        self._hook = register_module_forward_pre_hook(self._before)
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *exc: Any) -> None:
        super().__exit__(*exc)  # type: ignore[no-untyped-call]
        self._hook.remove()

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """torchview's way of calling a module, with a note of what runs in which module."""

        def run(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            ran = Ran(module, None, [], _line(sys._getframe(1)), self._counted())
            if self.running:
                self.running[-1].inside.append(ran)
            elif self.ran is None:
                self.ran = ran
            self.running.append(ran)
            context = _context(kwargs)
            known = len(context)
            try:
                out = call(module, *args, **kwargs)
            finally:
                if ran.head is None and len(context) > known:
                    ran.head = next(iter(context[known]))
                ran.macs = self._counted(ran.macs)
            self.running.pop()
            return out if ran.head or ran.inside else _from_nothing(ran, args, out)

        return run

    def _before(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        for tensor in _tensors(args):
            for parent in _nodes(tensor)[-1].parents if _nodes(tensor) else ():
                if isinstance(parent, ModuleNode) and parent.compute_unit_id == id(module):
                    self.running[-1].head = parent
                    return

    def _counted(self, before: int | None = 0) -> int | None:
        """What was counted since ``before``; None where nobody counts."""
        return None if self.counter is None else self.counter.macs - (before or 0)

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func == _LOOK:
            with torch._C.DisableTorchFunctionSubclass():
                return func(*args)
        kwargs = kwargs or {}
        func, args = _as_call(func, args)
        if self._deep:
            return self._unfollowed(func, args, kwargs)
        made = self._noted(func, types, args, kwargs)
        return self.follow(made) if func in CREATORS else made

    def _noted(
        self, func: Any, types: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        """What a call returns or raises, and a note of it."""
        tensors = list(_tensors((*args, *kwargs.values())))
        before = tuple(_nodes(tensor)[-1] for tensor in tensors if _nodes(tensor))
        name = str(getattr(func, "__name__", func))
        start = self._counted()
        try:
            if (answer := known_shape(func, args, kwargs, self.counter is not None)) is not None:
                result = RecorderTensor.__torch_function__(answer, types, args, kwargs)
            elif before:
                result = func(*args, **kwargs)
            else:
                return self._unfollowed(func, args, kwargs)
        except Exception:
            if self.failed is None:
                self.failed = self._call(name, tensors, before, args, kwargs)
            raise
        for tensor in _tensors((result,)):
            for parent in _nodes(tensor)[-1].parents if _nodes(tensor) else ():
                if isinstance(parent, FunctionNode) and id(parent) not in self.functions:
                    call = self._call(name, tensors, before, args, kwargs)
                    self.functions[id(parent)] = replace(call, macs=self._counted(start))
                    if self.running:
                        self.running[-1].inside.append(parent)
        return result

    def _unfollowed(self, func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """A call on tensors that came along no graph; what torch makes on its way is none of it."""
        self._deep += 1
        try:
            with torch._C.DisableTorchFunctionSubclass():
                out = func(*args, **kwargs)
                return out.as_subclass(torch.Tensor) if isinstance(out, RecorderTensor) else out
        finally:
            self._deep -= 1

    def _call(
        self, name: str, tensors: list[torch.Tensor], nodes: tuple[TensorNode, ...],
        args: tuple[Any, ...], kwargs: Mapping[str, Any],
    ) -> Call:  # fmt: skip
        with torch._C.DisableTorchFunctionSubclass():
            shapes = tuple(tuple(tensor.shape) for tensor in tensors)
        own = tuple(id(tensor) for tensor in tensors if isinstance(tensor, nn.Parameter))
        plain = _scalars(name, args, kwargs)
        return Call(name, shapes, nodes, own, plain, _line(sys._getframe(2)))


def _as_call(func: Any, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """What is read behind a dot, ``x.mT`` or ``x.data``, as the call that gives the same."""
    name = getattr(getattr(func, "__self__", None), "__name__", "")
    if getattr(func, "__name__", "") == "__get__" and name in _READ:
        return _READ[name][0], (args[0], *_READ[name][1])
    return func, args


def _context(kwargs: Mapping[str, Any]) -> list[Any]:
    """Where torchview notes a call that is given its tensors by name; else a list of nothing."""
    named = (_nodes(tensor) for tensor in _tensors(kwargs.values()))
    return next((nodes[-1].context for nodes in named if nodes), [])


def _from_nothing(ran: Ran, args: tuple[Any, ...], out: Any) -> Any:
    """The result of a layer that was fed by no input (by a buffer, say), to be followed on."""
    if not isinstance(out, torch.Tensor) or _nodes(out):
        return out
    followed: Any = out.as_subclass(RecorderTensor)
    node = TensorNode(tensor=followed, depth=0, name="hidden-tensor", context=[])
    followed.tensor_nodes = [node]
    ran.given = tuple(tuple(tensor.shape) for tensor in _tensors(args))
    ran.made = (node,)
    return followed


def _nodes(tensor: torch.Tensor) -> list[TensorNode]:
    return getattr(tensor, "tensor_nodes", None) or []


def _tensors(values: Iterable[Any]) -> Iterable[torch.Tensor]:
    """All tensors among the values, also inside tuples and lists; parameters too."""
    for value in values:
        if isinstance(value, RecorderTensor | torch.Tensor):
            yield value
        elif isinstance(value, tuple | list):
            yield from _tensors(value)
        elif isinstance(value, dict):
            yield from _tensors(value.values())


def _scalars(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are no tensors, by name."""
    plain = [arg for arg in args if not isinstance(arg, torch.Tensor)]
    plain = [item for item in plain if next(iter(_tensors([item])), None) is None]
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


def _line(frame: FrameType | None) -> Source | None:
    """The innermost line outside torch, torchview and this package: the block's own code.

    Of a source that is read and not run it is the line that is being read.
    """
    if PLACE.line is not None:
        return Source(PLACE.file, PLACE.line)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_HERE):
            if frame.f_code.co_name == "_run":
                return None
        elif not file.startswith((*_FOREIGN, "<")):
            return Source(_shown(file), frame.f_lineno)
        frame = frame.f_back
    return None


@cache
def _shown(file: str) -> str:
    """A file's path from the project's root; of somebody else's file the name alone."""
    path = Path(file)
    return path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else path.name
