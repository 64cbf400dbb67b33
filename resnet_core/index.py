"""The index of the catalogue: names, signatures and docstrings, read without importing torch.

``index.json`` is made from the sources by ``python -m resnet_core.index`` and holds a digest of
them. Where the digest does not fit, a block was added or changed: then the index is passed over
and the sources themselves are imported, so it can be late but never wrong.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_core.registry import BLOCKS, NETWORKS, Origin, Registry, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
FILE = HERE / "index.json"


def fill(registry: Registry) -> bool:
    """Enter the subjects of a registry's kind; False where the index does not fit the sources."""
    found = _read()
    if found.get("digest") != digest():
        return False
    for row in found[registry.kind]:
        registry.enter(_subject(row))
    return True


def formats() -> tuple[str, ...]:
    """The extensions of the formats, without loading their writers."""
    found = _read()
    if found.get("digest") == digest():
        return tuple(found["formats"])
    from resnet_core.formats.registry import FORMATS

    return tuple(FORMATS)


def digest() -> str:
    """What the sources of the index hash to."""
    total = hashlib.sha256()
    for file in _sources():
        total.update(file.relative_to(HERE).as_posix().encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:32]


def _sources() -> Iterator[Path]:
    yield HERE / "params.py"
    yield HERE / "registry.py"
    for folder in ("blocks", "networks", "formats"):
        yield from sorted((HERE / folder).rglob("*.py"))


@cache
def _read() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _subject(row: dict[str, Any]) -> Subject:
    origin = Origin(
        **row["origin"] | {"knobs": tuple(tuple(knob) for knob in row["origin"]["knobs"])}
    )
    fixed = tuple((name, value) for name, value in row["fixed"])
    return Subject(**row | {"origin": origin, "fixed": fixed})


def _row(subject: Subject) -> dict[str, Any]:
    names = ("kind", "name", "title", "input_size", "fixed", "base", "en", "zh", "cites")
    origin = subject.origin
    of_origin = ("module", "name", "doc", "expansion", "preact", "knobs")
    row = {name: getattr(subject, name) for name in names}
    return row | {"origin": {name: getattr(origin, name) for name in of_origin}}


def made() -> dict[str, Any]:
    """The index as the sources stand: they are imported for it."""
    import resnet_core.blocks
    import resnet_core.networks  # noqa: F401
    from resnet_core.formats.registry import FORMATS

    return {
        "digest": digest(),
        "block": [_row(subject) for subject in BLOCKS.values() if subject.ours],
        "model": [_row(subject) for subject in NETWORKS.values() if subject.ours],
        "formats": list(FORMATS),
    }


def main() -> None:
    """Write the index."""
    FILE.unlink(missing_ok=True)
    _read.cache_clear()
    FILE.write_text(json.dumps(made(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
