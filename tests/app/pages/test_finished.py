"""Pages and lists are made once for each who would see something else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from torch import nn

from app.api import subjects
from app.main import create_app
from app.pages.templates import Pages
from app.settings import Settings
from resnet_core.params import Inplanes
from resnet_core.registry import BLOCKS

LISTS = ("/blocks", "/models", "/openapi.json", "/blocks/basic", "/models/resnet18")
PAGES = ("/gallery", "/documents", "/reference", "/read", "/compare", "/embed?block=basic")
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip, br"}


@pytest.fixture(scope="module")
def fresh() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(workers=0, timeout=60))) as client:
        yield client


def _whole(fresh: TestClient, address: str, headers: dict[str, str]) -> Any:
    """The page, asked for until it has a tag: until what to try next was found in time."""
    deadline = time.monotonic() + 60
    while "etag" not in (page := fresh.get(address, headers=headers)).headers:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return page


@pytest.fixture
def unmade(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is made from now on, by name."""
    made: list[str] = []
    page, described = Pages.page, subjects.described

    def told(self: Pages, request: Any, template: str, *rest: Any, **context: Any) -> Any:
        made.append(template)
        return page(self, request, template, *rest, **context)

    monkeypatch.setattr(Pages, "page", told)
    monkeypatch.setattr(
        subjects, "described", lambda subject: made.append(subject.name) or described(subject)
    )
    # A page whose next steps come late is not kept: here they never do.
    monkeypatch.setattr("app.pages.explorer.PATIENCE", 60)
    monkeypatch.setattr("app.api.openapi.describe", lambda _: pytest.fail("it was described again"))
    return made


@pytest.mark.parametrize("address", [*LISTS, *PAGES])
def test_what_never_changes_is_made_once(
    fresh: TestClient, address: str, request: pytest.FixtureRequest
) -> None:
    first = fresh.get(address, headers=BROWSER)
    made: list[str] = request.getfixturevalue("unmade")
    second = fresh.get(address, headers=BROWSER)
    assert made == []
    assert first.status_code == second.status_code == 200
    assert second.content == first.content
    for answer in (first, second):
        del answer.headers["x-request-id"], answer.headers["server-timing"]
    assert second.headers == first.headers
    known = fresh.get(address, headers={**BROWSER, "If-None-Match": first.headers["etag"]})
    assert known.status_code == 304
    assert known.content == b""


def test_the_explorer_is_kept_once_nothing_is_missing(
    fresh: TestClient, request: pytest.FixtureRequest
) -> None:
    page = _whole(fresh, "/", BROWSER)
    made: list[str] = request.getfixturevalue("unmade")
    again = fresh.get("/", headers=BROWSER)
    assert again.text == page.text
    assert fresh.head("/", headers=BROWSER).headers["etag"] == page.headers["etag"]
    assert made == []


def test_who_is_in_a_hurry_gets_what_is_there(fresh: TestClient, unmade: list[str]) -> None:
    address, hurry = "/?block=basic&stride=3", BROWSER | {"Prefer": "wait=0"}
    late = 'class="next" data-late'
    first = fresh.get(address, headers=hurry)
    assert late in first.text
    assert fresh.get(address, headers=hurry).text == first.text
    assert len(unmade) == 1
    whole = fresh.get(address, headers=BROWSER)
    assert late not in whole.text
    # From then on nobody needs to hurry.
    assert fresh.get(address, headers=hurry).text == whole.text
    assert len(unmade) == 2


@pytest.mark.slow
def test_a_page_of_many_boxes_is_kept_unpacked_too(fresh: TestClient, unmade: list[str]) -> None:
    plain = {"Accept": "text/html", "Accept-Encoding": "identity"}
    first = _whole(fresh, "/?model=resnet152", plain)
    assert len(first.content) > 400_000
    unmade.clear()
    assert fresh.get("/?model=resnet152", headers=plain).content == first.content
    assert unmade == []


def test_each_reader_gets_the_page_that_is_theirs(fresh: TestClient) -> None:
    def seen(**headers: str) -> str:
        return fresh.get("/gallery", headers={**BROWSER, **headers}).text

    for _ in range(2):
        plain = seen()
        chinese = seen(**{"Accept-Language": "zh-CN,zh;q=0.9"})
        assert chinese == seen(Cookie="lang=zh")
        assert '<html lang="zh' in chinese
        assert '<html lang="zh' not in plain
        dark = seen(Cookie="theme=dark")
        assert len({plain, chinese, dark}) == 3
    for _ in range(2):
        for host in ("one.example", "two.example"):
            page = fresh.get("/?block=basic", headers={**BROWSER, "Host": host})
            assert f"http://{host}/" in page.text


def test_whoever_chooses_a_language_is_told_to_remember_it_each_time(fresh: TestClient) -> None:
    for _ in range(2):
        fresh.cookies.clear()
        assert "lang=zh" in fresh.get("/gallery?lang=zh").headers["set-cookie"]
    fresh.cookies.clear()


def test_a_subject_that_is_added_is_listed(fresh: TestClient) -> None:
    before = fresh.get("/blocks").json()
    with BLOCKS.temporary():

        @BLOCKS.register("added")
        class Added(nn.Module):
            """conv(x)"""

            def __init__(self, inplanes: Inplanes = 24) -> None:
                super().__init__()
                self.conv = nn.Conv2d(inplanes, inplanes, 1)

        assert len(fresh.get("/blocks").json()) == len(before) + 1
    assert fresh.get("/blocks").json() == before


def test_bytes_that_are_no_letters_are_no_mistake_of_the_server() -> None:
    told: list[Any] = []
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/gallery", "raw_path": b"/gallery", "query_string": b"a=\xff", "root_path": "",
        "headers": [(b"host", b"\xff["), (b"cookie", b"\xff=;;"), (b"accept-encoding", b"\xff;q")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        told.append(message)

    asyncio.run(create_app(Settings(workers=0))(scope, receive, send))
    assert told[0]["status"] == 200
