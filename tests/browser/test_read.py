"""One's own code as a new reader pastes it: a listing that a page has spoilt, and a mistake."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.source.styles import STYLES
from tests.source.test_copied_page import PAGES
from tests.source.test_listings import LISTINGS, TWO_WAYS

LANGUAGES = [
    (
        "en", "Draw it", "The code was restored", "This is bottleneck", "channels",
        "Take this reading",
    ),
    ("zh", "画出来", "代码已修复", "这就是 bottleneck", "个通道", "采用这种读法"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "draw", "restored", "named", "channels", "take"), LANGUAGES)
def test_a_new_reader_pastes_what_stands_there(visit, lang, draw, restored, named, channels, take):
    page = visit(f"/read?lang={lang}")
    page.locator("#source").fill(LISTINGS["000_bottleneck"])
    page.get_by_role("button", name=draw).click()
    expect(page.locator(".restored summary")).to_contain_text(restored)
    expect(page.locator(".restored ins").first).to_be_visible()
    expect(page.locator(".twin")).to_contain_text(named)
    expect(page.locator(".result .plate svg")).to_be_visible()
    expect(page.locator(".annotated .note").first).to_contain_text("→")
    assert "class Bottleneck(nn.Module):\n" in page.locator("#source").input_value()

    mistaken = STYLES["blog"][0].replace(
        "nn.Conv2d(out_channels, out_channels, 3", "nn.Conv2d(in_channels + 1, out_channels, 3"
    )
    page.locator("#source").fill(mistaken)
    page.get_by_role("button", name=draw).click()
    expect(page.locator(".result .notice")).to_contain_text(channels)
    line = mistaken[: mistaken.index("out = self.left(x)")].count("\n") + 1
    expect(page.locator(".line.wrong")).to_have_attribute("id", f"line-{line}")
    expect(page.locator(".line.wrong")).to_contain_text("out = self.left(x)")
    expect(page.locator(".result .plate svg")).to_be_visible()

    page.locator("#source").fill(TWO_WAYS)
    page.locator("#call").fill("Gate(8, False)")
    page.get_by_role("button", name=draw).click()
    expect(page.locator(".reading ins").first).to_be_visible()
    page.get_by_role("button", name=take).click()
    expect(page.locator("#source")).to_have_value(re.compile("            y = self.last"))
    expect(page.locator(".reading")).to_have_count(0)


@pytest.mark.parametrize(("lang", "draw"), [("en", "Draw it"), ("zh", "画出来")])
def test_a_page_is_pasted_whole_and_one_of_its_places_taken(visit, lang, draw):
    page = visit(f"/read?lang={lang}")
    page.locator("#source").fill(PAGES["003"])
    page.get_by_role("button", name=draw).click()
    expect(page.locator(".parts li")).to_have_count(3)
    page.locator(".parts").get_by_role("button", name="ResNet").click()
    expect(page.locator("#result")).to_contain_text("ResNet(BasicBlock, [3, 4, 6, 3])")
    expect(page.locator(".parts [aria-current]")).to_have_text("ResNet")
    expect(page.locator(".restored del").first).to_be_visible()
    # Lines of code stand as close as a page of code does.
    lines = page.locator(".annotated .line")
    first, second = (lines.nth(at).bounding_box()["y"] for at in (0, 1))
    assert 12 < second - first < 26
