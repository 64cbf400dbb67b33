"""nn.Module → Graph. The only importer of torchview.

torchview replaces ``nn.Module.__call__`` for the whole process while it records, so one trace
runs at a time, building included. Nothing is computed: all tensors live on the meta device.

Two modules of torch take long to load and have nothing to do in a trace; stand-ins answer for them.
Torch's meta kernels ask ``torch.fx.experimental.symbolic_shapes`` whether a condition holds. That
module imports sympy, half a second at the first convolution of a process, to reason about sizes
that are symbols. There are none here, and of a plain condition the answer is the condition itself.

What counts multiply-adds, and torch's own kernels that are written in Python, are marked as nothing
to compile, for which torch loads ``torch._dynamo``: a second at the first call. Nothing is compiled
here. A function that was marked meanwhile is marked in earnest once somebody loads the compiler.

Until somebody imports the real module a stand-in answers; any other name is the real module's.
"""

from __future__ import annotations

import importlib
import operator
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from types import ModuleType
from typing import Any

import graphviz
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd
from torchview.computation_graph import ComputationGraph
from torchview.computation_node import TensorNode
from torchview.torchview import process_input

from resnet_core.bilingual import Text
from resnet_core.errors import ResnetDiagramError, TraceError
from resnet_core.graph.model import Graph, Shape
from resnet_core.registry import twinning
from resnet_core.stages import stage
from resnet_core.trace.failing_call import told
from resnet_core.trace.hollow import emptied
from resnet_core.trace.outside import LIBRARIES, Outside
from resnet_core.trace.reader import Reader, Twins, Unplaceable
from resnet_core.trace.record import Counter
from resnet_core.trace.recorder import QuickRecorder, Witness, followed_from

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
    return trace_given(build, _made(input_shapes, dtypes), kwargs)


def trace_given(
    build: Callable[[], nn.Module],
    given: Sequence[Any],
    kwargs: Mapping[str, Any] | None = None,
    device: str = "meta",
) -> Graph:
    """The same for any values that forward takes by place: of a tensor its shape counts.

    On the ``cpu`` it is run with the numbers that module and values have, at its own price.
    """
    values: tuple[Any, ...] = list(given), dict(kwargs or {})
    if device == "meta":
        values = emptied(values)
    with one_at_a_time:
        with stage("build"), torch.device(device):
            module = build()
        return _run(module, values[0], Twins(module), Witness(Counter()), values[1], device)


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
            found = _run(module, _made(input_shapes), twins, Witness())
            if found.problem is None or not twins.of:
                return found
        except Unplaceable:
            pass
        return trace(build, input_shapes)


# torchview wants to know what it will draw on; here it draws nothing.
_UNDRAWN = graphviz.Digraph()


def _made(shapes: Sequence[Shape], dtypes: Sequence[torch.dtype] = ()) -> list[torch.Tensor]:
    """Inputs of these shapes, without numbers."""
    kinds = [*dtypes, *[torch.get_default_dtype()] * len(shapes)]
    return [
        torch.empty(shape, dtype=dtype, device="meta")
        for shape, dtype in zip(shapes, kinds, strict=False)
    ]


@stage("trace")
def _run(
    module: nn.Module,
    given: Sequence[Any],
    twins: Twins,
    witness: Witness,
    kwargs: Mapping[str, Any] | None = None,
    device: str = "meta",
) -> Graph:
    tensors, named, input_nodes = process_input(list(given), None, dict(kwargs or {}), device)
    record = ComputationGraph(_UNDRAWN, input_nodes)
    own = [part for part in module.modules() if _is_own(part)]
    with Outside(own) if own else nullcontext():
        failure = _forward(module, (tensors, named), record, witness, device)
        return _graph(module, witness, list(input_nodes), twins, failure)


def _is_own(part: nn.Module) -> bool:
    """Whether somebody's own code runs with it: its class, or a hook on a layer of torch's."""
    theirs = type(part).__module__.partition(".")[0] not in LIBRARIES
    return theirs or bool(part._forward_hooks or part._forward_pre_hooks)


def _graph(
    module: nn.Module,
    witness: Witness,
    inputs: list[TensorNode],
    twins: Twins,
    failure: BaseException | None,
) -> Graph:
    """What was recorded. Raises TraceError where the module is no runnable code at all."""
    if isinstance(failure, Unplaceable | ResnetDiagramError):
        raise failure
    if failure is not None and not isinstance(failure, _SHAPES_DO_NOT_FIT):
        reason = Text("the module cannot be run: {}", "这个模块无法运行：{}")
        raise TraceError(reason.format(told(failure))) from failure
    return Reader(module, witness, inputs, twins).read(failure)


def _forward(
    module: nn.Module, given: tuple[Any, Any], record: ComputationGraph, witness: Witness,
    device: str,
) -> BaseException | None:  # fmt: skip
    """Run it; what it raised. A tensor that a forward makes is without data as all others are."""
    tensors, named = given
    module.eval()
    witness.follow = followed_from(record)
    recording = QuickRecorder(record, witness)
    # What is fused on a processor is counted by nobody: its parts are.
    fused = nullcontext() if device == "meta" else sdpa_kernel(SDPBackend.MATH)
    counting = witness.counter or nullcontext()
    silent = torch.no_grad()
    with fused, recording, silent, quick_kernels(), counting, torch.device(device), witness:
        try:
            witness.returned = module(*tensors, **named)
        except (Exception, SystemExit) as error:
            return error
    return None


SYMBOLS = "torch.fx.experimental.symbolic_shapes"
COMPILER = "torch._dynamo"


class _StandIn(ModuleType):
    """A module that gives way to the real one when it is asked for what it has not."""

    # Where the parts of a package are, which is asked before one of them is loaded.
    asked: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in self.asked:  # what an import asks of any module
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


class PlainSizes(_StandIn):
    """The questions that meta kernels ask, answered for what is no symbol."""

    guard_or_false = guard_or_true = guard_size_oblivious = staticmethod(bool)
    expect_true = statically_known_true = staticmethod(bool)
    guarding_hint_or_throw = staticmethod(int)
    sym_eq = staticmethod(operator.eq)

    @staticmethod
    def sym_or(*conditions: bool) -> bool:
        return any(conditions)

    @staticmethod
    def sym_and(*conditions: bool) -> bool:
        return all(conditions)

    @staticmethod
    def has_guarding_hint(_size: int) -> bool:
        return True

    @staticmethod
    def is_nested_int(_size: int) -> bool:
        return False


class NoCompiler(_StandIn):
    """The mark that keeps a function out of compiled code, put off until there is a compiler."""

    asked = ("__path__",)

    def disable(self, function: Any = None, *args: Any, **more: Any) -> Any:
        if not callable(function):
            return self.__getattr__("disable")(function, *args, **more)
        marked: list[Callable[..., Any]] = []

        def run(*values: Any, **named: Any) -> Any:
            if not marked:
                real = sys.modules.get(COMPILER)
                mark = None if isinstance(real, NoCompiler) else getattr(real, "disable", None)
                if mark is None:  # not there, or still on its way
                    return function(*values, **named)
                marked.append(mark(function, *args, **more))
            return marked[0](*values, **named)

        return run


@contextmanager
def quick_kernels() -> Iterator[None]:
    """While it lasts, torch's kernels do without what is not loaded yet."""
    stand_ins = {
        name: kind(name)
        for name, kind in ((SYMBOLS, PlainSizes), (COMPILER, NoCompiler))
        if name not in sys.modules
    }
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]


# What fills a parameter with its first values; and layers that reckon first what with, or fill
# buffers as well.
_FILLS = {
    name: fill
    for name, fill in vars(nn.init).items()
    if name.endswith("_") and not name.startswith("_")
}
_RESETS: dict[Any, Callable[..., Any]] = {
    kind: kind.reset_parameters for kind in (_NormBase, _ConvNd)
}
# The thread that builds something of which only the shapes are wanted.
_builder: int | None = None


def _unless_unfilled(fill: Callable[..., Any]) -> Callable[..., Any]:
    """The same for everybody but the thread that wants nothing filled."""

    def run(filled: Any, *args: Any, **kwargs: Any) -> Any:
        return filled if threading.get_ident() == _builder else fill(filled, *args, **kwargs)

    return run


_SPARING_FILLS = {name: _unless_unfilled(fill) for name, fill in _FILLS.items()}
_SPARING_RESETS = {kind: _unless_unfilled(reset) for kind, reset in _RESETS.items()}


@contextmanager
def unfilled() -> Iterator[None]:
    """While it lasts, nothing that this thread builds is initialised: its shapes are wanted."""
    global _builder
    # Somebody may have put others in their place since.
    fills = {name: vars(nn.init)[name] for name in _FILLS}
    resets = {kind: kind.reset_parameters for kind in _RESETS}
    _builder = threading.get_ident()
    _fill_with(_SPARING_FILLS, _SPARING_RESETS)
    try:
        yield
    finally:
        _builder = None
        _fill_with(fills, resets)


def _fill_with(fills: Mapping[str, Any], resets: Mapping[Any, Any]) -> None:
    vars(nn.init).update(fills)
    for kind, reset in resets.items():
        kind.reset_parameters = reset
