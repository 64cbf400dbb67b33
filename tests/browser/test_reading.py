"""A picture that is heard, or read at 400 %: the block in the order in which it is computed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import box, shows
from tests.browser.test_accessibility import SIDEWAYS

BUTTON = re.compile(r'- button "([^"]+)"')
# 1280 pixels at 400 %.
LARGE_TYPE = {"width": 320, "height": 256}


def heard(page) -> list[str]:
    """What a screen reader is told of the boxes, in order."""
    return BUTTON.findall(page.locator(".sheet").aria_snapshot())


@pytest.mark.parametrize("path", ["/?block=bottleneck&stride=2", "/?block=preact_basic&stride=2"])
def test_the_boxes_are_read_in_the_order_in_which_the_calls_are_made(visit, path):
    page = visit(path)
    told = heard(page)
    assert told[0] == "input"
    assert told[-1].startswith("output")
    rows = page.locator("#layers tr[data-node]").evaluate_all("all => all.map(r => r.dataset.node)")
    boxes = page.locator(".sheet .node[data-node]").evaluate_all(
        "all => all.map(b => b.dataset.node)"
    )
    assert boxes[1:-1] == rows


def test_what_is_heard_tells_the_block(visit):
    told = heard(visit("/?block=bottleneck&stride=2"))
    add = next(at for at, words in enumerate(told) if words.startswith("add"))
    assert "256×28×28, 256×28×28 → 256×28×28" in told[add]
    before = " ".join(told[:add])
    assert re.search(r"conv1 256×56×56 → 64×56×56 .*conv2 64×56×56 → 64×28×28 ", before)
    assert "downsample.0 256×56×56 → 256×28×28" in before


def test_at_400_percent_everything_is_in_one_column(visit):
    page = visit("/?block=bottleneck&stride=2", viewport=LARGE_TYPE)
    assert page.evaluate(SIDEWAYS) == 0
    for seen in ("#knob-planes", ".canvas", "#explain h2", ".tabs"):
        page.locator(seen).scroll_into_view_if_needed()
        expect(page.locator(seen)).to_be_in_viewport()
    page.fill("#knob-stride", "1")
    shows(page, "/diagram?block=bottleneck")
    page.goto(page.url.split("?")[0] + "reference")
    assert page.evaluate(SIDEWAYS) == 0


def test_who_wants_no_motion_sees_none(visit):
    page = visit("/?block=bottleneck", reduced_motion="reduce")
    page.fill("#knob-stride", "2")
    shows(page, "/diagram?block=bottleneck&stride=2")
    running = "document.getAnimations().filter((a) => a.playState === 'running').length"
    assert page.evaluate(running) == 0
    expect(box(page, "downsample.0")).to_be_visible()
