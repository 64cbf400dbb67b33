"""A diagram in a frame of another page: seen, zoomed, and in the colours of the system."""

from __future__ import annotations

from tests.browser.test_accessibility import WRONG, findings

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


def test_a_group_opens_where_it_stands_and_closes_again(visit):
    page = visit("/embed?model=resnet18&detail=stage&theme=dark")
    closed = page.locator('.sheet .node[data-group="layer1"]')
    assert "147,968 parameters" in closed.locator("title").first.text_content()
    closed.press("Enter")
    opened = page.locator('.sheet .frame[data-group="layer1"][aria-expanded="true"]')
    opened.wait_for()
    assert "expand=layer1" in page.url
    assert "theme=dark" in page.url
    opened.locator("text").first.click()
    closed.wait_for()
    assert "expand" not in page.url
    closed.click()
    opened.wait_for()
    assert findings(page, WRONG) == []
