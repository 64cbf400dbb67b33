"""Everything can be done without a mouse, and it is seen where one is."""

from __future__ import annotations

import pytest

from tests.browser.explorer import shows
from tests.browser.visits import until

HERE = "document.activeElement"
# Whether the focused element is drawn with a ring, itself or the part that stands for it.
RING = f"""(() => {{
  const style = (each) => each && getComputedStyle(each);
  const ringed = (each) => each && style(each).outlineStyle !== 'none'
    && parseFloat(style(each).outlineWidth) > 0;
  return ringed({HERE}) || ringed({HERE}.nextElementSibling) || ringed({HERE}.parentElement);
}})()"""
MOST_STEPS = 200


def walk(page, found: str, key: str = "Tab") -> None:
    """Press a key until this is true of the page."""
    for _ in range(MOST_STEPS):
        page.keyboard.press(key)
        if page.evaluate(found):
            return
    pytest.fail(f"{key} never led to {found}")


def test_the_first_stop_skips_to_the_picture(visit):
    page = visit("/?block=bottleneck")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{HERE}.className") == "skip"
    page.keyboard.press("Enter")
    until(page, f"{HERE}.id === 'main'")


def test_a_subject_a_knob_a_level_and_a_tab_without_a_mouse(visit):
    page = visit("/?block=bottleneck")
    walk(page, f"{HERE}.id === 'search'")
    page.keyboard.type("resnet-18")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    shows(page, "/diagram?model=resnet18")
    page.focus("#search")
    page.keyboard.press("Escape")
    walk(page, f"{HERE}.id === 'knob-num_classes'")
    page.keyboard.press("ArrowUp")
    shows(page, "/diagram?model=resnet18&num_classes=1001")
    walk(page, f"{HERE}.name === 'detail'")
    page.keyboard.press("ArrowLeft")
    shows(page, "/diagram?detail=stage&model=resnet18&num_classes=1001")
    assert page.evaluate(f"{HERE}.name === 'detail' && {HERE}.value === 'stage'")
    walk(page, f"{HERE}.matches('.sheet [data-node]')")
    walk(page, f"{HERE}.dataset.group === 'layer1'", "ArrowDown")
    page.keyboard.press("Enter")
    shows(page, "/diagram?detail=stage&expand=layer1&model=resnet18&num_classes=1001")
    walk(page, f"{HERE}.getAttribute('role') === 'tab'")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#layers:visible")


def test_every_stop_of_the_tab_key_shows_that_it_is_one(visit):
    page = visit("/?block=bottleneck")
    seen = set()
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        here = page.evaluate(f"{HERE} === document.body ? '' : {HERE}.outerHTML.slice(0, 120)")
        if not here or here in seen:
            break
        seen.add(here)
        assert page.evaluate(RING), here
    assert len(seen) > 40
