"""The page offers what to try next, and does without where it is not there in time."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from resnet_core import draw


@pytest.mark.parametrize(
    ("lang", "heading"), [("en", "What happens if you"), ("zh", "改一改会怎样")]
)
def test_the_page_ends_with_what_to_try(client: TestClient, lang: str, heading: str) -> None:
    client.get("/explain.txt?block=basic&stride=2")  # a worker has traced it
    page = client.get(f"/?block=basic&stride=2&lang={lang}").text
    assert heading in page
    for turn in draw(block="basic", stride=2, lang=lang).explain().turns:
        assert f"<code>{turn.label}</code>" in page
        assert turn.consequence in page


def test_the_links_lead_to_a_page_and_a_comparison(client: TestClient) -> None:
    turn = draw(block="basic").explain().turns[0]
    assert client.get(f"/?{turn.url.partition('?')[2]}").status_code == 200
    answer = client.get(turn.compare.replace("/compare?", "/compare.json?", 1))
    assert answer.status_code == 200


def test_a_page_without_them_is_whole(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> None:
        return None

    monkeypatch.setattr("app.workers.renderer.Renderer.turns", nothing)
    page = client.get("/?block=basic&planes=56&lang=en")
    assert page.status_code == 200
    # The next one may have them.
    assert "etag" not in page.headers
    assert "What happens if you" not in page.text
    assert "Layer by layer" in page.text


@pytest.mark.parametrize(("planes", "said"), [(104, "wait=0"), (136, "respond-async, Wait = 0")])
def test_who_is_in_a_hurry_does_not_wait_for_them(
    client: TestClient, planes: int, said: str
) -> None:
    address = f"/?block=basic&planes={planes}"
    page = client.get(address, headers={"Prefer": said})
    assert "What happens if you" not in page.text
    assert "Layer by layer" in page.text
    assert 'data-late=".next"' in page.text
    # Nor for the annotated source, which is folded.
    assert 'data-late=".annotated"' in page.text
    assert "Save as a file" in page.text
    # It is kept for who is in a hurry alone, under a tag of its own: who asks again gets all of it.
    client.get(f"/explain.txt?block=basic&planes={planes}")
    whole = client.get(address, headers={"Prefer": "wait=10"})
    assert "data-late" not in whole.text
    annotated = whole.text.partition('class="annotated"')[2].partition("</details>")[0]
    assert '<span class="nn">torch</span>' in annotated
    assert whole.headers["etag"] != page.headers["etag"]
    assert "What happens if you" in client.get(address, headers={"Prefer": said}).text
