"""The index of the catalogue: names, signatures and docstrings, read without importing torch.

``index.json`` is made from the sources by ``python -m resnet_core`` and holds a digest of them.
Where the digest does not fit, a block was added or changed: then the index is passed over and the
sources themselves are imported, so it can be late but never wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FILE = HERE / "index.json"
_REGISTRATION = re.compile(rb"^@FORMATS\.register\((?:.|\n)*?^def ", re.MULTILINE)


@cache
def read() -> dict[str, Any] | None:
    """The index, or None where it does not fit the sources."""
    try:
        found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if found.get("digest") == digest() else None


def write(rows: dict[str, Any]) -> None:
    """Write the index with the digest of the sources as they stand."""
    text = json.dumps({"digest": digest(), **rows}, ensure_ascii=False, indent=1)
    FILE.write_text(f"{text}\n", encoding="utf-8")


def formats() -> tuple[str, ...]:
    """The extensions of the formats, without loading their writers where the index fits."""
    found = read()
    return tuple(
        found["formats"] if found else import_module("resnet_core.formats.registry").FORMATS
    )


def digest() -> str:
    """What the sources of the index hash to."""
    total = hashlib.sha256()
    for source in _sources():
        total.update(source + b"\0")
    return total.hexdigest()[:32]


def _sources() -> Iterator[bytes]:
    for name in ("params.py", "registry.py"):
        yield (HERE / name).read_bytes()
    for folder in ("blocks", "networks"):
        for file in sorted((HERE / folder).glob("*.py")):
            yield file.read_bytes()
    # Of a format only its registration is in the index.
    for file in sorted((HERE / "formats").rglob("*.py")):
        yield from _REGISTRATION.findall(file.read_bytes())
