"""The knobs as what they are: segments, switches, steps, and the field of the form beneath."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import shows

HERE = "document.activeElement"


@pytest.fixture
def page(visit):
    return visit("/?block=bottleneck", viewport={"width": 1440, "height": 1000})


def test_few_values_stand_side_by_side_and_are_turned_by_pointer_and_by_arrow(page):
    group = page.get_by_role("radiogroup", name="stride", exact=True)
    expect(group.get_by_role("radio")).to_have_count(4)
    group.locator("label", has_text="2").click()
    shows(page, "/diagram?block=bottleneck&stride=2")
    expect(page.locator("#knob-stride")).to_have_value("2")
    assert page.evaluate(f"{HERE}.value") == "2"
    page.keyboard.press("ArrowRight")
    shows(page, "/diagram?block=bottleneck&stride=3")
    expect(group.get_by_role("radio", name="3")).to_be_checked()
    expect(group.get_by_role("radio", name="3")).to_be_focused()
    page.locator("#knob-stride-back").click()
    shows(page, "/diagram?block=bottleneck")
    expect(group.get_by_role("radio", name="1")).to_be_checked()
    expect(page.locator("#knob-stride-back")).to_have_count(0)


def test_segments_follow_whatever_sets_the_field(page):
    group = page.get_by_role("radiogroup", name="stride", exact=True)
    page.fill("#knob-stride", "2")
    expect(group.get_by_role("radio", name="2")).to_be_checked()
    shows(page, "/diagram?block=bottleneck&stride=2")
    page.go_back()
    expect(group.get_by_role("radio", name="1")).to_be_checked()
    page.locator(".knob > label", has_text="attention").click()
    assert page.evaluate(f"{HERE}.name") == "over-attention"


def test_a_value_that_is_none_of_the_segments_is_there_until_it_is_fixed(visit):
    page = visit("/?block=bottleneck&stride=9")
    visit.pardon("status of 422")
    group = page.get_by_role("radiogroup", name="stride", exact=True)
    expect(group.get_by_role("radio", name="9")).to_be_checked()
    expect(group).to_have_attribute("aria-invalid", "true")
    page.locator(".knob.wrong .fix").click()
    shows(page, "/diagram?block=bottleneck&stride=4")
    expect(group.get_by_role("radio")).to_have_count(4)


def test_yes_or_no_is_a_switch(page):
    fold = page.get_by_role("switch", name="fold")
    expect(fold).to_be_checked()
    page.locator(".knob > label", has_text="fold").click()
    shows(page, "/diagram?block=bottleneck&fold=false")
    expect(fold).not_to_be_checked()
    fold.press(" ")
    shows(page, "/diagram?block=bottleneck")


def test_channels_are_doubled_and_halved_by_button_key_and_drag(page):
    field = page.locator("#knob-planes")
    page.get_by_role("button", name="planes: twice", exact=True).click()
    shows(page, "/diagram?block=bottleneck&planes=128")
    field.press("ArrowDown")
    field.press("ArrowDown")
    shows(page, "/diagram?block=bottleneck&planes=32")
    field.press("Shift+ArrowUp")
    shows(page, "/diagram?block=bottleneck&planes=33")
    page.get_by_role("button", name="planes: half", exact=True).click()
    expect(field).to_have_value("16")
    name = page.locator("#knob-planes-name").bounding_box()
    x, y = name["x"] + 8, name["y"] + name["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 54, y, steps=6)
    page.mouse.up()
    expect(field).to_have_value("64")
    shows(page, "/diagram?block=bottleneck")
    expect(page.get_by_role("button", name="groups: half", exact=True)).to_be_disabled()


def test_what_is_counted_goes_by_ones_and_stops_at_its_bounds(visit):
    page = visit("/?block=inverted_residual")
    page.get_by_role("button", name="expand_ratio: one more", exact=True).click()
    expect(page.locator("#knob-expand_ratio")).to_have_value("7")
    page.fill("#knob-expand_ratio", "1")
    expect(page.get_by_role("button", name="expand_ratio: one less", exact=True)).to_be_disabled()


def test_what_two_subjects_have_is_carried_over_and_what_was_left_is_named(visit):
    page = visit("/?block=bottleneck&stride=2&stride_on=conv1&norm_layer=group")
    page.locator(".subjects a[title=basic]").click()
    shows(page, "/diagram?block=basic&norm_layer=group&stride=2")
    expect(page.locator(".dropped")).to_have_text("Not taken along to BasicBlock: stride_on")
    expect(page.locator(".status")).to_contain_text("stride_on")
    page.fill("#knob-planes", "96")
    shows(page, "/diagram?block=basic&norm_layer=group&planes=96&stride=2")
    expect(page.locator(".dropped")).to_be_hidden()


def test_a_choice_that_the_other_subject_refuses_is_left_behind_too(visit):
    page = visit("/?block=bottleneck&stride=2&base_width=128")
    page.locator(".subjects a[title=basic]").click()
    shows(page, "/diagram?block=basic&stride=2")
    visit.pardon("status of 422")
    expect(page.locator(".dropped")).to_contain_text("base_width")
    expect(page.locator(".canvas .notice")).to_have_count(0)
