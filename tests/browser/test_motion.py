"""A turn seen: the main path stands still, what is new or other is marked for a moment."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import box, shows

# Counts, frame by frame, the most boxes that moved at once and the most that faded out.
WATCH = """() => {
  window.most = 0;
  window.ghosts = 0;
  const glides = (each) => each.effect.target?.closest?.('.sheet .node')
    && each.effect.getTiming().duration > 100;
  const look = () => {
    window.most = Math.max(window.most, document.getAnimations().filter(glides).length);
    window.ghosts = Math.max(window.ghosts, document.querySelectorAll('.sheet .ghost').length);
    requestAnimationFrame(look);
  };
  look();
}"""
# Notes how each box was marked, however short.
MARKS = """() => {
  window.marks = {};
  new MutationObserver((all) => {
    for (const { target } of all) {
      const mark = ['fresh', 'altered'].find((name) => target.classList.contains(name));
      if (mark) window.marks[target.dataset.node] = mark;
    }
  }).observe(document.querySelector('.canvas'), { subtree: true, attributeFilter: ['class'] });
}"""
WIDE = {"width": 1600, "height": 1000}


def left(page, node: str) -> float:
    return box(page, node).locator("rect").first.bounding_box()["x"]


def test_the_main_path_stands_still_while_knobs_are_turned(visit):
    page = visit("/?block=bottleneck", viewport=WIDE, reduced_motion="reduce")
    start = left(page, "conv1")
    for stride in ("2", "1", "3", "1"):
        page.fill("#knob-stride", stride)
        shows(page, f"/diagram?block=bottleneck{'&stride=' + stride if stride != '1' else ''}")
        assert left(page, "conv1") == pytest.approx(start, abs=1.5)


def test_what_is_new_and_what_is_other_is_marked_for_a_moment(visit):
    page = visit("/?block=bottleneck", reduced_motion="reduce")
    page.evaluate(MARKS)
    page.fill("#knob-stride", "2")
    shows(page, "/diagram?block=bottleneck&stride=2")
    expect(page.locator(".fresh, .altered")).to_have_count(0)
    marks = page.evaluate("window.marks")
    assert marks["downsample.0"] == "fresh"
    assert marks["conv2"] == "altered"
    assert "conv1" not in marks


@pytest.mark.parametrize(("wish", "moves"), [("no-preference", True), ("reduce", False)])
def test_boxes_glide_unless_the_reader_wants_them_still(visit, wish, moves):
    page = visit("/?model=resnet18", reduced_motion=wish)
    page.evaluate(WATCH)
    box(page, "layer1.0").click()
    shows(page, "/diagram?expand=layer1.0&model=resnet18")
    expect(page.locator(".fresh, .altered")).to_have_count(0)
    assert (page.evaluate("window.most") > 0) == moves
    assert (page.evaluate("window.ghosts") > 0) == moves
    expect(page.locator(".ghost")).to_have_count(0)


def test_sentences_that_a_turn_brought_get_a_bar(visit):
    page = visit("/?block=bottleneck&stride=2")
    expect(page.locator("#explain .new")).to_have_count(0)
    page.fill("#knob-stride", "3")
    shows(page, "/diagram?block=bottleneck&stride=3")
    told = page.locator("#explain p", has=page.locator(".new"))
    expect(told.filter(has_text="The shortcut needs a projection")).to_have_css(
        "border-left-width", "3px"
    )
    kept = page.locator("#explain p", has_text="The last ReLU comes after the addition")
    expect(kept).to_have_css("border-left-width", "0px")


def test_another_subject_is_a_new_picture_and_no_change(visit):
    page = visit("/?block=bottleneck", reduced_motion="reduce")
    page.locator(".subjects a", has_text="BasicBlock").first.click()
    shows(page, "/diagram?block=basic")
    expect(page.locator(".fresh, .altered, .new")).to_have_count(0)
