"""What torchview does not keep: the line of code, the arguments, and the call that failed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import torch
import torch.nn.functional as F
import torchview
from torch import nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.overrides import TorchFunctionMode
from torchview.computation_node import FunctionNode, ModuleNode, TensorNode
from torchview.recorder_tensor import RecorderTensor

from resnet_core.graph.model import Shape, Source
from resnet_core.reading import PLACE

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


# A look at a shape is no call, and torchview takes several at every layer.
_shape: Any = torch.Tensor.shape
_LOOK = _shape.__get__


@dataclass(frozen=True)
class Call:
    """A call as it was made: the function's name, its tensors, its other arguments, the line.

    ``operands`` are the shapes of all tensors, ``tensors`` those that came along the graph, and
    ``parameters`` the ``id`` of those that are a module's own.
    """

    name: str = ""
    operands: tuple[Shape, ...] = ()
    tensors: tuple[TensorNode, ...] = ()
    parameters: tuple[int, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    source: Source | None = None


class Witness(TorchFunctionMode):
    """Stands beside torchview while a module runs and notes what it will not tell.

    ``modules`` and ``functions`` map ``id`` of torchview's nodes to the call; ``running`` are
    the modules that were inside their forward when the run ended: empty unless it failed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.modules: dict[int, Source | None] = {}
        self.functions: dict[int, Call] = {}
        self.running: list[nn.Module] = []
        self.failed: Call | None = None

    def __enter__(self) -> Witness:
        self._hooks = (
            register_module_forward_pre_hook(self._before),
            register_module_forward_hook(self._after),
        )
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *exc: Any) -> None:
        super().__exit__(*exc)  # type: ignore[no-untyped-call]
        for hook in self._hooks:
            hook.remove()

    def _before(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        self.running.append(module)
        for tensor in _tensors(args):
            for parent in _nodes(tensor)[-1].parents if _nodes(tensor) else ():
                if isinstance(parent, ModuleNode):
                    self.modules[id(parent)] = _line(sys._getframe(1))

    def _after(self, *_: Any) -> None:
        self.running.pop()

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func == _LOOK:
            with torch._C.DisableTorchFunctionSubclass():
                return func(*args)
        kwargs = kwargs or {}
        tensors = list(_tensors((*args, *kwargs.values())))
        before = tuple(_nodes(tensor)[-1] for tensor in tensors if _nodes(tensor))
        name = str(getattr(func, "__name__", func))
        try:
            if _is_plain_norm(func, tensors, kwargs):
                result = RecorderTensor.__torch_function__(_same_shape, types, args, kwargs)
            else:
                result = func(*args, **kwargs)
        except Exception:
            if self.failed is None:
                self.failed = self._call(name, tensors, before, args, kwargs)
            raise
        for tensor in _tensors((result,)):
            for parent in _nodes(tensor)[-1].parents if _nodes(tensor) else ():
                if isinstance(parent, FunctionNode) and id(parent) not in self.functions:
                    self.functions[id(parent)] = self._call(name, tensors, before, args, kwargs)
        return result

    def _call(
        self, name: str, tensors: list[torch.Tensor], nodes: tuple[TensorNode, ...],
        args: tuple[Any, ...], kwargs: Mapping[str, Any],
    ) -> Call:  # fmt: skip
        with torch._C.DisableTorchFunctionSubclass():
            shapes = tuple(tuple(tensor.shape) for tensor in tensors)
        own = tuple(id(tensor) for tensor in tensors if isinstance(tensor, nn.Parameter))
        plain = _scalars(name, args, kwargs)
        return Call(name, shapes, nodes, own, plain, _line(sys._getframe(2)))


def _is_plain_norm(func: Any, tensors: list[torch.Tensor], kwargs: Mapping[str, Any]) -> bool:
    """Whether this is a batch norm whose channels agree: its output has its input's shape.

    On the meta device torch takes batch norm apart in Python, for nearly half of a network's
    trace; all that comes of it is a shape that is known beforehand. Where channels disagree torch
    itself shall say so.
    """
    if func is not F.batch_norm or kwargs.get("training") or len(tensors) < 2:
        return False
    with torch._C.DisableTorchFunctionSubclass():
        return all(tensors[0].shape[1:2] == tensor.shape for tensor in tensors[1:])


def _same_shape(input: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    return input.new_empty(input.shape)


_same_shape.__name__ = "batch_norm"


def _nodes(tensor: torch.Tensor) -> list[TensorNode]:
    return getattr(tensor, "tensor_nodes", None) or []


def _tensors(values: Iterable[Any]) -> Iterable[torch.Tensor]:
    """All tensors among the values, also inside tuples and lists; parameters too."""
    for value in values:
        if isinstance(value, RecorderTensor | torch.Tensor):
            yield value
        elif isinstance(value, tuple | list):
            yield from _tensors(value)


def _scalars(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are no tensors, by name."""
    plain = [arg for arg in args if not isinstance(arg, torch.Tensor)]
    plain = [item for item in plain if next(iter(_tensors([item])), None) is None]
    names = _POSITIONAL.get(name.strip("_"), ())
    if names[:1] == ("dims",) and plain and isinstance(plain[0], int):
        plain = [tuple(plain)]
    found = dict(zip(names, plain, strict=False)) | dict(kwargs)
    return {key: _listed(value) for key, value in found.items() if _is_plain(value)}


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
