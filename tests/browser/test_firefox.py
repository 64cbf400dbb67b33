"""The main ways through the page in Firefox; skipped, with the reason, where there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.firefox import Firefox, NoFirefox, firefox
from tests.browser.server import Server

SHOWN = "document.querySelector('.sheet metadata')?.textContent"
BOX = '.sheet .node[data-node="{}"]'


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Firefox]:
    try:
        with firefox() as page:
            yield page
    except NoFirefox as missing:
        pytest.skip(str(missing))


@pytest.fixture
def page(browser_page: Firefox, server: Server) -> Iterator[Firefox]:
    """The explorer, freshly opened; fails the test if the page complained."""
    browser_page.resize(1440, 900)
    browser_page.goto(f"{server.address}/?block=bottleneck")
    browser_page.until("!document.querySelector('.zoom').hidden")
    yield browser_page
    complaints, browser_page.complaints[:] = [*browser_page.complaints], []
    assert complaints == []


@pytest.mark.parametrize("rest", [0, 250])
def test_a_typed_number_stands_as_it_was_typed(page: Firefox, rest: int) -> None:
    page.evaluate("(document.querySelector('#knob-planes').select(), 1)")
    page.evaluate("(document.querySelector('#knob-planes').focus(), 1)")
    page.type("128", rest)
    page.until(f"{SHOWN} === '/diagram?block=bottleneck&planes=128'")
    assert page.evaluate("document.querySelector('#knob-planes').value") == "128"
    assert page.evaluate("document.activeElement.id") == "knob-planes"


def test_pointing_lights_row_and_box_and_a_click_tells_of_the_layer(page: Firefox) -> None:
    page.move(BOX.format("conv2"))
    page.until("document.querySelector('tr[data-node=conv2]').matches('.pointed')")
    page.click(BOX.format("conv2"))
    page.until("!document.querySelector('.inspector').hidden")
    told = page.evaluate("document.querySelector('.inspector .sums').textContent")
    assert "H = ⌊(56 + 2·1 − 3)/1⌋ + 1 = 56" in told
    page.until("!document.querySelector('.walk').hidden")


def test_a_segment_turns_the_knob_and_back_turns_it_back(page: Firefox) -> None:
    page.click("label:has(> #knob-stride-2)")
    page.until(f"{SHOWN} === '/diagram?block=bottleneck&stride=2'")
    page.until("document.querySelector('.totals .delta')?.textContent.startsWith('+66,048')")
    page.evaluate("(history.back(), 1)")
    page.until(f"{SHOWN} === '/diagram?block=bottleneck'")


def test_the_receptive_field_grows_and_the_keys_walk_the_picture(page: Firefox) -> None:
    page.evaluate("(document.querySelector('.sheet [tabindex=\"0\"]').focus(), 1)")
    page.type("\ue015")
    assert page.evaluate("document.activeElement.dataset.node") == "conv1"
    page.type("r")
    page.until("!document.querySelector('.sight').hidden")
    assert "3×3" in page.evaluate("document.querySelector('.seeing p').textContent")
    page.evaluate("(document.querySelector('[data-sight=close]').click(), 1)")


def test_nothing_sticks_out_on_a_phone(page: Firefox) -> None:
    page.resize(390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
