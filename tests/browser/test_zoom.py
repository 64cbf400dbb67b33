"""The picture in its canvas: larger, smaller, moved, whole, on the full screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import box, shows
from tests.browser.visits import until

SIZE = "document.querySelector('.sheet svg').getBoundingClientRect().width"
PLACE = "(([c]) => [c.scrollLeft, c.scrollTop])([document.querySelector('.canvas')])"

# Whether something is on the map.
DRAWN = """(() => {
  // Read from a copy that is meant for it: Chromium complains of who reads the shown one twice.
  const pen = new OffscreenCanvas(40, 200).getContext('2d', {willReadFrequently: true});
  pen.drawImage(document.querySelector('.map canvas'), 0, 0);
  return pen.getImageData(0, 0, 40, 200).data.some((shade) => shade > 0 && shade < 255);
})()"""


def percent(page) -> int:
    return int(page.locator(".zoom output").text_content().rstrip("%"))


@pytest.fixture
def page(visit):
    return visit("/?model=resnet50")


def test_the_buttons_change_the_size_and_say_it(page):
    before, width = percent(page), page.evaluate(SIZE)
    page.click('[data-zoom="in"]')
    assert percent(page) > before
    assert page.evaluate(SIZE) > width
    page.click('[data-zoom="out"]')
    assert percent(page) == before
    assert abs(page.evaluate(SIZE) - width) < 1


def test_fit_shows_the_whole_picture(page):
    page.click('[data-zoom="fit"]')
    assert page.evaluate(
        "(c => c.scrollHeight <= c.clientHeight + 1 && c.scrollWidth <= c.clientWidth + 1)"
        "(document.querySelector('.canvas'))"
    )


@pytest.mark.parametrize("focus", [".canvas", "body"])
def test_the_keys_plus_minus_and_zero_work_wherever_nothing_is_typed(page, focus):
    if focus != "body":
        page.focus(focus)
    start = percent(page)
    page.keyboard.press("+")
    larger = percent(page)
    page.keyboard.press("-")
    page.keyboard.press("-")
    smaller = percent(page)
    assert smaller < start < larger
    page.keyboard.press("0")
    fitted = percent(page)
    page.click('[data-zoom="fit"]')
    assert percent(page) == fitted


def test_keys_that_are_typed_into_a_field_do_not_zoom(page):
    before = percent(page)
    page.focus("#search")
    page.keyboard.type("+-0f")
    assert percent(page) == before


def test_the_arrow_keys_move_the_picture(page):
    page.focus(".canvas")
    page.keyboard.press("ArrowDown")
    until(page, f"{PLACE}[1] > 0")


def test_the_mouse_moves_the_picture_and_a_press_that_moved_it_is_no_click(page):
    found = box(page, "layer1.0").bounding_box()
    x, y = found["x"] + found["width"] / 2, found["y"] + found["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 120, steps=4)
    page.mouse.up()
    assert page.evaluate(PLACE)[1] == pytest.approx(120, abs=4)
    shows(page, "/diagram?model=resnet50")
    expect(page.locator(".inspector")).to_be_hidden()


def test_the_wheel_zooms_with_the_control_key_around_the_pointer(page):
    found = page.locator('.sheet [data-node="maxpool"]').bounding_box()
    x, y = found["x"] + found["width"] / 2, found["y"] + found["height"] / 2
    page.mouse.move(x, y)
    before = percent(page)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    until(page, f"parseInt(document.querySelector('.zoom output').textContent) > {before}")
    now = page.locator('.sheet [data-node="maxpool"]').bounding_box()
    assert now["x"] - 2 <= x <= now["x"] + now["width"] + 2
    assert now["y"] - 2 <= y <= now["y"] + now["height"] + 2


def test_size_and_place_stay_when_a_knob_is_turned(page):
    page.click('[data-zoom="in"]')
    page.evaluate("document.querySelector('.canvas').scrollTop = 200")
    before, place = percent(page), page.evaluate(PLACE)
    page.fill("#knob-num_classes", "10")
    shows(page, "/diagram?model=resnet50&num_classes=10")
    assert percent(page) == before
    assert page.evaluate(PLACE) == pytest.approx(place, abs=3)


def test_the_full_screen_keeps_the_card_and_the_knobs(visit):
    page = visit("/?block=bottleneck", viewport={"width": 1280, "height": 800})
    page.keyboard.press("f")
    expect(page.locator(".workspace:fullscreen")).to_be_visible()
    expect(page.locator("#knobs")).to_be_hidden()
    box(page, "conv2").click()
    expect(page.locator(".inspector")).to_be_in_viewport()
    page.keyboard.press("[")
    page.fill("#knob-stride", "2")
    expect(page.locator(".inspector del").first).to_contain_text("= 56")


def test_columns_fold_and_stay_folded(visit):
    page = visit("/?block=bottleneck", viewport={"width": 1440, "height": 900})
    room = page.locator(".canvas").bounding_box()["width"]
    page.locator(".right-handle").click()
    page.keyboard.press("[")
    expect(page.locator("#knobs")).to_be_hidden()
    expect(page.locator("#explain")).to_be_hidden()
    assert page.locator(".canvas").bounding_box()["width"] > room + 600
    page.reload()
    expect(page.locator("#knobs")).to_be_hidden()
    page.set_viewport_size({"width": 800, "height": 900})
    expect(page.locator("#knobs")).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator(".left-handle").click()
    expect(page.locator("#knobs")).to_be_visible()


def test_the_picture_fills_the_screen_and_comes_back(page):
    page.click('[data-zoom="full"]')
    expect(page.locator(".workspace:fullscreen")).to_be_visible()
    page.click('[data-zoom="full"]')
    expect(page.locator(".workspace:fullscreen")).to_have_count(0)


@pytest.mark.parametrize(("width", "height", "least"), [(1440, 900, 90), (2560, 1440, 150)])
def test_a_picture_begins_as_large_as_the_screen_lets_it(visit, width, height, least):
    page = visit("/?block=bottleneck", viewport={"width": width, "height": height})
    assert least <= percent(page) <= 180
    shown = page.locator(".sheet svg").bounding_box()
    assert shown["y"] + shown["height"] <= height * 1.1


def test_a_long_picture_begins_with_captions_of_eleven_pixels(visit):
    page = visit("/?model=resnet50", viewport={"width": 1920, "height": 1080})
    assert percent(page) * 9 / 100 >= 11


def test_a_network_from_left_to_right_begins_whole(visit):
    page = visit("/?model=resnet50&direction=LR", viewport={"width": 1440, "height": 900})
    assert page.evaluate(
        "(c => c.scrollHeight <= c.clientHeight + 1 && c.scrollWidth <= c.clientWidth + 1)"
        "(document.querySelector('.canvas'))"
    )
    assert percent(page) >= 60


def test_one_notch_of_the_wheel_is_a_small_step(page):
    found = page.locator(".canvas").bounding_box()
    page.mouse.move(found["x"] + found["width"] / 2, found["y"] + 200)
    before = percent(page)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    until(page, f"parseInt(document.querySelector('.zoom output').textContent) > {before}")
    assert 1.08 <= percent(page) / before <= 1.16


def test_a_picture_never_gets_too_small_to_find(page):
    for _ in range(20):
        page.click('[data-zoom="out"]')
    assert page.evaluate(SIZE) > 60


def test_a_map_of_a_large_picture_shows_what_is_in_sight_and_leads_there(visit):
    page = visit("/?model=resnet50&detail=op&fold=false", viewport={"width": 1440, "height": 900})
    small, frame = page.locator(".map"), page.locator(".map span")
    expect(small).to_be_visible()
    until(page, DRAWN)
    place, before = small.bounding_box(), frame.bounding_box()
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + 0.75 * place["height"])
    until(page, "document.querySelector('.canvas').scrollTop > 1000")
    # What is pressed is in the middle of the picture, and of the frame.
    middle = page.evaluate("""() => {
      const [canvas, picture] = ['.canvas', '.sheet svg']
        .map((each) => document.querySelector(each).getBoundingClientRect());
      return (canvas.y + canvas.height / 2 - picture.y) / picture.height;
    }""")
    assert middle == pytest.approx(0.75, abs=0.02)
    until(page, "(y) => document.querySelector('.map span').offsetTop > y", 0.5 * place["height"])
    assert frame.bounding_box()["y"] > before["y"]
    page.keyboard.press("m")
    expect(small).to_be_hidden()
    page.reload()
    expect(small).to_be_hidden()
    page.keyboard.press("m")
    expect(small).to_be_visible()
    # What is nearly seen whole needs none.
    page.keyboard.press("0")
    expect(small).to_be_hidden()
