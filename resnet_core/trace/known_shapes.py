"""Shapes that are known without asking torch: of a plain batch norm, of a plain convolution.

On the meta device torch takes both apart in Python, for half of a network's trace, and all that
comes of it is a shape that a line of arithmetic gives. Where anything is less plain, or does not
fit, torch itself is asked, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F

from resnet_core.graph.model import Shape

Answer = Callable[..., torch.Tensor]


def known_shape(
    func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], counted: bool
) -> Answer | None:
    """What gives the call's result without torch's kernel; None where torch must be asked.

    A convolution that torch is to count (``counted``) must reach it.
    """
    if func is not F.batch_norm and (counted or func is not F.conv2d):
        return None
    with torch._C.DisableTorchFunction():
        shape = (_normed if func is F.batch_norm else _convolved)(*args, **kwargs)
    if shape is None:
        return None

    def answer(input: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
        return blank(input, shape)

    answer.__name__ = func.__name__
    return answer


def blank(like: torch.Tensor, shape: Shape) -> torch.Tensor:
    """A tensor of this shape, of the same numbers as another, without data."""
    with torch._C.DisableTorchFunction():
        return torch.empty(shape, dtype=like.dtype, device="meta")


def _normed(input: torch.Tensor, *others: Any, training: bool = False, **more: Any) -> Shape | None:
    """A batch norm at rest, whose channels agree: its output has its input's shape."""
    tensors = [value for value in (*others, *more.values()) if isinstance(value, torch.Tensor)]
    plain = not training and True not in others[4:5] and tensors and input.is_meta
    if not plain or any(input.shape[1:2] != tensor.shape for tensor in tensors):
        return None
    return tuple(input.shape)


def _convolved(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Shape | None:
    """A convolution over height and width whose operands fit each other."""
    channels, rest = divmod(weight.shape[0], groups)
    kernel = weight.shape[2:]
    fits = (
        input.dim() == weight.dim() == 4
        and input.is_meta
        and input.dtype == weight.dtype
        and input.shape[1] == weight.shape[1] * groups
        and channels
        and not rest
        and (bias is None or (bias.shape == weight.shape[:1] and bias.dtype == weight.dtype))
    )
    steps, pads, spread = _pair(stride), _pair(padding), _pair(dilation)
    if not fits or steps is None or pads is None or spread is None:
        return None
    sides = tuple(
        (side + 2 * pad - apart * (taps - 1) - 1) // step + 1
        for side, taps, step, pad, apart in zip(
            input.shape[2:], kernel, steps, pads, spread, strict=True
        )
        if step > 0
    )
    if len(sides) < 2 or min(input.shape[0], *kernel, *sides, *spread) < 1 or min(pads) < 0:
        return None
    return (input.shape[0], weight.shape[0], *sides)


def _pair(value: Any) -> tuple[int, int] | None:
    """A number for height and width each; None for a word, which torch must read."""
    if isinstance(value, int):
        return value, value
    if isinstance(value, tuple | list) and len(value) == 2:
        return value[0], value[1]
    return None
