"""The ways through a structure: crumbs, signs, finding, columns, small screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import box, shows
from tests.browser.visits import until

CHOSEN = re.compile(r"\bchosen\b")
CRUMBS = "[...document.querySelectorAll('.crumbs li')].map((item) => item.textContent)"
LINES = "new Set([...document.querySelectorAll('.totals dl > div')].map((d) => d.offsetTop)).size"
WIDTH = "document.querySelector('.left').getBoundingClientRect().width"


def test_a_block_of_a_network_is_opened_alone_and_leads_back(visit):
    page = visit("/?model=resnet50&expand=layer3.0", viewport={"width": 1440, "height": 900})
    assert page.evaluate(CRUMBS) == ["ResNet-50"]
    box(page, "layer3.0.conv2").click()
    until(page, f"({CRUMBS}).join() === 'ResNet-50,layer3,layer3.0,conv2'")
    page.locator(".crumbs a.alone").click()
    shows(page, "/diagram?block=bottleneck&inplanes=512&input=28&planes=256&stride=2")
    until(page, f"({CRUMBS}).join() === 'ResNet-50,layer3.0,Bottleneck'")
    page.locator(".crumbs a", has_text="layer3.0").click()
    shows(page, "/diagram?expand=layer3.0&model=resnet50")


def test_groups_have_signs_and_all_are_opened_and_closed_at_once(visit):
    page = visit("/?model=resnet18", viewport={"width": 1440, "height": 900})
    box(page, "layer2.0").locator(".sign").click()
    shows(page, "/diagram?expand=layer2.0&model=resnet18")
    frame = page.locator('.sheet .frame[data-group="layer2.0"]')
    page.locator("[data-open=none]").click()
    shows(page, "/diagram?model=resnet18")
    expect(page.locator("[data-open=none]")).to_be_disabled()
    page.locator("[data-open=all]").click()
    expect(page.locator("[data-open=all]")).to_be_disabled()
    expect(frame.locator(".sign")).to_have_count(1)
    frame.locator("rect").dblclick(position={"x": 8, "y": 60})
    expect(frame).to_have_count(0)
    expect(page.locator("[data-open=all]")).to_be_enabled()


def test_the_search_finds_what_is_drawn_and_marks_what_enter_takes(visit):
    page = visit("/?block=bottleneck&stride=2", viewport={"width": 1440, "height": 900})
    page.keyboard.press("/")
    page.keyboard.type("downsample.0")
    expect(page.locator(".drawn button.first")).to_contain_text("downsample.0")
    page.keyboard.press("Enter")
    expect(box(page, "downsample.0")).to_have_class(CHOSEN)
    expect(page.locator(".inspector")).to_be_visible()
    page.fill("#search", "resnet-50")
    networks = page.locator(".subjects > details").nth(1)
    seen = networks.locator("li:visible").count()
    expect(networks.locator(":scope > summary .count")).to_have_text(str(seen))
    expect(page.locator(".subjects a.first")).to_have_text("ResNet-50")
    page.fill("#search", "xyzzy")
    expect(page.locator("#knobs .knob:visible")).to_have_count(0)
    page.press("#search", "Escape")
    expect(page.locator("#knob-planes")).to_be_visible()


def test_columns_are_made_wider_by_pointer_and_by_key_and_stay_so(visit):
    page = visit("/?block=bottleneck", viewport={"width": 1440, "height": 900})
    before = page.evaluate(WIDTH)
    handle = page.locator(".left-handle")
    found = handle.bounding_box()
    x, y = found["x"] + found["width"] / 2, found["y"] + found["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y, steps=5)
    page.mouse.up()
    assert page.evaluate(WIDTH) == pytest.approx(before + 90, abs=2)
    handle.press("ArrowLeft")
    assert page.evaluate(WIDTH) == pytest.approx(before + 66, abs=2)
    page.reload()
    assert page.evaluate(WIDTH) == pytest.approx(before + 66, abs=2)
    handle.press("Home")
    assert page.evaluate(WIDTH) == before


def test_the_levels_that_are_offered_are_those_that_differ(visit):
    page = visit("/?block=bottleneck", locale="zh-CN")
    levels = page.locator("[name=detail] + span")
    assert levels.all_inner_texts() == ["块", "层", "运算"]
    page.locator(".subjects a[title=basic]").click()
    page.goto(page.url.split("?")[0] + "?model=resnet18")
    assert levels.all_inner_texts() == ["阶段", "块", "层", "运算"]


def test_the_totals_are_one_line_and_a_tablet_has_the_words_under_the_picture(visit):
    page = visit("/?block=bottleneck", viewport={"width": 1440, "height": 900})
    page.fill("#knob-stride", "2")
    expect(page.locator(".delta").first).to_be_visible()
    page.set_viewport_size({"width": 1600, "height": 900})
    assert page.evaluate(LINES) == 1
    page.set_viewport_size({"width": 820, "height": 1180})
    picture = page.locator(".canvas").bounding_box()
    words = page.locator("#explain").bounding_box()
    assert words["x"] >= picture["x"] - 2
    assert words["y"] >= picture["y"] + picture["height"]
    expect(page.locator("#explain h2")).to_be_in_viewport()
    expect(page.locator("#knob-planes")).to_be_in_viewport()


def test_a_phone_keeps_picture_and_knob_in_sight_together(visit):
    page = visit(
        "/?block=bottleneck",
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
    )  # fmt: skip
    page.locator("#knob-stride-name").scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 200)")
    strip = page.locator("main.strip")
    expect(strip).to_be_visible()
    group = page.get_by_role("radiogroup", name="stride", exact=True)
    group.locator("label", has_text="2").tap()
    expect(page.locator(".totals .delta").first).to_be_in_viewport()
    expect(box(page, "downsample.0")).to_be_in_viewport()
    expect(group).to_be_in_viewport()
    page.evaluate("scrollTo(0, 0)")
    expect(strip).to_have_count(0)


def test_what_a_tapped_box_tells_does_not_cover_the_box(visit):
    page = visit(
        "/?block=bottleneck",
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
    )  # fmt: skip
    box(page, "conv2").tap()
    expect(page.locator(".inspector .sums")).to_be_visible()
    until(
        page,
        "document.querySelector('.node.chosen').getBoundingClientRect().bottom"
        " <= document.querySelector('.inspector').getBoundingClientRect().top",
    )


def test_a_legend_is_folded_at_the_foot_and_stays_open_through_turns(visit):
    page = visit("/?block=bottleneck")
    legend = page.locator(".signs details")
    expect(legend).not_to_have_attribute("open", "")
    # What the picture says in words at its lines is not said again below it.
    expect(page.locator(".sheet .legend")).to_be_hidden()
    page.click(".signs summary")
    expect(legend).to_contain_text("shortcut that passes x on as it is")
    page.get_by_role("radio", name="2", exact=True).first.check(force=True)
    shows(page, "/diagram?block=bottleneck&stride=2")
    expect(legend).to_have_attribute("open", "")
    expect(legend).to_contain_text("shortcut with weights of its own")
    expect(legend).not_to_contain_text("passes x on")
    # A colour of the legend is that of the box, in the page's theme too.
    page.emulate_media(color_scheme="dark")
    paint = "(place) => getComputedStyle(document.querySelector(place)).fill"
    sign = page.evaluate(paint, ".signs li:nth-child(2) rect")
    assert sign == page.evaluate(paint, ".sheet .node.conv rect") != "rgb(227, 238, 252)"


def test_a_pasted_link_names_and_shows_what_it_leads_to(visit):
    page = visit("/?block=bottleneck&stride=2")
    told = {
        name: page.locator(f'meta[property="og:{name}"]').get_attribute("content")
        for name in ("title", "description", "image")
    }
    assert told["title"] == "Bottleneck, stride 2"
    assert "a 1×1 convolution narrows 256 channels to 64" in told["description"]
    # The picture of the link is one that a chat can show.
    shown = page.request.get(told["image"])
    assert shown.headers["content-type"] == "image/png"
    assert shown.body().startswith(b"\x89PNG")
    icon = page.request.get(f"{visit.address}/favicon.ico")
    assert icon.ok
    assert "block=bottleneck" in page.request.get(f"{visit.address}/sitemap.xml").text()
