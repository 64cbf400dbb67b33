"""A diagram in a frame of another page, and oEmbed, which tells of it."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from resnet_core import draw

PAGE = {"Accept": "text/html"}


def told(client, address: str, **more: str) -> dict:
    answer = client.get("/oembed", params={"url": address, **more})
    assert answer.headers["access-control-allow-origin"] == "*"
    return {"status": answer.status_code, **answer.json()}


def test_any_page_may_frame_it_and_it_sets_nothing(client):
    answer = client.get("/embed?block=bottleneck&stride=2&lang=zh", headers=PAGE)
    assert answer.status_code == 200
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert "cross-origin-opener-policy" not in answer.headers
    assert draw(block="bottleneck", stride=2, lang="zh").svg in answer.text
    assert 'href="/?block=bottleneck&amp;lang=zh&amp;stride=2"' in answer.text
    assert "frame-ancestors 'self'" in client.get("/").headers["content-security-policy"]


def test_it_follows_the_system_unless_a_theme_is_asked_for(client):
    follows, dark = (client.get(f"/embed?block=basic{more}").text for more in ("", "&theme=dark"))
    assert "theme.css" in follows
    assert "data-theme" not in follows
    assert "theme.css" not in dark
    assert 'data-theme="dark"' in dark
    assert draw(block="basic", theme="dark").svg in dark


def test_a_comparison_has_a_frame_too(client):
    answer = client.get("/embed?a=block%3Dbasic&b=block%3Dbasic%26stride%3D2")
    assert answer.status_code == 200
    assert "/compare?a=block%3Dbasic&amp;b=block%3Dbasic%26stride%3D2" in answer.text


@pytest.mark.parametrize("query", ["block=<b>botleneck", "a=block%3Dbotleneck&b=block%3Dbasic"])
def test_a_mistake_is_told_in_the_frame(client, query):
    answer = client.get(f"/embed?{query}")
    assert answer.status_code == 422 or answer.status_code == 404
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert "bottleneck" in answer.text
    assert "<b>" not in answer.text


def test_the_frame_says_where_its_oembed_is(client):
    """Where its own address is pasted, as into Notion, the place finds the size of the picture."""
    page = client.get("/embed?block=basic&title=a%26b", headers=PAGE).text
    link = re.search(r'type="application/json\+oembed" href="([^"]*)"', page)[1]
    found = client.get(unescape(link)).json()
    assert (found["type"], found["title"]) == ("rich", "a&b")
    assert "/embed?block=basic&amp;title=a%26b" in found["html"]
    assert "oembed" not in client.get("/embed?block=botleneck", headers=PAGE).text


@pytest.mark.parametrize("path", ["/", "/diagram", "/diagram.svg", "/embed"])
def test_oembed_unfolds_an_address_into_its_frame(client, path):
    found = told(client, f"http://testserver{path}?block=bottleneck&stride=2")
    assert (found["status"], found["version"], found["type"]) == (200, "1.0", "rich")
    source = unescape(re.search('src="([^"]*)"', found["html"])[1])
    assert source == "http://testserver/embed?block=bottleneck&stride=2"
    svg = draw(block="bottleneck", stride=2).svg
    width, height = re.match(r'<svg[^>]* width="(\d+)" height="(\d+)"', svg).groups()
    assert (found["width"], found["height"]) == (int(width), int(height) + 36)
    assert f'width="{width}"' in found["html"]


def test_oembed_keeps_within_what_the_page_allows(client):
    url = "http://testserver/?block=basic"
    found = told(client, url, maxwidth="200", maxheight="150")
    assert (found["width"], found["height"]) == (200, 150)


@pytest.mark.parametrize(
    ("address", "more", "status"),
    [
        ("http://elsewhere/?block=basic", {}, 404),
        ("http://testserver/gallery", {}, 404),
        ("http://testserver/?block=nothing", {}, 404),
        ("http://[", {}, 404),
        ("", {}, 404),
        ("http://testserver/?block=basic", {"format": "xml"}, 501),
    ],
)
def test_oembed_refuses_what_is_not_ours(client, address, more, status):
    assert told(client, address, **more)["status"] == status


def test_what_is_asked_for_cannot_write_into_the_frame(client):
    found = told(client, 'http://testserver/?block=basic&title="><script>')
    assert "<script>" not in found["html"]
    assert found["title"] == '"><script>'


def test_the_explorer_says_where_its_oembed_is(client):
    page = client.get("/?block=basic", headers=PAGE).text
    link = re.search(r'type="application/json\+oembed" href="([^"]*)"', page)[1]
    assert quote("http://testserver/diagram?block=basic", safe="/") in unescape(link)
    assert client.get(unescape(link)).json()["title"] == "BasicBlock"
