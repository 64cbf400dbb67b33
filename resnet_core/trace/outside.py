"""What stands outside of a copied module and its run can write to: globals, classes, registers.

Hooks that keep activations are the usual case: ``lambda module, given, out: kept.append(out)``. A
copy of the module writes to the same list. Tensors of a trace have no numbers and drag the record
of the whole run along, so none is left where somebody else will find it.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any

import numpy
import torch
from torch import nn
from torchview.recorder_tensor import RecorderTensor

# Nobody's own code: what is kept there is looked after there.
LIBRARIES = frozenset(
    {*sys.stdlib_module_names, "torch", "torchview", "numpy", "resnet_core", "app"}
)
# A limit on what is looked at, for the sake of tables with a million entries.
_MOST = 20_000
_DEEP = 4
# What any module has, mostly empty.
_USUAL = frozenset(vars(nn.Module()))
_PLAIN = (str, bytes, int, float, complex, bool, type(None), torch.Tensor, torch.Size, torch.dtype)


class Outside:
    """All that the code of a module can reach by name, as it was before the run."""

    def __init__(self, own: Iterable[nn.Module]) -> None:
        self._seen: set[int] = set()
        # Held, so that no ``id`` is given out twice.
        self._kept: list[tuple[Any, Any]] = []
        self._open: deque[Any] = deque(own)
        while self._open and len(self._seen) < _MOST:
            self._look(self._open.popleft())
        self._open.clear()

    def __enter__(self) -> None:
        """A run begins."""

    def __exit__(self, *_: object) -> None:
        """Take out the tensors that the run has left, and put back what stood in their place."""
        for place, before in self._kept:
            if isinstance(place, dict):
                _restore(place, before, place.__setitem__, place.__delitem__)
            elif isinstance(place, type):
                _restore(vars(place), before, partial(setattr, place), partial(delattr, place))
            elif any(_is_left(item) for item in _new(place, before)):
                place.clear()
                place.update(before) if isinstance(place, set) else place.extend(before)

    def _look(self, value: Any) -> None:
        if isinstance(value, _PLAIN) or id(value) in self._seen:
            return
        self._seen.add(id(value))
        self._open.extend(self._parts(value))

    def _parts(self, value: Any) -> Iterable[Any]:
        """What can be reached from it; what can be changed is kept."""
        if isinstance(value, FunctionType):
            return self._used(value)
        if isinstance(value, MethodType):
            return value.__func__, value.__self__
        if isinstance(value, partial):
            return value.func, value.args, value.keywords
        if isinstance(value, tuple | frozenset):
            return value
        if isinstance(value, list | set | deque):
            self._kept.append((value, list(value)))
            return list(value)
        if isinstance(value, dict):
            return self._named(value, value)
        if isinstance(value, ModuleType):
            return ()
        if isinstance(value, type):
            own = not _is_library(value.__module__)
            return (*self._named(value, vars(value)), *value.__mro__) if own else ()
        return self._of_object(value)

    def _named(self, place: Any, names: Any) -> list[Any]:
        before = dict(names)
        self._kept.append((place, before))
        return list(before.values())

    def _of_object(self, value: Any) -> Iterable[Any]:
        names = getattr(value, "__dict__", None)
        foreign = isinstance(value, nn.Module | SimpleNamespace) or not _is_library(
            type(value).__module__
        )
        if not foreign or not isinstance(names, dict):
            return getattr(value, "__wrapped__", None), getattr(value, "__func__", None)
        self._kept.append((names, dict(names)))
        hollow = {name for name in names.keys() & _USUAL if not names[name]}
        return *(part for name, part in names.items() if name not in hollow), type(value)

    def _used(self, function: FunctionType) -> Iterator[Any]:
        """What a function of somebody's own finds by name: globals, and what it closes over."""
        if _is_library(function.__module__ or ""):
            return
        around, names = function.__globals__, set(_names(function.__code__))
        self._look_at_names(around, names)
        for name in names & around.keys():
            value = around[name]
            if isinstance(value, ModuleType) and not _is_library(value.__name__):
                self._look_at_names(vars(value), names)
                yield from (vars(value)[inner] for inner in names & vars(value).keys())
            yield value
        for cell in function.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:  # a name that has no value yet
                continue

    def _look_at_names(self, around: dict[str, Any], names: set[str]) -> None:
        """A namespace is kept once, as it is: what is read of it must be there again."""
        if names and id(around) not in self._seen:
            self._seen.add(id(around))
            self._kept.append((around, dict(around)))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _names(part)


def _is_library(module: str) -> bool:
    return (module or "").partition(".")[0] in LIBRARIES


def _restore(
    now: Mapping[Any, Any],
    before: Mapping[Any, Any],
    put: Callable[[Any, Any], None],
    drop: Callable[[Any], None],
) -> None:
    """Names as they were before, as far as the run has left its tensors under them."""
    for name, value in list(now.items()):
        if value is not before.get(name) and _is_left(value):
            if name in before:
                put(name, before[name])
            else:
                drop(name)


def _new(place: Iterable[Any], before: list[Any]) -> Iterator[Any]:
    known = {id(item) for item in before}
    return (item for item in place if id(item) not in known)


def _is_left(value: Any, depth: int = _DEEP) -> bool:
    """Whether it is a tensor of a trace, or holds one."""
    if isinstance(value, torch.Tensor):
        return isinstance(value, RecorderTensor) or value.is_meta
    if isinstance(value, numpy.ndarray):  # what a run on numbers gave
        return True
    if not depth or isinstance(value, (*_PLAIN, ModuleType, FunctionType, type)):
        return False
    if isinstance(value, dict):
        return any(_is_left(part, depth - 1) for part in list(value.values()))
    if isinstance(value, list | tuple | set | deque):
        return any(_is_left(part, depth - 1) for part in list(value))
    names = getattr(value, "__dict__", None)
    return isinstance(names, dict) and _is_left(names, depth - 1)
