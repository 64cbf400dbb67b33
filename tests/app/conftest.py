"""A client without worker processes, and one with a worker process: each made once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

FORGETFUL = DefaultCookiePolicy(allowed_domains=[])


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """The application drawing in a thread of its own; no test's cookies reach another test."""
    with TestClient(create_app(Settings(workers=0, timeout=60))) as client:
        client.cookies.jar.set_policy(FORGETFUL)
        yield client


@pytest.fixture(scope="session")
def hasty() -> Iterator[TestClient]:
    """One worker process that is given five seconds, and room for one job beside its own."""
    with TestClient(create_app(Settings(workers=1, timeout=5, queue=1))) as client:
        deadline = time.monotonic() + 60
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline, "no worker became ready"
            time.sleep(0.1)
        yield client


@pytest.fixture
def no_drawing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a drawing fails."""

    async def refuse(*_: Any) -> bytes:
        raise AssertionError("something was drawn")

    workers = client.app.state.renderer.workers  # type: ignore[attr-defined]
    monkeypatch.setattr(workers, "run", refuse)
