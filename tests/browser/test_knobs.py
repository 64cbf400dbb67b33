"""A turned knob draws at once; the address is the permalink; back and forward work."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import shows, stayed, stays


def test_a_turned_knob_draws_without_a_new_page(visit):
    page = visit("/?block=bottleneck")
    stays(page)
    page.fill("#stride", "2")
    shows(page, "/diagram?block=bottleneck&stride=2")
    expect(page.locator(".totals")).to_contain_text("256×28×28")
    expect(page.locator("#layers")).to_contain_text("downsample.0")
    expect(page.locator("#explain")).to_contain_text("28")
    assert stayed(page)


@pytest.mark.parametrize(
    ("turn", "url"),
    [
        (lambda page: page.press("#stride", "ArrowUp"), "block=bottleneck&stride=2"),
        (
            lambda page: page.select_option("#norm_layer", "group"),
            "block=bottleneck&norm_layer=group",
        ),
        (lambda page: page.fill("#input", "97x131"), "block=bottleneck&input=97x131"),
        (
            lambda page: page.check("[name=detail][value=block]", force=True),
            "block=bottleneck&detail=block",
        ),
        (
            lambda page: page.check("[name=direction][value=LR]", force=True),
            "block=bottleneck&direction=LR",
        ),
        (lambda page: page.click(".subjects a[title=convnext]"), "block=convnext"),
    ],
    ids=["number", "choice", "text", "level", "direction", "subject"],
)
def test_every_kind_of_control_draws(visit, turn, url):
    page = visit("/?block=bottleneck")
    stays(page)
    turn(page)
    shows(page, f"/diagram?{url}")
    assert stayed(page)


def test_typing_draws_once_for_the_whole_number(visit):
    page = visit("/?block=bottleneck")
    before = page.evaluate("history.length")
    page.locator("#planes").select_text()
    page.locator("#planes").press_sequentially("128", delay=20)
    shows(page, "/diagram?block=bottleneck&planes=128")
    assert page.evaluate("history.length") == before + 1
    assert page.evaluate("document.activeElement.id") == "planes"


def test_back_and_forward_lead_through_the_pictures(visit):
    page = visit("/?block=bottleneck")
    stays(page)
    steps = ["block=bottleneck", "block=bottleneck&stride=2", "block=bottleneck&planes=96&stride=2"]
    page.fill("#stride", "2")
    shows(page, f"/diagram?{steps[1]}")
    page.fill("#planes", "96")
    shows(page, f"/diagram?{steps[2]}")
    for step in (steps[1], steps[0]):
        page.go_back()
        shows(page, f"/diagram?{step}")
    expect(page.locator("#stride")).to_have_value("1")
    expect(page.locator("#planes")).to_have_value("64")
    page.go_forward()
    shows(page, f"/diagram?{steps[1]}")
    expect(page.locator("#stride")).to_have_value("2")
    assert stayed(page)


def test_an_address_opens_what_it_says(visit):
    page = visit("/?block=bottleneck&stride=2&detail=layer&direction=LR")
    expect(page.locator("#stride")).to_have_value("2")
    expect(page.locator("[name=detail][value=layer]")).to_be_checked()
    expect(page.locator("[name=direction][value=LR]")).to_be_checked()
    expect(page.locator(".sheet .frame, .sheet .node")).not_to_have_count(0)


def test_reset_gives_the_defaults_again(visit):
    page = visit("/?block=bottleneck&stride=2&planes=96")
    page.click(".reset")
    shows(page, "/diagram?block=bottleneck")
    expect(page.locator("#planes")).to_have_value("64")


def test_a_preset_turns_several_knobs(visit):
    page = visit("/?block=bottleneck")
    page.click(".presets summary")
    page.locator(".presets a", has_text=re.compile(r"^layer2\.0$")).first.click()
    shows(page, "/diagram?block=bottleneck&planes=128&stride=2")
    expect(page.locator("#planes")).to_have_value("128")
    expect(page.locator(".presets")).to_have_attribute("open", "")


class TestSearch:
    def test_it_finds_a_network_and_enter_draws_it(self, visit):
        page = visit()
        page.fill("#search", "wide 50")
        expect(page.locator(".subjects li:visible")).to_have_count(1)
        page.press("#search", "Enter")
        shows(page, "/diagram?model=wide_resnet50_2")

    def test_it_finds_a_knob_by_what_it_means(self, visit):
        page = visit("/?block=bottleneck")
        page.fill("#search", "dilation")
        expect(page.locator("#dilation")).to_be_visible()
        expect(page.locator("#planes")).to_be_hidden()
        page.press("#search", "Escape")
        expect(page.locator("#planes")).to_be_visible()

    def test_it_says_when_there_is_nothing(self, visit):
        page = visit()
        page.fill("#search", "xyzzy")
        expect(page.locator(".subjects .nothing")).to_be_visible()
