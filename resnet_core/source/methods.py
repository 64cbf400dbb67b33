"""The methods of modules that a source may call; training and moving are without effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.source.budget import Refused
from resnet_core.source.values import Cursor, Native


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name or "." in name or len(name) > 100:
        raise Refused(Text("this is no name of a layer", "这不是层的名字"))
    return name


def _add(module: nn.Module, name: Any, value: Any) -> None:
    if not isinstance(value, nn.Module | None):
        raise Refused(Text("add_module takes a module", "add_module 需要一个模块"))
    module._modules[_name(name)] = value


def _buffer(module: nn.Module, name: Any, tensor: Any, persistent: bool = True) -> None:
    if isinstance(tensor, torch.Tensor):
        tensor = tensor.to("meta")
    vars(module).get("_attrs", {}).pop(name, None)
    module._buffers[_name(name)] = tensor
    if not persistent:
        module._non_persistent_buffers_set.add(name)


def _parameter(module: nn.Module, name: Any, value: Any) -> None:
    if not isinstance(value, nn.Parameter | None):
        raise Refused(Text("a parameter is wanted", "这里需要一个参数"))
    module._parameters[_name(name)] = value


def _apply(reader: Any, module: nn.Module, function: Any) -> nn.Module:
    for part in list(module.modules()):
        reader.budget.step()
        reader.call(function, [part], {})
    return module


def _append(module: nn.Module, value: Any) -> nn.Module:
    if isinstance(module, nn.ParameterList) and isinstance(value, torch.Tensor):
        return module.append(value)
    if not isinstance(module, nn.Sequential | nn.ModuleList):
        raise Refused(Text("nothing can be appended to this", "不能往这里追加"))
    if not isinstance(value, nn.Module):
        raise Refused(Text("a module is wanted", "这里需要一个模块"))
    module._modules[str(len(module._modules))] = value
    return module


def _extend(reader: Any, module: nn.Module, values: Any) -> nn.Module:
    for value in reader.over(values):
        _append(module, value)
    return module


def _insert(module: nn.Module, index: int, value: nn.Module) -> None:
    if not isinstance(module, nn.Sequential | nn.ModuleList):
        raise Refused(Text("nothing can be inserted here", "不能往这里插入"))
    module.insert(index, value)


def _itself(module: nn.Module, *_: Any, **__: Any) -> nn.Module:
    return module


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _listing(name: str) -> Native:
    """A method that lists parts of a module, as a generator does."""

    def run(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        allowed = {"recurse", "prefix", "remove_duplicate"}
        if not all(isinstance(arg, bool | str) for arg in args) or not set(kwargs) <= allowed:
            raise Refused(Text("{} takes no such argument", "{} 没有这样的参数").format(name))
        return Cursor(list(getattr(module, name)(*args, **kwargs)))

    return Native(name, run, "method")


def _keyed(name: str) -> Native:
    def run(module: nn.Module) -> Any:
        if not isinstance(module, nn.ModuleDict | nn.ParameterDict):
            raise Refused(Text("this module has no {!r}", "这个模块没有 {!r}").format(name))
        return list(getattr(module, name)())

    return Native(name, run, "method")


def _pop(module: nn.Module, name: Any) -> Any:
    if not isinstance(module, nn.Sequential | nn.ModuleList | nn.ModuleDict):
        raise Refused(Text("nothing can be taken out of this", "不能从这里取出"))
    return module.pop(name)


def _update(module: nn.Module, values: Any) -> None:
    if not isinstance(module, nn.ModuleDict) or not isinstance(values, dict):
        raise Refused(Text("update takes a dict of modules", "update 需要模块的字典"))
    module.update(values)


def _submodule(module: nn.Module, path: str) -> nn.Module:
    try:
        return module.get_submodule(path)
    except AttributeError:
        raise Refused(Text("there is no layer {!r}", "没有层 {!r}").format(path)) from None


def _forward(reader: Any, module: nn.Module, *args: Any, **kwargs: Any) -> Any:
    return reader.forward_of(module, list(args), kwargs)


def _table() -> dict[str, Native]:
    found = {
        name: _listing(name)
        for name in (
            "children", "named_children", "modules", "named_modules", "parameters",
            "named_parameters", "buffers", "named_buffers",
        )
    }  # fmt: skip
    found |= {name: _keyed(name) for name in ("keys", "values", "items")}
    for name in (
        "train", "eval", "to", "cuda", "cpu", "half", "float", "double", "type",
    ):  # fmt: skip
        found[name] = Native(name, _itself, "method")
    for name in (
        "load_state_dict", "zero_grad", "reset_parameters", "init_weights", "share_memory",
        "_reset_parameters", "save_hyperparameters", "summary",
    ):  # fmt: skip
        found[name] = Native(name, _nothing, "method")
    calls: dict[str, Any] = {
        "add_module": _add,
        "register_module": _add,
        "register_buffer": _buffer,
        "register_parameter": _parameter,
        "append": _append,
        "insert": _insert,
        "pop": _pop,
        "update": _update,
        "get_submodule": _submodule,
        "requires_grad_": lambda module, mode=True: module.requires_grad_(bool(mode)),
        "state_dict": lambda module: dict(module.state_dict()),
    }
    for name, call in calls.items():
        found[name] = Native(name, call, "method")
    for name, reading in {
        "apply": _apply, "extend": _extend, "forward": _forward, "__call__": _forward,
    }.items():  # fmt: skip
        found[name] = Native(name, reading, "method", reads=True)
    return found


MODULE_METHODS: Mapping[str, Native] = _table()
