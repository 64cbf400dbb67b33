"""Blocks and networks in the many manners in which people write them, one file a manner.

Each stands in ``written/*.txt`` below a line ``#: name | call | input shapes``.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.source.executed import IMPORTS

Shapes = list[tuple[int, ...]]
_HEAD = re.compile(r"^#: (.*)\n", re.MULTILINE)


def _shapes(text: str) -> Shapes:
    return [tuple(int(size) for size in shape.split("x")) for shape in text.split()]


def _written() -> dict[str, tuple[str, str, Shapes]]:
    found: dict[str, tuple[str, str, Shapes]] = {}
    for path in sorted(Path(__file__).with_name("written").glob("*.txt")):
        _, *parts = _HEAD.split(path.read_text(encoding="utf-8"))
        for head, source in zip(parts[::2], parts[1::2], strict=True):
            name, call, shapes = (part.strip() for part in head.split(" | "))
            assert name not in found, f"{name} stands twice"
            found[name] = IMPORTS + source, call, _shapes(shapes)
    return found


# name → source, call, input shapes
STYLES = _written()
