"""The drawing of a module of one's own, which is copied without data and traced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.diagram.form import Options, fill
from resnet_core.diagram.given import filled, from_shapes, from_values, tensors
from resnet_core.diagram.picture import Drawing
from resnet_core.errors import TraceError, UnknownParameter
from resnet_core.graph.model import Graph, Shape
from resnet_core.language.notation import Caption
from resnet_core.trace import one_at_a_time, trace_given
from resnet_core.trace.failing_call import needs_numbers
from resnet_core.trace.hollow import each_tensor, full, hollow

if TYPE_CHECKING:
    from resnet_core import Comparison


# A module of more is not run: its numbers are copied for it.
_NUMBERS = 100_000_000


@dataclass(frozen=True)
class ModuleDrawing(Drawing):
    """A drawing of somebody's own module."""

    twin: nn.Module
    given: tuple[Any, ...]
    options: Options
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    device: str = "meta"

    @cached_property
    def graph(self) -> Graph:
        return trace_given(lambda: self.twin, self.given, self.kwargs, self.device)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of the inputs."""
        return tuple(tuple(tensor.shape) for tensor in tensors(self.given))

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
        first = next(tensors(self.given))
        asked = torch.empty(shape, dtype=first.dtype, device=self.device)
        given = each_tensor(self.given, lambda tensor: asked if tensor is first else tensor)
        return trace_given(lambda: self.twin, given, self.kwargs, self.device)

    @property
    def name(self) -> str:
        return type(self.twin).__name__

    @property
    def caption(self) -> Caption:
        return Caption(
            name=self.name, title=self.name, kind="module", own_title=self.options.title,
            note="" if self.device == "meta" else "run on numbers",
        )  # fmt: skip


def draw_module(
    module: nn.Module,
    input_shape: Any = None,
    *,
    inputs: Any = None,
    dtype: str | Sequence[str] | None = None,
    kwargs: Any = None,
    **options: Any,
) -> ModuleDrawing:
    """The drawing of your own module, traced at an input of this shape, batch first.

    Several inputs take a sequence of shapes; an input that is a list or a dict, a list or a dict of
    shapes in its place. ``dtype`` says what the inputs hold where that is not torch's default:
    ``"long"`` for an embedding, or one name for each input. In place of shapes ``inputs`` may be
    the values that forward is given by place: tensors, lists, dicts, numbers. ``kwargs`` are what
    forward is given by name: tensors, of which shape and type count, and any other values.
    ``options`` are those of the view: detail, fold, expand, direction, labels, shapes, theme,
    scale.

    The module itself is left as it is: a copy without data is traced. One that looks at numbers
    (``.item()``, numpy, a scripted part) is run once on the processor, a copy with its numbers on
    the values that are given, or on random ones, and the picture says so. Raises ParameterError
    for an option, TraceError where the module does not run as Python at all; one whose shapes do
    not fit is drawn up to the call that fails.
    """
    if inputs is None:
        given = from_shapes(input_shape, dtype)
    else:
        given = from_values(inputs if input_shape is None else None, dtype)
    for name, value in options.items():
        if name not in Options.model_fields:
            raise UnknownParameter(name, value, Text("the view", "视图"), Options.model_fields)
    with one_at_a_time:
        drawing = ModuleDrawing(
            hollow(module), given, fill(Options, options), dict(kwargs or {})
        )  # fmt: skip
        try:  # what cannot be traced is said here, not at the first look
            failed = drawing.graph.problem
        except TraceError as error:
            run = _on_numbers(module, drawing, str(error.__cause__))
            if run is None:
                raise
            return run
        run = _on_numbers(module, drawing, failed.text["en"]) if failed else None
        return run or drawing


def _on_numbers(module: nn.Module, drawing: ModuleDrawing, said: str) -> ModuleDrawing | None:
    """The drawing of a run with numbers, where that and nothing else was in the way."""
    inputs, named = drawing.given, drawing.kwargs
    count = sum(part.numel() for part in (*module.parameters(), *module.buffers()))
    count += sum(tensor.numel() for tensor in tensors((inputs, named)))
    if not needs_numbers(said) or count > _NUMBERS:
        return None
    run = replace(
        drawing, twin=full(module), given=filled(inputs), kwargs=filled(named), device="cpu"
    )
    try:
        run.graph  # noqa: B018
    except TraceError:
        return None
    return run
