"""Modules without numbers: a copy of somebody's that a trace runs, and ours as they are built.

``copy.deepcopy`` alone does not serve: it copies weights, refuses a tensor that was computed, a
lock or a generator kept in an attribute, and leaves functions as they are, so that a lambda over
the layers of ``self`` would run the layers of the original.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from types import CellType, FunctionType
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import UninitializedParameter
from torch.overrides import TorchFunctionMode

Memo = dict[int, Any]


def hollow(module: nn.Module) -> nn.Module:
    """The module once more, on the meta device: all of its layers, none of its numbers."""
    return _once_more(module, _Emptying(), _empty_parameter)


def full(module: nn.Module) -> nn.Module:
    """The module once more, numbers and all."""
    return _once_more(module, _Detaching(), _full_parameter)


def emptied(values: Any) -> Any:
    """Values for forward, their tensors without numbers."""
    return each_tensor(
        values,
        lambda tensor: tensor if tensor.is_meta else torch.empty_like(tensor, device="meta"),
    )


def each_tensor(given: Any, act: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """The same values, with what ``act`` makes of each tensor in its place."""
    if isinstance(given, torch.Tensor):
        return act(given)
    if isinstance(given, Mapping):
        return {name: each_tensor(part, act) for name, part in given.items()}
    if type(given) in (list, tuple):
        return type(given)(each_tensor(part, act) for part in given)
    return given


def _once_more(
    module: nn.Module,
    copying: TorchFunctionMode,
    again: Callable[[nn.Parameter], nn.Parameter],
) -> nn.Module:
    memo: Memo = {}
    with copying, torch.no_grad():
        for parameter in module.parameters():
            memo[id(parameter)] = again(parameter)
        shells = [
            (part, _shell(part, memo))
            for part in module.modules()
            if not hasattr(part, "__deepcopy__")
        ]
        for part, shell in shells:
            vars(shell).update({name: _copied(value, memo) for name, value in vars(part).items()})
        made: nn.Module = copy.deepcopy(module, memo)
        for part in made.modules():
            for name, value in list(vars(part).items()):
                vars(part)[name] = _rebound(value, memo)
    return made


class _Emptying(TorchFunctionMode):
    """While it holds, a tensor that is copied gives one of its shape without data."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func is torch.Tensor.__deepcopy__:
            tensor, memo = args
            memo[id(tensor)] = _empty(tensor)
            return memo[id(tensor)]
        if func is torch.Tensor.clone:
            return _empty(args[0])
        return func(*args, **(kwargs or {}))


class _Detaching(TorchFunctionMode):
    """While it holds, a tensor that was computed can be copied too."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func is torch.Tensor.__deepcopy__ and not args[0].is_leaf:
            tensor, memo = args
            memo[id(tensor)] = tensor.detach().clone()
            return memo[id(tensor)]
        return func(*args, **(kwargs or {}))


def _empty(tensor: torch.Tensor) -> torch.Tensor:
    with torch._C.DisableTorchFunctionSubclass():
        return torch.empty_like(tensor.detach(), device="meta").as_subclass(torch.Tensor)


def _empty_parameter(parameter: nn.Parameter) -> nn.Parameter:
    if isinstance(parameter, UninitializedParameter):
        lazy: Any = UninitializedParameter
        made: nn.Parameter = lazy(requires_grad=parameter.requires_grad, device="meta")
        return made
    with torch._C.DisableTorchFunctionSubclass():
        return nn.Parameter(
            torch.empty_like(parameter.detach(), device="meta"), parameter.requires_grad
        )


def _full_parameter(parameter: nn.Parameter) -> nn.Parameter:
    if isinstance(parameter, UninitializedParameter):
        return copy.deepcopy(parameter)
    return nn.Parameter(parameter.detach().cpu().clone(), parameter.requires_grad)


def _shell(module: nn.Module, memo: Memo) -> nn.Module:
    memo[id(module)] = shell = type(module).__new__(type(module))
    return shell


def _copied(value: Any, memo: Memo) -> Any:
    """The value once more; itself where it cannot be copied (a lock, a generator, a file)."""
    try:
        return copy.deepcopy(value, memo)
    except Exception:  # whatever somebody's class raises
        return value


def _rebound(value: Any, memo: Memo) -> Any:
    """Functions of one's own, alone or in a list or dict: over the copies, not the originals."""
    if isinstance(value, FunctionType) and value.__closure__:
        return _rebound_function(value, memo)
    if type(value) is list or type(value) is tuple:
        return type(value)(_rebound(item, memo) for item in value)
    if isinstance(value, Mapping) and any(isinstance(v, FunctionType) for v in value.values()):
        found: Any = copy.copy(value)
        for name, item in value.items():
            found[name] = _rebound(item, memo)
        return found
    return value


def _rebound_function(function: FunctionType, memo: Memo) -> FunctionType:
    known = memo.get(id(function))
    if isinstance(known, FunctionType):
        return known
    cells = tuple(CellType() for _ in function.__closure__ or ())
    made = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, cells
    )
    made.__kwdefaults__ = function.__kwdefaults__
    memo[id(function)] = made
    for cell, old in zip(cells, function.__closure__ or (), strict=True):
        try:
            content = old.cell_contents
        except ValueError:  # a name that has no value yet
            continue
        cell.cell_contents = _rebound(_copied(content, memo), memo)
    return made
