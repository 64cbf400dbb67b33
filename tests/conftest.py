"""What several tests share: the published numbers, and diagrams made once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

PUBLISHED = Path(__file__).parent / "published.json"


@pytest.fixture(scope="session")
def published() -> dict[str, Any]:
    """Figures that others have published; ``_`` in the file says where."""
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))
