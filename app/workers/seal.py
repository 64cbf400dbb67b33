"""A drawing as it is laid away: packed, with a checksum that covers its name.

What a store gives back is believed only where the checksum fits, so that nothing broken is shown
and nothing is taken for another.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Hashable

from app.workers import build

SUM = hashlib.sha256().digest_size
# What unpacks to more was not put there by us.
LARGEST = 2**28


def name_of(key: Hashable) -> str:
    """The name of a drawing in a store. Every build has its own: none shows another's."""
    return f"resnet-diagram:{build.digest()[:16]}:{hashlib.sha256(repr(key).encode()).hexdigest()}"


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
