"""The library's four verbs: build a module, draw it, draw one of your own, list what there is."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.form import fill
from resnet_core.diagram.options import Options
from resnet_core.diagram.picture import Drawing
from resnet_core.errors import UnknownParameter
from resnet_core.graph.model import Graph, Shape
from resnet_core.language.caption import Caption
from resnet_core.registry import BLOCKS, NETWORKS
from resnet_core.trace import one_at_a_time, trace


@dataclass(frozen=True)
class ModuleDrawing(Drawing):
    """A drawing of somebody's own module."""

    twin: nn.Module
    shapes: tuple[Shape, ...]
    options: Options

    @cached_property
    def graph(self) -> Graph:
        return trace(lambda: self.twin, self.shapes)

    def retrace(self, shape: Shape) -> Graph:
        return trace(lambda: self.twin, [shape, *self.shapes[1:]])

    @property
    def name(self) -> str:
        return type(self.twin).__name__

    @property
    def caption(self) -> Caption:
        return Caption(name=self.name, title=self.name, kind="module", own_title=self.options.title)


def build(**parameters: Any) -> nn.Module:
    """A real module, initialised, ready to train: ``build(model="resnet50")``.

    Takes the same names as ``draw``, less those of input and view. The keys and shapes of a
    ResNet's ``state_dict()`` are torchvision's. Raises ParameterError.
    """
    diagram = Diagram.of(parameters.items())
    with one_at_a_time:
        return diagram.subject.build(diagram.parameters)


def draw(**parameters: Any) -> Diagram:
    """The diagram of a block or a network: ``draw(block="bottleneck", stride=2)``.

    The names are those of the URL: the subject's knobs, ``input`` and ``batch``, and the view.
    Raises ParameterError. Nothing is traced before the diagram is looked at.
    """
    return Diagram.of(parameters.items())


def draw_module(
    module: nn.Module, input_shape: Sequence[int] | Sequence[Sequence[int]], **options: Any
) -> Drawing:
    """The drawing of your own module, traced at an input of this shape, batch first.

    Several inputs take a sequence of shapes. ``options`` are those of the view: detail, fold,
    expand, direction, labels, shapes, theme, scale. The module itself is left as it is: a copy
    without data is traced. Raises ParameterError for an option, TraceError where the module does
    not run as Python at all; one whose shapes do not fit is drawn up to the call that fails.
    """
    shapes = _shapes(input_shape)
    for name, value in options.items():
        if name not in Options.model_fields:
            raise UnknownParameter(name, value, Text("the view", "视图"), Options.model_fields)
    with one_at_a_time:
        drawing = ModuleDrawing(_without_data(module), tuple(shapes), fill(Options, options))
    drawing.graph  # noqa: B018  what cannot be traced is said here, not at the first look
    return drawing


def _without_data(module: nn.Module) -> nn.Module:
    """A copy on the meta device. What deepcopy finds in its memo it does not copy: no weights."""
    memo: dict[int, Any] = {
        id(parameter): nn.Parameter(
            torch.empty_like(parameter, device="meta"), parameter.requires_grad
        )
        for parameter in module.parameters()
    }
    for buffer in module.buffers():
        memo[id(buffer)] = torch.empty_like(buffer, device="meta")
    return copy.deepcopy(module, memo)


def blocks() -> list[str]:
    """The names that ``block=`` takes."""
    return list(BLOCKS)


def networks() -> list[str]:
    """The names that ``model=`` takes."""
    return list(NETWORKS)


def _shapes(given: Sequence[Any]) -> list[Shape]:
    if given and isinstance(given[0], int):
        return [tuple(given)]
    return [tuple(shape) for shape in given]
