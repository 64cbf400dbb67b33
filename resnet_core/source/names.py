"""The names that are there without an import: Python's builtins that a source may call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.source import attributes
from resnet_core.source.budget import Exceeded, Refused, bounded, light
from resnet_core.source.compiled import copied
from resnet_core.source.containers import sorted_by
from resnet_core.source.packages import NAMES as PACKAGE_NAMES
from resnet_core.source.records import members_of, values_of
from resnet_core.source.strings import shown
from resnet_core.source.values import (
    MISSING,
    Class,
    Cursor,
    Descriptor,
    Exceptional,
    Function,
    Hint,
    Instance,
    Method,
    Native,
    Partial,
    Signal,
    Unavailable,
    noun,
)


def _is(_: Any, value: Any, kinds: Any) -> bool:
    """``isinstance(value, kinds)``."""
    for kind in kinds if isinstance(kinds, tuple) else (kinds,):
        if isinstance(kind, Class):
            cls = value.cls if isinstance(value, Instance) else None
            if isinstance(value, nn.Module):
                cls = vars(value).get("_class")
            if cls is not None and kind in cls.mro:
                return True
        elif isinstance(kind, Native) and kind.type is not None:
            if kind.name == "Callable":
                return _callable(value)
            if isinstance(value, kind.type):
                return True
        elif not isinstance(kind, Hint | Exceptional | Function | Unavailable):
            raise Refused(Text("{} is no class", "{}不是类").format(noun(kind)))
    return False


def _subclass(_: Any, cls: Any, kinds: Any) -> bool:
    own = cls.native if isinstance(cls, Class) else getattr(cls, "type", None)
    for kind in kinds if isinstance(kinds, tuple) else (kinds,):
        if isinstance(cls, Class) and kind in cls.mro:
            return True
        known = kind.type if isinstance(kind, Native) else None
        if isinstance(own, type) and isinstance(known, type) and issubclass(own, known):
            return True
    return False


def _callable(value: Any) -> bool:
    return isinstance(value, Function | Method | Class | Native | Partial | nn.Module)


def _length(reader: Any, value: Any) -> int:
    if isinstance(value, Instance | nn.Module) and not isinstance(value, attributes.CONTAINERS):
        cls = value.cls if isinstance(value, Instance) else vars(value).get("_class")
        found = cls.find("__len__") if cls else MISSING
        if found is not MISSING:
            return int(reader.call(found, [value], {}))
    if isinstance(value, torch.Tensor):
        return int(value.shape[0])
    if isinstance(value, (str, list, tuple, dict, set, frozenset, range, *attributes.CONTAINERS)):
        return len(value)
    if isinstance(value, Class) and value.kind == "enum":
        return len(members_of(value))
    held = values_of(value)
    if held is not None:
        return len(held)
    raise Refused(Text("{} has no length", "{}没有长度").format(noun(value)))


def _range(*limits: Any) -> range:
    if not all(isinstance(limit, int) for limit in limits):
        raise Refused(Text("range takes whole numbers", "range 只接受整数"))
    return range(*limits)


def _enumerate(reader: Any, values: Any, start: int = 0) -> Cursor:
    return Cursor(enumerate(reader.over(values), start))


def _zip(reader: Any, *several: Any, strict: bool = False) -> Cursor:
    return Cursor(zip(*map(reader.over, several), strict=bool(strict)))


def _map(reader: Any, function: Any, *several: Any) -> Cursor:
    def results() -> Iterator[Any]:
        for args in zip(*map(reader.over, several), strict=False):
            reader.budget.step()
            yield reader.call(function, list(args), {})

    return Cursor(results())


def _filter(reader: Any, function: Any, values: Any) -> Cursor:
    def kept() -> Iterator[Any]:
        for value in reader.over(values):
            reader.budget.step()
            if reader.truth(value if function is None else reader.call(function, [value], {})):
                yield value

    return Cursor(kept())


def _sum(reader: Any, values: Any, start: Any = 0) -> Any:
    from resnet_core.source.operators import BINARY, binary

    add = next(iter(BINARY.values()))
    total = start
    for value in reader.over(values):
        reader.budget.step()
        total = binary(add, total, value)
    return total


def _extreme(choose: Any) -> Any:
    def run(reader: Any, *values: Any, key: Any = None, default: Any = MISSING) -> Any:
        found = reader.iterate(values[0]) if len(values) == 1 else list(values)
        if not found and default is not MISSING:
            return default
        light(found)
        if key is not None:
            return choose(found, key=lambda value: reader.call(key, [value], {}))
        return choose(found)

    return run


def _every(all_of_them: bool) -> Any:
    def run(reader: Any, values: Any) -> bool:
        for value in reader.over(values):
            reader.budget.step()
            if reader.truth(value) != all_of_them:
                return not all_of_them
        return all_of_them

    return run


def _next(reader: Any, cursor: Any, default: Any = MISSING) -> Any:
    if not isinstance(cursor, Cursor):
        raise Refused(Text("next takes an iterator", "next 需要一个迭代器"))
    value = next(cursor, default)
    if value is MISSING:
        raise Signal("StopIteration", "there is no next value")
    return value


def _getattr(reader: Any, value: Any, name: Any, default: Any = MISSING) -> Any:
    if not isinstance(name, str):
        raise Refused(Text("a name is a string", "名字必须是字符串"))
    if default is MISSING:
        return attributes.read(reader, value, name)
    try:
        found = attributes.find(reader, value, name)
    except Refused:
        return default
    return default if found is MISSING else found


def _hasattr(reader: Any, value: Any, name: Any) -> bool:
    missing = object()
    return _getattr(reader, value, name, missing) is not missing


def _setattr(reader: Any, target: Any, name: Any, value: Any) -> None:
    if not isinstance(name, str) or len(name) > 100 or "." in name:
        raise Refused(Text("a name is a string", "名字必须是字符串"))
    attributes.write(reader, target, name, value)


def _number(kind: Any) -> Any:
    def run(value: Any = 0) -> Any:
        if isinstance(value, torch.Tensor):
            if value.device.type != "cpu" or type(value) is not torch.Tensor:
                raise Refused(
                    Text("a tensor has a shape here and no values", "这里的张量只有形状，没有数值")
                )
            value = value.item()
        if not isinstance(value, bool | int | float | str):
            raise Refused(Text("{} is no number", "{}不是数").format(noun(value)))
        return bounded(kind(value))

    return run


def _listing(kind: Any) -> Any:
    return lambda reader, values=(): bounded(kind(reader.iterate(values)))


def _set(reader: Any, values: Any = ()) -> set[Any]:
    return {attributes.key(value) for value in reader.iterate(values)}


def _dict(reader: Any, values: Any = (), **named: Any) -> dict[Any, Any]:
    if isinstance(values, dict):
        return bounded({**values, **named})  # type: ignore[no-any-return]
    pairs = [reader.iterate(pair) for pair in reader.iterate(values)]
    return bounded({attributes.key(key): value for key, value in pairs} | named)  # type: ignore[no-any-return]


def _round(value: Any, digits: int | None = None) -> Any:
    if digits is not None and abs(digits) > 20:
        raise Exceeded(Text("the number is too large", "这个数太大了"))
    return round(value, digits)


def _power(reader: Any, base: Any, exponent: Any) -> Any:
    import operator

    from resnet_core.source.operators import binary

    return binary(operator.pow, base, exponent)


def _deepcopy(_: Any, value: Any, *__: Any) -> Any:
    """A copy of a layer or of plain values."""
    if isinstance(value, nn.Module):
        return copied(value)
    if isinstance(value, list | tuple):
        light(value)
        return type(value)(_deepcopy(_, part) for part in value)
    if isinstance(value, dict):
        return {key: _deepcopy(_, part) for key, part in value.items()}
    return value


def _type(reader: Any, value: Any, bases: Any = MISSING, members: Any = MISSING) -> Any:
    """``type(value)``, or a class that is made without a class statement."""
    if bases is MISSING:
        return reader.class_of(value)
    if not (
        isinstance(value, str)
        and isinstance(bases, tuple)
        and isinstance(members, dict)
        and all(isinstance(name, str) for name in members)
    ):
        raise Refused(Text("type takes a name, bases and members", "type 需要名字、基类和成员"))
    return reader.class_from(value, list(bases), dict(members))


def _property(function: Any) -> Descriptor:
    return Descriptor("property", function)


def _dataclass(_: Any, cls: Any = None, **__: Any) -> Any:
    if cls is None:
        return Native("dataclass", _dataclass, reads=True)
    if isinstance(cls, Class) and cls.native is None:
        cls.kind = "dataclass"
    return cls


def _plain(name: str, call: Any, type: Any = None) -> tuple[str, Native]:
    return name, Native(name, call, "builtin", type)


def _reading(name: str, call: Any, type: Any = None) -> tuple[str, Native]:
    return name, Native(name, call, "builtin", type, reads=True)


_EXCEPTIONS = (
    Exception, ValueError, TypeError, KeyError, IndexError, RuntimeError, NotImplementedError,
    AssertionError, AttributeError, ImportError, ModuleNotFoundError, ZeroDivisionError,
    StopIteration, ArithmeticError, OverflowError, LookupError, BaseException, Warning,
    UserWarning, DeprecationWarning, NameError, OSError, FileNotFoundError,
)  # fmt: skip

BUILTINS: Mapping[str, Any] = {
    **dict(
        [
            _reading("isinstance", _is),
            _reading("issubclass", _subclass),
            _reading("len", _length),
            _plain("range", _range, range),
            _reading("enumerate", _enumerate),
            _reading("zip", _zip),
            _reading("map", _map),
            _reading("filter", _filter),
            _reading("sum", _sum),
            _reading("max", _extreme(max)),
            _reading("min", _extreme(min)),
            _reading("all", _every(True)),
            _reading("any", _every(False)),
            _reading("sorted", sorted_by),
            _reading("reversed", lambda reader, values: Cursor(reader.iterate(values)[::-1])),
            _reading(
                "iter",
                lambda reader, values: (
                    values if isinstance(values, Cursor) else Cursor(reader.over(values))
                ),
            ),
            _reading("next", _next),
            _reading("getattr", _getattr),
            _reading("hasattr", _hasattr),
            _reading("setattr", _setattr),
            _reading("list", _listing(list), list),
            _reading("tuple", _listing(tuple), tuple),
            _reading("set", _set, set),
            _reading("frozenset", _set, frozenset),
            _reading("dict", _dict, dict),
            _plain("int", _number(int), int),
            _plain("float", _number(float), float),
            _plain("bool", lambda value=False: bool(light(value)), bool),
            _plain("str", lambda value="": shown(value), str),
            _plain("repr", shown),
            _plain("abs", abs),
            _plain("round", _round),
            _plain("divmod", divmod),
            _reading("pow", _power),
            _plain("callable", _callable),
            _reading("type", _type),
            _plain("id", lambda value: 0),
            _plain("print", lambda *values, **named: None),
            _plain("super", lambda *values: None),
            _plain("object", lambda: None, object),
            _plain("property", _property),
            _plain("staticmethod", lambda function: Descriptor("static", function)),
            _plain("classmethod", lambda function: Descriptor("class", function)),
            _reading("dataclass", _dataclass),
            _reading("deepcopy", _deepcopy),
        ]
    ),
    **{kind.__name__: Exceptional(kind.__name__, kind) for kind in _EXCEPTIONS},
    "slice": Native("slice", slice, "builtin", slice),
    "NotImplemented": None,
    "__file__": "source",
    **PACKAGE_NAMES,
}
