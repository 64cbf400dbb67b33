"""Without JavaScript: the same form with a button, the same parts below each other."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture
def plain(visit):
    def open_(path: str = "/", **reader):
        return visit(path, java_script_enabled=False, **reader)

    return open_


def test_the_form_has_a_button_that_draws(plain):
    page = plain("/?block=bottleneck")
    page.fill("#knob-stride", "2")
    page.get_by_role("button", name="Draw").click()
    expect(page.locator(".sheet metadata")).to_have_text("/diagram?block=bottleneck&stride=2")
    expect(page.locator("#knob-stride")).to_have_value("2")
    assert "stride=2" in page.url


def test_every_part_is_on_the_page_and_the_tabs_lead_there(plain):
    page = plain("/?block=bottleneck")
    for name in ("explain", "layers", "code", "share"):
        expect(page.locator(f"#{name}")).to_be_visible()
        page.click(f".tabs a[href='#{name}']")
        assert page.url.endswith(f"#{name}")


def test_what_needs_a_script_is_not_offered(plain):
    page = plain("/?block=bottleneck")
    for name in (".search", ".zoom", ".top .theme", ".copy >> nth=0", ".away", ".inspector"):
        expect(page.locator(name)).to_be_hidden()


def test_a_subject_is_a_link(plain):
    page = plain("/?block=bottleneck")
    page.click(".subjects a[title=basic]")
    expect(page.locator(".sheet metadata")).to_have_text("/diagram?block=basic")


def test_a_bad_value_comes_back_with_its_complaint_and_the_fix_as_a_link(plain, visit):
    page = plain("/?block=bottleneck&stride=9")
    visit.pardon("status of 422")
    expect(page.locator("#knob-stride")).to_have_value("9")
    page.locator(".knob.wrong .fix").click()
    expect(page.locator(".sheet metadata")).to_have_text("/diagram?block=bottleneck&stride=4")


def test_the_picture_is_dark_where_the_system_is(plain):
    page = plain("/?block=basic", color_scheme="dark")
    ink = page.locator(".sheet .heading text").first
    expect(ink).to_have_css("fill", "rgb(241, 245, 249)")
