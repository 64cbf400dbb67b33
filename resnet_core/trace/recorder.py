"""torchview's recorder: what it does not keep, and quick answers to what it asks at every call.

Kept beside it are the line of code, the arguments, and the call that failed. Quick are three
questions that took half of a trace: which tensors are among these arguments, what shape has this
tensor, which tensors does a forward make by itself.

Shapes of a plain batch norm and a plain convolution are known without asking torch. On the meta
device it takes both apart in Python, and all that comes of it is a shape that a line of arithmetic
gives. Where anything is less plain, or does not fit, torch itself is asked, and says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import torch
import torch.nn.functional as F
import torchview
from torch import nn
from torch.nn.modules.module import _has_any_global_hook
from torch.overrides import TorchFunctionMode
from torchview import recorder_tensor
from torchview.computation_graph import ComputationGraph
from torchview.computation_node import FunctionNode, TensorNode
from torchview.recorder_tensor import RecorderTensor, creation_ops_wrapper, module_forward_wrapper
from torchview.utils import OrderedSet

from resnet_core.graph.model import Shape, Source
from resnet_core.stages import PLACE
from resnet_core.trace import uncommon
from resnet_core.trace.record import BY_PLACE, PLAIN, UNSEEN, Call, Counter, Ran
from resnet_core.trace.roles import is_torchs_own

_ROOT = Path(__file__).parents[2]
_FOREIGN = (*(str(Path(value.__file__ or "").parent) for value in (torch, torchview)), "<")

# A look at the shape of a tensor: as torch names it to a mode, and as it is taken here.
_shape: Any = torch.Tensor.shape
_LOOK: Callable[[torch.Tensor], torch.Size] = _shape.__get__


class Witness(TorchFunctionMode):
    """Stands beside torchview while a module runs and notes what it will not tell.

    ``ran`` is the outermost module, ``functions`` map ``id`` of torchview's nodes to the call;
    ``running`` are the modules that were inside their forward when the run ended: empty unless it
    failed. ``returned`` is what the outermost gave back. ``counter`` counts multiply-adds, where
    somebody wants them counted.
    """

    def __init__(self, counter: Counter | None = None) -> None:
        super().__init__()
        self.counter = counter
        # What makes a tensor of none one that is followed.
        self.follow: Callable[[torch.Tensor], torch.Tensor] = lambda tensor: tensor
        self.functions: dict[int, Call] = {}
        self.ran: Ran | None = None
        self.running: list[Ran] = []
        self.failed: Call | None = None
        self.returned: Any = None
        self._deep = 0
        # Multiply-adds of calls on parameters alone, until a call that is followed takes them up.
        self._owed = 0

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """torchview's way of calling a module, with a note of what runs in which module."""

        def run(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            closed = not module._modules and is_torchs_own(type(module))
            line = _line(sys._getframe(1))
            ran = Ran(module, None, [], line, self._counted(), closed)
            if self.running:
                self.running[-1].inside.append(ran)
            elif self.ran is None:
                self.ran = ran
            self.running.append(ran)
            shape = _known(module, args, kwargs) if self.counter is None else None
            if shape is not None:
                ran.head, out = known_step(args[0], shape, bool(vars(module).get("inplace")))
            else:
                out = self._inside(ran, call, args, kwargs)
            self.running.pop()
            return out

        return run

    def _inside(
        self, ran: Ran, call: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        """What the module gives, run as torchview runs it."""
        # torchview's first note of the call stands behind all that are there.
        given = map(nodes_of, tensors_in((*args, *kwargs.values())))
        context: list[Any] = next((nodes[-1].context for nodes in given if nodes), [])
        known, owed = len(context), self._owed
        try:
            out = call(ran.module, *args, **kwargs)
        finally:
            if len(context) > known:
                ran.head = next(iter(context[known]))
            ran.macs = self._counted(ran.macs)
            if ran.closed or not ran.inside:
                self._owed = owed  # a layer's count holds them already
        followed = ran.head or ran.inside
        return out if followed else uncommon.from_nothing(ran, tensors_in(args), out)

    def _counted(self, before: int | None = 0, owed: int = 0) -> int | None:
        """What was counted since ``before`` and is ``owed``; None where nobody counts."""
        return None if self.counter is None else self.counter.macs - (before or 0) + owed

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func == _LOOK:
            with torch._C.DisableTorchFunctionSubclass():
                return func(*args)
        kwargs = kwargs or {}
        func, args = _as_call(func, args)
        if self._deep:
            return self._unfollowed(func, args, kwargs)
        if func is torch.Tensor.__setitem__ and nodes_of(args[0]):
            # ``x[…] += y`` puts the part back where it is already.
            if getattr(args[2], "_told_to", None) is not args[0]:
                self._noted(uncommon.written, types, args, kwargs)
            return None
        made = self._noted(func, types, args, kwargs)
        if args and made is args[0]:
            self._tell_owner(made, types)
        # What is made like a tensor that is followed hangs on that already.
        if func not in CREATORS or nodes_of(made) or uncommon.is_being_built():
            return made
        return self.follow(made)

    def _tell_owner(self, part: Any, types: Any) -> None:
        """A part of a tensor was written to in place: so was the tensor that it is a part of."""
        owner = getattr(part, "_part_of", None)
        if owner is None:
            return
        if uncommon.shares(owner, part):
            self._noted(uncommon.shared, types, (owner, part), {})
            part._told_to = owner
            self._tell_owner(owner, types)

    def _noted(
        self, func: Any, types: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        """What a call returns or raises, and a note of it."""
        tensors = tensors_in((*args, *kwargs.values()))
        before = tuple([nodes[-1] for tensor in tensors if (nodes := nodes_of(tensor))])
        name = str(getattr(func, "__name__", func))
        start = self._counted()
        try:
            if not before:
                return self._unfollowed(func, args, kwargs)
            if (answer := quick_answer(func, args, kwargs, self.counter is not None)) is not None:
                result = RecorderTensor.__torch_function__(answer, types, args, kwargs)
            elif func is uncommon.written or func is uncommon.shared:
                result = RecorderTensor.__torch_function__(func, types, args, kwargs)
            else:
                result = func(*args, **kwargs)
        except Exception:
            if self.failed is None:
                self.failed = self._call(name, tensors, before, args, kwargs)
            raise
        for tensor in tensors_in((result,)):
            if (
                name in uncommon.PARTS
                and isinstance(args[0], RecorderTensor)
                and tensor is not args[0]
            ):
                tensor._part_of = args[0]  # type: ignore[attr-defined]
            nodes = nodes_of(tensor)
            for parent in nodes[-1].parents if nodes else ():
                if isinstance(parent, FunctionNode) and id(parent) not in self.functions:
                    call = UNSEEN
                    if not (self.running and self.running[-1].closed):
                        call = self._call(name, tensors, before, args, kwargs)
                        call = replace(call, macs=self._counted(start, self._owed))
                        self._owed = 0
                    self.functions[id(parent)] = call
                    if self.running:
                        self.running[-1].inside.append(parent)
        return result

    def _unfollowed(self, func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """A call on tensors that came along no graph; what torch makes on its way is none of it."""
        start = self._counted()
        self._deep += 1
        try:
            with torch._C.DisableTorchFunctionSubclass():
                out = func(*args, **kwargs)
                return out.as_subclass(torch.Tensor) if isinstance(out, RecorderTensor) else out
        finally:
            self._deep -= 1
            if not self._deep:
                self._owed += self._counted(start) or 0

    def _call(
        self, name: str, tensors: list[torch.Tensor], nodes: tuple[TensorNode, ...],
        args: tuple[Any, ...], kwargs: Mapping[str, Any],
    ) -> Call:  # fmt: skip
        with torch._C.DisableTorchFunctionSubclass():
            shapes = tuple(tuple(tensor.shape) for tensor in tensors)
        own = tuple(id(tensor) for tensor in tensors if isinstance(tensor, nn.Parameter))
        rest = tuple(id(tensor) for tensor in tensors if type(tensor) is torch.Tensor)
        plain = _scalars(name, args, kwargs)
        # Of torch's own layer the layer is drawn, and not the call that it makes.
        layer = self.running and is_torchs_own(type(self.running[-1].module))
        if name in uncommon.CONVOLUTIONS and not layer:
            plain |= uncommon.window(args, kwargs)
        return Call(name, shapes, nodes, own, rest, plain, _line(sys._getframe(2)))


def _as_call(func: Any, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """What is read behind a dot, ``x.mT`` or ``x.data``, as the call that gives the same."""
    name = getattr(getattr(func, "__self__", None), "__name__", "")
    if getattr(func, "__name__", "") == "__get__" and name in uncommon.READ:
        return uncommon.READ[name][0], (args[0], *uncommon.READ[name][1])
    return func, args


def nodes_of(tensor: torch.Tensor) -> list[TensorNode]:
    return getattr(tensor, "tensor_nodes", None) or []


def tensors_in(values: Iterable[Any]) -> list[torch.Tensor]:
    """All tensors among the values, also inside tuples and lists; parameters too."""
    found: list[torch.Tensor] = []
    for value in values:
        # Asked for each value of each call: of the commonest types first, and by name.
        if type(value) in PLAIN:
            continue
        if isinstance(value, torch.Tensor):
            found.append(value)
        elif isinstance(value, tuple | list):
            found += tensors_in(value)
        elif isinstance(value, dict):
            found += tensors_in(value.values())
    return found


def _scalars(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are no tensors, by name."""
    plain = [arg for arg in args if not isinstance(arg, torch.Tensor)]
    plain = [item for item in plain if not tensors_in([item])]
    names = BY_PLACE.get(name.strip("_"), ())
    if names[:1] == ("dims",) and plain and isinstance(plain[0], int):
        plain = [tuple(plain)]
    found = dict(zip(names, plain, strict=False)) | dict(kwargs)
    if name == "__getitem__" and uncommon.cuts(args[1:]):
        found["cut"] = True
    return {key: _listed(value) for key, value in found.items() if _is_plain(value)}


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(_is_plain(part) for part in value)
    return isinstance(value, bool | int | float | str)


def _listed(value: Any) -> Any:
    return [_listed(part) for part in value] if isinstance(value, tuple | list) else value


def _line(frame: FrameType | None) -> Source | None:
    """The innermost line outside torch, torchview and this package: the block's own code.

    Of a source that is read and not run it is the line that is being read.
    """
    if PLACE.line is not None:
        return Source(PLACE.file, PLACE.line)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(uncommon.HERE):
            if frame.f_code.co_name == "_run":
                return None
        elif not file.startswith(_FOREIGN):
            return Source(_shown(file), frame.f_lineno)
        frame = frame.f_back
    return None


@cache
def _shown(file: str) -> str:
    """A file's path from the project's root; of somebody else's file the name alone."""
    path = Path(file)
    return path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else path.name


Answer = Callable[..., torch.Tensor]


def quick_answer(
    func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], counted: bool
) -> Answer | None:
    """What gives the call's result without a detour; None where torch must be asked in full.

    A convolution that torch is to count (``counted``) must reach it.
    """
    if func in _IN_PLACE and not kwargs and _alike(args):
        return _writing(func)
    if func in _DIRECT or func in _IN_PLACE:
        return _directly(func)
    known = _KNOWN.get(func)
    if known is None or (counted and known is _convolved):
        return None
    with torch._C.DisableTorchFunction():
        shape = known(*args, **kwargs)
    if shape is None:
        return None

    def answer(input: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
        return blank(input, shape)

    answer.__name__ = func.__name__
    return answer


@cache
def _directly(func: Any) -> Answer:
    """The same call past all of torch's modes."""

    def answer(*args: Any, **kwargs: Any) -> torch.Tensor:
        with torch._C.DisableTorchFunction():
            made: torch.Tensor = func(*args, **kwargs)
        return made

    answer.__name__ = func.__name__
    return answer


@cache
def _writing(func: Any) -> Answer:
    """What is left of an addition in place where nothing is computed: a tensor was written to."""

    def answer(input: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        with torch._C.DisableTorchFunction():
            # Torch takes ``add_`` apart in Python there, and counts this one as it does that.
            return input.zero_()

    answer.__name__ = func.__name__
    return answer


def _alike(operands: tuple[Any, ...]) -> bool:
    """Whether these are two tensors without data, of one shape and of the same numbers."""
    if len(operands) != 2 or not all(isinstance(one, torch.Tensor) for one in operands):
        return False
    into, other = operands
    with torch._C.DisableTorchFunction():
        same: bool = into.shape == other.shape and into.dtype == other.dtype
        # One that is spread over less memory than it has numbers cannot be written to.
        return same and into.is_meta and other.is_meta and into.is_contiguous()


def blank(like: torch.Tensor, shape: Shape) -> torch.Tensor:
    """A tensor of this shape, of the same numbers as another, without data."""
    with torch._C.DisableTorchFunction():
        return torch.empty(shape, dtype=like.dtype, device="meta")


def _normed(input: torch.Tensor, *others: Any, training: bool = False, **more: Any) -> Shape | None:
    """A batch norm at rest, whose channels agree: its output has its input's shape."""
    tensors = [value for value in (*others, *more.values()) if isinstance(value, torch.Tensor)]
    plain = not training and True not in others[4:5] and tensors and input.is_meta
    shape = tuple(input.shape)
    if not plain or any(shape[1:2] != tensor.shape for tensor in tensors):
        return None
    return shape


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
    given, taken = input.shape, weight.shape
    if len(given) != 4 or len(taken) != 4:
        return None
    channels, rest = divmod(taken[0], groups)
    kernel = taken[2:]
    fits = (
        input.is_meta
        and input.dtype == weight.dtype
        and given[1] == taken[1] * groups
        and channels
        and not rest
        and (bias is None or (bias.shape == taken[:1] and bias.dtype == weight.dtype))
    )
    steps, pads, spread = _pair(stride), _pair(padding), _pair(dilation)
    if not fits or steps is None or pads is None or spread is None:
        return None
    sides = tuple(
        (side + 2 * pad - apart * (taps - 1) - 1) // step + 1
        for side, taps, step, pad, apart in zip(given[2:], kernel, steps, pads, spread, strict=True)
        if step > 0
    )
    if len(sides) < 2 or min(given[0], *kernel, *sides, *spread) < 1 or min(pads) < 0:
        return None
    return (given[0], taken[0], *sides)


# What needs none of torch's modes: it makes nothing on the way, and is asked for everywhere.
_DIRECT = frozenset({F.relu, torch.Tensor.add, torch.Tensor.__add__})
_IN_PLACE = frozenset({torch.Tensor.add_, torch.Tensor.__iadd__})
_KNOWN: dict[Any, Callable[..., Shape | None]] = {F.batch_norm: _normed, F.conv2d: _convolved}


def _of_convolution(layer: nn.Conv2d, x: torch.Tensor) -> Shape | None:
    how = layer.stride, layer.padding, layer.dilation, layer.groups
    plain = layer.padding_mode == "zeros"
    return _convolved(x, layer.weight, layer.bias, *how) if plain else None


def _of_norm(layer: nn.BatchNorm2d, x: torch.Tensor) -> Shape | None:
    mean, variance = layer.running_mean, layer.running_var
    if layer.training or mean is None or variance is None or len(x.shape) != 4:
        return None
    return _normed(x, mean, variance, layer.weight, layer.bias)


def _of_relu(layer: nn.ReLU, x: torch.Tensor) -> Shape | None:
    return tuple(x.shape) if x.is_meta and (x.is_contiguous() or not layer.inplace) else None


# Layers that are one call, and what is known of it.
_LAYERS: dict[type, Callable[[Any, torch.Tensor], Shape | None]] = {
    nn.Conv2d: _of_convolution, nn.BatchNorm2d: _of_norm, nn.ReLU: _of_relu,
}  # fmt: skip


def _known(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Shape | None:
    """The shape that comes of a plain layer; None where the layer itself must be asked.

    On its way through torchview and torch it would be asked the same six times. Somebody's hooks,
    or a forward of the module's own, are asked as ever; so is what torch is to count.
    """
    known = _LAYERS.get(type(module))
    if known is None or len(args) != 1 or kwargs or type(args[0]) is not RecorderTensor:
        return None
    if not nodes_of(args[0]) or not _is_bare(module):
        return None
    with torch._C.DisableTorchFunction():
        return known(module, args[0])


def _is_bare(module: nn.Module) -> bool:
    """Whether nothing but the class's own forward runs when the module is called."""
    everywhere: bool = _has_any_global_hook()  # type: ignore[no-untyped-call]
    hooks = module._forward_hooks or module._forward_pre_hooks or everywhere
    return not hooks and "forward" not in vars(module)


def _pair(value: Any) -> tuple[int, int] | None:
    """A number for height and width each; None for a word, which torch must read."""
    if isinstance(value, int):
        return value, value
    if isinstance(value, tuple | list) and len(value) == 2:
        return value[0], value[1]
    return None


def known_step(x: RecorderTensor, shape: Shape, in_place: bool) -> tuple[FunctionNode, Any]:
    """A layer whose outcome is known: its note in torchview's record, as of a function, and that.

    Nothing runs inside of it, so nothing has to be undone behind it.
    """
    given = x.tensor_nodes[-1]
    call = FunctionNode(known_step, given.depth, given, name=known_step.__name__)
    given.add_child(call)
    with torch._C.DisableTorchFunction():
        # Nothing is computed: of what writes over its input it is left that it has written.
        made: Any = x.zero_() if in_place else blank(x, shape).as_subclass(RecorderTensor)
    above: dict[int, Any] = {given.depth: call}
    node = TensorNode(made, given.depth, call, context=given.context, parent_hierarchy=above)
    made.tensor_nodes = [*nodes_of(made)[:-1], node]
    call.add_child(node)
    call.set_input_shape([given.tensor_shape])
    call.set_output_shape([shape])
    given.context.extend((call, node))
    return call, made


# What torch calls to make a tensor of none.
CREATORS = frozenset(getattr(torch, name) for name in recorder_tensor.orig_name_list)

_NOTHING_INSIDE = PLAIN | {torch.Tensor, nn.Parameter}
_LISTS = frozenset({list, tuple})
Callee = Callable[..., Any]


def look(tensor: torch.Tensor) -> torch.Size:
    """The tensor's shape. Looking is no call: nobody is told of it."""
    with torch._C.DisableTorchFunction():
        return _LOOK(tensor)


def _asked(slow: Callee) -> Callee:
    """A method that answers with numbers; what goes wrong in it is told as that of any call."""

    def ask(self: torch.Tensor, *args: Any, **more: Any) -> Any:
        try:
            with torch._C.DisableTorchFunction():
                return slow(self, *args, **more)
        except (RuntimeError, IndexError, TypeError):
            return slow(self, *args, **more)

    return ask


def _quickly(slow: Callee) -> Callee:
    """A walk of torchview's over arguments, ``walk(data, act, …)``, by the type of each."""

    def walk(data: Any, act: Callee, *into: Any, **more: Any) -> Any:
        kind = type(data)
        parts: Iterable[Any] = ()
        if kind is RecorderTensor:
            act(data, *into, **more)
        elif kind in _LISTS:
            parts = data
        elif kind is dict:
            parts = data.values()
        elif kind is OrderedSet:
            parts = data.map
        elif kind not in _NOTHING_INSIDE:
            slow(data, act, *into, **more)
        for part in parts:
            # Mostly it is such a tensor, or nothing: that is not worth a call of its own.
            kind = type(part)
            if kind is RecorderTensor:
                act(part, *into, **more)
            elif kind not in _NOTHING_INSIDE and (kind is not dict or part):
                walk(part, act, *into, **more)
        return into[0] if into else None

    return walk


for _name in ("reduce_data_info", "traverse_data_inplace"):
    vars(recorder_tensor)[_name] = _quickly(vars(recorder_tensor)[_name])
# Of anything else they ask whether it is one of these; of those in typing it takes far longer.
vars(recorder_tensor).update(Iterable=Iterable, Mapping=Mapping)
RecorderTensor.shape = property(look)  # type: ignore[assignment]
for _name in ("dim", "size", "numel"):
    setattr(RecorderTensor, _name, _asked(getattr(torch.Tensor, _name)))


_ordinary: Callee = nn.Module.__call__
_recorded: Callee | None = None


def _switch(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
    return (_recorded or _ordinary)(module, *args, **kwargs)


def stand_by() -> None:
    """From now on every call of a module passes a switch, in a process that does little but trace.

    To exchange a method of ``nn.Module`` makes Python forget what it knows of its hundreds of
    subclasses: twice a trace, that is a twelfth of a block's picture.
    """
    nn.Module.__call__ = _switch  # type: ignore[method-assign]


class QuickRecorder:
    """While it is entered, every call of a module is recorded, one process-wide at a time.

    ``witness`` stands around torchview's way to call a module.
    """

    def __init__(self, record: ComputationGraph, witness: Witness) -> None:
        self._calling = witness.around(module_forward_wrapper(record))

    def __enter__(self) -> None:
        global _recorded
        self._before, _recorded = _recorded, self._calling
        self._kept = nn.Module.__call__
        if self._kept is not _switch:
            nn.Module.__call__ = _switch  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        global _recorded
        _recorded = self._before
        if self._kept is not _switch:
            nn.Module.__call__ = self._kept  # type: ignore[method-assign]


def followed_from(record: ComputationGraph) -> Callable[[torch.Tensor], torch.Tensor]:
    """What makes a tensor that came of none one that is followed."""
    return creation_ops_wrapper(lambda tensor: tensor, record)
