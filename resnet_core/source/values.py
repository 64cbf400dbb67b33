"""What a source can get hold of: a closed set of values, none of them an object of Python's own.

Beside numbers, strings, tuples, lists, dicts, sets, tensors without data and layers there are the
functions, classes and objects of the source itself, which are these here.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.source.budget import LONGEST_VALUE, bounded


class Signal(Exception):
    """An exception that the source raises by itself: its kind and what it says."""

    def __init__(self, kind: str, said: str) -> None:
        super().__init__(said)
        self.kind, self.said = kind, said


@dataclass(eq=False)
class Scope:
    """Names and values of a function, a class body or the whole source."""

    names: dict[str, Any] = field(default_factory=dict)
    parent: Scope | None = None
    owner: Class | None = None
    receiver: Any = None
    elsewhere: dict[str, Scope] = field(default_factory=dict)
    is_class: bool = False

    def find(self, name: str) -> Scope | None:
        """The scope in which a name is bound; class bodies are seen from themselves alone."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and (scope is self or not scope.is_class):
                return scope
            scope = scope.parent
        return None


@dataclass(eq=False)
class Function:
    """A def or a lambda, with the scope it was written in. ``foreign`` is one of the library's."""

    name: str
    node: ast.FunctionDef | ast.Lambda
    scope: Scope
    defaults: tuple[Any, ...]
    keyword_defaults: Mapping[str, Any]
    owner: Class | None = None
    generates: bool = False
    foreign: bool = False


@dataclass(eq=False)
class Method:
    """A function of the source together with the object it is called on."""

    function: Any
    receiver: Any


@dataclass(eq=False)
class Class:
    """A class of the source. ``native`` is torch's class that its objects are, if any."""

    name: str
    bases: tuple[Any, ...]
    members: dict[str, Any]
    mro: tuple[Class, ...] = ()
    native: type[nn.Module] | None = None
    made: type[nn.Module] | None = None
    kind: str = ""

    def find(self, name: str, after: Class | None = None) -> Any:
        """A member of it or of what it inherits from, ``MISSING`` where there is none."""
        mro = self.mro if after is None else self.mro[self.mro.index(after) + 1 :]
        for owner in mro:
            if name in owner.members:
                return owner.members[name]
        return MISSING


@dataclass(eq=False)
class Instance:
    """An object of a class that is no module."""

    cls: Class
    members: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Super:
    """What comes after a class among those that an object inherits from."""

    after: Class
    receiver: Any


@dataclass(eq=False, frozen=True)
class Native:
    """A callable out of a table. ``type`` is what isinstance asks for; ``reads`` tells that it
    takes the interpreter first; ``kind`` is layer, function, factory, method, builtin or effect.
    """

    name: str
    call: Callable[..., Any]
    kind: str = "builtin"
    type: Any = None
    reads: bool = False
    members: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False, frozen=True)
class Namespace:
    """Names under a name, such as ``torch.nn``. ``open`` takes any other name as unknown."""

    name: str
    members: Mapping[str, Any]


@dataclass(eq=False, frozen=True)
class Partial:
    """A callable with some of its arguments."""

    function: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


@dataclass(eq=False)
class Descriptor:
    """A property, static method or class method: ``kind`` says which."""

    kind: str
    function: Any
    setter: Any = None


@dataclass(eq=False, frozen=True)
class Exceptional:
    """An exception class or, with what it says, an exception."""

    name: str
    kind: type[BaseException]
    said: str | None = None


@dataclass(eq=False, frozen=True)
class Unavailable:
    """A name that was imported from where nothing is known. Using it is refused, not naming it."""

    name: str
    origin: str


class Cursor:
    """What a generator, zip or enumerate gives: values that are made when they are met, once."""

    def __init__(self, values: Iterable[Any]) -> None:
        self._left = iter(values)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self._left)

    def rest(self) -> list[Any]:
        """All that has not been met yet; nothing is left after it. Raises Exceeded."""
        found: list[Any] = bounded(list(islice(self._left, LONGEST_VALUE + 1)))
        return found


class Fields(tuple[Any, ...]):
    """What a function of torch gives under names: ``x.max(dim=1).values``."""

    names: tuple[str, ...] = ()


class Defaulting(dict[Any, Any]):
    """A dict that makes what it does not hold: ``factory`` is called for it."""

    factory: Any = None


@dataclass(eq=False, frozen=True)
class Hint:
    """A type hint, which is carried about and means nothing."""

    name: str


MISSING: Any = object()

_PLAIN: tuple[type, ...] = (
    bool, int, float, str, type(None), tuple, list, dict, set, frozenset, slice, range,
    type(Ellipsis), torch.Tensor, nn.Module, torch.dtype, torch.device, Function, Method, Class,
    Instance, Super, Native, Namespace, Partial, Descriptor, Exceptional, Unavailable, Hint,
    Cursor,
)  # fmt: skip


def admitted(value: Any) -> Any:
    """A value that comes out of torch, as one of the closed set. Raises TypeError."""
    kind = type(value)
    if kind in (bool, int, float, str, type(None)):
        return value
    if isinstance(value, tuple):
        found = Fields(admitted(part) for part in value)
        found.names = getattr(kind, "__match_args__", ())
        return found if found.names else tuple(found)
    if kind is list:
        return [admitted(part) for part in value]
    if isinstance(value, dict):
        return {admitted(key): admitted(part) for key, part in value.items()}
    if isinstance(value, _PLAIN):
        return value
    raise TypeError(f"{kind.__name__} is no value here")


_NOUNS: tuple[tuple[type | tuple[type, ...], Text], ...] = (
    (type(None), Text("None", "None")),
    (bool, Text("a truth value", "布尔值")),
    ((int, float), Text("a number", "数")),
    (str, Text("a string", "字符串")),
    (list, Text("a list", "列表")),
    (tuple, Text("a tuple", "元组")),
    (dict, Text("a dict", "字典")),
    (torch.Tensor, Text("a tensor", "张量")),
    (nn.Module, Text("a module", "模块")),
    ((Function, Method, Partial), Text("a function", "函数")),
    (Class, Text("a class", "类")),
    (Namespace, Text("a package", "包")),
)


def noun(value: Any) -> Text:
    """What a value is, for a message."""
    if isinstance(value, Namespace | Native | Unavailable):
        return Text(value.name, value.name)
    for kind, said in _NOUNS:
        if isinstance(value, kind):
            return said
    return Text("an object", "对象")
