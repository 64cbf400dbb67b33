"""The neighbours of a file that is run: the modules that it imports from its own folder.

Two documents may each have a ``layers.py`` beside their ``net.py``. Python keeps a module under its
name, and would give the second document the first one's layers: a picture of something else.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    try:
        yield
    finally:
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
