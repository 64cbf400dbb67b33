"""One structure and view: one canonical query, one ETag, the same bytes whoever asks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.workers import build
from resnet_core import Diagram, draw

URL = "/diagram?block=bottleneck&stride=2"
KEPT = "public, max-age=86400, stale-while-revalidate=604800, stale-if-error=604800"


def tag_of(client: TestClient, url: str = URL) -> str:
    return client.get(url).headers["etag"]


def test_the_picture_is_the_one_that_the_library_draws(client: TestClient) -> None:
    answer = client.get(URL)
    assert answer.text == draw(block="bottleneck", stride=2).svg


def test_a_picture_is_safe_to_embed_and_to_open(client: TestClient) -> None:
    headers = client.get(URL).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["content-security-policy"].endswith("; sandbox")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["cache-control"] == KEPT
    assert headers["link"] == f'<{URL}>; rel="canonical"'


@pytest.mark.parametrize(
    "query",
    [
        "stride=2&block=bottleneck",
        "block=bottleneck&stride=2&planes=64",
        "block=bottleneck&stride=2&input=56x56&detail=op&theme=light",
        "block=bottleneck&stride=%32&fold=true",
    ],
)
def test_an_equal_query_has_the_same_bytes_and_tag(client: TestClient, query: str) -> None:
    answer, canonical = client.get(f"/diagram?{query}"), client.get(URL)
    assert answer.content == canonical.content
    assert answer.headers["etag"] == canonical.headers["etag"]
    assert answer.headers["link"] == canonical.headers["link"]


def test_every_difference_has_another_tag(client: TestClient) -> None:
    urls = [URL, URL + "&planes=32", URL + "&theme=dark", URL.replace("?", ".png?")]
    urls.append(URL.replace("?", ".png?") + "&scale=2")
    assert len({tag_of(client, url) for url in urls}) == len(urls)


@pytest.mark.parametrize("spelling", ["{}", "W/{}", '"other", {}', "*", ' "a" ,W/{}'])
def test_a_known_tag_is_answered_304_without_drawing(
    client: TestClient, request: pytest.FixtureRequest, spelling: str
) -> None:
    tag = tag_of(client)
    request.getfixturevalue("no_drawing")
    url = "/diagram?stride=2&block=bottleneck"
    answer = client.get(url, headers={"If-None-Match": spelling.format(tag)})
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["etag"] == tag
    assert answer.headers["cache-control"] == KEPT


def test_another_tag_is_answered_in_full(client: TestClient) -> None:
    assert client.get(URL, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_finished_drawing_is_not_drawn_again(
    client: TestClient, request: pytest.FixtureRequest
) -> None:
    first = client.get("/diagram?block=basic&stride=2").content
    request.getfixturevalue("no_drawing")
    assert client.get("/diagram?stride=2&block=basic&planes=64").content == first


def test_head_tells_the_length_and_sends_nothing(client: TestClient) -> None:
    for encoding in ("identity", "gzip"):
        answer = client.head(URL, headers={"Accept-Encoding": encoding})
        assert answer.status_code == 200
        assert answer.content == b""
        whole = client.get(URL, headers={"Accept-Encoding": encoding})
        assert answer.headers["content-length"] == whole.headers["content-length"]
        packed = int(answer.headers["content-length"]) < len(whole.content)
        assert packed == (encoding == "gzip")


def test_an_architecture_that_cannot_run_is_no_error(client: TestClient) -> None:
    query = "block=bottleneck&stride=2&shortcut=identity"
    assert client.get(f"/diagram.json?{query}").json()["problem"]["node"] == "add"
    assert client.get(f"/diagram?{query}").status_code == 200


@pytest.mark.parametrize(
    "members",
    [
        {"block": "bottleneck", "stride": 2},
        {"stride": "2", "block": "bottleneck", "fold": True},
    ],
)
def test_a_posted_object_draws_what_the_query_draws(
    client: TestClient, members: dict[str, Any]
) -> None:
    answer = client.post("/diagram", json=members)
    assert answer.status_code == 200
    assert answer.content == client.get(URL).content
    as_table = client.post("/diagram.csv", json=members)
    assert as_table.content == client.get(URL.replace("?", ".csv?")).content


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{", '"block"', "[" * 50_000, '{"block": null}', '{"block": ["basic"]}', "\udcff"],
)
def test_a_body_that_is_no_plain_object_is_refused(client: TestClient, body: str) -> None:
    answer = client.post(
        "/diagram.json",
        content=body.encode("utf-8", "surrogateescape"),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("#not-an-object")


def test_a_member_that_is_given_twice_is_refused(client: TestClient) -> None:
    body = '{"block": "basic", "stride": 1, "stride": 2}'
    headers = {"Content-Type": "application/json"}
    answer = client.post("/diagram.json", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["parameter"] == "stride"


def test_a_true_stride_is_not_one(client: TestClient) -> None:
    answer = client.post("/diagram.json", json={"block": "basic", "stride": True})
    assert answer.status_code == 422


def test_a_long_body_is_refused(client: TestClient) -> None:
    body = json.dumps({"block": "x" * 70_000})
    headers = {"Content-Type": "application/json"}
    assert client.post("/diagram.json", content=body, headers=headers).status_code == 413


def test_a_body_of_another_type_is_refused(client: TestClient) -> None:
    answer = client.post("/diagram.json", data={"block": "basic"})
    assert answer.status_code == 415
    assert answer.headers["accept-post"] == "application/json"


def test_the_json_url_leads_back_to_the_same_diagram(client: TestClient) -> None:
    record = client.get("/diagram.json?stride=2&block=bottleneck&input=57x33").json()
    assert (
        record["url"]
        == Diagram.of([("block", "bottleneck"), ("stride", "2"), ("input", "57x33")]).url
    )
    assert client.get(record["url"]).status_code == 200


def test_an_address_that_names_the_build_may_be_kept_for_ever(client: TestClient) -> None:
    plain = client.get("/diagram.svg?block=basic")
    named = client.get(f"/diagram.svg?block=basic&v={build.short()}")
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert named.content == plain.content
    assert named.headers["etag"] == plain.headers["etag"]
    assert named.headers["link"] == plain.headers["link"]
    older = client.get("/diagram.svg?block=basic&v=0123456789ab")
    assert older.headers["cache-control"] == KEPT
    assert older.content == plain.content
    for path in ("/compare.svg?a=block%3Dbasic&b=block%3Dbottleneck",
                 "/sweep.svg?block=basic&over=stride"):  # fmt: skip
        assert "immutable" in client.get(f"{path}&v={build.short()}").headers["cache-control"]


@pytest.mark.parametrize("given", ["v=", "v=1", "v=0123456789AB", "v=0123456789ab&v=0123456789ab"])
def test_what_is_no_build_is_refused(client: TestClient, given: str) -> None:
    answer = client.get(f"/diagram.svg?block=basic&{given}", headers={"Accept": "*/*"})
    assert answer.status_code == 422
    told = client.get(f"/diagram.json?block=basic&{given}").json()
    assert told["parameter"] == "v"


@pytest.mark.parametrize(
    "address",
    [
        "/diagram.svg?model=resnet18&norm_layer=instance&input=1",
        "/diagram.svg?model=stage&norm_layer=instance&input=2",
        "/diagram.pdf?model=resnet20&norm_layer=group&input=1",
        "/diagram.svg?block=residual_attention&padding=15&detail=stage",
        "/compare.svg?a=model%3Dresnet%26norm_layer%3Dinstance%26input%3D1&b=model%3Dresnet",
        "/compare.dot?a=block%3Dresidual_attention%26padding%3D15&b=block%3Dbasic",
    ],
)
def test_a_structure_that_fails_before_a_group_is_called_is_drawn_so_far(
    client: TestClient, address: str
) -> None:
    assert client.get(address).status_code in (200, 422)
