"""An answer that is given again is the answer that was given first."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

ADDRESS = "/diagram.svg?block=basic&planes=48"


@pytest.fixture(scope="module")
def fresh() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(workers=0, timeout=60))) as client:
        yield client


def test_a_second_answer_is_the_first_without_asking_anybody(
    fresh: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fresh.get(ADDRESS)

    async def refuse(*_: object) -> None:
        raise AssertionError("it went further than the front")

    monkeypatch.setattr(fresh.app, "middleware_stack", refuse)
    second = fresh.get(ADDRESS)
    assert second.status_code == 200
    assert second.content == first.content
    # What was routed has an id and times of its own, which nobody gets again.
    del first.headers["x-request-id"]
    del first.headers["server-timing"]
    assert second.headers == first.headers
    head = fresh.head(ADDRESS)
    assert head.content == b""
    assert head.headers == first.headers


@pytest.mark.parametrize("known", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_who_has_the_answer_gets_304_as_at_first(fresh: TestClient, known: str) -> None:
    tag = fresh.get(ADDRESS).headers["etag"]
    again = fresh.get(ADDRESS, headers={"If-None-Match": known.format(tag=tag)})
    other = create_app(Settings(workers=0, cache_bytes=0))
    with TestClient(other) as forgetful:
        routed = forgetful.get(ADDRESS, headers={"If-None-Match": known.format(tag=tag)})
    assert again.status_code == routed.status_code == 304
    assert again.content == b""
    # What was routed has an id and a time of its own, which nobody gets again.
    del routed.headers["x-request-id"]
    del routed.headers["server-timing"]
    assert again.headers == routed.headers


def test_another_accept_is_another_answer(fresh: TestClient) -> None:
    address = ADDRESS.replace(".svg", "")
    for accept in ("image/svg+xml", "application/json", "text/csv", "image/svg+xml"):
        answer = fresh.get(address, headers={"Accept": accept})
        assert answer.headers["content-type"].startswith(accept)
        assert answer.headers["vary"].split(", ")[0] == "Accept"


def test_an_answer_to_one_name_of_the_server_is_not_given_to_another() -> None:
    with TestClient(create_app(Settings(workers=0, hosts="testserver"))) as client:
        for host, status in (("testserver", 200), ("evil.example", 400), ("testserver", 200)):
            assert client.get(ADDRESS, headers={"Host": host}).status_code == status


def test_no_answer_differs_by_the_site_that_asks(fresh: TestClient) -> None:
    alone = fresh.get(ADDRESS)
    for origin in ("https://one.example", "https://two.example"):
        asked = fresh.get(ADDRESS, headers={"Origin": origin, "Cookie": "a=b"})
        assert asked.headers["access-control-allow-origin"] == "*"
        assert "ETag" in asked.headers["access-control-expose-headers"]
        assert "Origin" not in asked.headers["vary"].split(", ")
        assert asked.headers["vary"] == alone.headers["vary"]


def test_a_mistake_is_never_kept(fresh: TestClient) -> None:
    first, second = (fresh.get("/diagram.svg?block=nonsense") for _ in range(2))
    assert first.status_code == second.status_code == 404
    assert "etag" not in second.headers


def test_who_cannot_unpack_gets_a_static_file_as_it_is(fresh: TestClient) -> None:
    (script,) = set(re.findall(r"/static/[^\"]+explorer\.js", fresh.get("/?block=basic").text))
    packed = fresh.get(script, headers={"Accept-Encoding": "gzip"})
    plain = fresh.get(script, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
