"""axe-core finds nothing serious on any page, in both languages and themes, at both sizes.

Of language, theme and size each two are tried together in all their ways, but not all three: that
would take twice as long.
"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.pages import LOCALES, PAGES, REFUSED

WIDTHS = (1280, 360)
GRAVE = ("serious", "critical")
# What is right is not listed, which saves most of the time.
WRONG = {"resultTypes": ["violations"]}
# A theme changes colours and nothing else.
CHECKED = {"light": WRONG, "dark": {**WRONG, "runOnly": ["color-contrast", "link-in-text-block"]}}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def findings(page, options: dict[str, Any]) -> list[str]:
    """What axe holds against a page, where it is and why."""
    violations: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']} at {element['target']}: {element['failureSummary']}"
        for rule in violations
        if rule["impact"] in GRAVE
        for element in rule["nodes"]
    ]


# In which theme a language is looked at, at each width.
TOGETHER = {"en": dict(zip(WIDTHS, CHECKED, strict=True)),
            "zh": dict(zip(WIDTHS, reversed(CHECKED), strict=True))}  # fmt: skip


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_keeps_a_reader_out(visit, name, lang):
    page = visit(PAGES[name], locale=LOCALES[lang])
    if name in REFUSED:
        visit.pardon(REFUSED[name])
    for width, theme in TOGETHER[lang].items():
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        assert page.evaluate(SIDEWAYS) == 0, width
        assert findings(page, CHECKED[theme]) == [], (theme, width)


@pytest.mark.parametrize("name", ["network", "gallery", "compare", "reference"])
def test_no_page_moves_sideways_at_any_width(visit, name):
    page = visit(PAGES[name])
    for width in range(340, 1300, 60):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate(SIDEWAYS) == 0, width


@pytest.mark.parametrize("theme", CHECKED)
@pytest.mark.parametrize("part", ["layers", "code", "share"])
def test_nothing_keeps_a_reader_out_of_a_part_behind_a_tab(visit, part, theme):
    page = visit(f"/?block=bottleneck&color=macs&stride=2#{part}", color_scheme=theme)
    assert findings(page, CHECKED[theme]) == []


@pytest.mark.parametrize("theme", CHECKED)
def test_nothing_keeps_a_reader_out_of_what_a_click_brings(visit, theme):
    page = visit("/?model=resnet18&expand=layer2.0#layers", color_scheme=theme)
    page.locator("tr[data-node='layer2.0.conv1'] button").click()
    page.locator(".inspector").wait_for()
    assert findings(page, CHECKED[theme]) == []


@pytest.mark.parametrize("theme", CHECKED)
def test_nothing_keeps_a_reader_out_of_the_receptive_field(visit, theme):
    page = visit("/?block=bottleneck&stride=2", color_scheme=theme)
    page.keyboard.press("r")
    page.locator(".sight").wait_for()
    page.click(".signs summary")
    assert findings(page, CHECKED[theme]) == []


def test_nothing_keeps_a_reader_out_of_the_sides_of_a_comparison(visit):
    page = visit("/compare?a=basic&b=bottleneck+--stride+2")
    page.focus(".picker[data-side=b] summary")
    page.keyboard.press("Enter")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SIDEWAYS) == 0, width
        assert findings(page, WRONG) == []
    page.emulate_media(color_scheme="dark")
    assert findings(page, CHECKED["dark"]) == []
    # The key that leaves a list leaves the knobs, too.
    page.keyboard.press("Escape")
    assert page.locator(".picker[open]").count() == 0


def test_forced_colours_show_what_is_chosen_and_what_is_seen(visit):
    page = visit("/?block=bottleneck&stride=2", forced_colors="active")
    page.keyboard.press("r")
    paint = "part => [getComputedStyle(part).backgroundColor, getComputedStyle(part).fill]"
    pressed, _ = page.locator("[data-sight='open']").evaluate(paint)
    plain, _ = page.locator("[data-zoom='in']").evaluate(paint)
    assert pressed != plain
    _, seen = page.locator(".sight .seen").evaluate(paint)
    _, ground = page.locator(".sight .input").evaluate(paint)
    assert seen != ground
