"""The packages that a source may import, and what is in them."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.source.axes import AXIS_LAYERS, EINOPS
from resnet_core.source.budget import Refused, bounded, light
from resnet_core.source.functions import (
    ALGEBRA,
    FOURIER,
    FUNCTIONAL,
    INITIALISERS,
    TORCH_FUNCTIONS,
    words,
)
from resnet_core.source.layer_table import LAYERS
from resnet_core.source.records import as_dict, namedtuple, replaced
from resnet_core.source.values import (
    MISSING,
    Class,
    Cursor,
    Defaulting,
    Descriptor,
    Function,
    Hint,
    Instance,
    Namespace,
    Native,
    Partial,
)


def _partial(function: Any, *args: Any, **kwargs: Any) -> Partial:
    return Partial(function, args, kwargs)


def _itself(function: Any = None, *_: Any, **__: Any) -> Any:
    return function


def _decorator(*args: Any, **kwargs: Any) -> Any:
    """A decorator, with or without arguments, that changes nothing here."""
    if len(args) == 1 and isinstance(args[0], Function) and not kwargs:
        return args[0]
    return Native("decorator", _itself)


def _reduce(reader: Any, function: Any, values: Any, *start: Any) -> Any:
    rest = reader.over(values)
    total = start[0] if start else next(rest, MISSING)
    if total is MISSING:
        raise Refused(Text("there is nothing to reduce", "没有可以归约的值"))
    for value in rest:
        reader.budget.step()
        total = reader.call(function, [total, value], {})
    return total


def _ordered(reader: Any, values: Any = (), **named: Any) -> dict[Any, Any]:
    return reader.builtins["dict"].call(reader, values, **named)  # type: ignore[no-any-return]


def _repeat(function: Any, count: int) -> Cursor:
    return Cursor(bounded([function] * min(count, 10_001)))


def _chain(reader: Any, *several: Any) -> Cursor:
    return Cursor(value for values in several for value in reader.over(values))


# Functions of itertools that take iterables and nothing that is called.
_ITERATORS = ("cycle", "combinations", "permutations", "islice", "pairwise", "zip_longest",
              "product")  # fmt: skip


def _lazy(name: str) -> Any:
    run = getattr(itertools, name)

    def made(reader: Any, *args: Any, **kwargs: Any) -> Cursor:
        given = [arg if isinstance(arg, int | None) else reader.over(arg) for arg in args]
        return Cursor(_stepping(reader, run(*given, **kwargs)))

    return made


def _stepping(reader: Any, values: Any) -> Iterator[Any]:
    for value in values:
        reader.budget.step()
        yield value


def _starmap(reader: Any, function: Any, values: Any) -> Cursor:
    return Cursor(reader.call(function, reader.iterate(args), {}) for args in reader.over(values))


def _accumulate(reader: Any, values: Any, function: Any = None) -> Cursor:
    def sums() -> Iterator[Any]:
        total: Any = MISSING
        for value in reader.over(values):
            reader.budget.step()
            if total is MISSING:
                total = value
            elif function is None:
                total = reader.operated(operator.add, total, value)
            else:
                total = reader.call(function, [total, value], {})
            yield total

    return Cursor(sums())


def _defaultdict(reader: Any, factory: Any = None, *values: Any, **named: Any) -> Defaulting:
    made = Defaulting(_ordered(reader, *values, **named))
    made.factory = factory
    return made


def _counter(reader: Any, values: Any = ()) -> Defaulting:
    made = Defaulting()
    made.factory = reader.builtins["int"]
    for value in reader.over(values):
        reader.budget.step()
        made[light(value)] = made.get(value, 0) + 1
    return made


def _tensor(*args: Any, **_: Any) -> Any:
    """``torch.Tensor(sizes)``, or of a list of numbers."""
    if all(isinstance(arg, int) for arg in args):
        return torch.empty(args, device="meta")
    return TORCH_FUNCTIONS["tensor"].call(*args)


def _product(reader: Any, *several: Any) -> Any:
    total: Any = 1
    for value in reader.iterate(several[0]):
        total = bounded(total * value) if isinstance(value, int | float) else total
    return total


def _pair(count: int) -> Native:
    def run(value: Any) -> Any:
        return tuple(value) if isinstance(value, list | tuple) else (value,) * count

    return Native(f"to_{count}tuple", run)


def _checkpoint(reader: Any, function: Any, *args: Any, **_: Any) -> Any:
    return reader.call(function, list(args), {})


def _context(*args: Any, **_: Any) -> Any:
    """``with torch.no_grad():``, or the same as a decorator."""
    if len(args) == 1 and isinstance(args[0], Function):
        return args[0]
    return Native("context", _itself, "context")


def _settings(**values: Any) -> Instance:
    """An object that has what it is given by name, as settings are kept."""
    cls = Class("SimpleNamespace", (), {})
    cls.mro = (cls,)
    return Instance(cls, dict(values))


def _operator(operation: Any) -> Any:
    return lambda reader, left, right: reader.operated(operation, left, right)


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _natives(functions: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Native(name, function) for name, function in functions.items()}


_HINTS = words(
    """
    Any Optional Union List Tuple Dict Callable Sequence Iterable Type Literal ClassVar Final
    Mapping TypeVar Generic Protocol Iterator NamedTuple Set Annotated Self overload cast
    TYPE_CHECKING Generator MutableMapping Collection NoneType Text
    """
)
_TYPES: dict[str, Any] = {
    "Sequence": (list, tuple),
    "Iterable": (list, tuple, set, dict, range, Cursor),
    "Mapping": (dict,),
    "Callable": (nn.Module,),
    "Collection": (list, tuple, set, dict),
    "Generic": object,
    "Protocol": object,
}


def _hints() -> dict[str, Any]:
    found: dict[str, Any] = {name: Hint(name) for name in _HINTS}
    for name, kinds in _TYPES.items():
        found[name] = Native(name, _nothing, "builtin", kinds)
    found["cast"] = Native("cast", lambda kind, value: value)
    found["TYPE_CHECKING"] = False
    found["overload"] = Native("overload", _itself)
    return found


_MATH = _natives(
    {
        name: getattr(math, name)
        for name in (
            "sqrt", "log", "log2", "log10", "exp", "ceil", "floor", "gcd", "sin", "cos", "tan",
            "tanh", "isclose", "isinf", "isnan", "trunc", "fabs", "hypot", "pow", "degrees",
            "radians", "atan", "copysign",
        )
    }
) | {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan,
     "prod": Native("prod", _product, reads=True)}  # fmt: skip

_DTYPES = {
    name: getattr(torch, name)
    for name in (
        "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8",
        "bool", "float", "double", "half", "long", "int",
    )
}  # fmt: skip

_INIT = Namespace(
    "torch.nn.init",
    {
        **INITIALISERS,
        "calculate_gain": Native("calculate_gain", lambda *_: 1.0),
        "_calculate_fan_in_and_fan_out": Native("_calculate_fan_in_and_fan_out", lambda *_: (1, 1)),
    },
)
_F = Namespace("torch.nn.functional", FUNCTIONAL)
_UTILS = Namespace(
    "torch.nn.utils",
    {
        **{
            name: Native(name, _itself)
            for name in ("weight_norm", "spectral_norm", "remove_weight_norm")
        },
        "parametrizations": Namespace(
            "torch.nn.utils.parametrizations",
            {name: Native(name, _itself) for name in ("weight_norm", "spectral_norm")},
        ),
    },
)
_NN = Namespace(
    "torch.nn",
    {
        **LAYERS,
        "functional": _F,
        "init": _INIT,
        "utils": _UTILS,
        "modules": Namespace("torch.nn.modules", LAYERS),
        "parameter": Namespace("torch.nn.parameter", {"Parameter": LAYERS["Parameter"]}),
        "common_types": Namespace("torch.nn.common_types", {}),
    },
)
_CHECKPOINT = {"checkpoint": Native("checkpoint", _checkpoint, reads=True)}
_TORCH = Namespace(
    "torch",
    {
        **TORCH_FUNCTIONS,
        **_DTYPES,
        "nn": _NN,
        **{
            name: Native(name, _tensor, "builtin", torch.Tensor)
            for name in ("Tensor", "FloatTensor", "LongTensor", "BoolTensor")
        },
        "Size": Native("Size", tuple, "builtin", tuple),
        "dtype": Native("dtype", _nothing, "builtin", torch.dtype),
        "device": Native("device", lambda *_: "meta", "builtin", str),
        "no_grad": Native("no_grad", _context),
        "inference_mode": Native("inference_mode", _context),
        "enable_grad": Native("enable_grad", _context),
        "manual_seed": Native("manual_seed", _nothing),
        "inf": math.inf,
        "pi": math.pi,
        "cuda": Namespace(
            "torch.cuda",
            {
                "is_available": Native("is_available", lambda: False),
                "amp": Namespace("torch.cuda.amp", {"autocast": Native("autocast", _context)}),
            },
        ),
        "jit": Namespace(
            "torch.jit",
            {
                **{
                    name: Native(name, _decorator)
                    for name in ("script", "ignore", "unused", "export")
                },
                "is_scripting": Native("is_scripting", lambda: False),
                "is_tracing": Native("is_tracing", lambda: False),
                "Final": Hint("Final"),
            },
        ),
        "fft": Namespace("torch.fft", FOURIER),
        "linalg": Namespace("torch.linalg", ALGEBRA),
        "utils": Namespace(
            "torch.utils",
            {"checkpoint": Namespace("torch.utils.checkpoint", _CHECKPOINT)},
        ),
        "is_tensor": Native("is_tensor", lambda value: isinstance(value, torch.Tensor)),
        "__version__": "2.9",
    },
)

_PACKAGES: dict[str, Any] = {
    "torch": _TORCH,
    "einops": EINOPS,
    "math": Namespace("math", _MATH),
    "typing": Namespace("typing", _hints()),
    "typing_extensions": Namespace("typing_extensions", _hints()),
    "abc": Namespace(
        "abc",
        {"ABC": Native("ABC", _nothing, "builtin", object), "abstractmethod": Native("m", _itself)},
    ),
    "functools": Namespace(
        "functools",
        {
            "partial": Native("partial", _partial),
            "reduce": Native("reduce", _reduce, reads=True),
            "wraps": Native("wraps", _decorator),
            "lru_cache": Native("lru_cache", _decorator),
            "cache": Native("cache", _decorator),
        },
    ),
    "collections": Namespace(
        "collections",
        {
            "OrderedDict": Native("OrderedDict", _ordered, "builtin", dict, reads=True),
            "namedtuple": Native("namedtuple", namedtuple, reads=True),
            "defaultdict": Native("defaultdict", _defaultdict, "builtin", dict, reads=True),
            "Counter": Native("Counter", _counter, "builtin", dict, reads=True),
            "abc": Namespace("collections.abc", _hints()),
        },
    ),
    "itertools": Namespace(
        "itertools",
        {
            "repeat": Native("repeat", _repeat),
            "chain": Native(
                "chain",
                _chain,
                reads=True,
                members={
                    "from_iterable": Native(
                        "from_iterable",
                        lambda reader, values: _chain(reader, *reader.iterate(values)),
                        reads=True,
                    )
                },
            ),
            **{name: Native(name, _lazy(name), reads=True) for name in _ITERATORS},
            "starmap": Native("starmap", _starmap, reads=True),
            "accumulate": Native("accumulate", _accumulate, reads=True),
            "count": Native("count", lambda start=0, step=1: Cursor(itertools.count(start, step))),
        },
    ),
    "enum": Namespace(
        "enum",
        {
            "Enum": Native("Enum", _nothing),
            **{name: Native("PlainEnum", _nothing) for name in ("IntEnum", "StrEnum")},
            "unique": Native("unique", _itself),
        },
    ),
    "operator": Namespace(
        "operator",
        {
            name: Native(name, _operator(getattr(operator, name)), reads=True)
            for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "matmul")
        },
    ),
    "warnings": Namespace(
        "warnings",
        {
            **{name: Native(name, _nothing) for name in ("warn", "simplefilter", "filterwarnings")},
            "catch_warnings": Native("catch_warnings", _context),
        },
    ),
    "types": Namespace("types", {"SimpleNamespace": Native("SimpleNamespace", _settings)}),
    # What trains or logs has no part in a structure.
    **{
        name: Namespace(
            name,
            {
                "LightningModule": LAYERS["Module"],
                **{part: Namespace(f"{name}.{part}", {}) for part in ("callbacks", "loggers")},
            },
        )
        for name in ("pytorch_lightning", "lightning")
    },
    "numpy": Namespace(
        "numpy",
        {
            "prod": Native("prod", _product, reads=True),
            "linspace": TORCH_FUNCTIONS["linspace"],
            "pi": math.pi,
            **{name: _MATH[name] for name in ("sqrt", "log", "log2", "ceil", "floor", "exp")},
        },
    ),
}


def _filled() -> None:
    _PACKAGES["copy"] = Namespace(
        "copy",
        {
            "deepcopy": Native("deepcopy", _copy, reads=True),
            "copy": Native("copy", _copy, reads=True),
        },
    )
    _PACKAGES["dataclasses"] = Namespace(
        "dataclasses",
        {
            "dataclass": Native("dataclass", _dataclass, reads=True),
            "field": Native("field", _field),
            "asdict": Native("asdict", as_dict),
            "replace": Native("replace", replaced, reads=True),
        },
    )


def _copy(reader: Any, value: Any) -> Any:
    return reader.builtins["deepcopy"].call(reader, value)


def _field(default: Any = MISSING, default_factory: Any = None, **_: Any) -> Any:
    """The default of a field, or what makes one."""
    return default if default_factory is None else Descriptor("factory", default_factory)


def _dataclass(reader: Any, *args: Any, **kwargs: Any) -> Any:
    return reader.builtins["dataclass"].call(reader, *args, **kwargs)


_filled()


def module_named(name: str) -> Namespace | None:
    """The package of this name, None where nothing is known of it."""
    first, *rest = name.split(".")
    found: Any = _PACKAGES.get(first)
    for part in rest:
        found = found.members.get(part) if isinstance(found, Namespace) else None
    return found if isinstance(found, Namespace) else None


# What pasted code uses without the imports that went before it.
NAMES: Mapping[str, Any] = {
    "torch": _TORCH,
    "nn": _NN,
    "F": _F,
    "init": _INIT,
    "math": _PACKAGES["math"],
    "np": _PACKAGES["numpy"],
    "functools": _PACKAGES["functools"],
    "collections": _PACKAGES["collections"],
    "copy": _PACKAGES["copy"],
    "SimpleNamespace": _PACKAGES["types"].members["SimpleNamespace"],
    "argparse": Namespace("argparse", {"Namespace": _PACKAGES["types"].members["SimpleNamespace"]}),
    "pl": _PACKAGES["pytorch_lightning"],
    "warnings": _PACKAGES["warnings"],
    "partial": _PACKAGES["functools"].members["partial"],
    "OrderedDict": _PACKAGES["collections"].members["OrderedDict"],
    "Tensor": _TORCH.members["Tensor"],
    "checkpoint": _CHECKPOINT["checkpoint"],
    "to_2tuple": _pair(2),
    "einops": EINOPS,
    "rearrange": EINOPS.members["rearrange"],
    **AXIS_LAYERS,
    **{
        name: hint
        for name, hint in _hints().items()
        if name not in ("Set", "Text", "Self", "cast", "overload")
    },
}
