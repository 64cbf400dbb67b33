"""A state that is kept: every turn shows how far it is from that one, and can be compared."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.explorer import box, shows

DIFFERS = re.compile(r"\bdiffers\b")


def test_every_turn_is_told_against_the_state_that_was_kept(visit):
    page = visit("/?block=bottleneck")
    pin = page.locator(".pinning button")
    pin.click()
    expect(pin).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".pinning a")).to_be_hidden()
    page.fill("#knob-stride", "2")
    shows(page, "/diagram?block=bottleneck&stride=2")
    page.fill("#knob-stride", "3")
    shows(page, "/diagram?block=bottleneck&stride=3")
    # From stride 2 to 3 no parameter comes or goes: this is told against the kept state.
    expect(page.locator('[data-total="params"] .delta')).to_have_text("+66,048, +94%")
    expect(box(page, "downsample.0")).to_have_class(DIFFERS)
    expect(box(page, "conv1")).not_to_have_class(DIFFERS)
    page.locator(".pinning a").click()
    expect(page.locator(".compare .pane")).to_have_count(2)
    expect(page.locator(".compare .sentence")).to_be_visible()


def test_a_state_that_is_let_go_leaves_nothing(visit):
    page = visit("/?block=bottleneck")
    pin = page.locator(".pinning button")
    pin.click()
    page.fill("#knob-stride", "2")
    shows(page, "/diagram?block=bottleneck&stride=2")
    pin.click()
    expect(page.locator(".differs, .delta")).to_have_count(0)
    expect(page.locator(".pinning a")).to_be_hidden()
