"""What stands behind the dot and in the brackets: read and written, by the kind of the value."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text, clauses
from resnet_core.errors import did_you_mean, nearest
from resnet_core.source.budget import Refused, bounded, light
from resnet_core.source.containers import METHODS as CONTAINER_METHODS
from resnet_core.source.functions import TENSOR_METHODS
from resnet_core.source.methods import MODULE_METHODS
from resnet_core.source.records import METHODS as RECORD_METHODS
from resnet_core.source.records import fields_of, values_of
from resnet_core.source.strings import shown
from resnet_core.source.values import (
    MISSING,
    Class,
    Cursor,
    Defaulting,
    Descriptor,
    Exceptional,
    Fields,
    Function,
    Hint,
    Instance,
    Method,
    Namespace,
    Native,
    Super,
    Unavailable,
    admitted,
    noun,
)

CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict)
_HASHABLE = (
    bool, int, float, str, type(None), tuple, frozenset, torch.dtype, Class, Instance, Native,
    Function, nn.Module,
)  # fmt: skip
# What is plain data in a layer's own dictionary and safe to be told.
_DATA = (bool, int, float, str, type(None), tuple, list)


def read(reader: Any, value: Any, name: str) -> Any:
    """``value.name``. Raises Refused."""
    found = find(reader, value, name)
    if found is not MISSING:
        return found
    known = sorted(names_of(value))
    raise Refused(
        clauses(
            Text("{} has no {!r} that is known here", "{}没有这里认识的 {!r}").format(
                noun(value), name
            ),
            did_you_mean(nearest(name, known)),
        ),
        Text("use a name that torch documents", "请使用 torch 文档里的名字"),
        kind="AttributeError" if isinstance(value, nn.Module | Instance | Class) else "",
    )


def find(reader: Any, value: Any, name: str) -> Any:
    """``value.name``, or MISSING."""
    for kind, handler in _FINDERS:
        if isinstance(value, kind):
            return handler(reader, value, name)
    if isinstance(value, Fields) and name in value.names:
        return value[value.names.index(name)]
    for kind, methods in CONTAINER_METHODS.items():
        if isinstance(value, kind):
            return Method(methods[name], value) if name in methods else MISSING
    if isinstance(value, float) and name == "is_integer":
        return Native(name, value.is_integer)
    return MISSING


def names_of(value: Any) -> set[str]:
    """The names that a value has, for a suggestion."""
    if isinstance(value, torch.Tensor):
        return set(TENSOR_METHODS) | {"shape", "ndim", "dtype", "device"}
    if isinstance(value, nn.Module):
        own = set(vars(value).get("_attrs", {})) | set(value._modules) | set(value._parameters)
        cls = vars(value).get("_class")
        members = {name for owner in cls.mro for name in owner.members} if cls else set()
        return own | members | set(MODULE_METHODS)
    if isinstance(value, Namespace | Native):
        return set(value.members)
    if isinstance(value, Class):
        return {name for owner in value.mro for name in owner.members}
    if isinstance(value, Instance):
        return set(value.members)
    return set(CONTAINER_METHODS.get(type(value), ()))


def _of_tensor(_: Any, value: torch.Tensor, name: str) -> Any:
    if name == "shape":
        return tuple(value.shape)
    if name in ("ndim", "dtype", "device", "requires_grad"):
        return getattr(value, name)
    if name in ("T", "mT"):
        return value.transpose(-2, -1)
    if name == "data":
        return value.detach()
    if name in ("real", "imag"):
        return getattr(torch, name)(value)
    if name in ("is_cuda", "is_sparse"):
        return False
    if name == "grad":
        return None
    method = TENSOR_METHODS.get(name)
    return Method(method, value) if method else MISSING


def _of_module(reader: Any, value: nn.Module, name: str) -> Any:
    cls: Class | None = vars(value).get("_class")
    member = cls.find(name) if cls else MISSING
    if isinstance(member, Descriptor) and member.kind == "property":
        return reader.call(member.function, [value], {})
    for kept in (value._modules, value._parameters, value._buffers):
        if name in kept:
            return kept[name]
    attrs = vars(value).get("_attrs", {})
    if name in attrs:
        return attrs[name]
    if member is not MISSING:
        return _bound(member, value, cls)
    if name == "__class__":
        return cls or reader.class_of(value)
    if name in ("_modules", "_parameters", "_buffers"):
        return dict(vars(value)[name])
    if name in MODULE_METHODS:
        return Method(MODULE_METHODS[name], value)
    plain = vars(value).get(name, MISSING)
    if not name.startswith("_") and isinstance(plain, _DATA):
        return admitted(plain)
    return MISSING


def _bound(member: Any, receiver: Any, cls: Class | None) -> Any:
    if isinstance(member, Function):
        return Method(member, receiver)
    if isinstance(member, Descriptor):
        if member.kind == "static":
            return member.function
        return Method(member.function, cls if member.kind == "class" else receiver)
    return member


def _of_instance(reader: Any, value: Instance, name: str) -> Any:
    member = value.cls.find(name)
    if isinstance(member, Descriptor) and member.kind == "property":
        return reader.call(member.function, [value], {})
    if name in value.members:
        return value.members[name]
    if name == "__class__":
        return value.cls
    if name == "_fields" and value.cls.kind == "namedtuple":
        return tuple(fields_of(value.cls))
    if name == "__dict__":
        return dict(value.members)
    if member is MISSING and name in RECORD_METHODS.get(value.cls.kind, ()):
        return Method(RECORD_METHODS[value.cls.kind][name], value)
    return _bound(member, value, value.cls) if member is not MISSING else MISSING


def _of_class(reader: Any, value: Class, name: str) -> Any:
    member = value.find(name)
    if isinstance(member, Descriptor):
        return Method(member.function, value) if member.kind == "class" else member.function
    if member is not MISSING:
        return member
    if name in ("__name__", "__qualname__"):
        return value.name
    if name == "_fields" and value.kind == "namedtuple":
        return tuple(fields_of(value))
    if name == "__init__":
        return Native(name, lambda item, *args, **kwargs: reader.begin(value, item, args, kwargs))
    if name == "forward" and value.native is not None:
        return Native(name, lambda item, *args: reader.native_forward(value, item, args))
    return MISSING


def _of_super(reader: Any, value: Super, name: str) -> Any:
    receiver = value.receiver
    cls = receiver if isinstance(receiver, Class) else reader.class_of(receiver)
    if not isinstance(cls, Class) or value.after not in cls.mro:
        raise Refused(Text("super() does not fit this object", "super() 与这个对象不符"))
    member = cls.find(name, after=value.after)
    if isinstance(member, Descriptor) and member.kind == "property":
        return reader.call(member.function, [receiver], {})
    if member is not MISSING:
        return _bound(member, receiver, cls)
    if name == "__init__":
        return Native(name, lambda *args, **kwargs: reader.begin(cls, receiver, args, kwargs))
    if name == "forward" and cls.native is not None:
        return Native(name, lambda *args: reader.native_forward(cls, receiver, args))
    if isinstance(receiver, nn.Module) and name in MODULE_METHODS:
        return Method(MODULE_METHODS[name], receiver)
    return MISSING


def _of_named(reader: Any, value: Namespace | Native, name: str) -> Any:
    if name in value.members:
        return value.members[name]
    if isinstance(value, Native):
        if name in ("__name__", "__qualname__"):
            return value.name.rpartition(".")[2]
        if name == "__init__" and isinstance(value.type, type):
            return Native(
                name, lambda item, *args, **kwargs: reader.begin_as(value, item, args, kwargs)
            )
    if isinstance(value, Namespace):
        return reader.missing_member(value, name)
    return MISSING


def _of_function(_: Any, value: Function, name: str) -> Any:
    return value.name if name in ("__name__", "__qualname__") else MISSING


def _of_unknown(reader: Any, value: Unavailable, name: str) -> Any:
    return Unavailable(f"{value.name}.{name}", value.origin)


def _of_exception(_: Any, value: Exceptional, name: str) -> Any:
    return {"args": (value.said,), "__name__": value.name}.get(name, MISSING)


_FINDERS: tuple[tuple[Any, Any], ...] = (
    (torch.Tensor, _of_tensor),
    (nn.Module, _of_module),
    (Instance, _of_instance),
    (Class, _of_class),
    (Super, _of_super),
    ((Namespace, Native), _of_named),
    (Function, _of_function),
    (Unavailable, _of_unknown),
    (Exceptional, _of_exception),
    (Hint, lambda _, value, name: value if not name.startswith("_") else MISSING),
)


def write(reader: Any, target: Any, name: str, value: Any) -> None:
    """``target.name = value``. Raises Refused."""
    if isinstance(target, nn.Module):
        _into_module(reader, target, name, value)
    elif isinstance(target, Instance):
        member = target.cls.find(name)
        if isinstance(member, Descriptor) and member.setter is not None:
            reader.call(member.setter, [target, value], {})
        else:
            target.members[name] = value
            bounded(target.members)
    elif isinstance(target, Class):
        target.members[name] = value
    elif isinstance(target, torch.Tensor) and name == "requires_grad":
        target.requires_grad_(bool(light(value)))
    elif isinstance(target, torch.Tensor) and name in ("data", "grad"):
        return
    elif isinstance(target, Function | Class) and name.startswith("__"):
        return  # annotations, a name: what a documentation is made of
    else:
        raise Refused(
            Text("{} takes no attribute {!r}", "{}不能设置属性 {!r}").format(noun(target), name)
        )


def _into_module(reader: Any, target: nn.Module, name: str, value: Any) -> None:
    cls: Class | None = vars(target).get("_class")
    member = cls.find(name) if cls else MISSING
    if isinstance(member, Descriptor) and member.setter is not None:
        reader.call(member.setter, [target, value], {})
        return
    kept: dict[str, Any] = {
        "modules": target._modules,
        "parameters": target._parameters,
        "buffers": target._buffers,
    }
    attrs = vars(target).get("_attrs")
    place = ""
    if isinstance(value, nn.Module):
        place = "modules"
    elif isinstance(value, nn.Parameter):
        place = "parameters"
    elif isinstance(value, torch.Tensor | None):
        place = next((known for known, held in kept.items() if name in held), "")
        if isinstance(value, torch.Tensor) and place != "buffers":
            place = ""
    if place and not vars(target).get("_begun", True):
        raise Refused(
            Text(
                "a layer is assigned before super().__init__() is called",
                "在调用 super().__init__() 之前就给层赋了值",
            ),
            Text("call super().__init__() first", "先调用 super().__init__()"),
        )
    for held in (*kept.values(), *([attrs] if attrs is not None else [])):
        held.pop(name, None) if held is not kept.get(place) else None
    if place:
        kept[place][name] = value
        return
    own = vars(target).get(name, MISSING)
    if not name.startswith("_") and isinstance(own, _DATA) and isinstance(value, _DATA):
        vars(target)[name] = value
        return
    if attrs is None and (name.startswith("_") or hasattr(type(target), name)):
        raise Refused(
            Text("this layer takes no attribute {!r}", "这个层不能设置属性 {!r}").format(name)
        )
    attrs = vars(target).setdefault("_attrs", {})
    attrs[name] = value
    bounded(attrs)


def key(value: Any) -> Any:
    """The value itself, as the key of a dict. Raises Refused where it cannot be one."""
    if not isinstance(value, _HASHABLE):
        raise Refused(Text("{} cannot be a key", "{}不能当作键").format(noun(value)))
    return light(value)


def item(reader: Any, value: Any, index: Any) -> Any:
    """``value[index]``. Raises Refused, and what torch raises for a tensor."""
    if isinstance(value, torch.Tensor):
        return admitted(value[index])
    if isinstance(value, Hint) or (isinstance(value, Native) and value.type is not None):
        return Hint("[]")
    if isinstance(value, Class):
        return value.members[index] if value.kind == "enum" and index in value.members else value
    if isinstance(value, Instance):
        held = values_of(value)
        if held is not None:
            return _element(reader, held, index)
        found = value.cls.find("__getitem__")
        if found is not MISSING:
            return reader.call(found, [value, index], {})
    if isinstance(value, Unavailable):
        return Unavailable(value.name, value.origin)
    if isinstance(value, Cursor) or not isinstance(
        value, str | list | tuple | dict | range | nn.Module
    ):
        raise Refused(Text("{} has no elements", "{}没有元素").format(noun(value)))
    if isinstance(value, nn.Module) and not isinstance(value, CONTAINERS):
        found = vars(value)["_class"].find("__getitem__") if "_class" in vars(value) else MISSING
        if found is MISSING:
            raise Refused(Text("this module has no elements", "这个模块没有元素"))
        return reader.call(found, [value, index], {})
    return _element(reader, value, index)


def _element(reader: Any, value: Any, index: Any) -> Any:
    if isinstance(value, nn.Sequential | nn.ModuleList) and isinstance(index, slice):
        parts = list(value._modules.items())[index]
        made: Any = nn.Sequential() if isinstance(value, nn.Sequential) else nn.ModuleList()
        for number, (name, part) in enumerate(parts):
            made.add_module(name if isinstance(value, nn.Sequential) else str(number), part)
        return made
    try:
        if isinstance(value, Defaulting) and key(index) not in value:
            value[index] = bounded(reader.call(value.factory, [], {}))
        return value[key(index) if isinstance(value, dict) else index]
    except (KeyError, IndexError):
        said = Text("there is no element {}", "没有元素 {}").format(shown(index))
        size = Text("it has {}", "它有 {} 个").format(len(value))
        kind = "KeyError" if isinstance(value, dict | nn.ModuleDict) else "IndexError"
        raise Refused(clauses(said, size), kind=kind) from None
    except TypeError:
        raise Refused(
            Text("{} is no index of {}", "{}不能当作{}的下标").format(noun(index), noun(value))
        ) from None


def put(reader: Any, target: Any, index: Any, value: Any) -> None:
    """``target[index] = value``. Raises Refused."""
    if isinstance(target, dict):
        target[key(index)] = value
        bounded(target)
    elif isinstance(target, list | torch.Tensor):
        try:
            target[index] = value
        except (IndexError, TypeError, ValueError) as error:
            if isinstance(target, torch.Tensor):
                raise
            raise Refused(Text("Python says: {}", "Python 说：{}").format(error)) from None
    elif isinstance(target, nn.Sequential | nn.ModuleList) and isinstance(value, nn.Module):
        target[index] = value
    elif isinstance(target, nn.ModuleDict) and isinstance(value, nn.Module):
        target[str(index)] = value
    elif isinstance(target, Instance) and target.cls.find("__setitem__") is not MISSING:
        reader.call(target.cls.find("__setitem__"), [target, index, value], {})
    else:
        raise Refused(Text("{} takes no element", "{}不能设置元素").format(noun(target)))
