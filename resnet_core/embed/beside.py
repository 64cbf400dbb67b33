"""A document's own module: ``my_model.py:Net`` → its drawing. The file is run.

For builds on the machine of whoever wrote the document; no server draws so.

Two documents may each have a ``layers.py`` beside their ``net.py``. Python keeps a module under its
name, and would give the second document the first one's layers: a picture of something else. So
what a file imports from its own folder is forgotten before a file of another folder is run.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_core.bilingual import Text, clauses
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


# What was imported from each folder, until a file of another one is run.
_IMPORTED: dict[str, set[str]] = {}


@contextmanager
def neighbours(folder: Path, *, stay: bool = False) -> Iterator[None]:
    """While a file of this folder runs, it imports from there; what others imported is forgotten.

    ``stay`` leaves the folder where imports are looked for, until a file of another one is run.
    """
    here = str(folder.resolve())
    for other in [place for place in _IMPORTED if place != here]:
        for name in _IMPORTED.pop(other):
            sys.modules.pop(name, None)
        if other in sys.path:
            sys.path.remove(other)
    if sys.path[:1] != [here]:
        sys.path.insert(0, here)
    before = set(sys.modules)
    # A file that is saved twice in a second must not be taken for what was compiled of the first;
    # and nothing is left beside a document.
    compiles, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = compiles
        new = {name for name in set(sys.modules) - before if _is_from(here, name)}
        _IMPORTED.setdefault(here, set()).update(new)
        if not stay and here in sys.path:
            sys.path.remove(here)


def imported_from(folder: Path) -> list[Path]:
    """The files of this folder that the files which were run last have imported."""
    names = sorted(_IMPORTED.get(str(folder.resolve()), ()))
    return [Path(str(sys.modules[name].__file__)) for name in names if name in sys.modules]


def _is_from(folder: str, name: str) -> bool:
    """Whether a module was found in this folder under this name, and is none of a library below."""
    place = Path(folder, *name.split("."))
    file = getattr(sys.modules[name], "__file__", None)
    return file in (str(place.with_suffix(".py")), str(place / "__init__.py"))
