"""What cannot be: said beside the knob or in the picture, with a way out to click."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import shows, stayed, stays

STALE = re.compile(r"\bstale\b")


@pytest.mark.parametrize(
    ("block", "knob", "value", "fixed"),
    [
        ("bottleneck", "stride", "9", "block=bottleneck&stride=4"),
        ("bottleneck", "input", "large", "block=bottleneck"),
        ("basic", "groups", "3", "block=basic"),
    ],
)
def test_a_bad_value_is_explained_beside_its_knob_and_fixed_by_a_click(
    visit, block, knob, value, fixed
):
    page = visit(f"/?block={block}")
    stays(page)
    page.fill(f"#knob-{knob}", value)
    wrong = page.locator(".knob.wrong", has=page.locator(f"#knob-{knob}"))
    expect(wrong.locator(".complaint")).not_to_be_empty()
    visit.pardon("status of 422")
    expect(page.locator(f"#knob-{knob}")).to_have_value(value)
    # The old picture stays, pale, so that the reader sees what there was.
    expect(page.locator(".canvas")).to_have_class(STALE)
    expect(page.locator(".sheet svg")).to_be_visible()
    wrong.locator(".fix").click()
    shows(page, f"/diagram?{fixed}")
    expect(page.locator(".canvas")).not_to_have_class(STALE)
    expect(page.locator(".knob.wrong")).to_have_count(0)
    assert stayed(page)


def test_a_bad_value_is_forgotten_when_a_good_one_is_typed(visit):
    page = visit("/?block=bottleneck")
    page.fill("#knob-stride", "9")
    expect(page.locator(".knob.wrong")).to_have_count(1)
    visit.pardon("status of 422")
    page.fill("#knob-stride", "3")
    shows(page, "/diagram?block=bottleneck&stride=3")
    expect(page.locator(".knob.wrong")).to_have_count(0)


def test_an_impossible_structure_is_drawn_up_to_the_failure_and_fixed_by_a_click(visit):
    page = visit("/?block=bottleneck&stride=2&shortcut=identity")
    expect(page.locator(".notice")).to_contain_text("56×56")
    expect(page.locator(".sheet .problem")).to_be_visible()
    page.click(".notice .fix")
    shows(page, "/diagram?block=bottleneck&stride=2")
    expect(page.locator(".notice")).to_have_count(0)


def test_an_unknown_subject_is_answered_with_the_nearest(visit):
    page = visit("/?block=botleneck")
    visit.pardon("status of 4")
    page.click(".notice .fix")
    shows(page, "/diagram?block=bottleneck")


def test_an_address_that_is_not_there_leads_back(visit):
    page = visit("/nowhere")
    visit.pardon("status of 404")
    page.locator("main a").first.click()
    expect(page.locator(".sheet svg")).to_be_visible()
