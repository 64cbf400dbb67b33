"""A turned knob draws at once; the address is the permalink; back and forward work."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import shows, stayed, stays, tab


def test_a_turned_knob_draws_without_a_new_page(visit):
    page = visit("/?block=bottleneck")
    stays(page)
    page.fill("#knob-stride", "2")
    shows(page, "/diagram?block=bottleneck&stride=2")
    expect(page.locator(".totals")).to_contain_text("256×28×28")
    expect(page.locator("#layers")).to_contain_text("downsample.0")
    expect(page.locator("#explain")).to_contain_text("28")
    assert stayed(page)


@pytest.mark.parametrize(
    ("turn", "url"),
    [
        (lambda page: page.press("#knob-stride", "ArrowUp"), "block=bottleneck&stride=2"),
        (
            lambda page: page.select_option("#knob-norm_layer", "group"),
            "block=bottleneck&norm_layer=group",
        ),
        (lambda page: page.fill("#knob-input", "97x131"), "block=bottleneck&input=97x131"),
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
    page.locator("#knob-planes").select_text()
    page.locator("#knob-planes").press_sequentially("128", delay=20)
    shows(page, "/diagram?block=bottleneck&planes=128")
    assert page.evaluate("history.length") == before + 1
    assert page.evaluate("document.activeElement.id") == "knob-planes"


@pytest.mark.parametrize("pause", [60, 200, 400])
def test_a_number_may_be_typed_slowly(visit, pause):
    page = visit("/?block=bottleneck")
    field = page.locator("#knob-planes")
    field.select_text()
    field.press_sequentially("128", delay=pause)
    shows(page, "/diagram?block=bottleneck&planes=128")
    expect(field).to_have_value("128")
    expect(field).to_be_focused()


def test_a_letter_typed_after_a_correction_stands_where_the_caret_was(visit):
    page = visit("/?block=bottleneck")
    field = page.locator("#knob-input")
    field.fill("97x131")
    shows(page, "/diagram?block=bottleneck&input=97x131")
    field.press("Backspace")
    shows(page, "/diagram?block=bottleneck&input=97x13")
    field.press("5")
    shows(page, "/diagram?block=bottleneck&input=97x135")
    for _ in range(3):
        field.press("ArrowLeft")
    field.press("2")
    shows(page, "/diagram?block=bottleneck&input=97x2135")
    expect(field).to_have_value("97x2135")


def test_a_knob_that_stays_is_the_same_field_and_says_what_is_new_of_it(visit):
    page = visit("/?block=bottleneck")
    page.evaluate("document.querySelector('#knob-stride').mark = 1")
    knob = page.locator(".knob", has=page.locator("#knob-stride"))
    page.fill("#knob-stride", "2")
    expect(knob).to_have_class("knob changed")
    page.click(".subjects a[title=convnext]")
    shows(page, "/diagram?block=convnext")
    expect(page.locator("#knob-planes")).to_have_count(0)
    page.go_back()
    shows(page, "/diagram?block=bottleneck&stride=2")
    names = page.locator("#knobs .knob label").all_text_contents()
    assert (
        names
        == visit("/?block=bottleneck&stride=2").locator("#knobs .knob label").all_text_contents()
    )
    page.click(".reset")
    expect(knob).to_have_class("knob")
    expect(page.locator("#knob-stride")).to_have_value("1")
    page.evaluate("document.querySelector('#knob-stride').mark = 2")
    page.fill("#knob-planes", "96")
    shows(page, "/diagram?block=bottleneck&planes=96")
    assert page.evaluate("document.querySelector('#knob-stride').mark") == 2


def test_the_knob_and_the_tab_that_are_both_called_layers(visit):
    page = visit("/?model=resnet")
    expect(page.locator("#knob-layers")).to_be_visible()
    tab(page, "layers").click()
    expect(page.locator("#layers tr[data-node]").first).to_be_visible()
    expect(page.locator("#explain")).to_be_hidden()
    page.fill("#knob-layers", "1,1,1,1")
    shows(page, "/diagram?layers=1,1,1,1&model=resnet")
    expect(page.locator("#layers")).to_be_visible()
    tab(page, "explain").click()
    expect(page.locator("#layers")).to_be_hidden()


def test_back_and_forward_lead_through_the_pictures(visit):
    page = visit("/?block=bottleneck")
    stays(page)
    steps = ["block=bottleneck", "block=bottleneck&stride=2", "block=bottleneck&planes=96&stride=2"]
    page.fill("#knob-stride", "2")
    shows(page, f"/diagram?{steps[1]}")
    page.fill("#knob-planes", "96")
    shows(page, f"/diagram?{steps[2]}")
    for step in (steps[1], steps[0]):
        page.go_back()
        shows(page, f"/diagram?{step}")
    expect(page.locator("#knob-stride")).to_have_value("1")
    expect(page.locator("#knob-planes")).to_have_value("64")
    page.go_forward()
    shows(page, f"/diagram?{steps[1]}")
    expect(page.locator("#knob-stride")).to_have_value("2")
    assert stayed(page)


def test_an_address_opens_what_it_says(visit):
    page = visit("/?block=bottleneck&stride=2&detail=layer&direction=LR")
    expect(page.locator("#knob-stride")).to_have_value("2")
    expect(page.locator("[name=detail][value=layer]")).to_be_checked()
    expect(page.locator("[name=direction][value=LR]")).to_be_checked()
    expect(page.locator(".sheet .frame, .sheet .node")).not_to_have_count(0)


def test_reset_gives_the_defaults_again(visit):
    page = visit("/?block=bottleneck&stride=2&planes=96")
    page.click(".reset")
    shows(page, "/diagram?block=bottleneck")
    expect(page.locator("#knob-planes")).to_have_value("64")


def test_a_preset_turns_several_knobs(visit):
    page = visit("/?block=bottleneck")
    page.click(".presets summary")
    page.locator(".presets a", has_text=re.compile(r"^layer2\.0$")).first.click()
    shows(page, "/diagram?block=bottleneck&planes=128&stride=2")
    expect(page.locator("#knob-planes")).to_have_value("128")
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
        expect(page.locator("#knob-dilation")).to_be_visible()
        expect(page.locator("#knob-planes")).to_be_hidden()
        page.press("#search", "Escape")
        expect(page.locator("#knob-planes")).to_be_visible()

    def test_it_says_when_there_is_nothing(self, visit):
        page = visit()
        page.fill("#search", "xyzzy")
        expect(page.locator(".subjects .nothing")).to_be_visible()
