"""A turned knob: what was asked for stays, and what has changed is told."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.explorer import POINTED, box, row, shows
from tests.browser.visits import until

HERE = "document.activeElement"
CHOSEN = re.compile(r"\bchosen\b")
FOCUSED = f"{HERE}.dataset.node"


def test_crossing_the_picture_leaves_the_text_where_it_is(visit):
    page = visit("/?model=resnet50", viewport={"width": 1440, "height": 900})
    page.evaluate("document.querySelector('.panels').scrollTop = 300")
    crossed = page.locator(".canvas").bounding_box()
    lit = 0
    for step in range(40):
        across = crossed["x"] + crossed["width"] * (step % 10) / 10
        page.mouse.move(across, crossed["y"] + 300 + 8 * (step // 10))
        lit += page.locator("#explain .pointed").count()
    assert lit
    assert page.evaluate("document.querySelector('.panels').scrollTop") == 300


def test_a_click_brings_what_is_told_of_a_layer_into_sight(visit):
    page = visit("/?block=bottleneck&stride=2")
    before = page.evaluate("document.querySelector('.panels').scrollTop")
    box(page, "conv3").click()
    expect(page.locator("#explain .pointed").first).to_be_in_viewport()
    assert before == 0


def test_the_layer_that_was_asked_for_stays_and_tells_old_and_new(visit):
    page = visit("/?block=bottleneck&stride=2")
    box(page, "conv2").click()
    expect(box(page, "conv2")).to_have_class(CHOSEN)
    page.mouse.move(5, 5)
    expect(box(page, "conv2")).to_have_class(CHOSEN)
    page.fill("#knob-stride", "1")
    shows(page, "/diagram?block=bottleneck")
    sums = page.locator(".inspector .sums")
    expect(sums.locator("del").first).to_have_text("H = ⌊(56 + 2·1 − 3)/2⌋ + 1 = 28")
    expect(sums).to_contain_text("→ H = ⌊(56 + 2·1 − 3)/1⌋ + 1 = 56")
    expect(box(page, "conv2")).to_have_class(CHOSEN)
    expect(row(page, "conv2")).to_have_class(CHOSEN)
    page.keyboard.press("Escape")
    expect(page.locator(".inspector")).to_be_hidden()
    expect(page.locator(".chosen")).to_have_count(0)


def test_a_layer_that_a_turn_took_away_is_told_of_no_more(visit):
    page = visit("/?block=bottleneck&stride=2")
    box(page, "downsample.0").click()
    expect(page.locator(".inspector")).to_be_visible()
    page.fill("#knob-stride", "1")
    shows(page, "/diagram?block=bottleneck")
    expect(page.locator(".inspector")).to_be_hidden()


def test_the_arrows_walk_the_picture_and_enter_asks(visit):
    page = visit("/?block=bottleneck&stride=2")
    stops = page.locator('.canvas[tabindex="0"], .sheet [tabindex="0"]')
    expect(stops).to_have_count(1)
    stops.focus()
    assert page.evaluate(FOCUSED) == "input"
    walked = []
    for _ in range(4):
        page.keyboard.press("ArrowDown")
        walked.append(page.evaluate(FOCUSED))
    assert walked == ["conv1", "bn1", "relu", "conv2"]
    expect(row(page, "conv2")).to_have_class(POINTED)
    page.keyboard.press("Enter")
    expect(page.locator(".inspector")).to_contain_text("conv2")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(FOCUSED).startswith("downsample")
    page.keyboard.press("End")
    assert page.evaluate(FOCUSED) == "output"
    expect(stops).to_have_count(1)


def test_a_turn_is_told_in_numbers_beside_the_totals_and_aloud(visit):
    page = visit("/?block=bottleneck")
    page.fill("#knob-stride", "2")
    status = page.locator(".status")
    expect(status).to_contain_text("+66,048 parameters, +94%")
    expect(status).to_contain_text("256×28×28")
    expect(page.locator('[data-total="params"] .delta')).to_have_text("+66,048, +94%")
    page.fill("#knob-stride", "1")
    expect(status).to_contain_text("−66,048 parameters, −48%")
    page.locator(".subjects a", has_text="BasicBlock").first.click()
    expect(status).not_to_contain_text("parameters")
    expect(page.locator(".delta")).to_have_count(0)


def test_what_to_try_next_follows_a_turn_that_did_not_wait_for_it(visit):
    page = visit("/?block=basic&planes=112#code")
    source = page.locator(".annotated")
    source.locator("summary").click()
    expect(source.locator("pre")).to_contain_text("112×56×56")
    asked: list[tuple[str, str]] = []
    page.on(
        "request",
        lambda request: asked.append((request.headers.get("prefer", ""), request.url)),
    )
    page.fill("#knob-planes", "120")
    shows(page, "/diagram?block=basic&planes=120")
    expect(page.locator("[data-late]")).to_have_count(0)
    # What was opened stays open, and is of the new picture.
    expect(source.locator("pre")).to_be_visible()
    expect(source.locator("pre")).to_contain_text("120×56×56")
    expect(source.locator(".copy")).to_be_visible()
    links = page.locator("#explain .next .turns dt a")
    expect(links.first).to_have_attribute("href", re.compile("planes=120"))
    # The picture was asked for in a hurry, the rest was not; and nothing else was asked for.
    ours = [(hurry, url) for hurry, url in asked if "/static/" not in url]
    assert [hurry for hurry, _ in ours] == ["wait=0", ""]
    assert len({url for _, url in ours}) == 1


def test_a_turn_is_told_in_chinese(visit):
    page = visit("/?block=bottleneck", locale="zh-CN")
    page.fill("#knob-stride", "2")
    expect(page.locator(".status")).to_contain_text("参数量 +66,048, +94%")


def test_turns_of_one_knob_in_a_row_are_one_step_back_and_titles_differ(visit):
    page = visit("/?block=bottleneck")
    assert page.title() == "Bottleneck · resnet-diagram"
    steps = page.evaluate("history.length")
    page.fill("#knob-planes", "")
    page.focus("#knob-planes")
    page.keyboard.type("128", delay=260)
    shows(page, "/diagram?block=bottleneck&planes=128")
    assert page.evaluate("history.length") == steps + 1
    until(page, "document.title.startsWith('Bottleneck, planes 128')")
    page.go_back()
    shows(page, "/diagram?block=bottleneck")


def test_a_mouse_leaves_no_frame_around_an_opened_group(visit):
    page = visit("/?model=resnet18")
    box(page, "layer2.0").click()
    shows(page, "/diagram?expand=layer2.0&model=resnet18")
    opened = page.locator('.sheet .frame[data-group="layer2.0"]')
    expect(opened).to_be_focused()
    expect(opened).to_have_css("outline-style", "none")
