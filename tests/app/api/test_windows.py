"""``/window`` and ``/sweep``: formats, addresses, caching and mistakes, one way for both."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from resnet_core import draw, sweep, window
from resnet_core.formats.registry import FORMATS as WRITTEN
from resnet_core.sweep import FORMATS as SWEPT
from resnet_core.window import FORMATS as WINDOWED

WINDOW = "/window", "block=bottleneck&node=conv2&stride=2"
SWEEP = "/sweep", "block=bottleneck&over=stride"
BOTH = [(*WINDOW, WINDOWED), (*SWEEP, SWEPT)]
EVERY = [(path, query, format) for path, query, formats in BOTH for format in formats]


def expected(path: str, format: str) -> bytes:
    if path == "/window":
        return window(draw(block="bottleneck", stride=2), "conv2").render(format)
    return sweep(draw(block="bottleneck"), "stride").render(format)


@pytest.mark.parametrize(("path", "query", "format"), EVERY)
def test_an_extension_or_accept_chooses_the_format(
    client: TestClient, path: str, query: str, format: str
) -> None:
    named = client.get(f"{path}.{format}?{query}")
    asked = client.get(f"{path}?{query}", headers={"Accept": WRITTEN[format].media})
    assert named.status_code == asked.status_code == 200
    assert named.headers["content-type"].startswith(WRITTEN[format].media)
    assert named.content == asked.content == expected(path, format)
    assert asked.headers["vary"].startswith("Accept")


@pytest.mark.parametrize(("path", "query", "formats"), BOTH)
def test_a_picture_comes_where_nothing_is_asked_for(
    client: TestClient, path: str, query: str, formats: Any
) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "Content-Security-Policy" in answer.headers
    wrong = client.get(f"{path}.jsn?{query}")
    assert wrong.status_code == 404
    assert wrong.json()["allowed"] == list(formats)
    assert client.get(wrong.json()["fix"]).status_code == 200


@pytest.mark.parametrize(("path", "query"), [WINDOW, SWEEP])
def test_the_view_of_boxes_changes_no_address(client: TestClient, path: str, query: str) -> None:
    plain = client.get(f"{path}.json?{query}")
    viewed = client.get(f"{path}.json?{query}&detail=layer&labels=macs&direction=LR&batch=1")
    assert plain.content == viewed.content
    assert plain.headers["etag"] == viewed.headers["etag"]
    assert plain.headers["link"] == f'<{path}?{query}>; rel="canonical"'
    other = client.get(f"{path}.svg?{query}&theme=dark")
    assert other.headers["etag"] != client.get(f"{path}.svg?{query}").headers["etag"]


@pytest.mark.usefixtures("no_drawing")
@pytest.mark.parametrize(("path", "query", "formats"), BOTH)
def test_who_knows_it_already_is_told_so_without_tracing(
    client: TestClient, path: str, query: str, formats: Any
) -> None:
    answer = client.get(f"{path}.csv?{query}" if "csv" in formats else f"{path}.json?{query}",
                        headers={"If-None-Match": "*"})  # fmt: skip
    assert answer.status_code == 304


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/window?block=bottleneck", "node"),
        ("/window?block=bottleneck&node=relu", "node"),
        ("/window?block=bottleneck&node=conv2&at=99,99", "at"),
        ("/window?block=bottleneck&node=conv2&at=x", "at"),
        ("/window?block=bottleneck&node=conv2&stride=9", "stride"),
        ("/window?block=bottlenek&node=conv2", "block"),
        ("/sweep?block=bottleneck", "over"),
        ("/sweep?block=bottleneck&over=theme", "over"),
        ("/sweep?model=resnet50&over=layers", "over"),
        ("/sweep?block=bottleneck&over=stride&values=1,,2", "values"),
        ("/sweep?block=bottleneck&over=stride&planes=0", "planes"),
    ],
)
def test_a_mistake_is_a_problem_with_a_fix_that_works(
    client: TestClient, address: str, parameter: str
) -> None:
    answer = client.get(address, headers={"Accept": "application/json"})
    problem = answer.json()
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["parameter"] == parameter
    assert problem["allowed"]
    assert problem["fix"].startswith(address.partition("?")[0])
    assert client.get(problem["fix"]).status_code == 200


def test_a_picture_of_a_mistake_is_a_card(client: TestClient) -> None:
    answer = client.get("/window.svg?block=bottleneck&node=relu&on_error=image")
    assert answer.status_code == 200
    assert "no window walks in it" in " ".join(answer.text.split())


@pytest.mark.parametrize(("path", "own"), [("/window", {"node", "at"}),
                                           ("/sweep", {"over", "values"})])  # fmt: skip
def test_they_are_described(client: TestClient, path: str, own: set[str]) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for address in (path, f"{path}.{{extension}}"):
        names = {item["name"] for item in paths[address]["get"]["parameters"]}
        assert own | {"block", "model", "stride", "theme", "on_error"} <= names
    knobs = {item["name"] for item in paths["/diagram"]["get"]["parameters"]}
    assert not own & knobs, "a knob has the name of what only this resource takes"
