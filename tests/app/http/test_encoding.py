"""Answers of letters come compressed to those who can unpack them, and are compressed once."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator

import brotli
import httpx2
import pytest
from fastapi.testclient import TestClient

from app.http import encoding as packing
from app.main import create_app
from app.settings import Settings

LETTERS = ("svg", "json", "dot", "csv", "md", "txt", "mmd")
UNPACKED = {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}


@pytest.fixture(scope="module")
def fresh() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(workers=0, timeout=60))) as client:
        yield client


def raw(client: TestClient, path: str, encoding: str, **headers: str) -> httpx2.Response:
    """The answer with its bytes as they were sent, which are not unpacked."""
    asked = {"Accept-Encoding": encoding, **headers}
    with client.stream("GET", path, headers=asked) as answer:
        answer._content = b"".join(answer.iter_raw())
    return answer


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0,*;q=0.1", "gzip"),
        ("*", "br"),
        ("identity", ""),
        ("gzip;q=0", ""),
        ("gzip;q=never", ""),
        ("", ""),
        ("GZIP", "gzip"),
    ],
)
def test_what_a_client_takes_is_chosen(accepted: str, encoding: str) -> None:
    assert packing.chosen(accepted) == encoding


@pytest.mark.parametrize("format", LETTERS)
@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_files_of_letters_are_compressed(fresh: TestClient, format: str, encoding: str) -> None:
    path = f"/diagram.{format}?block=bottleneck&planes=72"
    plain = raw(fresh, path, "identity")
    assert "content-encoding" not in plain.headers
    for _ in range(2):
        packed = raw(fresh, path, encoding)
        assert packed.headers["content-encoding"] == encoding
        assert packed.headers["content-length"] == str(len(packed.content))
        assert UNPACKED[encoding](packed.content) == plain.content
        assert len(packed.content) < len(plain.content)
        # Other bytes, another tag; and caches are told.
        assert packed.headers["etag"] != plain.headers["etag"]
        assert "Accept-Encoding" in packed.headers["vary"].split(", ")
    assert "Accept-Encoding" in plain.headers["vary"].split(", ")


@pytest.mark.parametrize("format", ["png", "pdf"])
def test_what_is_compressed_already_is_left(fresh: TestClient, format: str) -> None:
    path = f"/diagram.{format}?block=basic"
    plain, packed = (raw(fresh, path, encoding) for encoding in ("identity", "gzip, br"))
    assert "content-encoding" not in packed.headers
    assert plain.content == packed.content
    assert plain.headers["etag"] == packed.headers["etag"]


def test_nothing_is_compressed_twice(fresh: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/diagram.svg?block=bottleneck&planes=80"
    first = raw(fresh, path, "gzip")

    def refuse(*_: object) -> bytes:
        raise AssertionError("it was compressed again")

    monkeypatch.setattr(packing, "packed", refuse)
    assert raw(fresh, path, "gzip, deflate").content == first.content


@pytest.mark.parametrize("kept", [0, 2**26])
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
@pytest.mark.parametrize("format", ["svg", "png"])
def test_who_has_the_compressed_answer_gets_304_with_its_tag(
    kept: int, encoding: str, format: str
) -> None:
    path = f"/diagram.{format}?block=basic&planes=80"
    with TestClient(create_app(Settings(workers=0, cache_bytes=kept))) as client:
        tag = raw(client, path, encoding).headers["etag"]
        again = raw(client, path, encoding, **{"If-None-Match": tag})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
        assert {"content-type", "content-encoding", "content-length"}.isdisjoint(again.headers)


def test_a_long_answer_is_compressed_away_from_the_event_loop(
    fresh: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    compress = packing.packed

    def told(body: bytes, encoding: str) -> bytes:
        found.append((len(body), threading.current_thread().name))
        return compress(body, encoding)

    monkeypatch.setattr(packing, "packed", told)
    for model in ("resnet50", "resnet18"):
        raw(fresh, f"/diagram.json?model={model}&detail=op&fold=false", "br")
    raw(fresh, "/diagram.json?block=basic", "br")
    names = {length > packing.LONG: name for length, name in found}
    assert set(names) == {True, False}
    assert names[True] != names[False]
    # Packed alike by both hands.
    text = b"residual " * 40_000
    assert brotli.decompress(packing.packed(text, "br")) == text
    assert gzip.decompress(packing.packed(text, "gzip")) == text
