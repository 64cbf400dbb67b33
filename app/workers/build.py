"""A digest of all that decides the bytes of an answer beside what was asked, and what it seals.

Two builds, or two machines of which one lacks a library, must not call different bytes by one tag.
A drawing that is laid away is packed with a checksum that covers its name, which is that of a
build: nothing broken is shown, and nothing is taken for another.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Hashable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from resnet_core.formats.graphviz import FONT_FOLDERS, engine

SOURCES = ("resnet_core", "app")
SUFFIXES = {".py", ".json", ".toml", ".ttf", ".otf", ".conf", ".po"}
ENGINES = ("resnet-diagram", "torch", "torchview", "fonttools", "pydantic")
# Letters that our own fonts have not come from there, into what is drawn in pixels and in PDF.
FONTS = tuple(map(Path, FONT_FOLDERS))


# What else decides the bytes of this server: the file of somebody's own module.
_apart = b""


def set_apart(content: bytes) -> None:
    """From now on nothing has the digest that it had before, but what has the same content."""
    global _apart
    _apart = content


def digest() -> str:
    """The same on every machine that gives the same bytes."""
    return hashlib.sha256(_of_build().encode() + _apart).hexdigest() if _apart else _of_build()


def short() -> str:
    """The digest as an address holds it."""
    return digest()[:12]


@cache
def _of_build() -> str:
    found = hashlib.sha256()
    for package in SOURCES:
        spec = find_spec(package)
        for folder in spec.submodule_search_locations or () if spec else ():
            _add(found, Path(folder))
    for name in ENGINES:
        found.update(f"{name} {_version(name)}\n".encode())
    found.update(engine().encode())
    for fonts in FONTS:
        for path in sorted(fonts.rglob("*.[ot]t[fc]")):
            found.update(f"{path.relative_to(fonts)} {path.stat().st_size}\n".encode())
    return found.hexdigest()


def _add(found: hashlib._Hash, folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.suffix in SUFFIXES and "__pycache__" not in path.parts:
            found.update(path.relative_to(folder).as_posix().encode())
            found.update(path.read_bytes())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


SUM = hashlib.sha256().digest_size
# What unpacks to more was not put there by us.
LARGEST = 2**28


def name_of(key: Hashable) -> str:
    """The name of a drawing in a store. Every build has its own: none shows another's."""
    return f"resnet-diagram:{digest()[:16]}:{hashlib.sha256(repr(key).encode()).hexdigest()}"


def sealed(name: str, made: bytes) -> bytes:
    """What is laid away under the name."""
    packed = zlib.compress(made, 1)
    return _sum(name, packed) + packed


def opened(name: str, value: bytes) -> bytes | None:
    """What was laid away under the name; None where this is something else."""
    total, packed = value[:SUM], value[SUM:]
    if _sum(name, packed) != total:
        return None
    try:
        return zlib.decompressobj().decompress(packed, LARGEST)
    except zlib.error:
        return None


def _sum(name: str, packed: bytes) -> bytes:
    return hashlib.sha256(name.encode() + packed).digest()
