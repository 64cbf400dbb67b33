"""``python -m resnet_core``: writes the index of names, forms and formats from the sources."""

from __future__ import annotations

from typing import Any

import resnet_core.blocks
import resnet_core.networks  # noqa: F401  both enter what they hold
from resnet_core import index
from resnet_core.formats.registry import FORMATS
from resnet_core.registry import BLOCKS, NETWORKS


def rows() -> dict[str, Any]:
    """What the index holds, as the sources say it."""
    return {"block": BLOCKS.rows(), "model": NETWORKS.rows(), "formats": list(FORMATS)}


if __name__ == "__main__":
    index.write(rows())
