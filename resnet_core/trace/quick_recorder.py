"""torchview's recorder with quick answers to what it asks at every call.

Three questions took half of a trace. *Which tensors are among these arguments?* torchview asks
``typing`` what each of them is; here the plain types are known by name. *What shape has this
tensor?* is a call through every mode of torch; here it is read from the tensor. *Which tensors
does a forward make by itself?* torchview exchanges 28 functions of torch before each run and puts
them back; here the mode that sees all calls anyhow sees these too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import nn
from torchview import recorder_tensor
from torchview.computation_graph import ComputationGraph
from torchview.recorder_tensor import RecorderTensor, creation_ops_wrapper, module_forward_wrapper

# What torch calls to make a tensor of none.
CREATORS = frozenset(getattr(torch, name) for name in recorder_tensor.orig_name_list)

_NOTHING_INSIDE = frozenset(
    {int, float, bool, str, type(None), torch.Tensor, nn.Parameter, torch.Size, torch.dtype}
)
_LISTS = frozenset({list, tuple})
_look: Callable[[torch.Tensor], torch.Size] = vars(torch._C.TensorBase)["shape"].__get__
Call = Callable[..., Any]


def look(tensor: torch.Tensor) -> torch.Size:
    """The tensor's shape. Looking is no call: nobody is told of it."""
    with torch._C.DisableTorchFunction():
        return _look(tensor)


def _asked(slow: Call) -> Call:
    """A method that answers with numbers; what goes wrong in it is told as that of any call."""

    def ask(self: torch.Tensor, *args: Any, **more: Any) -> Any:
        try:
            with torch._C.DisableTorchFunction():
                return slow(self, *args, **more)
        except (RuntimeError, IndexError, TypeError):
            return slow(self, *args, **more)

    return ask


def _quickly(slow: Call) -> Call:
    """A walk of torchview's over arguments, ``walk(data, act, …)``, by the type of each."""

    def walk(data: Any, act: Call, *into: Any, **more: Any) -> Any:
        kind = type(data)
        if kind is RecorderTensor:
            act(data, *into, **more)
        elif kind in _LISTS:
            for item in data:
                if type(item) not in _NOTHING_INSIDE:
                    walk(item, act, *into, **more)
        elif kind is dict:
            for item in data.values():
                if type(item) not in _NOTHING_INSIDE:
                    walk(item, act, *into, **more)
        elif kind not in _NOTHING_INSIDE:
            slow(data, act, *into, **more)
        return into[0] if into else None

    return walk


for _name in ("reduce_data_info", "traverse_data_inplace"):
    vars(recorder_tensor)[_name] = _quickly(vars(recorder_tensor)[_name])
# Of anything else they ask whether it is one of these; of those in typing it takes far longer.
vars(recorder_tensor).update(Iterable=Iterable, Mapping=Mapping)
RecorderTensor.shape = property(look)  # type: ignore[assignment]
for _name in ("dim", "size", "numel"):
    setattr(RecorderTensor, _name, _asked(getattr(torch.Tensor, _name)))


class QuickRecorder:
    """While it is entered, every call of a module is recorded, one process-wide at a time.

    ``around`` is given torchview's way to call a module and returns the one that is taken.
    """

    def __init__(self, record: ComputationGraph, around: Callable[[Call], Call]) -> None:
        self._calling = around(module_forward_wrapper(record))
        self._before = nn.Module.__call__

    def __enter__(self) -> None:
        nn.Module.__call__ = self._calling  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        nn.Module.__call__ = self._before  # type: ignore[method-assign]


def followed_from(record: ComputationGraph) -> Callable[[torch.Tensor], torch.Tensor]:
    """What makes a tensor that came of none one that is followed."""
    return creation_ops_wrapper(lambda tensor: tensor, record)
