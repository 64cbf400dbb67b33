"""A server, a browser, and pages that must not complain."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import NoChromium, chromium
from tests.browser.server import Server, serving
from tests.browser.visits import PATIENCE, Visits

# A busy machine may take its time.
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. Without one, tests are skipped, but never in CI.

    Not for the whole session: while playwright runs, no other test can start an event loop.
    """
    try:
        with chromium() as found:
            yield found
    except NoChromium as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visits]:
    """Opens pages of the server; fails the test if one of them complained."""
    visits = Visits(browser, server.address)
    yield visits
    visits.close()
    assert visits.complaints == []


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    """A page with nothing on it, which needs no server; fails the test if it complained."""
    visits = Visits(browser, "about:")
    yield visits.blank()
    visits.close()
    assert visits.complaints == []
