"""The three questions of a learner, answered on the page within two screens."""

from __future__ import annotations

import pytest

# What is asked, in the words that answer it, on the page that opens first for a strided block.
ANSWERS = {
    "en": ("The shortcut needs a projection.", "done where channels are few", "Why add x at all?"),
    "zh": ("必须做投影。", "放到通道最少的地方", "为什么要加上 x？"),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_why_a_projection_a_narrow_middle_and_an_addition(visit, lang):
    page = visit(f"/?block=bottleneck&stride=2&lang={lang}")
    height = page.viewport_size["height"]
    for words in ANSWERS[lang]:
        found = page.locator("#explain").get_by_text(words).first
        found.wait_for()
        top = found.evaluate("it => it.getBoundingClientRect().top + scrollY")
        assert 0 < top < 2 * height, (words, top)
    reason = page.locator("#explain summary").get_by_text(ANSWERS[lang][2]).first
    reason.click()
    told = page.locator("#explain details[open]").first
    told.get_by_text("28.54%").wait_for()


# On the page that opens first and on a bottleneck's own, where the shortcut is the input itself.
KEPT = {
    "en": ("The shortcut is the input itself.", "done where channels are few", "Why add x at all?"),
    "zh": ("就是输入本身。", "放到通道最少的地方", "为什么要加上 x？"),
}
SCREENS = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("screen", SCREENS)
def test_the_same_on_the_page_that_opens_first(visit, lang, screen):
    """Within two screens of the top; on a phone, of where one tap below the picture leads."""
    hand = {"has_touch": True, "is_mobile": True} if screen == "phone" else {}
    page = visit(f"/?lang={lang}", viewport=SCREENS[screen], **hand)
    told = page.locator("#explain")
    told.get_by_text(KEPT[lang][0]).first.wait_for()
    if screen == "phone":
        page.locator(".tabs a").nth(1).tap()
        link = page.locator(".foot .down")
        assert link.bounding_box()["y"] < 2 * SCREENS[screen]["height"]
        link.tap()
        told.get_by_text(KEPT[lang][0]).first.wait_for()
    tops = [told.get_by_text(words).first.bounding_box()["y"] for words in KEPT[lang]]
    assert 0 < min(tops) < max(tops) < 2 * SCREENS[screen]["height"], tops
