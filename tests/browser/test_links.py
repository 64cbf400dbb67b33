"""Box, row, line of code and sentence light each other; groups open in place; numbers explain."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import POINTED, box, row, shows, stayed, stays, tab


def line(page, code):
    """The line of the block's forward that holds this code."""
    return page.locator("#code .line", has_text=code).first


def sentences(page, node):
    return page.locator(f'#explain [data-nodes~="{node}"]')


def test_pointing_at_a_box_lights_its_row_its_line_and_its_sentence(visit):
    page = visit("/?block=bottleneck&stride=2")
    box(page, "conv2").hover()
    expect(row(page, "conv2")).to_have_class(POINTED)
    expect(line(page, "self.conv2(out)")).to_have_class(POINTED)
    expect(page.locator("#explain .pointed")).not_to_have_count(0)
    expect(box(page, "conv2").locator("rect").first).to_have_css("stroke-width", "2.6px")
    expect(row(page, "conv1")).not_to_have_class(POINTED)
    box(page, "conv1").hover()
    expect(row(page, "conv2")).not_to_have_class(POINTED)
    expect(row(page, "conv1")).to_have_class(POINTED)


def test_pointing_at_a_row_lights_its_box_and_dims_the_others(visit):
    page = visit("/?block=bottleneck&stride=2#layers")
    # Its middle may be a shape, which lights its equals.
    row(page, "downsample.0").locator("button").hover()
    expect(box(page, "downsample.0")).to_have_class(POINTED)
    expect(page.locator(".sheet")).to_have_class("sheet pointing")
    expect(box(page, "conv1")).to_have_css("opacity", "0.3")


def test_pointing_at_a_line_of_code_lights_every_call_in_it(visit):
    page = visit("/?block=bottleneck&stride=2#code")
    line(page, "self.conv2(out)").hover()
    for name in ("conv2", "bn2", "relu:2"):
        expect(box(page, name)).to_have_class(POINTED)
    expect(box(page, "conv1")).not_to_have_class(POINTED)


def test_pointing_at_a_sentence_lights_what_it_speaks_of(visit):
    page = visit("/?block=bottleneck&stride=2")
    told = sentences(page, "conv2").first
    told.scroll_into_view_if_needed()
    told.hover()
    expect(box(page, "conv2")).to_have_class(POINTED)


def test_a_row_that_is_reached_by_keyboard_lights_its_box(visit):
    page = visit("/?block=bottleneck#layers")
    row(page, "conv3").locator("button").focus()
    expect(box(page, "conv3")).to_have_class(POINTED)


@pytest.mark.parametrize("how", ["click", "key"])
def test_a_closed_group_opens_where_it_stands_and_in_the_address(visit, how):
    page = visit("/?model=resnet18")
    stays(page)
    closed = box(page, "layer2.0")
    expect(closed).to_have_attribute("aria-expanded", "false")
    if how == "click":
        closed.click()
    else:
        closed.focus()
        page.keyboard.press("Enter")
    shows(page, "/diagram?expand=layer2.0&model=resnet18")
    expect(box(page, "layer2.0.conv1")).to_be_visible()
    expect(page.locator("#knob-expand")).to_have_value("layer2.0")
    opened = page.locator('.sheet .frame[data-group="layer2.0"]')
    expect(opened).to_have_attribute("aria-expanded", "true")
    if how == "click":
        opened.locator("text").first.click()
    else:
        expect(opened).to_be_focused()
        page.keyboard.press(" ")
    shows(page, "/diagram?model=resnet18")
    assert stayed(page)


def test_a_click_between_the_boxes_of_a_frame_changes_nothing(visit):
    page = visit("/?model=resnet18&expand=layer2.0")
    frame = page.locator('.sheet .frame[data-group="layer2.0"] rect').bounding_box()
    page.mouse.click(frame["x"] + 5, frame["y"] + frame["height"] / 2)
    page.locator('.sheet .frame[data-group="layer1"] text').first.click()
    shows(page, "/diagram?expand=layer2.0&model=resnet18")


def test_a_stage_opens_into_its_blocks(visit):
    page = visit("/?model=resnet18&detail=stage")
    box(page, "layer3").click()
    shows(page, "/diagram?detail=stage&expand=layer3&model=resnet18")
    expect(page.locator('.sheet [data-group="layer3.0"]')).to_be_visible()


@pytest.mark.parametrize(
    ("letter", "sum"),
    [("28", "H = ⌊(56 + 2·1 − 3)/2⌋ + 1 = 28"), ("64", "64")],
    ids=["height", "channels"],
)
def test_a_click_on_a_dimension_tells_where_it_comes_from(visit, letter, sum):
    page = visit("/?block=bottleneck&stride=2")
    shape = box(page, "conv2").locator("text", has_text="64×28×28")
    size = shape.bounding_box()
    # 64×28×28: the channels stand in the first quarter, the height in the middle.
    across = size["width"] * (0.5 if letter == "28" else 0.1)
    shape.click(position={"x": across, "y": size["height"] / 2})
    inspector = page.locator(".inspector")
    expect(inspector).to_be_visible()
    expect(inspector.locator(".meant").first).to_contain_text(sum)
    page.keyboard.press("Escape")
    expect(inspector).to_be_hidden()


def test_a_click_on_a_row_tells_about_the_layer(visit):
    page = visit("/?block=bottleneck&stride=2#layers")
    row(page, "conv2").locator("th").click()
    expect(page.locator(".inspector")).to_contain_text("conv2")
    expect(page.locator(".inspector .sums")).to_contain_text("⌊(56 + 2·1 − 3)/2⌋ + 1 = 28")
    page.click(".inspector .close")
    expect(page.locator(".inspector")).to_be_hidden()


def test_tabs_show_one_part_at_a_time_and_stand_in_the_address(visit):
    page = visit("/?block=bottleneck")
    for name in ("layers", "code", "share", "explain"):
        tab(page, name).click()
        expect(page.locator(".panel:visible")).to_have_count(1)
        expect(page.locator(f"#{name}")).to_be_visible()
        assert page.url.endswith(f"#{name}")
    tab(page, "explain").press("ArrowRight")
    expect(page.locator("#layers")).to_be_visible()
    page.fill("#knob-stride", "2")
    shows(page, "/diagram?block=bottleneck&stride=2")
    expect(page.locator("#layers")).to_be_visible()
    assert page.url.endswith("#layers")
