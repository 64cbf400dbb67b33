"""A newcomer finds the way: families in one order, what the site is for, what mouse and keys do."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.explorer import shows

ORDER = "[...document.querySelectorAll('.subjects a')].map((each) => each.title)"


def test_networks_stand_in_families_the_famous_first_and_in_one_order(visit):
    page = visit("/?model=resnet50")
    order = page.evaluate(ORDER)
    networks = page.locator(".subjects > details").nth(1)
    expect(networks.locator("details").first).to_have_attribute("open", "")
    first = networks.locator("details").first.locator("a")
    assert {"ResNet-50", "ResNet-101"} <= set(first.all_text_contents()[:6])
    expect(page.locator(".subjects [aria-current]")).to_be_visible()
    for box in page.locator(".subjects ul").all():
        assert box.evaluate("each => each.scrollHeight <= each.clientHeight + 1")
    page.locator(".subjects a[title=resnet101]").click()
    shows(page, "/diagram?model=resnet101")
    assert page.evaluate(ORDER) == order


def test_a_subject_that_was_searched_for_is_seen_in_its_family(visit):
    page = visit("/?block=bottleneck")
    page.keyboard.press("/")
    page.keyboard.type("resnet-20")
    page.keyboard.press("Enter")
    shows(page, "/diagram?model=resnet20")
    page.focus("#search")
    page.keyboard.press("Escape")
    expect(page.locator(".subjects [aria-current]")).to_be_visible()


def test_a_card_tells_mouse_and_keys_and_a_line_what_the_site_is_for(visit):
    page = visit("/?block=bottleneck")
    expect(page.locator(".purpose")).to_be_visible()
    page.keyboard.press("?")
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("where its numbers come from")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
