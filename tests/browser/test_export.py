"""A site of files, on a file server that knows nothing of this program."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visits import Visits, until


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: Any) -> None:
        return None


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, "-m", "app.cli", "export", folder, "basic"], check=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visits]:
    """Opens pages of the files; fails the test if one of them complained."""
    visits = Visits(browser, address)
    yield visits
    visits.close()
    assert visits.complaints == []


def test_a_site_of_files_is_walked_from_the_gallery_to_the_words(visit: Visits) -> None:
    page = visit("/")
    picture = page.locator("#block-basic img")
    expect(picture).to_be_visible()
    until(page, "document.querySelector('#block-basic img').naturalWidth > 100")
    page.locator("#block-basic h3 a").click()
    expect(page.locator(".sheet svg .node").first).to_be_visible()
    expect(page.locator("#layers tbody tr").first).to_be_visible()
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("h1")).to_be_visible()
    page.get_by_role("link", name="图库").first.click()
    expect(page.locator("#block-basic")).to_be_visible()


def test_the_chosen_theme_holds_from_page_to_page(visit: Visits) -> None:
    page = visit("/block/basic.html")
    page.locator("button.theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("link", name="Gallery").first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
