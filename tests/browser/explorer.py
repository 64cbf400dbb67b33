"""The explorer's parts by name, for tests to point at."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Locator, Page, expect

POINTED = re.compile(r"\bpointed\b")


def shows(page: Page, url: str) -> None:
    """Wait until the address bar says what a permalink says, and the picture is its picture."""
    query = parse_qsl(urlsplit(url).query)
    page.wait_for_url(
        lambda here: sorted(parse_qsl(urlsplit(here).query)) == query, wait_until="commit"
    )
    expect(page.locator(".sheet metadata")).to_have_text(url)


def box(page: Page, node: str) -> Locator:
    """A box of the picture."""
    return page.locator(f'.sheet .node[data-node="{node}"]')


def row(page: Page, node: str) -> Locator:
    """A row of the table of layers."""
    return page.locator(f'tr[data-node="{node}"]')


def tab(page: Page, name: str) -> Locator:
    """A tab, by the part of the page that it shows."""
    return page.locator(f".tabs a[href='#{name}']")


def stays(page: Page) -> None:
    """Remember the page: ``stayed`` finds out whether a new one has taken its place."""
    page.evaluate("window.stays = true")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stays"))
