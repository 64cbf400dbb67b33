"""What a chat, a search engine and a tab show of a page."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from app.pages.presence import MOST_LETTERS, cut
from tests.subjects import SUBJECTS

BROWSER = {"Accept": "text/html"}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def meta(page: str) -> dict[str, str]:
    """The page's meta elements by name; each name stands once."""
    found = re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]*)"', page)
    assert len({name for name, _ in found}) == len(found)
    return {name: unescape(content) for name, content in found}


def test_a_pasted_address_shows_its_own_diagram(client: TestClient) -> None:
    said = meta(client.get("/?block=bottleneck&stride=2&lang=en").text)
    assert said["og:title"] == "Bottleneck, stride 2"
    assert said["og:description"] == said["description"]
    assert 40 < len(said["description"]) <= MOST_LETTERS + 1
    image = urlsplit(said["og:image"])
    assert image.scheme == "http"
    assert image.query == "block=bottleneck&stride=2"
    answer = client.get(f"{image.path}?{image.query}")
    assert answer.content.startswith(b"\x89PNG")


def test_a_pasted_address_speaks_the_readers_language(client: TestClient) -> None:
    english = meta(client.get("/?block=bottleneck&lang=en").text)
    chinese = meta(client.get("/?block=bottleneck&lang=zh").text)
    assert re.search("[一-鿿]", chinese["description"])
    assert not re.search("[一-鿿]", english["description"])
    assert "lang=zh" in chinese["og:image"]
    assert (english["og:locale"], chinese["og:locale"]) == ("en_GB", "zh_CN")


@pytest.mark.parametrize("path", ["/gallery", "/documents", "/compare", "/?block=basic&stride=9"])
def test_a_page_without_a_diagram_of_its_own_shows_none(client: TestClient, path: str) -> None:
    said = meta(client.get(path, headers=BROWSER).text)
    assert said["og:title"].endswith("resnet-diagram")
    assert "og:image" not in said


@pytest.mark.slow
def test_a_picture_that_no_chat_could_show_is_not_offered(client: TestClient) -> None:
    page = client.get("/?model=resnet152&detail=op&fold=false&lang=en").text
    said = meta(page)
    assert said["og:title"] == "ResNet-152, detail op, fold false"
    assert "og:image" not in said


def test_words_are_cut_between_words() -> None:
    assert cut("short") == "short"
    long = "word, " * 100
    assert cut(long).endswith("word…")
    assert len(cut(long)) <= MOST_LETTERS + 1
    assert len(cut("字" * 900)) == MOST_LETTERS + 1


@pytest.mark.slow
def test_the_map_names_every_page_and_every_one_answers(client: TestClient) -> None:
    root = ElementTree.fromstring(client.get("/sitemap.xml").text)
    places = [urlsplit(place.text or "") for place in root.iter(SITEMAP)]
    named = {place.query.partition("=")[2] for place in places if place.query}
    assert named == {subject.name for subject in SUBJECTS}
    for place in places:
        if not place.query:
            assert client.get(place.path, headers=BROWSER).status_code == 200, place.path
    assert "/sitemap.xml" in client.get("/robots.txt").text


def test_the_sign_of_the_site_is_at_the_old_place_too(client: TestClient) -> None:
    answer = client.get("/favicon.ico")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith("<svg")
