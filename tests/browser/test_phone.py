"""On a phone: one column, nothing cut off, everything large enough for a finger."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import box, shows, tab

WIDTHS = (390, 360)
SMALL = """(least) => [...document.querySelectorAll('a, button, input, select, summary')]
  .filter((each) => each.checkVisibility() && !each.closest('p, pre, dd, td'))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, { width, height, right }]) => right > 0 && width && (width < least || height < least))
  .map(([each, { width, height }]) => `${each.outerHTML.slice(0, 90)} ${width}×${height}`)"""
# The size of a target that WCAG 2.2 asks for (2.5.8).
FINGER = 24


@pytest.fixture(params=WIDTHS)
def phone(visit, request):
    def open_(path: str):
        return visit(
            path, viewport={"width": request.param, "height": 800}, has_touch=True, is_mobile=True
        )

    return open_


def test_the_picture_is_on_the_first_screen_and_as_wide_as_it_is(phone):
    page = phone("/?block=bottleneck&stride=2")
    picture = page.locator(".sheet svg").bounding_box()
    assert picture["y"] < 400
    assert picture["x"] >= 0
    assert picture["x"] + picture["width"] <= page.viewport_size["width"]


def test_a_group_a_knob_and_a_tab_by_finger(phone):
    page = phone("/?model=resnet18")
    box(page, "layer2.0").tap()
    shows(page, "/diagram?expand=layer2.0&model=resnet18")
    page.locator("details:has(#knob-norm_layer) > summary").tap()
    page.select_option("#knob-norm_layer", "group")
    shows(page, "/diagram?expand=layer2.0&model=resnet18&norm_layer=group")
    tab(page, "code").tap()
    expect(page.locator("#code")).to_be_visible()


def test_what_a_tapped_box_tells_is_seen_at_once(phone):
    page = phone("/?block=bottleneck&stride=2")
    box(page, "conv2").tap()
    expect(page.locator(".inspector .sums")).to_be_in_viewport()
    page.locator(".inspector .close").tap()
    expect(page.locator(".inspector")).to_be_hidden()


def test_nothing_is_too_small_for_a_finger(phone):
    page = phone("/?block=bottleneck")
    assert page.evaluate(SMALL, FINGER) == []


def test_wide_lines_of_code_scroll_in_their_own_box(phone):
    page = phone("/?block=bottleneck#code")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_turn_that_widens_the_picture_leaves_it_seen_across(visit):
    page = visit("/?block=bottleneck", viewport={"width": 390, "height": 844})
    page.fill("#knob-stride", "2")
    shows(page, "/diagram?block=bottleneck&stride=2")
    assert page.evaluate(
        "(c => c.scrollWidth <= c.clientWidth + 1)(document.querySelector('.canvas'))"
    )
