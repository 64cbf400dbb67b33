"""The drawing of a module of one's own, which is copied without data and traced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.diagram.form import Options, fill
from resnet_core.diagram.picture import Drawing
from resnet_core.errors import ParameterError, UnknownParameter
from resnet_core.graph.model import Graph, Shape
from resnet_core.language.notation import Caption
from resnet_core.trace import one_at_a_time, trace
from resnet_core.trace.hollow import hollow

if TYPE_CHECKING:
    from resnet_core import Comparison


DTYPES = (
    "float", "double", "half", "bfloat16", "long", "int", "short", "uint8", "bool",
    "float32", "float64", "float16", "int64", "int32", "int16", "int8",
)  # fmt: skip


@dataclass(frozen=True)
class ModuleDrawing(Drawing):
    """A drawing of somebody's own module."""

    twin: nn.Module
    shapes: tuple[Shape, ...]
    options: Options
    dtypes: tuple[torch.dtype, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def graph(self) -> Graph:
        return trace(lambda: self.twin, self.shapes, self.dtypes, self.kwargs)

    @property
    def table(self) -> str:
        """Every layer with its shapes and costs, in columns."""
        from resnet_core.formats.table import columns

        return columns(self.graph, self.caption, self.options.lang)

    def compare(self, other: Drawing, **options: Any) -> Comparison:
        """What becomes of this one in the other: a drawing of either kind. Raises ParameterError.

        ``options`` are those of ``resnet_core.compare``: the view, and how it is shown.
        """
        # By the package's face: what compares stands above what draws.
        import resnet_core

        compared: Comparison = resnet_core.compare(self, other, **options)
        return compared

    def retrace(self, shape: Shape) -> Graph:
        return trace(lambda: self.twin, [shape, *self.shapes[1:]], self.dtypes, self.kwargs)

    @property
    def name(self) -> str:
        return type(self.twin).__name__

    @property
    def caption(self) -> Caption:
        return Caption(name=self.name, title=self.name, kind="module", own_title=self.options.title)


def draw_module(
    module: nn.Module,
    input_shape: Sequence[int] | Sequence[Sequence[int]],
    *,
    dtype: str | Sequence[str] | None = None,
    kwargs: Any = None,
    **options: Any,
) -> ModuleDrawing:
    """The drawing of your own module, traced at an input of this shape, batch first.

    Several inputs take a sequence of shapes. ``dtype`` says what the inputs hold where that is not
    torch's default: ``"long"`` for an embedding, or one name for each input. ``kwargs`` are what
    forward is given by name: tensors, of which shape and type count, and any other values.
    ``options`` are those of the view: detail, fold, expand, direction, labels, shapes, theme,
    scale. The module itself is left as it is: a copy without data is traced. Raises ParameterError
    for an option, TraceError where the module does not run as Python at all; one whose shapes do
    not fit is drawn up to the call that fails.
    """
    shapes = _shapes(input_shape)
    for name, value in options.items():
        if name not in Options.model_fields:
            raise UnknownParameter(name, value, Text("the view", "视图"), Options.model_fields)
    with one_at_a_time:
        drawing = ModuleDrawing(
            hollow(module), tuple(shapes), fill(Options, options), _dtypes(dtype, len(shapes)),
            dict(kwargs or {}),
        )  # fmt: skip
    drawing.graph  # noqa: B018  what cannot be traced is said here, not at the first look
    return drawing


def _dtypes(given: str | Sequence[str] | None, inputs: int) -> tuple[torch.dtype, ...]:
    """What each input holds. Raises ParameterError."""
    if given is None:
        return ()
    names = [given] * inputs if isinstance(given, str) else list(given)
    if len(names) != inputs:
        reason = Text("there are {} inputs", "输入有 {} 个").format(inputs)
        raise ParameterError("dtype", given, reason, allowed=DTYPES, fix={})
    for name in names:
        if name not in DTYPES:
            reason = Text("torch has no such numbers for an input", "输入不能是这种数")
            raise ParameterError("dtype", name, reason, allowed=DTYPES, fix={})
    return tuple(getattr(torch, name) for name in names)


def _shapes(given: Any) -> list[Shape]:
    """One shape, or several, as shapes. Raises ParameterError for anything else."""
    whole = given if isinstance(given, list | tuple) else ()
    shapes = [whole] if whole and isinstance(whole[0], int) else list(whole)
    if not shapes or not all(_is_shape(shape) for shape in shapes):
        raise ParameterError(
            "input_shape",
            given if isinstance(given, int | float | str | list | tuple) else type(given).__name__,
            Text("it is no shape", "这不是形状"),
            allowed=Text(
                "whole numbers from 1, batch first, such as (1, 3, 224, 224); several inputs: a "
                "list of such",
                "从 1 起的整数，批大小在前，例如 (1, 3, 224, 224)；多个输入用列表",
            ),
            fix={},
        )
    return [tuple(shape) for shape in shapes]


def _is_shape(given: Any) -> bool:
    return isinstance(given, list | tuple) and all(
        isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in given
    )
