"""Every page as readers see it. ``make screenshots`` photographs them for you to look at.

At the sizes of a laptop and a phone, light and dark, in English and Chinese; written to
``docs/screenshots/``, which is not committed. The pictures of the explorer that the READMEs show
are taken anew, too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.chromium import NoChromium, chromium
from tests.browser.pages import LOCALES, PAGES, THEMES
from tests.browser.server import serving
from tests.browser.visits import Visits

FOLDER = Path(__file__).parent / "screenshots"
# The explorer with a layer chosen, and how much of it the READMEs show.
SHOWN, LAYER, LARGE = "/?block=bottleneck&planes=128&stride=2", "conv2", (1280, 860)
SIZES = {"laptop": (1280, 800), "phone": (390, 844)}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    try:
        with chromium() as browser, serving() as server:
            visit = Visits(browser, server.address)
            _for_the_readmes(visit)
            for name, page in _pages(visit):
                page.screenshot(path=FOLDER / f"{name}.png")
                print(name)
    except NoChromium as missing:
        sys.exit(str(missing))


def _for_the_readmes(visit: Visits) -> None:
    width, height = LARGE
    for lang, locale in LOCALES.items():
        page = visit(SHOWN, locale=locale, viewport={"width": width, "height": height})
        page.click(f'.sheet [data-node="{LAYER}"]')
        page.locator(".inspector").wait_for()
        page.mouse.move(0, 0)
        page.screenshot(path=FOLDER.parent / f"explorer-{lang}.png")
    visit.close()


def _pages(visit: Visits) -> Iterator[tuple[str, Page]]:
    """Every page from every side, under a name that says which."""
    for (lang, locale), (size, (width, height)), theme in product(
        LOCALES.items(), SIZES.items(), THEMES
    ):
        for name, path in PAGES.items():
            seen = {"width": width, "height": height}
            page = visit(path, locale=locale, viewport=seen, color_scheme=theme)
            # Pictures come when they are looked at.
            page.wait_for_load_state("networkidle")
            yield f"{name}-{lang}-{size}-{theme}", page
        visit.close()


if __name__ == "__main__":
    main()
