"""A diagram in a frame of another page: seen, zoomed, and in the colours of the system."""

from __future__ import annotations

SIZE = "document.querySelector('.sheet svg').getBoundingClientRect().width"


def test_the_frame_zooms_by_its_buttons_and_keys(visit):
    page = visit("/embed?model=resnet18")
    width = page.evaluate(SIZE)
    assert width > 100
    page.click('[data-zoom="in"]')
    larger = page.evaluate(SIZE)
    assert larger > width
    page.locator(".canvas").press("-")
    assert abs(page.evaluate(SIZE) - width) < 1


def test_a_page_elsewhere_shows_the_frame_and_the_picture(visit, server):
    page = visit.blank()
    body = (
        '<!DOCTYPE html><link rel="icon" href="data:,">'
        f'<iframe src="{server.address}/embed?block=basic" width="500" height="700"></iframe>'
        f'<img src="{server.address}/diagram.svg?block=basic">'
    )
    page.route("**/elsewhere", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{server.address}/elsewhere")
    frame = page.frame_locator("iframe")
    frame.locator(".sheet svg").wait_for()
    assert frame.locator(".bar a").inner_text() == "BasicBlock"
    page.wait_for_function("document.querySelector('img').naturalWidth > 100")
