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
