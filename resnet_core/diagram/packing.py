"""A pasted source as it stands in an address: deflated, in the letters of base64url."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable

from resnet_core.bilingual import Text
from resnet_core.errors import ParameterError, SourceError
from resnet_core.source.budget import LONGEST_SOURCE


def is_pasted(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether names and values ask for a drawing of a source."""
    return any(name == "source" for name, _ in pairs)


def canonical(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The query in one order, its source packed, empty values left out. Raises ParameterError."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise ParameterError(name, value, Text("it is given more than once", "重复给出了多次"))
        found[name] = value
    found["source"] = packed(unpacked(found["source"]))
    return tuple(sorted((name, value) for name, value in found.items() if value))


def packed(text: str) -> str:
    """A source as it stands in an address: deflated, in the letters of base64url."""
    squeezed = zlib.compress(text.encode("utf-8"), 9)
    return base64.urlsafe_b64encode(squeezed).decode("ascii").rstrip("=")


def unpacked(given: str) -> str:
    """The source of an address; what is no packed text is the source itself.

    Raises SourceError where it unpacks to more than a source may be.
    """
    if not given or any(letter in given for letter in " \n():="):
        return given
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(raw, LONGEST_SOURCE + 1)
        return text.decode("utf-8")
    except (ValueError, zlib.error):
        raise SourceError(
            given[:40],
            Text("it is neither source nor packed source", "它既不是源码，也不是压缩后的源码"),
            allowed=Text(
                "the text deflated (zlib) and in base64url",
                "把文本用 zlib 压缩，再用 base64url 编码",
            ),
        ) from None
