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
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from torch import nn

from app.cli.errors import Refusal
from resnet_core.bilingual import clauses, same
from resnet_core.errors import did_you_mean, nearest

Result = TypeVar("Result")

# The file's name could be that of a module which is loaded already: torch.py, click.py.
_LOADED_AS = "__drawn__"


def module_of(target: str) -> nn.Module:
    """The module that ``file.py:name`` names: an instance, a class, or a function without
    arguments that makes one. ``package.module:name`` works too. Raises Refusal.
    """
    place, _, name = target.rpartition(":")
    if not place:
        place, name = target, ""
    loaded = _imported(place)
    if name not in vars(loaded):
        known = [item for item, value in vars(loaded).items() if _is_candidate(value, loaded)]
        near = did_you_mean(nearest(name, known)) if name else None
        missing = clauses(same(f"{place} has no {name!r}"), near)
        raise Refusal(
            missing["en"] if name else f"{place}: which module of it?",
            allowed=", ".join(f"{place}:{choice}" for choice in known),
        )
    return _made(vars(loaded)[name], target)


def shape_of(text: str) -> tuple[int, ...]:
    """``1x3x224x224`` as a shape, batch first. Raises Refusal."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}([x×,][1-9][0-9]{0,8}){0,7}", text):
        raise Refusal(
            f"--input {text} is no shape", allowed="sizes with x between them, such as 1x3x224x224"
        )
    return tuple(int(part) for part in re.split("[x×,]", text))


def _imported(place: str) -> ModuleType:
    if place.endswith(".py"):
        path = Path(place)
        if not path.is_file():
            raise Refusal(f"there is no file {place}")
        return _run(place, lambda: _file(path.resolve()))
    sys.path.insert(0, str(Path.cwd()))
    return _run(place, lambda: importlib.import_module(place))


def _file(path: Path) -> ModuleType:
    sys.path.insert(0, str(path.parent))  # the file may import its neighbours
    spec = importlib.util.spec_from_file_location(_LOADED_AS, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[_LOADED_AS] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def _made(found: Any, target: str) -> nn.Module:
    if isinstance(found, nn.Module):
        return found
    kinds = "a module, a class of modules, or a function that makes one"
    if not callable(found):
        raise Refusal(f"{target} is no module: {found!r}", allowed=kinds)
    if needed := _needed(found):
        raise Refusal(
            f"{target} needs arguments: {', '.join(needed)}",
            allowed="what can be called without any; write a function that gives them, "
            f"`def small(): return {found.__name__}(…)`, and name that",
        )
    made = _run(f"{target}()", found)
    if not isinstance(made, nn.Module):
        raise Refusal(f"{target}() makes no module: {made!r}", allowed=kinds)
    return made


def _needed(found: Callable[..., Any]) -> list[str]:
    """The arguments without which it cannot be called."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except ValueError:
        return []  # something built in, that does not say
    free = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        parameter.name
        for parameter in parameters
        if parameter.default is inspect.Parameter.empty and parameter.kind not in free
    ]


def _run(what: str, code: Callable[[], Result]) -> Result:
    """The result of the user's own code; an error in it is theirs, told with its place."""
    try:
        return code()
    except (Exception, SystemExit) as error:
        kind, where = type(error).__name__, _place(error)
        raise Refusal(f"{what} failed with {kind}: {error}{where}") from None


def _place(error: BaseException) -> str:
    """The innermost line of the user's code; empty where there is none, or the error tells it."""
    theirs = [
        item
        for item in traceback.extract_tb(error.__traceback__)
        if not item.filename.startswith("<")
        and "site-packages" not in item.filename
        and item.filename != __file__
    ]
    if not theirs or isinstance(error, SyntaxError):
        return ""
    return f" ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})"


def _is_candidate(value: Any, loaded: ModuleType) -> bool:
    if isinstance(value, nn.Module):
        return True
    here = getattr(value, "__module__", "") == loaded.__name__
    return here and (inspect.isfunction(value) or _is_module_class(value))


def _is_module_class(value: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, nn.Module)
