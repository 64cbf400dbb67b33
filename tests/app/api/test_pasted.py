"""A pasted source over HTTP: read by a worker, never run, stored nowhere."""

from __future__ import annotations

from fastapi.testclient import TestClient

from resnet_core import draw_source
from resnet_core.diagram.pasted import packed
from tests.source.styles import STYLES
from tests.source.test_copied_page import PAGES
from tests.source.test_listings import LISTINGS

SOURCE, CALL, _ = STYLES["blog"]
ASKED = {"source": SOURCE, "call": CALL, "input": "1x16x28x28"}


def test_posted_source_is_drawn(client: TestClient) -> None:
    answer = client.post("/diagram.svg", json=ASKED)
    assert answer.status_code == 200, answer.text
    assert answer.text == draw_source(SOURCE, CALL, "1x16x28x28").svg


def test_an_address_that_holds_the_source_is_drawn_and_cached(client: TestClient) -> None:
    query = {**ASKED, "source": packed(SOURCE)}
    answer = client.get("/diagram.svg", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.content == client.post("/diagram.svg", json=ASKED).content
    again = client.get(
        "/diagram.svg", params=query, headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_source_is_explained_in_both_languages(client: TestClient) -> None:
    english = client.post("/explain.txt", json=ASKED)
    chinese = client.post("/explain.txt", json={**ASKED, "lang": "zh"})
    assert english.status_code == chinese.status_code == 200, chinese.text
    assert "捷径" in chinese.text
    assert "shortcut" in english.text


def test_what_is_not_followed_is_a_problem_with_its_line(client: TestClient) -> None:
    broken = SOURCE.replace("F.relu(out)", "F.relux(out)")
    answer = client.post("/diagram.json", json={**ASKED, "source": broken})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"].endswith("#unreadable-source")
    lines = broken.splitlines()
    assert "F.relux" in lines[problem["line"] - 1]
    assert lines[problem["line"] - 1][problem["column"] - 1 :].startswith("F.relux")
    assert "did you mean 'relu'" in problem["detail"]


def test_an_input_that_forward_does_not_take_is_a_problem(client: TestClient) -> None:
    answer = client.post("/diagram.json", json={**ASKED, "input": "1x16x28x28,1x16x28x28"})
    assert answer.status_code == 422
    answer = client.post("/diagram.json", json={**ASKED, "input": "axb"})
    assert answer.json()["parameter"] == "input"


def test_nothing_but_what_is_known_is_asked(client: TestClient) -> None:
    answer = client.post("/diagram.json", json={**ASKED, "nonsense": 1})
    assert answer.status_code == 422
    assert answer.json()["parameter"] == "nonsense"


def test_a_listing_that_is_refused_names_the_address_of_the_restored_one(
    client: TestClient,
) -> None:
    for source in (LISTINGS["000_rate"], PAGES["004"]):
        answer = client.post("/diagram.json", json={"source": source, "lang": "zh"})
        assert answer.status_code == 422
        fixed = client.get(answer.json()["fix"])
        assert fixed.status_code == 200, fixed.text
        assert fixed.json()["subject"]["kind"] == "module"
        assert "lang=zh" in answer.json()["fix"]
    # What only its author can put right has no such address.
    broken = SOURCE.replace("F.relu(out)", "F.relux(out)")
    assert "fix" not in client.post("/diagram.json", json={**ASKED, "source": broken}).json()
