"""Equal blocks of a network: the first runs, and the others are placed as it was.

A network says the same block up to two hundred times over. Each of them would be built, run and
read to the same end, so all but the first of equal knobs are outlines without layers. A call of
an outline with a shape that the first has met answers with the shape that came of it. Whatever is
less plain than that raises Unplaceable, and the network is traced in full.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torchview.recorder_tensor import RecorderTensor

from resnet_core.graph.model import Shape
from resnet_core.registry import twin_of
from resnet_core.trace.known_shapes import blank

# The one call that torchview records inside an outline, by which the reader knows it.
PLACED = "placed"


class Unplaceable(Exception):
    """A network whose equal blocks are not called alike: it must be traced in full."""


class Twins:
    """The blocks of one network that others are equal to, and what came of each shape."""

    def __init__(self, network: nn.Module) -> None:
        outlines = [(module, twin_of(module)) for module in network.modules()]
        self.of = {id(outline): twin for outline, twin in outlines if twin is not None}
        self.ran = {id(item) for item in self.of.values()}
        self.met: dict[tuple[int, Shape], Shape] = {}
        for first in {id(twin): twin for twin in self.of.values()}.values():
            vars(first)["forward"] = self._running(first, first.forward)
        for outline, twin in outlines:
            if twin is not None:
                vars(outline)["forward"] = self._placed(twin)

    def _running(self, twin: nn.Module, forward: Callable[..., Any]) -> Callable[..., Any]:
        """The twin's own forward, remembered if it is one tensor in, one new tensor out."""

        def run(*args: Any, **more: Any) -> Any:
            before = _version(args)
            out = forward(*args, **more)
            alone = len(args) == 1 and not more and isinstance(out, RecorderTensor)
            if alone and out is not args[0] and before == _version(args):
                self.met[id(twin), _shape(args[0])] = _shape(out)
            return out

        return run

    def _placed(self, twin: nn.Module) -> Callable[..., Any]:
        def answer(*args: Any, **more: Any) -> Any:
            known = None if more or len(args) != 1 else self.met.get((id(twin), _shape(args[0])))
            if known is None:
                raise Unplaceable
            return RecorderTensor.__torch_function__(placed, (RecorderTensor,), (args[0], known))

        return answer


def placed(x: torch.Tensor, shape: Shape) -> torch.Tensor:
    """What an outline gives: a tensor of the shape that came of its twin."""
    return blank(x, shape)


placed.__name__ = PLACED


def _shape(tensor: torch.Tensor) -> Shape:
    with torch._C.DisableTorchFunctionSubclass():
        return tuple(tensor.shape)


def _version(tensors: tuple[Any, ...]) -> list[int]:
    """How often each has been written to: who writes into its input does more than it returns."""
    with torch._C.DisableTorchFunctionSubclass():
        return [tensor._version for tensor in tensors if isinstance(tensor, torch.Tensor)]
