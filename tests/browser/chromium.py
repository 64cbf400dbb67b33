"""The browser: the system's Chromium, or else the one that playwright brings along.

``python -m tests.browser.chromium`` downloads the latter where neither is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
# Seconds for a download of some 200 MB, and milliseconds for the other side to answer at all.
PATIENCE, ANSWER = 600, 10_000


class NoChromium(Exception):
    """No browser could be started; the message says what was tried."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window. Raises NoChromium."""
    with sync_playwright() as playwright:
        browser = _launched(playwright)
        try:
            yield browser
        finally:
            browser.close()


def _launched(playwright: Playwright) -> Browser:
    refused = []
    # None is playwright's own.
    for path in (*filter(None, map(shutil.which, NAMES)), None):
        try:
            return playwright.chromium.launch(executable_path=path, args=SWITCHES)
        except Error as error:
            refused.append(f"{path or 'that of playwright'}: {error.message.splitlines()[0]}")
    raise NoChromium("no Chromium starts; " + "; ".join(refused))


def main() -> None:
    try:
        with chromium() as browser:
            print(f"Chromium {browser.version}")
    except NoChromium as missing:
        print(missing)
        _download()


def _download() -> None:
    """Fetch playwright's browser. A machine without the net goes on without one."""
    try:
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"],
            env=os.environ | {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": str(ANSWER)},
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=True,
        )
    except subprocess.SubprocessError as error:
        print(f"the browser tests will be skipped: {error}")


if __name__ == "__main__":
    main()
