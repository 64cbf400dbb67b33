"""The comparison in a browser: moving together, lighting up together, without a script, small."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from app.pages.pasting import EXAMPLE
from tests.browser.test_accessibility import CHECKED, findings
from tests.browser.visits import until

NETWORKS = "/compare?a=resnet50&b=resnet50d"
BLOCKS = "/compare?a=basic&b=preact_basic"
PLACES = (
    "[...document.querySelectorAll('.canvas')].map(each => [each.scrollTop, "
    "each.querySelector('svg').getBoundingClientRect().width / each.querySelector('svg')"
    ".viewBox.baseVal.width])"
)
LIT = "[...document.querySelectorAll('.pane .pointed')].map(each => each.dataset.node)"


# Whoever hears of a scroll has heard of it then.
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def networks(visit):
    return visit(NETWORKS)


def test_both_pictures_move_together(networks):
    networks.evaluate("document.querySelector('.canvas').scrollTop = 300")
    until(networks, "document.querySelectorAll('.canvas')[1].scrollTop === 300")
    networks.click('[data-zoom="in"]')
    (top, scale), (other_top, other_scale) = networks.evaluate(PLACES)
    assert abs(top - other_top) <= 1
    assert scale == pytest.approx(other_scale, abs=0.01)


def test_each_moves_by_itself_once_they_are_let_go(networks):
    networks.click(".lock")
    expect(networks.locator(".lock")).to_have_attribute("aria-pressed", "false")
    networks.evaluate("document.querySelector('.canvas').scrollTop = 300")
    networks.evaluate(TWO_FRAMES)
    assert [top for top, _ in networks.evaluate(PLACES)] == [300, 0]
    networks.click(".lock")
    until(networks, "document.querySelectorAll('.canvas')[1].scrollTop > 290")


def test_keys_change_the_size_of_both(networks):
    before = networks.evaluate(PLACES)[1][1]
    networks.focus(".canvas")
    networks.keyboard.press("+")
    assert networks.evaluate(PLACES)[1][1] > before
    networks.keyboard.press("0")
    (_, scale), (_, other) = networks.evaluate(PLACES)
    assert scale == pytest.approx(other, abs=0.01)


def test_a_box_lights_its_partner_and_its_rows(networks):
    networks.hover("[data-side=a] [data-node='layer2.0']")
    assert networks.evaluate(LIT) == ["layer2.0", "layer2.0"]
    lit = networks.locator(".differences .pointed")
    assert {element.get_attribute("data-b") for element in lit.all()} == {
        "layer2.0.downsample.0",
        "layer2.0.downsample.1",
    }


def test_a_partner_of_another_name_is_found(visit):
    page = visit(BLOCKS)
    page.hover("[data-side=b] [data-node='bn2']")
    assert page.evaluate(LIT) == ["bn1", "bn2"]


def test_a_row_lights_its_boxes_and_a_click_brings_them_into_view(networks):
    row = networks.locator("tr[data-b='layer4.0.downsample.1']")
    row.hover()
    assert networks.evaluate(LIT) == ["layer4.0", "layer4.0"]
    row.press("Enter")
    for box in networks.locator(".pane .pointed").all():
        expect(box).to_be_in_viewport()


def test_in_one_diagram_what_was_removed_is_not_taken_for_what_was_added(visit):
    page = visit(f"{BLOCKS}&view=one")
    page.hover("tr[data-a='bn2']")
    assert page.evaluate(LIT) == ["bn2:before"]


def test_where_one_diagram_is_not_possible_the_two_in_one_picture_light_up_too(visit):
    page = visit("/compare?a=bottleneck&b=bottleneck --stride 2 --shortcut identity&view=one")
    page.hover("[data-node='a:conv2']")
    assert page.evaluate(LIT) == ["a:conv2", "b:conv2"]


def test_it_works_without_a_script(visit):
    page = visit("/compare", java_script_enabled=False)
    page.locator("#side-a").fill("basic")
    page.locator("#side-b").fill("bottleneck --stride 2")
    page.get_by_role("button", name="Compare").click()
    told = page.locator(".sentence").first
    expect(told).to_contain_text("From BasicBlock to Bottleneck (stride=2)")
    expect(page.locator(".pane svg")).to_have_count(2)
    expect(page.locator(".zoom")).to_be_hidden()
    page.get_by_role("link", name="The other way round").click()
    expect(page.locator("#side-a")).to_have_value("bottleneck --stride 2")


def test_on_a_phone_one_picture_stands_below_the_other(visit):
    page = visit(NETWORKS, viewport={"width": 390, "height": 844})
    first, second = (element.bounding_box() for element in page.locator(".pane").all())
    assert second["y"] >= first["y"] + first["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_side_that_is_refused_is_marked_and_fixed_by_a_click(visit):
    page = visit("/compare?a=block%3Dbottleneck&b=block%3Dbottleneck%26stride%3D9")
    visit.pardon("status of 422")
    expect(page.locator("#side-b")).to_have_attribute("aria-invalid", "true")
    page.click(".notice .fix")
    expect(page.locator(".pane")).to_have_count(2)


def test_the_picture_comes_first_and_the_totals_are_on_the_first_screen(visit):
    page = visit(NETWORKS, viewport={"width": 1440, "height": 900})
    assert page.locator(".panes").bounding_box()["y"] < 260
    last = page.locator(".figures").bounding_box()
    assert last["y"] + last["height"] <= 900
    # The words follow the picture; what has been said in full is not said with other digits.
    assert page.locator(".sentence").first.bounding_box()["y"] > last["y"]
    expect(page.locator(".figures dd").nth(1)).to_contain_text("+239.6 M, +5.9%")


def test_a_side_is_picked_and_its_knobs_are_turned(visit):
    page = visit("/compare?a=basic&b=bottleneck+--stride+2&direction=LR")
    after = page.locator(".picker[data-side=b]")
    after.locator("summary").click()
    stride = after.locator(".knob", has=page.locator("#b-stride"))
    expect(stride).to_have_class(re.compile("changed"))
    stride.get_by_role("radio", name="4").check(force=True)
    said = page.locator("#side-b")
    expect(said).to_have_value("bottleneck --stride 4")
    # Whoever turns a knob stays at it, and the rest of the address is as it was.
    expect(after).to_have_attribute("open", "")
    assert page.evaluate("document.activeElement.id") == "b-stride-4"
    assert "direction=LR" in page.url
    page.fill("#b-planes", "32")
    page.keyboard.press("Enter")
    expect(said).to_have_value("bottleneck --planes 32 --stride 4")
    # What both structures know is taken along.
    page.locator("#b-structure").select_option(label="PreactBasicBlock")
    expect(said).to_have_value("preact_basic --planes 32 --stride 4")
    expect(page.locator("#side-a")).to_have_value("basic")
    page.go_back()
    expect(said).to_have_value("bottleneck --planes 32 --stride 4")
    page.locator(".picker[data-side=a] summary").click()
    page.locator("#a-structure").select_option(label="ResNet-18")
    expect(page.locator("#side-a")).to_have_value("resnet18")


def test_code_is_compared_and_a_picked_structure_takes_its_place(visit):
    page = visit("/compare?a=block%3Dbasic", viewport={"width": 1280, "height": 900})
    after = page.locator(".side", has=page.locator("#side-b"))
    after.locator("summary").click()
    # Two buttons that do the same would be one too many.
    expect(page.get_by_role("button", name="Compare")).to_have_count(1)
    page.fill("#code-b", EXAMPLE)
    page.fill("#call-b", "ResidualBlock(64, 64)")
    page.fill("#input-b", "1x64x56x56")
    page.keyboard.press("Enter")
    expect(page.locator(".sentence").first).to_contain_text("compute the same: 73,984 parameters")
    # The picture comes first; the code is folded, and the field says what was called.
    expect(page.locator("#code-b")).to_be_hidden()
    expect(page.locator("#side-b")).to_have_attribute("placeholder", "ResidualBlock(64, 64)")
    assert page.locator(".panes").bounding_box()["y"] < 260
    page.locator(".picker[data-side=a] summary").click()
    page.locator("#a-structure").select_option(label="Bottleneck")
    expect(page.locator(".pane[data-side=b] figcaption")).to_contain_text("Your own code")
    expect(page.locator("#side-a")).to_have_value("bottleneck")
    page.locator(".picker[data-side=b] summary").click()
    page.locator("#b-structure").select_option(label="BasicBlock")
    expect(page.locator("#side-b")).to_have_value("basic")
    assert "source" not in page.url
    page.go_back()
    expect(page.locator("#side-b")).to_have_attribute("placeholder", "ResidualBlock(64, 64)")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_what_is_wrong_in_code_is_told_beside_it(visit, locale):
    dark = {"locale": locale, "color_scheme": "dark", "viewport": {"width": 390, "height": 844}}
    page = visit("/compare?a=basic", **dark)
    after = page.locator(".side", has=page.locator("#side-b"))
    after.locator("summary").click()
    page.fill("#code-b", EXAMPLE.replace("(self, x)", "(self, x"))
    after.locator("button").click()
    notice = page.locator(".notice")
    expect(notice).to_contain_text("Python")
    visit.pardon("status of 422")
    expect(page.locator("#code-b")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[aria-invalid]")).to_have_count(1)
    assert findings(page, CHECKED["light"]) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    below = notice.bounding_box()["y"] - after.bounding_box()["y"]
    assert below < after.bounding_box()["height"] + 40
    # Corrected where it stands, it is drawn.
    page.fill("#code-b", EXAMPLE)
    after.locator("button").click()
    expect(page.locator(".pane")).to_have_count(2)
