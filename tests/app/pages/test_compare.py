"""``/compare``: formats, addresses, mistakes and the page."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from fastapi.testclient import TestClient
from markupsafe import escape

from app.pages.compare import EXAMPLES
from app.pages.sides import query_of
from resnet_core.compare import FORMATS
from resnet_core.formats.registry import FORMATS as WRITTEN
from tests.subjects import sampled

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def address(a: str, b: str, extension: str = "", **more: str) -> str:
    query = "&".join(f"{name}={quote(value)}" for name, value in {"a": a, "b": b, **more}.items())
    return f"/compare{extension}?{query}"


BLOCKS = ("block=bottleneck", "block=bottleneck&attention=se")


@pytest.mark.parametrize("format", FORMATS)
def test_an_extension_or_accept_chooses_the_format(client: TestClient, format: str) -> None:
    named = client.get(address(*BLOCKS, f".{format}"))
    asked = client.get(address(*BLOCKS), headers={"Accept": WRITTEN[format].media})
    assert named.status_code == asked.status_code == 200
    assert named.headers["content-type"].startswith(WRITTEN[format].media)
    assert named.content == asked.content
    assert asked.headers["vary"].startswith("Accept")
    assert "Accept" not in named.headers.get("vary", "").split(", ")


def test_without_a_wish_it_is_a_picture(client: TestClient) -> None:
    assert client.get(address(*BLOCKS)).headers["content-type"] == "image/svg+xml"


def test_equal_comparisons_have_one_canonical_address_and_tag(client: TestClient) -> None:
    one = client.get(address("block=bottleneck&stride=1", BLOCKS[1], ".svg", view="one"))
    other = client.get(address(*BLOCKS, ".svg"))
    assert one.headers["etag"] == other.headers["etag"]
    assert one.headers["link"] == other.headers["link"]
    assert one.content == other.content
    canonical = other.headers["link"].partition(">")[0].removeprefix("<")
    assert client.get(canonical).content == other.content
    side = client.get(address(*BLOCKS, ".svg", view="side"))
    assert side.headers["etag"] != one.headers["etag"]


@pytest.mark.usefixtures("no_drawing")
def test_who_knows_it_already_is_told_so_without_drawing(client: TestClient) -> None:
    url = address("block=basic", "block=preact_basic", ".svg")
    known = client.get(url, headers={"If-None-Match": "*"})
    assert known.status_code == 304
    assert known.headers["etag"]


def refused(client: TestClient, url: str, status: int) -> dict[str, Any]:
    answer = client.get(url)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("a", "b", "status", "parameter", "detail"),
    [
        ("model=resnet50", "model=resnt50", 404, "b", "did you mean 'resnet50'?"),
        ("block=bottleneck&stride=9", "block=basic", 422, "a", "stride=9: it is not from 1 to 4"),
        ("block=basic&strid=2", "block=basic", 422, "a", "did you mean 'stride'?"),
        ("model=resnet18&groups=32", "block=basic", 422, "a", "supports only groups=1"),
        ("block=basic", "", 422, "b", "name what to compare"),
    ],
)
def test_a_mistake_is_told_with_its_side_and_a_fix_that_works(
    client: TestClient, a: str, b: str, status: int, parameter: str, detail: str
) -> None:
    problem = refused(client, address(a, b, ".json"), status)
    assert problem["parameter"] == parameter
    assert detail in problem["detail"]
    assert problem["fix"].startswith("/compare.json?")
    assert client.get(problem["fix"]).status_code == 200


def test_other_mistakes_are_told_too(client: TestClient) -> None:
    assert refused(client, address(*BLOCKS, ".json", colour="red"), 422)["parameter"] == "colour"
    assert refused(client, address(*BLOCKS, ".json", view="both"), 422)["suggestion"] == "one"
    assert refused(client, address(*BLOCKS, ".jsn"), 404)["suggestion"] == "json"
    assert refused(client, address(*BLOCKS, ".json") + "&x=" + "9" * 9000, 414)


def test_a_mistake_in_a_picture_is_a_picture(client: TestClient) -> None:
    url = address("model=resnt50", BLOCKS[1], ".svg")
    assert client.get(url).status_code == 404
    card = client.get(url + "&on_error=image")
    assert card.status_code == 200
    assert "resnt50" in card.text


def test_a_browser_gets_the_page(client: TestClient) -> None:
    answer = client.get(address(*BLOCKS), headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "Accept" in answer.headers["vary"]
    assert "6 calls added" in answer.text
    assert 'id="differences"' in answer.text
    assert 'value="bottleneck --attention se"' in answer.text
    assert answer.text.count('data-node="conv1"') == 2
    assert answer.text.count('data-node="attention.fc1"') == 1
    assert '<tr class="added" data-b="attention.fc1">' in answer.text
    one = client.get(address(*BLOCKS, view="one"), headers=HTML)
    assert one.text.count('data-node="conv1"') == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("bottleneck", "bottleneck --attention se"),
        ("block=bottleneck", "bottleneck --attention=se"),
        (" bottleneck ", "block=bottleneck&attention=se"),
    ],
)
def test_names_words_and_queries_mean_the_same_on_the_page(
    client: TestClient, a: str, b: str
) -> None:
    answer = client.get(address(a, b), headers=HTML)
    assert "6 calls added (SqueezeExcitation)" in answer.text
    assert 'value="bottleneck"' in answer.text
    assert 'value="bottleneck --attention se"' in answer.text
    assert 'href="/compare.svg?a=block%3Dbottleneck&amp;b=attention%3Dse%26block' in answer.text


@pytest.mark.parametrize(
    ("typed", "status", "told"),
    [
        ("botleneck --stride 2", 404, "did you mean &#39;bottleneck&#39;?"),
        ("resnt50", 404, "did you mean &#39;resnet50&#39;?"),
        ("bottleneck --strid 2", 422, "did you mean &#39;stride&#39;?"),
        ("bottleneck stride 2", 422, "It is not a name with options"),
        ('bottleneck "', 422, "It is not a name with options"),
    ],
)
def test_a_mistake_in_words_is_told_beside_its_field(
    client: TestClient, typed: str, status: int, told: str
) -> None:
    answer = client.get(address("basic", typed), headers=HTML)
    assert answer.status_code == status
    assert told in answer.text
    assert "?." not in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert f'value="{escape(typed)}"' in answer.text


def test_a_mistake_in_a_side_is_told_in_chinese_throughout(client: TestClient) -> None:
    answer = client.get(address("basic", "resnt50", lang="zh"), headers=HTML)
    assert "model=resnt50：没有" in answer.text


@pytest.mark.parametrize("a", ["resnet50", "bottleneck --stride 2"])
def test_with_one_side_the_page_asks_for_the_other(client: TestClient, a: str) -> None:
    answer = client.get(f"/compare?a={quote(a)}", headers=HTML)
    assert answer.status_code == 200
    assert "Compare it with what?" in answer.text
    assert 'role="alert"' not in answer.text
    first = answer.text.partition('<a href="/compare?a=')[2].partition('"')[0]
    url = "/compare?a=" + first.replace("&amp;", "&")
    assert client.get(url, headers=HTML).status_code == 200


def test_the_page_leads_to_the_other_views_and_the_other_way_round(client: TestClient) -> None:
    answer = client.get(address(*BLOCKS, detail="layer"), headers=HTML)
    links = {unescape(match) for match in re.findall(r'href="(/compare\?[^"]+)"', answer.text)}
    asked = [dict(parse_qsl(urlsplit(link).query)) for link in links]
    kept = {"a": BLOCKS[0], "b": BLOCKS[1], "detail": "layer"}
    for change in ({"view": "one"}, {"detail": "op"}, {"direction": "LR"}):
        assert kept | change in asked
    assert kept | {"a": BLOCKS[1], "b": BLOCKS[0]} in asked


def test_the_page_speaks_chinese(client: TestClient) -> None:
    answer = client.get(address(*BLOCKS, lang="zh"), headers=HTML)
    assert "新增 6 个运算" in answer.text
    assert "并排" in answer.text


def test_the_page_begins_with_an_example_and_links_to_more(client: TestClient) -> None:
    answer = client.get("/compare", headers=HTML)
    assert answer.status_code == 200
    assert "stride 2 → 1" in answer.text
    assert answer.text.count('<a href="/compare?a=') >= len(EXAMPLES)


@pytest.mark.parametrize("example", sampled(EXAMPLES))
def test_every_example_works(client: TestClient, example: tuple[str, str, str]) -> None:
    name, a, b = example
    answer = client.get(address(a, b, ".json"))
    assert answer.status_code == 200, name
    assert not answer.json()["same"]


def test_a_mistake_on_the_page_keeps_what_was_typed_and_can_be_fixed(client: TestClient) -> None:
    answer = client.get(address("model=resnt50", "model=resnet18"), headers=HTML)
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text
    assert 'value="model=resnt50"' in answer.text
    assert 'value="resnet18"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    fix = answer.text.partition('class="fix" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert client.get(fix, headers=HTML).status_code == 200


def test_nothing_typed_becomes_markup(client: TestClient) -> None:
    evil = "<script>alert(1)</script>"
    for a, b in ((evil, evil), ("block=basic", f"block={evil}"), (f"block=basic&{evil}=1", "")):
        assert "<script>" not in client.get(address(a, b), headers=HTML).text


def test_it_is_described(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    named = {path["name"] for path in paths["/compare"]["get"]["parameters"]}
    assert {"a", "b", "view", "detail", "theme", "lang"} <= named
    (extension,) = [
        path for path in paths["/compare.{extension}"]["get"]["parameters"] if path["in"] == "path"
    ]
    assert set(extension["schema"]["enum"]) == set(FORMATS)
    assert "/compare?a=" in client.get("/reference").text


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("Bottleneck stride=2", "block=bottleneck&stride=2"),
        ("BasicBlock", "block=basic"),
        ("ResNet-50 --stride-on conv1", "model=resnet50&stride_on=conv1"),
        ("resnet50 stride_on=conv1", "model=resnet50&stride_on=conv1"),
    ],
)
def test_a_side_may_be_typed_as_it_is_called(typed: str, query: str) -> None:
    assert sorted(parse_qsl(query_of("a", typed))) == sorted(parse_qsl(query))
