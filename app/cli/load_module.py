"""Somebody's own module, on their own machine: ``my_model.py:Net`` → nn.Module.

The file is imported, that is executed: this serves the command line and nothing else.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from torch import nn

from app.cli.errors import Refusal
from resnet_core.bilingual import Text, clauses
from resnet_core.embed.beside import neighbours
from resnet_core.errors import did_you_mean, nearest

Result = TypeVar("Result")

# The file's name could be that of a module which is loaded already: torch.py, click.py.
LOADED_AS = "__drawn__"
_WHICH = Text("{}: which module of it?", "{}：要其中的哪个模块？")
_ALREADY = Text("{} is a module already, it takes no arguments", "{} 已经是模块，不再接受参数")
_OF_MANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(frozen=True)
class Making:
    """How a module is made: single arguments, ``planes=64``, or a whole call, ``Net(64)``."""

    args: tuple[str, ...] = ()
    call: str | None = None

    def __bool__(self) -> bool:
        return bool(self.args) or self.call is not None

    def arguments(self, names: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Positional and named arguments; a value may use what the file has."""
        positional, named = [], {}
        for text in self.args:
            name, equals, value = text.partition("=")
            if equals and name.strip().isidentifier():
                named[name.strip()] = _value(value, names)
            else:
                positional.append(_value(text, names))
        return positional, named


def module_of(target: str, making: Making | None = None) -> nn.Module:
    """The module that ``file.py:name`` names: an instance, or a class or function that makes one,
    called as ``making`` says. ``package.module:name`` works too. Raises Refusal.
    """
    making = making or Making()
    found, names = found_at(target, making)
    return _made(found, target, making, names)


def found_at(target: str, making: Making) -> tuple[Any, Mapping[str, Any]]:
    """What ``file.py:name`` names, and all names of its file, which is run. Raises Refusal."""
    place, _, name = target.rpartition(":")
    if not place:
        place, name = target, ""
    loaded = _imported(place)
    if making.call is not None and not name:
        name = re.split(r"\W", making.call.strip(), maxsplit=1)[0]
    if name not in vars(loaded):
        known = [item for item, value in vars(loaded).items() if _is_candidate(value, loaded)]
        near = did_you_mean(nearest(name, known)) if name else None
        missing = clauses(Text("{} has no {!r}", "{} 里没有 {!r}").format(place, name), near)
        raise Refusal(
            missing if name else _WHICH.format(place),
            allowed=", ".join(f"{place}:{choice}" for choice in known),
        )
    return vars(loaded)[name], vars(loaded)


def arguments_of(
    found: Any, making: Making, names: Mapping[str, Any], target: str
) -> dict[str, Any]:
    """The arguments that are said, by the names of the parameters. Raises Refusal."""
    if isinstance(found, nn.Module) and making:
        raise Refusal(_ALREADY.format(target))
    if isinstance(found, nn.Module):
        return {}
    if making.call is None:
        positional, named = making.arguments(names)
        _refuse_unknown(found, named, target)
    else:
        call = making.call.strip()
        call = f"{found.__name__}{call}" if call.startswith("(") else call
        # The call as it is written, of something that only notes what it is called with.
        noting = {**names, found.__name__: lambda *listed, **given: (listed, given)}
        positional, named = _run(call, lambda: eval(call, noting))
    bind = inspect.signature(found).bind_partial
    bound: dict[str, Any] = _run(target, lambda: bind(*positional, **named)).arguments
    kinds = inspect.signature(found).parameters
    return {name: value for name, value in bound.items() if kinds[name].kind not in _OF_MANY}


def shape_of(text: str) -> tuple[int, ...]:
    """``1x3x224x224`` as a shape, batch first. Raises Refusal."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}([x×,][1-9][0-9]{0,8}){0,7}", text):
        raise Refusal(
            Text("--input {} is no shape", "--input {} 不是形状").format(text),
            allowed=Text(
                "sizes with x between them, such as 1x3x224x224",
                "用 x 隔开的大小，例如 1x3x224x224",
            ),
        )
    return tuple(int(part) for part in re.split("[x×,]", text))


def input_of(text: str) -> Any:
    """One input as it was typed: a shape, ``[1x3x8x8,1x3x4x4]`` or ``{a:1x8,b:1x4}``."""
    inside = text[1:-1].split(",") if len(text) > 2 else []
    if text.startswith("[") and text.endswith("]"):
        return [shape_of(part.strip()) for part in inside]
    if text.startswith("{") and text.endswith("}"):
        pairs = [part.partition(":") for part in inside]
        return {name.strip(): shape_of(shape.strip()) for name, _, shape in pairs}
    return shape_of(text)


def _imported(place: str) -> ModuleType:
    if place.endswith(".py"):
        path = Path(place)
        if not path.is_file():
            raise Refusal(Text("there is no file {}", "没有文件 {}").format(place))
        return _run(place, lambda: _file(path.resolve()))
    sys.path.insert(0, str(Path.cwd()))
    return _run(place, lambda: importlib.import_module(place))


def _file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(LOADED_AS, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[LOADED_AS] = loaded
    with neighbours(path.parent, stay=True):
        spec.loader.exec_module(loaded)
    return loaded


def _made(found: Any, target: str, making: Making, names: Mapping[str, Any]) -> nn.Module:
    kinds = Text(
        "a module, a class of modules, or a function that makes one",
        "一个模块、一个模块类，或能造出模块的函数",
    )
    if isinstance(found, nn.Module) and not making:
        return found
    if isinstance(found, nn.Module) or not callable(found):
        what = _ALREADY if making else Text("{} is no module", "{} 不是模块")
        found_out = Text("{}: {!r}", "{}：{!r}").format(what.format(target), found)
        raise Refusal(found_out, allowed=kinds)
    if making.call is not None:
        call = making.call.strip()
        call = f"{found.__name__}{call}" if call.startswith("(") else call
        made = _run(call, lambda: eval(call, dict(names)))
        return _checked(made, call, kinds)
    positional, named = making.arguments(names)
    _refuse_unknown(found, named, target)
    given = ", ".join(making.args)
    if needed := _needed(found, positional, named):
        said = " ".join(f"--arg {name}=…" for name in needed), f'--call "{found.__name__}(…)"'
        raise Refusal(
            Text("{} needs arguments: {}", "{} 需要参数：{}").format(target, ", ".join(needed)),
            allowed=Text("{}, or {}", "{}，或者 {}").format(*said),
        )
    return _checked(_run(f"{target}({given})", lambda: found(*positional, **named)), target, kinds)


def _refuse_unknown(found: Callable[..., Any], named: Mapping[str, Any], target: str) -> None:
    """An argument that the constructor has not. Raises Refusal, with the nearest that it has."""
    try:
        parameters = inspect.signature(found).parameters
    except ValueError:
        return  # something built in, that does not say
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    for name in named:
        if name not in parameters:
            missing = Text("{} has no parameter {!r}", "{} 没有参数 {!r}").format(target, name)
            raise Refusal(
                clauses(missing, did_you_mean(nearest(name, parameters))),
                allowed=" ".join(f"--arg {known}=…" for known in parameters),
            )


def _checked(made: Any, target: str, kinds: Text) -> nn.Module:
    if not isinstance(made, nn.Module):
        call = target if target.endswith(")") else f"{target}()"
        wrong = Text("{} makes no module: {!r}", "{} 造不出模块：{!r}").format(call, made)
        raise Refusal(wrong, allowed=kinds)
    return made


def _value(text: str, names: Mapping[str, Any]) -> Any:
    """A number, a tuple, a name of the file; else the text itself."""
    try:
        return eval(text, dict(names))
    except Exception:  # ``--arg norm=batch``: a word that is no expression is meant as it stands
        return text


def _needed(found: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any]) -> list[str]:
    """The arguments without which it cannot be called, less those that are given."""
    try:
        parameters = list(inspect.signature(found).parameters.values())
    except ValueError:
        return []  # something built in, that does not say
    return [
        parameter.name
        for parameter in parameters[len(given) :]
        if parameter.default is inspect.Parameter.empty
        and parameter.kind not in _OF_MANY
        and parameter.name not in named
    ]


def _run(what: str, code: Callable[[], Result]) -> Result:
    """The result of the user's own code; an error in it is theirs, told with its place."""
    try:
        return code()
    except (Exception, SystemExit) as error:
        failed = Text("{} failed with {}: {}", "{} 运行失败，{}：{}")
        said = failed.format(what, type(error).__name__, error)
        raise Refusal(with_place(said, error)) from None


def with_place(said: Text, error: BaseException) -> Text:
    """Words about an error with the innermost line of the user's code, where there is one."""
    theirs = [
        item
        for item in traceback.extract_tb(error.__traceback__)
        if not item.filename.startswith("<")
        and "site-packages" not in item.filename
        and Path(item.filename).parent != Path(__file__).parent
    ]
    if not theirs or isinstance(error, SyntaxError):
        return said
    file = Path(theirs[-1].filename).name
    return Text("{} ({}, line {})", "{}（{} 第 {} 行）").format(said, file, theirs[-1].lineno)


def _is_candidate(value: Any, loaded: ModuleType) -> bool:
    if isinstance(value, nn.Module):
        return True
    here = getattr(value, "__module__", "") == loaded.__name__
    return here and (inspect.isfunction(value) or _is_module_class(value))


def _is_module_class(value: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, nn.Module)
