"""The ids of the pages: what a link, a label or a script means by one is one element."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from app.workers.pool import Busy
from resnet_core.documents import DOCUMENTS
from resnet_core.registry import Subject
from tests.subjects import sampled, whole

LANGUAGES = ("en", "zh")
# One of each sort is drawn; the others' forms and panels are there without a picture.
DRAWN = (
    "/?block=bottleneck",
    "/?block=bottleneck&stride=9",
    "/?block=bottleneck&stride=2&shortcut=identity",
    "/?model=resnet",
    "/?model=resnet18&expand=layer2.0",
    "/compare?a=block%3Dbottleneck&b=block%3Dbasic",
    "/compare?a=block%3Dbottleneck&b=block%3Dbasic&view=side",
    "/compare?a=block%3Dbottleneck&b=nothing",
)
OTHERS = (
    "/gallery",
    "/documents",
    "/reference",
    "/nowhere",
    "/compare",
    *(f"/documents/{document.slug}" for document in DOCUMENTS),
)
PANELS = {"explain", "layers", "code", "share"}


class Ids(HTMLParser):
    """The ids of a page, and those that its links and labels lead to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.meant: set[str] = set()
        self.feed(page)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.found[given["id"]] += 1
        for name in ("for", "aria-labelledby", "aria-describedby"):
            self.meant.update(given.get(name, "").split())
        if given.get("href", "").startswith("#"):
            self.meant.add(given["href"][1:])

    @property
    def twice(self) -> list[str]:
        return [name for name, times in self.found.items() if times > 1]


def ids_of(client: TestClient, url: str, language: str) -> Ids:
    page = client.get(url, headers={"Accept": "text/html", "Accept-Language": language})
    assert f'<html lang="{language}' in page.text
    return Ids(page.text)


@pytest.fixture
def busy(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be drawn: the pages are there without pictures, at once."""

    async def refuse(*_: object) -> bytes:
        raise Busy

    workers = client.app.state.renderer.workers  # type: ignore[attr-defined]
    monkeypatch.setattr(workers, "run", refuse)


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("language", sampled(LANGUAGES))
@pytest.mark.parametrize("subject", whole())
def test_no_id_is_given_twice_whatever_the_subject(
    client: TestClient, subject: Subject, language: str
) -> None:
    ids = ids_of(client, f"/?{subject.kind}={subject.name}&scale=3", language)
    assert not ids.twice
    assert ids.meant <= set(ids.found)
    assert set(ids.found) >= PANELS
    free = set(subject.params.model_fields) - dict(subject.fixed).keys()
    assert {f"knob-{name}" for name in free} <= set(ids.found)


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("language", sampled(LANGUAGES))
@pytest.mark.parametrize("url", OTHERS)
def test_no_id_is_given_twice_on_any_other_page(
    client: TestClient, url: str, language: str
) -> None:
    ids = ids_of(client, url, language)
    assert not ids.twice
    assert ids.meant <= set(ids.found)


@pytest.mark.parametrize("language", sampled(LANGUAGES))
@pytest.mark.parametrize("url", sampled(DRAWN))
def test_no_id_is_given_twice_beside_a_picture(client: TestClient, url: str, language: str) -> None:
    ids = ids_of(client, url, language)
    assert not ids.twice
    assert ids.meant <= set(ids.found)
