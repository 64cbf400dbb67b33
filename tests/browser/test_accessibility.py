"""axe-core finds nothing serious on any page, in both languages and themes, on both sizes."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.pages import LOCALES, PAGES, REFUSED, THEMES

WIDTHS = (1280, 360)
GRAVE = ("serious", "critical")


def findings(page) -> list[str]:
    """What axe holds against a page, where it is and why."""
    violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} at {element['target']}: {element['failureSummary']}"
        for rule in violations
        if rule["impact"] in GRAVE
        for element in rule["nodes"]
    ]


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_keeps_a_reader_out(visit, name, lang):
    page = visit(PAGES[name], locale=LOCALES[lang])
    if name in REFUSED:
        visit.pardon(REFUSED[name])
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert findings(page) == [], (theme, width)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(visit, name):
    page = visit(PAGES[name], viewport={"width": 360, "height": 800})
    if name in REFUSED:
        visit.pardon(REFUSED[name])
    wide, seen = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= seen
