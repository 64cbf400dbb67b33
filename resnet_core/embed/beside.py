"""A document's own module: ``my_model.py:Net`` → its drawing. The file is run.

For builds on the machine of whoever wrote the document; no server draws so.
"""

from __future__ import annotations

import runpy
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_core.bilingual import Text, clauses
from resnet_core.embed.neighbours import neighbours
from resnet_core.errors import ParameterError, ResnetDiagramError, did_you_mean, nearest

if TYPE_CHECKING:
    from resnet_core.diagram.picture import Drawing

_MADE_OF = Text(
    "a module, a class of modules, or a function that makes one",
    "模块、模块的类，或返回模块的函数",
)


def drawn_from(folder: Path, target: str, inputs: Sequence[str], view: dict[str, str]) -> Drawing:
    """The drawing of a module of a file that is named from ``folder``. Raises ParameterError."""
    from resnet_core.diagram.module import draw_module
    from resnet_core.diagram.pasted import shapes_of

    place, _, name = target.rpartition(":")
    file = folder / place
    if not file.is_file():
        raise ParameterError("", target, Text("there is no file {}", "没有文件 {}").format(place))
    # It may import its neighbours, while it is run and while its module is made and called.
    with neighbours(file.parent):
        found = _value(_names(file), name, place)
        return draw_module(_module(found, target), shapes_of(",".join(inputs)), **view)


def _names(file: Path) -> dict[str, Any]:
    """What the file defines."""
    try:
        return runpy.run_path(str(file))
    except ResnetDiagramError:
        raise
    except (Exception, SystemExit) as error:
        raise _failed(file.name, error) from None


def _value(names: dict[str, Any], name: str, place: str) -> Any:
    if name in names:
        return names[name]
    known = [item for item, value in names.items() if _is_drawable(value)]
    missing = Text("{} has no {!r}", "{} 里没有 {!r}").format(place, name)
    near = did_you_mean(nearest(name, known))
    raise ParameterError("", name, clauses(missing, near) if near else missing, allowed=known)


def _is_drawable(value: Any) -> bool:
    from torch import nn

    return isinstance(value, nn.Module) or (
        isinstance(value, type)
        and issubclass(value, nn.Module)
        and value.__module__ == "<run_path>"
    )


def _module(found: Any, target: str) -> Any:
    """The module itself, or what a class or a function makes without arguments."""
    from torch import nn

    made = found
    if callable(found) and not isinstance(found, nn.Module):
        try:
            made = found()
        except Exception as error:
            raise _failed(f"{target}()", error) from None
    if not isinstance(made, nn.Module):
        raise ParameterError("", target, Text("it is no module", "它不是模块"), allowed=_MADE_OF)
    return made


def _failed(what: str, error: BaseException) -> ParameterError:
    told = Text("{} failed with {}: {}", "{} 运行失败，{}：{}")
    return ParameterError("", what, told.format(what, type(error).__name__, error))
