"""The square that one position sees grows along a slider; shapes and channels light each other."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import box, row, shows

SEEN = """() => {
  const side = (part) => parseFloat(document.querySelector(`.sight .${part}`).style.width);
  const [seen, all] = [side('seen'), side('input')];
  return seen / all;
}"""


def test_the_slider_passes_the_calls_and_tells_what_the_table_tells(visit):
    page = visit("/?block=bottleneck&dilation=2")
    page.locator("[data-sight='open']").click()
    slider = page.locator(".sight input")
    expect(slider).to_be_focused()
    page.keyboard.press("Home")
    table = {
        line.get_attribute("data-node"): int(line.locator("td").last.text_content())
        for line in page.locator("tr[data-node]").all()
        if "shortcut" not in (line.get_attribute("class") or "")
    }
    side = page.evaluate(
        "() => Number(document.querySelector('[data-sides]').dataset.sides.split('×')[0])"
    )
    assert max(table.values()) == 5
    for call, seen in table.items():
        page.keyboard.press("ArrowRight")
        expect(page.locator(".seeing code")).to_have_text(call)
        told = page.locator(".seeing p").text_content()
        assert ("one position of" if seen == 1 else f"{seen}×{seen}") in told
        assert page.evaluate(SEEN) == pytest.approx(seen / side, rel=1e-3)
        expect(slider).to_have_attribute("aria-valuetext", told)


def test_what_was_not_passed_is_pale_and_the_shortcut_counts_at_the_sum(visit):
    page = visit("/?block=bottleneck&stride=2")
    page.keyboard.press("r")
    page.locator("[data-sight='back']").click()
    expect(page.locator(".seeing code")).to_have_text("conv2")
    expect(box(page, "conv2")).to_have_css("opacity", "1")
    expect(box(page, "relu")).to_have_class(re.compile("passed"))
    for other in ("conv3", "downsample.0", "add"):
        expect(box(page, other)).to_have_css("opacity", "0.25")
    page.locator(".sight input").focus()
    page.keyboard.press("End")
    expect(box(page, "downsample.0")).to_have_css("opacity", "1")
    page.keyboard.press("Escape")
    expect(page.locator(".sight")).to_be_hidden()
    expect(page.locator(".sheet .passed")).to_have_count(0)
    expect(page.locator("[data-sight='open']")).to_be_focused()


def test_a_turned_knob_keeps_the_call_and_shows_what_it_sees_now(visit):
    page = visit("/?block=bottleneck")
    page.keyboard.press("r")
    page.locator("[data-sight='back']").click()
    expect(page.locator(".seeing p")).to_contain_text("3×3")
    page.fill("#knob-dilation", "2")
    shows(page, "/diagram?block=bottleneck&dilation=2")
    expect(page.locator(".seeing p")).to_contain_text("conv2 sees 5×5")


def test_more_than_the_whole_input_is_said(visit):
    page = visit("/?model=resnet50&lang=zh", locale="zh-CN")
    page.keyboard.press("r")
    expect(page.locator(".seeing p")).to_contain_text("224×224")
    expect(page.locator(".seeing p")).to_contain_text("还大")
    assert page.evaluate(SEEN) == 1
    assert page.locator(".sheet .node:not(.passed)").count() == 1


def test_in_a_picture_of_many_boxes_light_lies_on_a_sheet_of_its_own(visit):
    page = visit("/?model=resnet152&detail=op&fold=false#layers")
    # What changes on the page beside it does not paint it again.
    expect(page.locator(".sheet > svg").first).to_have_css("will-change", "transform")
    row(page, "conv1").locator("th").hover()
    veil = page.locator(".sheet .veil")
    expect(veil.locator(".dims")).to_have_count(1)
    expect(box(page, "bn1")).to_have_css("opacity", "1")
    lit = veil.locator(".rims").bounding_box()
    drawn = box(page, "conv1").locator("rect").bounding_box()
    for side in ("x", "y", "width", "height"):
        assert lit[side] == pytest.approx(drawn[side], abs=10), side
    page.mouse.move(700, 20)
    expect(veil.locator("path")).to_have_count(0)


def shape(page, node):
    """The shape that a box shows, and the middle of its channel number."""
    text = box(page, node).locator("text").last
    return text, {"x": 6, "y": text.bounding_box()["height"] / 2}


def test_pointing_at_a_shape_lights_every_call_that_gives_it(visit):
    page = visit("/?block=bottleneck&stride=2")
    text, _ = shape(page, "conv2")
    text.hover()
    tip = page.locator(".tip")
    expect(tip).to_contain_text("Calls that give 64×28×28: 3")
    lit = page.locator(".sheet .alike").evaluate_all("all => all.map((one) => one.dataset.node)")
    assert sorted(lit) == ["bn2", "conv2", "relu:2"]
    expect(row(page, "bn2")).to_have_class(re.compile("alike"))
    expect(box(page, "conv1")).to_have_css("opacity", "0.3")
    page.mouse.move(5, 300)
    expect(tip).to_be_hidden()
    expect(page.locator(".alike")).to_have_count(0)


def test_pointing_at_a_channel_number_lights_the_knob_that_sets_it(visit):
    page = visit("/?block=bottleneck&stride=2")
    text, place = shape(page, "bn3")
    text.hover(position=place)
    tip = page.locator(".tip")
    expect(tip).to_contain_text("conv3")
    expect(tip).to_contain_text("C = planes · expansion = 64 · 4 = 256")
    lit = page.locator(".knob.sets :is(input, select)[name]")
    expect(lit).to_have_count(1)
    expect(lit).to_have_attribute("name", "planes")
    text, place = shape(page, "input")
    text.hover(position=place)
    expect(lit).to_have_attribute("name", "inplanes")
    page.mouse.move(5, 300)
    expect(page.locator(".knob.sets")).to_have_count(0)


@pytest.mark.parametrize(
    ("query", "node", "said"),
    [
        ("block=bottleneck", "add", "Each side is 256×56×56. Equal shapes may be added"),
        ("block=bottleneck&attention=se", "attention.mul", "where one side is 1"),
        ("block=bottleneck&stride=2&shortcut=identity", "add", "the sides differ"),
    ],
)
def test_pointing_at_a_sum_tells_why_its_sides_fit(visit, query, node, said):
    page = visit(f"/?{query}")
    box(page, node).hover()
    expect(page.locator(".tip")).to_contain_text(said)


def test_every_box_tells_its_share_and_slabs_its_size(visit):
    page = visit("/?block=bottleneck&stride=2")
    painted = "getComputedStyle(document.querySelector('.sheet [data-node=conv2] > rect')).fill"
    before = page.evaluate(painted)
    page.locator("#knob-color-macs").check(force=True)
    shows(page, "/diagram?block=bottleneck&color=macs&stride=2")
    shares = page.locator(".sheet .node text", has_text=re.compile(r"^<?\s*[\d.]+%$"))
    told = [float(text.strip("<% ")) for text in shares.all_text_contents()]
    # Rounded as they are, they are shares of one whole.
    assert sum(told) == pytest.approx(100, abs=3)
    assert page.evaluate(painted) != before
    expect(page.locator(".sheet .legend")).to_contain_text("share of all multiply-adds")
    # A table beside it tells the same, and pointing at its row lights the box.
    page.locator(".tabs a[href='#layers']").click()
    conv = page.locator(".shares tr[data-group=conv2]")
    written = box(page, "conv2").locator("text", has_text=" %").text_content()
    expect(conv.locator(".told")).to_have_text(written)
    conv.hover()
    expect(box(page, "conv2")).to_have_class(re.compile(r"\bpointed\b"))
    page.locator("#knob-color-role").check(force=True)
    page.locator("#knob-style-slabs").check(force=True)
    shows(page, "/diagram?block=bottleneck&stride=2&style=slabs")
    # Half the side and as many channels: the slab is half as wide, and as thick.
    front = """(name) => {
      const { width, height } = document.querySelector(`.sheet [data-node=${name}] path`).getBBox();
      return [width, height];
    }"""
    (side, thick), (halved, same) = (page.evaluate(front, name) for name in ("conv1", "conv2"))
    assert side == pytest.approx(2 * halved, rel=0.05)
    assert thick == pytest.approx(same, abs=0.2)
