"""``/explain``: formats, languages, addresses and mistakes."""

from __future__ import annotations

import json
import re

import pytest
from fastapi.testclient import TestClient

from app.http.requests import media_of
from resnet_core import draw
from resnet_core.explain.explanation import FORMATS

QUERY = "block=bottleneck&stride=2"


@pytest.mark.parametrize("format", FORMATS)
def test_an_extension_or_accept_chooses_the_format(client: TestClient, format: str) -> None:
    named = client.get(f"/explain.{format}?{QUERY}")
    asked = client.get(f"/explain?{QUERY}", headers={"Accept": media_of(format)})
    assert named.status_code == asked.status_code == 200
    assert named.headers["content-type"].startswith(media_of(format))
    assert named.content == asked.content
    assert named.content == draw(block="bottleneck", stride=2).explain().render(format)
    assert asked.headers["vary"].startswith("Accept")
    assert "Accept" not in named.headers.get("vary", "").split(", ")


def test_a_picture_of_it_there_is_none(client: TestClient) -> None:
    assert client.get(f"/explain?{QUERY}", headers={"Accept": "image/png"}).status_code == 406
    answer = client.get(f"/explain.svg?{QUERY}")
    assert answer.status_code == 404
    problem = answer.json()
    assert problem["allowed"] == list(FORMATS)
    assert client.get(problem["fix"]).status_code == 200


@pytest.mark.parametrize(("lang", "tag", "begins"), [("en", "en", "A "), ("zh", "zh-CN", "一个")])
def test_it_speaks_the_language_that_is_asked_for(
    client: TestClient, lang: str, tag: str, begins: str
) -> None:
    answer = client.get(f"/explain.json?{QUERY}&lang={lang}")
    assert answer.headers["content-language"] == tag
    assert answer.json()["language"] == lang
    assert answer.json()["paragraphs"][0]["lead"].startswith(begins)


def test_the_view_changes_no_word_and_no_address(client: TestClient) -> None:
    plain = client.get(f"/explain.md?{QUERY}")
    viewed = client.get(f"/explain.md?{QUERY}&theme=dark&detail=layer&labels=macs&batch=1")
    assert plain.content == viewed.content
    assert plain.headers["etag"] == viewed.headers["etag"]
    assert plain.headers["link"] == f'</explain?{QUERY}>; rel="canonical"'
    assert plain.headers["content-location"] == f"/explain.md?{QUERY}"
    other = client.get(f"/explain.md?{QUERY}&lang=zh")
    assert other.headers["etag"] != plain.headers["etag"]


@pytest.mark.usefixtures("no_drawing")
def test_who_knows_it_already_is_told_so_without_tracing(client: TestClient) -> None:
    known = client.get(f"/explain.json?{QUERY}", headers={"If-None-Match": "*"})
    assert known.status_code == 304
    assert known.headers["etag"]


@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        ("block=botleneck", 404, "block"),
        ("block=bottleneck&stride=9", 422, "stride"),
        ("block=bottleneck&strid=2", 422, "strid"),
        ("block=basic&groups=2", 422, "groups"),
        ("block=basic&stride=1&stride=2", 422, "stride"),
        ("block=basic&on_error=image", 422, "on_error"),
        ("", 422, "block"),
    ],
)
def test_a_mistake_is_told_with_a_fix_that_explains(
    client: TestClient, query: str, status: int, parameter: str
) -> None:
    answer = client.get(f"/explain.txt?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["parameter"] == parameter
    assert problem["fix"].startswith("/explain.txt?")
    assert client.get(problem["fix"]).status_code == 200


def test_too_long_a_query_is_refused(client: TestClient) -> None:
    assert client.get(f"/explain?block=basic&{'x' * 20_000}").status_code == 414


def test_what_cannot_run_is_explained_all_the_same(client: TestClient) -> None:
    answer = client.get("/explain.json?block=residual_attention&stride=2")
    assert answer.status_code == 200
    assert answer.json()["paragraphs"][0]["lead"].startswith("It cannot run: ")


@pytest.mark.slow
def test_a_worker_does_the_work(hasty: TestClient) -> None:
    answer = hasty.get("/explain.json?block=basic")
    assert json.loads(answer.content)["title"] == "BasicBlock"


def test_head_tells_what_get_would(client: TestClient) -> None:
    head, get = (client.request(name, f"/explain.md?{QUERY}") for name in ("HEAD", "GET"))
    assert head.headers["etag"] == get.headers["etag"]
    assert not head.content


def test_it_is_described(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    told = {path["name"] for path in paths["/explain"]["get"]["parameters"]}
    drawn = {path["name"] for path in paths["/diagram"]["get"]["parameters"]}
    assert told == drawn - {"on_error", "v"}
    (extension,) = [
        path["schema"]["enum"]
        for path in paths["/explain.{extension}"]["get"]["parameters"]
        if path["name"] == "extension"
    ]
    assert set(extension) == set(FORMATS)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_annotated_source_is_a_program(client: TestClient, lang: str) -> None:
    answer = client.get(f"/explain.py?{QUERY}&lang={lang}")
    assert answer.headers["content-type"] == "text/x-python; charset=utf-8"
    space: dict[str, object] = {"__name__": "annotated"}
    exec(compile(answer.text, "annotated.py", "exec"), space)
    assert callable(space["build"])
    page = client.get(f"/?{QUERY}", headers={"Accept-Language": lang, "Accept": "text/html"}).text
    assert "/explain.py?block=bottleneck" in page
    assert "def build():" in re.sub("<[^>]*>", "", page)
