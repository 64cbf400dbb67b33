"""What several tests share: the published numbers, and the switch that renews the snapshots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

PUBLISHED = Path(__file__).parent / "published.json"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write new snapshots, then fail")


@pytest.fixture(scope="session")
def published() -> dict[str, Any]:
    """Figures that others have published; ``_`` in the file says where."""
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))
