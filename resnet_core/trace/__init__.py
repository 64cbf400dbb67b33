"""nn.Module → Graph. The only importer of torchview.

torchview replaces ``nn.Module.__call__`` for the whole process while it records, so one trace
runs at a time, building included. Nothing is computed: all tensors live on the meta device.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import graphviz
import torch
from torch import nn
from torchview.computation_graph import ComputationGraph
from torchview.torchview import process_input

from resnet_core.bilingual import Text
from resnet_core.errors import ResnetDiagramError, TraceError
from resnet_core.graph.model import Graph, Shape
from resnet_core.registry import twinning
from resnet_core.stages import stage
from resnet_core.trace.failing_call import told
from resnet_core.trace.hollow import unfilled
from resnet_core.trace.plain_sizes import plain_sizes
from resnet_core.trace.quick_recorder import QuickRecorder, followed_from
from resnet_core.trace.reader import Reader
from resnet_core.trace.recorder import Counter, Witness
from resnet_core.trace.twins import Twins, Unplaceable

one_at_a_time = threading.RLock()

# At the first function that is made of others torch imports a compiler, which wants a folder for
# what it compiles. Nothing is compiled here; a read-only machine must not fail for it.
try:
    tempfile.gettempdir()
except OSError:
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", os.sep)

# What torch raises for operands that do not go together. Anything else is a mistake in the code.
_SHAPES_DO_NOT_FIT = (RuntimeError, ValueError, IndexError)


def trace(
    build: Callable[[], nn.Module],
    input_shapes: Sequence[Shape],
    dtypes: Sequence[torch.dtype] = (),
    kwargs: Mapping[str, Any] | None = None,
) -> Graph:
    """The Graph of the module that ``build`` makes, at inputs of these shapes (batch first).

    ``dtypes`` are those of the inputs, where they are not all of torch's default; ``kwargs`` is
    what forward is given by name, tensors and other values.

    A structure that cannot run gives the Graph up to the call that failed, with ``problem``
    set. Whatever ``build`` raises passes through. Raises TraceError for a module that is no
    runnable code at all.
    """
    with one_at_a_time:
        with stage("build"), torch.device("meta"):
            module = build()
        return _run(module, input_shapes, Twins(module), Witness(Counter()), dtypes, kwargs)


def trace_once(build: Callable[[], nn.Module], input_shapes: Sequence[Shape]) -> Graph:
    """The same Graph of a network that this package makes, at a fraction of the work.

    Of equal blocks at equal shapes one is run and the others are placed. A network that fails or
    that calls its blocks in another way is traced in full.
    """
    with one_at_a_time:
        try:
            with stage("build"), torch.device("meta"), unfilled(), twinning():
                module = build()
            twins = Twins(module)
            found = _run(module, input_shapes, twins, Witness())
            if found.problem is None or not twins.of:
                return found
        except Unplaceable:
            pass
        return trace(build, input_shapes)


@stage("trace")
def _run(
    module: nn.Module,
    input_shapes: Sequence[Shape],
    twins: Twins,
    witness: Witness,
    dtypes: Sequence[torch.dtype] = (),
    kwargs: Mapping[str, Any] | None = None,
) -> Graph:
    kinds = [*dtypes, *[torch.get_default_dtype()] * len(input_shapes)]
    with torch.device("meta"):
        inputs = [
            torch.empty(shape, dtype=dtype)
            for shape, dtype in zip(input_shapes, kinds, strict=False)
        ]
    tensors, named, input_nodes = process_input(inputs, None, _emptied(dict(kwargs or {})), "meta")
    record = ComputationGraph(graphviz.Digraph(), input_nodes)
    failure = _forward(module, (tensors, named), record, witness)
    if isinstance(failure, Unplaceable | ResnetDiagramError):
        raise failure
    if failure is not None and not isinstance(failure, _SHAPES_DO_NOT_FIT):
        reason = Text("the module cannot be run: {}", "这个模块无法运行：{}")
        raise TraceError(reason.format(told(failure))) from failure
    return Reader(module, witness, list(input_nodes), twins).read(failure)


def _emptied(value: Any) -> Any:
    """A value for forward, its tensors without data."""
    if isinstance(value, torch.Tensor):
        return torch.empty_like(value, device="meta")
    if isinstance(value, dict):
        return {name: _emptied(part) for name, part in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(_emptied, value))
    return value


def _forward(
    module: nn.Module, given: tuple[Any, Any], record: ComputationGraph, witness: Witness
) -> BaseException | None:
    """Run it; what it raised. A tensor that a forward makes is without data as all others are."""
    tensors, named = given
    module.eval()
    witness.follow = followed_from(record)
    recording = QuickRecorder(record, witness.around)
    counting = witness.counter or nullcontext()
    with recording, torch.no_grad(), plain_sizes(), counting, torch.device("meta"), witness:
        try:
            module(*tensors, **named)
        except (Exception, SystemExit) as error:
            return error
    return None
