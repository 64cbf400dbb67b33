"""Two languages and two themes: as the reader's system says, or as the reader switches."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import shows
from tests.browser.pages import LOCALES, THEMES
from tests.browser.visits import until

CHINESE = re.compile(r"[\u4e00-\u9fff]")
INK = {"light": "rgb(11, 18, 32)", "dark": "rgb(241, 245, 249)"}


@pytest.mark.parametrize("lang", LOCALES)
def test_the_page_speaks_the_language_of_the_browser(visit, lang):
    page = visit("/?block=bottleneck", locale=LOCALES[lang])
    expect(page.locator("html")).to_have_attribute("lang", re.compile(f"^{lang}"))
    menu = page.locator(".top .pages").text_content()
    assert bool(CHINESE.search(menu)) == (lang == "zh")


def test_the_switch_changes_page_and_picture_and_is_remembered(visit):
    page = visit("/?block=bottleneck&stride=2")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    expect(page.locator('.sheet [data-node="input"]')).to_contain_text("输入")
    assert "stride=2" in page.url
    expect(page.locator("#knob-stride")).to_have_value("2")
    page.fill("#knob-stride", "1")
    expect(page.locator('.sheet [data-node="input"]')).to_contain_text("输入")
    page.goto(visit.address + "/gallery")
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    page.get_by_role("link", name="EN", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_switch_after_a_turned_knob_keeps_the_knob(visit):
    page = visit("/?block=bottleneck")
    page.fill("#knob-stride", "2")
    shows(page, "/diagram?block=bottleneck&stride=2")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("#knob-stride")).to_have_value("2")


@pytest.mark.parametrize("theme", THEMES)
def test_page_and_picture_follow_the_system(visit, theme):
    page = visit("/?block=basic", color_scheme=theme)
    expect(page.locator("body")).to_have_css("color", INK[theme])
    expect(page.locator(".sheet .heading text").first).to_have_css("fill", INK[theme])


@pytest.mark.parametrize("theme", THEMES)
def test_the_switch_turns_page_and_pictures_and_is_remembered(visit, theme):
    other = "dark" if theme == "light" else "light"
    page = visit("/?block=basic", color_scheme=theme)
    page.click(".top .theme")
    expect(page.locator(".sheet .heading text").first).to_have_css("fill", INK[other])
    page.reload()
    expect(page.locator("body")).to_have_css("color", INK[other])
    page.goto(visit.address + "/gallery")
    expect(page.locator("body")).to_have_css("color", INK[other])
    until(
        page,
        "(dark) => document.querySelector('.card img').currentSrc.includes('theme=dark') === dark",
        other == "dark",
    )
    page.click(".top .theme")
    expect(page.locator("body")).to_have_css("color", INK[theme])


def test_a_knob_that_is_turned_keeps_the_chosen_theme(visit):
    page = visit("/?block=basic", color_scheme="light")
    page.click(".top .theme")
    page.fill("#knob-stride", "2")
    shows(page, "/diagram?block=basic&stride=2")
    expect(page.locator(".sheet .heading text").first).to_have_css("fill", INK["dark"])
