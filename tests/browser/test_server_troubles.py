"""A server that is slow, goes away or says nonsense: the picture stays, and work goes on."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.explorer import shows, stayed, stays
from tests.browser.visits import wait

ASKED = re.compile(r"/\?.*planes=")
# Milliseconds after which what was typed is asked for, and nothing else happens yet.
AFTER_TYPING = 200
BEFORE = "/diagram?block=bottleneck"


@pytest.fixture
def page(visit):
    page = visit("/?block=bottleneck")
    stays(page)
    return page


@pytest.fixture
def held(page):
    """The questions that a slow server has not answered yet."""
    questions = []
    page.route(ASKED, lambda route: questions.append(route))
    return questions


def test_the_old_picture_stays_with_a_sign_of_work_until_the_new_one_is_there(page, held):
    page.fill("#knob-planes", "96")
    expect(page.locator("#main")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".sheet metadata")).to_have_text(BEFORE)
    expect(page.locator(".sheet svg")).to_be_visible()
    wait(page, lambda: held)
    held[0].continue_()
    shows(page, f"{BEFORE}&planes=96")
    expect(page.locator("#main")).to_have_attribute("aria-busy", "false")
    assert stayed(page)


def test_a_question_that_nobody_waits_for_any_more_is_cancelled(page, held):
    cancelled = []
    page.on("requestfailed", lambda request: cancelled.append(request.url))
    page.fill("#knob-planes", "96")
    expect(page.locator("#main")).to_have_attribute("aria-busy", "true")
    page.fill("#knob-planes", "80")
    wait(page, lambda: len(held) > 1)
    wait(page, lambda: [url for url in cancelled if "planes=96" in url])
    held[1].continue_()
    shows(page, f"{BEFORE}&planes=80")
    assert stayed(page)


def test_a_server_that_went_away_is_asked_again_until_it_is_back(page, visit, server):
    try:
        server.stop()
        page.fill("#knob-planes", "96")
        expect(page.locator(".away")).to_be_visible()
        expect(page.locator(".sheet metadata")).to_have_text(BEFORE)
    finally:
        server.start()
    shows(page, f"{BEFORE}&planes=96")
    expect(page.locator(".away")).to_be_hidden()
    visit.pardon("ERR_")
    assert stayed(page)


def test_a_reader_need_not_wait_until_it_is_asked_again(page, visit):
    # From now on time goes on only when it is told to.
    page.clock.install()
    page.clock.pause_at(time.time() + 60)
    page.route(ASKED, lambda route: route.abort("connectionfailed"))
    page.fill("#knob-planes", "96")
    page.clock.run_for(AFTER_TYPING)
    expect(page.locator(".away")).to_be_visible()
    page.unroute(ASKED)
    page.click(".away button")
    shows(page, f"{BEFORE}&planes=96")
    expect(page.locator(".away")).to_be_hidden()
    visit.pardon("ERR_")
    assert stayed(page)


def test_what_a_proxy_says_of_a_missing_server_is_not_shown(page, visit):
    page.route(ASKED, lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    page.fill("#knob-planes", "96")
    expect(page.locator(".away")).to_be_visible()
    expect(page.locator(".sheet metadata")).to_have_text(BEFORE)
    page.unroute(ASKED)
    shows(page, f"{BEFORE}&planes=96")
    visit.pardon("status of 502")
    assert stayed(page)
