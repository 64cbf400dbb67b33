"""The window of a chosen call walks over its map; the values of a knob stand side by side."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import box, shows

NOW = ".walked .now rect"


def places(page, selector):
    """Where the marks are, as pairs of numbers."""
    return page.eval_on_selector_all(
        selector, "all => all.map((mark) => [mark.getAttribute('x'), mark.getAttribute('y')])"
    )


def ask(page, node):
    box(page, node).click()
    expect(page.locator(".walk svg")).to_be_visible()


def test_asking_a_convolution_shows_its_window_and_a_step_moves_it_by_its_stride(visit):
    page = visit("/?block=bottleneck&stride=2")
    ask(page, "conv2")
    before = places(page, NOW)
    assert len(before) == 9
    page.locator("[data-walk='step']").click()
    after = places(page, NOW)
    # Two cells of 22 points to the right: the stride.
    assert [(float(x) + 44, float(y)) for x, y in before] == [
        (float(x), float(y)) for x, y in after
    ]
    output = places(page, ".walked .outputs rect")[1]
    made = places(page, ".walked .made rect")[0]
    assert [float(one) - float(other) for one, other in zip(made, output, strict=True)] == [1, 1]
    page.locator("[data-walk='stop']").click()
    assert places(page, NOW) == before


def test_a_walk_through_the_picture_marks_what_the_server_marks_there(visit):
    page = visit("/?block=bottleneck&dilation=2")
    ask(page, "conv2")
    size = len(page.locator(".walked svg").get_attribute("data-columns").split(";"))
    for _ in range(size + 2):
        page.locator("[data-walk='step']").click()
    walked = places(page, NOW), places(page, ".walked .made rect")
    answer = page.request.get(f"{visit.address}/window.svg?block=bottleneck&dilation=2&node=conv2"
                              "&at=1,2&header=false")  # fmt: skip
    page.locator(".walked").evaluate("(slot, svg) => { slot.innerHTML = svg; }", answer.text())
    drawn = places(page, NOW), places(page, ".walked .made rect")
    assert walked == drawn


def test_play_walks_by_itself_and_stands_still_when_the_card_is_closed(visit):
    page = visit("/?block=bottleneck")
    ask(page, "conv2")
    start = places(page, NOW)
    play = page.locator("[data-walk='play']")
    play.click()
    expect(play).to_have_text("Pause")
    page.wait_for_function(
        "x => document.querySelector('.walked .now rect').getAttribute('x') !== x", arg=start[0][0]
    )
    page.locator(".inspector .close").click()
    expect(play).to_have_text("Play")


def test_a_call_without_a_window_shows_none(visit):
    page = visit("/?block=bottleneck")
    ask(page, "conv1")
    box(page, "bn1").click()
    expect(page.locator(".inspected code")).to_have_text("bn1")
    expect(page.locator(".walk")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_card_of_the_sweep_takes_its_value(visit, theme):
    page = visit("/?block=bottleneck", color_scheme=theme)
    page.locator("button.sweep[data-over='stride']").click()
    cards = page.locator(".strip .step")
    expect(cards).to_have_count(4)
    expect(cards.nth(0)).to_have_class(re.compile("present"))
    cards.nth(1).locator("rect").first.click()
    shows(page, "/diagram?block=bottleneck&stride=2")
    expect(page.locator("#knob-stride")).to_have_value("2")
    expect(page.locator(".strip .present")).to_have_attribute("data-value", "2")


def test_the_sweep_is_reached_and_left_by_key(visit):
    page = visit("/?block=bottleneck")
    button = page.locator("button.sweep[data-over='shortcut']")
    button.focus()
    page.keyboard.press("Enter")
    card = page.locator(".strip [data-value='none']")
    card.focus()
    page.keyboard.press("Enter")
    shows(page, "/diagram?block=bottleneck&shortcut=none")
    expect(page.locator(".strip .present")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".swept")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_refused_value_says_why_and_cannot_be_taken(visit):
    page = visit("/?block=bottleneck&stride=2")
    page.locator("button.sweep[data-over='shortcut']").click()
    refused = page.locator(".strip [data-value='identity']")
    expect(refused).to_contain_text("shapes do not fit")
    expect(refused).not_to_have_attribute("role", "button")
