"""Pages as readers open them; nothing that a browser complains of goes unseen."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

COMPLAINTS = ("error", "warning")
PATIENCE = 30_000


def until(page: Page, expression: str, given: Any = None) -> Any:
    """Wait until an expression is true of a page; its value.

    playwright's own way asks from within the page, where the content policy forbids ``eval``.
    """
    deadline = time.monotonic() + PATIENCE / 1000
    while not (found := page.evaluate(expression, given)):
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(20)
    return found


def wait(page: Page, found: Callable[[], Any]) -> None:
    """Wait until something is true that the browser tells, such as what a page has asked for."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not found():
        assert time.monotonic() < deadline, "it never came true"
        page.wait_for_timeout(20)


class Visits:
    """Opens pages, each in a context of its own, and keeps what is wrong with them.

    Wrong is an error or a warning in the console (a violated content policy is one), an exception
    that nobody caught, and a request to another host.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self.address = address
        self.complaints: list[str] = []
        self._open: list[BrowserContext] = []

    def __call__(self, path: str = "/", **reader: Any) -> Page:
        """The page at a path of the server, for a reader with these settings of playwright's."""
        page = self.blank(**reader)
        page.goto(self.address + path)
        return page

    def blank(self, **reader: Any) -> Page:
        """A page with nothing on it yet."""
        context = self._browser.new_context(**({"locale": "en-GB"} | reader))
        self._open.append(context)
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    def pardon(self, expected: str) -> None:
        """Forget the complaints that match; there must be some."""
        others = [complaint for complaint in self.complaints if not re.search(expected, complaint)]
        assert others != self.complaints, f"nothing like {expected!r} was complained of"
        self.complaints[:] = others

    def close(self) -> None:
        while self._open:
            self._open.pop().close()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in COMPLAINTS:
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"a request to {request.url}")
