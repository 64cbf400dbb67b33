"""Printed pages: the picture whole on one sheet of A4, the words after it, nothing to click."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

MILLIMETRE = 96 / 25.4
PRESSED = """[...document.querySelectorAll('button, summary, .sheet .sign, .map')]
  .filter((part) => part.getClientRects().length).map((part) => part.outerHTML)"""


def sheets(page) -> int:
    """How many sheets of paper a page takes."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize(
    ("path", "most"),
    [("/?block=bottleneck&stride=2", 1), ("/?model=resnet50", 2), ("/?block=basic&lang=zh", 1)],
)
def test_a_diagram_is_printed_on_few_sheets(visit, path, most):
    page = visit(path)
    assert sheets(page) <= most
    # Nothing that is there to be pressed.
    page.emulate_media(media="print")
    assert page.evaluate(PRESSED) == []


def test_paper_shows_picture_totals_and_words_and_no_form(visit):
    page = visit("/?block=bottleneck&stride=2#share", color_scheme="dark")
    page.set_viewport_size({"width": round(186 * MILLIMETRE), "height": round(273 * MILLIMETRE)})
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".top", "#knobs", ".toolbar", ".tabs", "#share"):
        expect(page.locator(hidden)).to_be_hidden()
    for shown in (".sheet svg", ".totals dl", "#explain p >> nth=0"):
        expect(page.locator(shown)).to_be_visible()
    picture = page.locator(".sheet svg").bounding_box()
    assert picture["height"] <= 150 * MILLIMETRE
    assert picture["width"] <= 186 * MILLIMETRE + 1
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_a_comparison_is_printed_with_both_pictures_side_by_side(visit):
    page = visit("/compare?a=block%3Dbottleneck&b=block%3Dbottleneck%26stride%3D2")
    page.set_viewport_size({"width": round(186 * MILLIMETRE), "height": 1000})
    page.emulate_media(media="print")
    expect(page.locator(".sides")).to_be_hidden()
    one, two = (page.locator(".pane svg").nth(place).bounding_box() for place in (0, 1))
    assert one["y"] == pytest.approx(two["y"], abs=2)
    assert one["x"] + one["width"] <= two["x"]
    assert two["x"] + two["width"] <= 186 * MILLIMETRE + 1
