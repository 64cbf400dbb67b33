"""What a page owes its reader: one sentence once, the place kept, nothing left lit."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import POINTED, box, shows
from tests.browser.visits import until


def test_a_refused_value_is_explained_once_with_a_capital(visit):
    page = visit("/?block=bottleneck&stride=9")
    visit.pardon("status of 422")
    expect(page.locator(".notice")).to_contain_text("It is not from 1 to 4.")
    assert page.locator("body").inner_text().count("t is not from 1 to 4") == 1
    expect(page.locator(".knob .complaint")).to_contain_text("Allowed: a whole number from 1 to 4.")


@pytest.mark.parametrize(
    ("query", "url", "kept"),
    [
        ("block=bottleneck&stride=9", "/diagram?block=bottleneck&stride=4", "knob-stride-4"),
        (
            "block=bottleneck&stride=2&shortcut=identity",
            "/diagram?block=bottleneck&stride=2",
            "knob-shortcut",
        ),
    ],
)
def test_whoever_fixes_a_value_stays_at_its_knob(visit, query, url, kept):
    page = visit(f"/?{query}")
    page.locator(".knob .fix").first.focus()
    page.keyboard.press("Enter")
    shows(page, url)
    expect(page.locator(f"#{kept}")).to_be_focused()
    visit.complaints.clear()


def test_the_other_language_opens_where_the_reader_looked(visit):
    page = visit("/?model=resnet18#layers")
    for _ in range(3):
        page.locator("[data-zoom='in']").click()
    size = page.locator(".zoom output").text_content()
    page.locator(".canvas").evaluate("canvas => canvas.scrollBy(0, 300)")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator(".zoom output")).to_have_text(size)
    expect(page.locator("#layers")).to_be_visible()
    assert page.locator(".canvas").evaluate("canvas => canvas.scrollTop") > 100


def test_an_unknown_name_is_the_title_of_its_page(visit):
    page = visit("/?block=nonsense")
    visit.pardon("status of 404")
    expect(page).to_have_title("nonsense · resnet-diagram")


def test_a_form_without_a_script_leaves_a_short_address(visit):
    page = visit("/?block=bottleneck", java_script_enabled=False)
    page.fill("#knob-planes", "32")
    page.locator(".send button").click()
    page.wait_for_url("**/?block=bottleneck&planes=32")
    expect(page.locator(".sheet svg")).to_be_visible()


def test_a_tap_leaves_nothing_lit_and_its_box_is_seen_above_the_sheet(visit):
    page = visit(
        "/?block=bottleneck", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    box(page, "conv2").tap()
    expect(page.locator(".inspector")).to_be_visible()
    expect(page.locator(".pointed")).to_have_count(0)
    expect(page.locator(".walk svg")).to_be_visible()
    until(
        page,
        """() => document.querySelector(".sheet .chosen").getBoundingClientRect().bottom
          <= document.querySelector(".inspector").getBoundingClientRect().top""",
    )


def test_a_mouse_click_does_not_light_for_good(visit):
    page = visit("/?block=bottleneck")
    box(page, "conv1").click()
    page.mouse.move(5, 300)
    expect(box(page, "conv1")).not_to_have_class(POINTED)


def test_which_receptive_field_is_meant_is_said(visit):
    page = visit("/?model=resnet18")
    expect(page.locator(".totals")).to_contain_text("receptive field, before pooling")
    page = visit("/?block=bottleneck")
    expect(page.locator(".totals")).not_to_contain_text("before pooling")


def test_compare_counts_once_and_names_its_files(visit):
    page = visit("/compare?a=block%3Dbottleneck%26stride%3D2&b=block%3Dbasic")
    expect(page.locator(".sentence")).to_contain_text("3 calls reshaped")
    expect(page.locator(".key .reshaped")).to_have_text("≈ 3 reshaped")
    names = page.locator("a[download]").evaluate_all("all => all.map((link) => link.download)")
    assert "bottleneck-stride-2-to-basic.svg" in names
    double = page.locator("a[download$='@2x.png']")
    answer = page.request.get(visit.address + double.get_attribute("href"))
    assert answer.status == 200
    assert answer.body().startswith(b"\x89PNG")


@pytest.mark.parametrize("path", ["/", "/gallery", "/compare", "/reference", "/?model=resnet50"])
def test_at_400_per_cent_nothing_sticks_out_sideways(visit, path):
    page = visit(path, viewport={"width": 320, "height": 256})
    if page.locator("[data-sight='open']").count():
        page.keyboard.press("r")
        expect(page.locator(".sight")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_narrow_picture_stays_under_the_pointer_and_a_notch_is_a_small_step(visit):
    page = visit("/?block=bottleneck", viewport={"width": 1440, "height": 900})
    before = box(page, "conv2").bounding_box()
    place = before["x"] + before["width"] / 4
    page.mouse.move(place, before["y"] + 10)
    page.keyboard.down("Control")
    sizes = [1.0]
    for _ in range(4):
        page.mouse.wheel(0, 100)
        until(
            page,
            "wide => document.querySelector(\".sheet [data-node='conv2']\")"
            ".getBoundingClientRect().width < wide - 1",
            before["width"] * sizes[-1],
        )
        after = box(page, "conv2").bounding_box()
        sizes.append(after["width"] / before["width"])
        assert (place - after["x"]) / after["width"] == pytest.approx(0.25, abs=0.01)
    page.keyboard.up("Control")
    assert all(1.1 <= one / other <= 1.15 for one, other in pairwise(sizes))
    for _ in range(12):
        page.locator("[data-zoom='out']").click()
    assert page.locator(".sheet svg").first.bounding_box()["height"] > 250
