"""Extension or Accept: which format a request gets."""

from __future__ import annotations

import asyncio
import time

import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from app.http.requests import (
    NotAcceptable,
    accepted,
    offered,
    prefers_page,
)
from resnet_core import FORMATS

CHROME_IMAGE = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def test_every_format_has_a_media_type_of_its_own() -> None:
    assert len({row.media for row in FORMATS.values()}) == len(FORMATS)
    assert len(offered()) == len(FORMATS)


@pytest.mark.parametrize(
    ("accept", "format"),
    [
        (None, "svg"),
        ("", "svg"),
        ("*/*", "svg"),
        ("image/*", "svg"),
        ("image/svg+xml", "svg"),
        ("image/png", "png"),
        ("image/png;q=0.5, image/svg+xml;q=0.9", "svg"),
        ("image/png, */*;q=0.1", "png"),
        ("application/json", "json"),
        ("application/*", "json"),
        ("application/pdf", "pdf"),
        ("text/markdown", "md"),
        ("text/*", "md"),
        ("text/csv", "csv"),
        ("text/vnd.graphviz", "dot"),
        (CHROME_IMAGE, "svg"),
        (BROWSER, "svg"),
    ],
)
def test_accept_decides_where_there_is_no_extension(accept: str | None, format: str) -> None:
    assert accepted(accept) == format


@pytest.mark.parametrize("accept", ["video/mp4", "image/svg+xml;q=0", "nonsense"])
def test_nothing_acceptable_is_said_to_be_so(accept: str) -> None:
    with pytest.raises(NotAcceptable):
        accepted(accept)


def test_only_a_browser_that_goes_to_an_address_prefers_a_page() -> None:
    assert prefers_page(BROWSER)
    assert not any(prefers_page(value) for value in (CHROME_IMAGE, "*/*", None, "nonsense"))


@pytest.mark.parametrize("format", FORMATS)
def test_each_format_answers_by_its_extension_with_its_media_type(
    client: TestClient, format: str
) -> None:
    answer = client.get(f"/diagram.{format}?block=bottleneck", headers={"Accept": "image/webp"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(FORMATS[format].media)
    assert "Accept" not in answer.headers.get("vary", "").split(", ")
    disposition = answer.headers["content-disposition"]
    assert disposition == f'inline; filename="bottleneck.{format}"'


@pytest.mark.parametrize("format", FORMATS)
def test_each_format_answers_by_accept_and_says_that_it_varies(
    client: TestClient, format: str
) -> None:
    negotiated = client.get("/diagram?block=basic", headers={"Accept": FORMATS[format].media})
    named = client.get(f"/diagram.{format}?block=basic")
    assert negotiated.content == named.content
    assert negotiated.headers["etag"] == named.headers["etag"]
    assert "Accept" in negotiated.headers["vary"].split(", ")
    assert negotiated.headers["content-location"] == f"/diagram.{format}?block=basic"


def test_nothing_acceptable_is_406_with_what_is_on_offer(client: TestClient) -> None:
    answer = client.get("/diagram?block=basic", headers={"Accept": "video/mp4"})
    assert answer.status_code == 406
    assert answer.json()["allowed"] == list(offered())


@pytest.mark.parametrize("path", ["/nowhere", "/diagram?block=basic", "/explain?block=basic"])
def test_a_long_accept_header_takes_no_time(client: TestClient, path: str) -> None:
    accept = 'a/b;"' + ";" * 60_000
    begun = time.perf_counter()
    answer = client.get(path, headers={"Accept": accept})
    assert time.perf_counter() - begun < 1
    assert answer.status_code == (404 if path == "/nowhere" else 406)
    assert len(answer.content) < 2000


@pytest.mark.parametrize("path", ["/", "/diagram.svg", "/embed", "/compare", "/gallery", "/oembed"])
@pytest.mark.parametrize(("query", "host"), [(b"block=\xff", b"a"), (b"\xe4&=", b"a[\xff")])
def test_raw_bytes_of_a_server_that_lets_them_pass_are_no_mistake_of_ours(
    client: TestClient, path: str, query: bytes, host: bytes
) -> None:
    told: list[Message] = []

    async def asking() -> None:
        async def receive() -> Message:
            return {"type": "http.request"} if not told else await asyncio.Event().wait()

        async def send(message: Message) -> None:
            told.append(message)

        scope = {
            "type": "http", "method": "GET", "path": path, "query_string": query,
            "headers": [(b"host", host)], "server": ("127.0.0.1", 80), "scheme": "http",
        }  # fmt: skip
        await client.app(scope, receive, send)

    assert client.portal
    client.portal.call(asking)
    assert told[0]["status"] < 500
