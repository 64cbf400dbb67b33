"""Inputs that a module may take: what its first layer says, and what networks are usually given."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator

from torch import nn

from resnet_core.source.axes import Rearrange
from resnet_core.source.values import Class, Function

Shape = tuple[int, ...]
# The sides of maps and images that code is written for, after the one that is taken first.
_SIDES = (28, 32, 224, 56, 64, 96, 128, 227, 256, 299, 16, 14, 8)
_FIRST_SIDE = {1: 28, 3: 224}
_STEPS = 16
# What makes a tensor to try a module with.
_MADE = ("randn", "rand", "zeros", "ones")
_POOLS = (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d, nn.AvgPool2d, nn.MaxPool2d, nn.Upsample)


def first_inputs(
    module: nn.Module, tree: ast.AST | None = None
) -> Iterator[tuple[tuple[Shape, ...], bool]]:
    """Shapes of all inputs, the likeliest first, and whether they hold whole numbers.

    Second come those of the tensors that the source itself makes to try it.
    """
    taken = _taken(module)
    first, *others = _shapes(module)
    channels = [layer.in_channels for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    tried = [(shape, False) for shape in _tried(tree)] if tree else []
    if len(first[0]) == 4 and first[0][1] != 3 and 3 in channels:
        tried.append(((1, 3, 224, 224), False))
    seen = set()
    for shape, whole in [first, *tried, *others]:
        if (shape, whole) not in seen:
            seen.add((shape, whole))
            yield (shape,) * taken, whole


def _tried(tree: ast.AST) -> Iterator[Shape]:
    """``torch.randn(2, 3, 224, 224)`` and the like, as one example of the batch."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") not in _MADE:
            continue
        given = node.args
        if len(given) == 1 and isinstance(given[0], ast.Tuple | ast.List):
            given = given[0].elts
        sides = [item.value for item in given if isinstance(item, ast.Constant)]
        whole = [side for side in sides if type(side) is int and 0 < side < 2048]
        if len(whole) == len(given) and 1 < len(whole) < 6:
            yield (1, *whole[1:])


def _taken(module: nn.Module) -> int:
    """How many tensors forward asks for."""
    cls = vars(module).get("_class")
    forward = cls.find("forward") if isinstance(cls, Class) else None
    if not isinstance(forward, Function):
        return 1
    wanted = forward.node.args
    return max(1, len(wanted.posonlyargs) + len(wanted.args) - len(wanted.defaults) - 1)


def _shapes(module: nn.Module) -> Iterator[tuple[Shape, bool]]:
    layers = [layer for layer in module.modules() if layer is not module or not _has_parts(layer)]
    first = next((found for layer in layers if (found := _of(layer, module))), None)
    if first is None:
        yield (1, 3, 224, 224), False
        yield (1, 64, 56, 56), False
        yield (1, _STEPS, 64), False
        return
    shape, whole = first
    yield shape, whole
    if len(shape) == 4:
        yield from (((*shape[:2], side, side), whole) for side in _SIDES)
        return
    if not whole:
        size = shape[1] if len(shape) == 2 else shape[-1]
        yield from (((1, size), False), ((1, _STEPS, size), False), ((1, size, 56, 56), False))
        yield (1, 1, 28, 28), False


def _has_parts(layer: nn.Module) -> bool:
    return next(layer.children(), None) is not None


def _of(layer: nn.Module, module: nn.Module) -> tuple[Shape, bool] | None:
    """An input that this layer takes, where it is the first."""
    if isinstance(layer, nn.Embedding):
        return (1, _STEPS), True
    if isinstance(layer, Rearrange):
        return _cut_up(layer, module)
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        channels = int(layer.in_channels)
        return (1, channels, *(2 * (_FIRST_SIDE.get(channels, 56),))), False
    if isinstance(layer, nn.BatchNorm2d | nn.InstanceNorm2d):
        return (1, layer.num_features, 56, 56), False
    if isinstance(layer, nn.Conv1d):
        return (1, layer.in_channels, 128), False
    if isinstance(layer, nn.Conv3d):
        return (1, layer.in_channels, 16, 56, 56), False
    if isinstance(layer, nn.BatchNorm1d):
        return (1, layer.num_features), False
    if isinstance(layer, nn.RNNBase):
        return (1, _STEPS, layer.input_size), False
    if isinstance(layer, nn.MultiheadAttention):
        return (1, _STEPS, layer.embed_dim), False
    if isinstance(layer, nn.LayerNorm) and type(layer).__name__ == "LayerNorm":
        sides = tuple(layer.normalized_shape)
        return ((1, sides[0], 56, 56) if _channels_first(layer) else (1, _STEPS, *sides)), False
    if isinstance(layer, nn.Linear):
        if any(isinstance(other, _POOLS) for other in module.modules()):
            return (1, layer.in_features, 56, 56), False
        if any(isinstance(other, nn.LayerNorm) for other in module.modules()):
            return (1, _STEPS, layer.in_features), False
        return (1, layer.in_features), False
    return None


def _cut_up(layer: Rearrange, module: nn.Module) -> tuple[Shape, bool] | None:
    """An image that is cut into patches, ``b c (h p1) (w p2) -> …``, which a layer takes in."""
    left = re.findall(r"\([^)]*\)|\w+", layer.pattern.partition("->")[0])
    linear = next((part for part in module.modules() if isinstance(part, nn.Linear)), None)
    if len(left) != 4 or linear is None:
        return None
    channels = max(1, linear.in_features // math.prod(layer.sizes.values()))
    return (1, channels, *(2 * (_FIRST_SIDE.get(channels, 56),))), False


def _channels_first(layer: nn.LayerNorm) -> bool:
    return type(layer).forward is not nn.LayerNorm.forward
