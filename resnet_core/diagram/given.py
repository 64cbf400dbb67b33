"""What a module's forward is given by place: shapes as they were typed, or somebody's own values.

Of a tensor its shape and the kind of its numbers count. Where a trace cannot do without numbers,
``filled`` makes some: the same ones every time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch

from resnet_core.bilingual import Text
from resnet_core.errors import ParameterError
from resnet_core.graph.model import Shape
from resnet_core.trace.hollow import each_tensor

DTYPES = (
    "float", "double", "half", "bfloat16", "long", "int", "short", "uint8", "bool",
    "float32", "float64", "float16", "int64", "int32", "int16", "int8",
)  # fmt: skip

_ALLOWED = Text(
    "whole numbers from 1, batch first, such as (1, 3, 224, 224); several inputs: a list of "
    "such; an input that is a list or a dict: a list or a dict of shapes in its place",
    "从 1 起的整数，批大小在前，例如 (1, 3, 224, 224)；多个输入用列表；"
    "输入本身是列表或字典时，在它的位置上写由形状组成的列表或字典",
)


def from_shapes(given: Any, dtype: str | Sequence[str] | None) -> tuple[Any, ...]:
    """The inputs that these shapes describe, without numbers. Raises ParameterError."""
    whole = [given] if _is_shape(given) or isinstance(given, Mapping) else given
    if not isinstance(whole, list | tuple) or not whole or not all(map(_is_described, whole)):
        plain = isinstance(given, int | float | str | list | tuple | dict)
        raise ParameterError(
            "input_shape", given if plain else type(given).__name__,
            Text("it is no shape", "这不是形状"), allowed=_ALLOWED, fix={},
        )  # fmt: skip
    kinds = iter(_dtypes(dtype, sum(1 for _ in _shapes(whole))))
    return tuple(_described(part, kinds) for part in whole)


def from_values(values: Any, dtype: str | Sequence[str] | None) -> tuple[Any, ...]:
    """Values as somebody's forward takes them: a tensor alone, or all of them in a row."""
    given = (values,) if isinstance(values, torch.Tensor | Mapping) else values
    wrong = dtype is not None or not isinstance(given, list | tuple)
    if wrong or next(tensors(given), None) is None:
        raise ParameterError(
            "inputs", type(values).__name__,
            Text("they are what forward is given by place", "这里写按位置传给 forward 的值"),
            allowed=Text(
                "a tensor, or a list of tensors, lists, dicts and numbers, without dtype",
                "一个张量，或由张量、列表、字典和数组成的列表；不能同时给 dtype",
            ),
            fix={},
        )  # fmt: skip
    return tuple(given)


def tensors(given: Any) -> Iterator[torch.Tensor]:
    """All tensors in it, in order."""
    if isinstance(given, torch.Tensor):
        yield given
    elif isinstance(given, Mapping):
        yield from tensors(list(given.values()))
    elif isinstance(given, list | tuple):
        for part in given:
            yield from tensors(part)


def filled(given: Any) -> Any:
    """The same values, with numbers where there are none: whole ones are 0, a mask is true."""
    chance = torch.Generator().manual_seed(0)

    def fill(tensor: torch.Tensor) -> torch.Tensor:
        if not tensor.is_meta:
            return tensor.detach().cpu().clone()
        if tensor.is_floating_point():
            return torch.randn(tensor.shape, generator=chance).to(tensor.dtype)
        return torch.full(tensor.shape, tensor.dtype is torch.bool, dtype=tensor.dtype)

    return each_tensor(given, fill)


def _dtypes(given: str | Sequence[str] | None, inputs: int) -> list[torch.dtype]:
    """What each input holds. Raises ParameterError."""
    if given is None:
        return [torch.get_default_dtype()] * inputs
    names = [given] * inputs if isinstance(given, str) else list(given)
    if len(names) != inputs:
        reason = Text("there are {} inputs", "输入有 {} 个").format(inputs)
        raise ParameterError("dtype", given, reason, allowed=DTYPES, fix={})
    for name in names:
        if name not in DTYPES:
            reason = Text("torch has no such numbers for an input", "输入不能是这种数")
            raise ParameterError("dtype", name, reason, allowed=DTYPES, fix={})
    return [getattr(torch, name) for name in names]


def _is_shape(given: Any) -> bool:
    return isinstance(given, list | tuple) and all(
        isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in given
    ) and bool(given)  # fmt: skip


def _is_described(given: Any) -> bool:
    """Whether it is a shape, or a list or a dict of nothing but such; () is one number."""
    if given == () or _is_shape(given):
        return True
    parts = list(given.values()) if isinstance(given, Mapping) else given
    return isinstance(parts, list | tuple) and bool(parts) and all(map(_is_described, parts))


def _shapes(given: Any) -> Iterator[Shape]:
    if given == () or _is_shape(given):
        yield tuple(given)
        return
    for part in given.values() if isinstance(given, Mapping) else given:
        yield from _shapes(part)


def _described(given: Any, kinds: Iterator[torch.dtype]) -> Any:
    if given == () or _is_shape(given):
        return torch.empty(tuple(given), dtype=next(kinds), device="meta")
    if isinstance(given, Mapping):
        return {name: _described(part, kinds) for name, part in given.items()}
    return [_described(part, kinds) for part in given]
