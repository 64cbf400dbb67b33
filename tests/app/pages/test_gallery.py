"""The gallery: every subject on a card, and nothing drawn before somebody looks."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest
from fastapi.testclient import TestClient

from app.pages.gallery import OTHER_NETWORKS, VARIANTS, families
from app.pages.templates import folder
from resnet_core import Diagram
from resnet_core.documents import DOCUMENTS, documents_of
from resnet_core.registry import BLOCKS
from tests.subjects import SUBJECTS

DEEP = "resnet1202"


@pytest.fixture
def page(client: TestClient, request: pytest.FixtureRequest) -> str:
    """The gallery, for which nothing may be drawn."""
    request.getfixturevalue("no_drawing")
    return client.get("/gallery", headers={"Accept-Language": "en"}).text


def cards(page: str) -> dict[str, str]:
    """The markup of every card by the name of its subject."""
    card = r'<li class="card" id="(?:block|model)-(\w+)"[^>]*>(.*?)</li>'
    return dict(re.findall(card, page, re.S))


def test_every_subject_has_one_card_with_a_link_to_the_explorer(page: str) -> None:
    found = cards(page)
    assert set(found) == {subject.name for subject in SUBJECTS}
    assert page.count('class="card"') == len(SUBJECTS)
    for subject in SUBJECTS:
        assert f'href="/?{subject.kind}={subject.name}"' in found[subject.name]


def test_a_card_tells_the_sentence_the_paper_and_the_documents(page: str) -> None:
    found = cards(page)
    for subject in SUBJECTS:
        card = found[subject.name]
        assert subject.about("en").replace("'", "&#39;") in card
        assert f'href="{subject.paper}"' in card
        assert subject.year is None or f", {subject.year}" in card
        slugs = re.findall(r'href="/documents/([\w-]+)"', card)
        assert tuple(slugs) == documents_of(subject.name)
    assert {slug for subject in SUBJECTS for slug in documents_of(subject.name)} == {
        document.slug for document in DOCUMENTS
    }


def test_no_two_cards_tell_the_same(page: str) -> None:
    told = [re.search(r"<p>(.*?)</p>", card, re.S)[1] for card in cards(page).values()]
    presets = {subject.base for subject in SUBJECTS if subject.base}
    assert presets
    assert len(set(told)) == len(told)


def test_a_card_tells_what_its_subject_costs(page: str) -> None:
    assert "25,557,032 parameters · 4.09 G multiply-adds" in cards(page)["resnet50"]
    assert 'data-params="25557032" data-macs="4089184256" data-year="2015"' in page


def test_another_order_is_offered_by_the_script_alone(page: str) -> None:
    assert re.search(r'<p class="order" hidden><label for="order">', page)
    assert '<section class="ordered" hidden' in page


def test_every_picture_waits_to_be_seen_and_has_room_and_words(page: str) -> None:
    for name, card in cards(page).items():
        if name == DEEP:
            continue
        (image,) = re.findall(r"<img [^>]*>", card)
        assert 'loading="lazy"' in image
        assert re.search(r'width="\d+" height="\d+"', image)
        assert re.search(r'alt="Diagram of [^"]{20,}"', image)
        (dark,) = re.findall(r'<source media="\(prefers-color-scheme: dark\)" srcset="(.*?)"', card)
        assert "theme=dark" in dark


def test_every_picture_is_a_diagram_in_its_canonical_address(page: str) -> None:
    for name, card in cards(page).items():
        for query in re.findall(r'"/diagram\.svg\?(.*?)"', card):
            plain = query.replace("&amp;", "&")
            assert Diagram.of(parse_qsl(plain)).url == f"/diagram?{plain}", name


def test_one_small_picture_comes_as_it_is_asked_for(client: TestClient) -> None:
    card = next(card for family in families() for card in family.cards)
    answer = client.get(f"/diagram.svg?{card.picture('dark', 'zh')}")
    assert answer.status_code == 200
    assert "</svg>" in answer.text


def test_a_thousand_layers_are_not_traced_for_somebody_who_scrolls_by(page: str) -> None:
    card = cards(page)[DEEP]
    assert "<img" not in card
    assert "tracing" in card


def test_families_follow_from_the_registry() -> None:
    shown = [card.subject.name for family in families() for card in family.cards]
    assert sorted(shown) == sorted(subject.name for subject in SUBJECTS)
    for family in families():
        subjects = [card.subject for card in family.cards]
        if family.origin:
            roots = {subject.base or subject.name for subject in subjects}
            assert roots == {family.origin.name}
        if family.title == OTHER_NETWORKS:
            assert not any(subject.base for subject in subjects)
    (variants,) = [family for family in families() if family.title == VARIANTS]
    assert {"resnext50_32x4d", "seresnet50"} <= {card.subject.name for card in variants.cards}


def test_a_new_block_appears_without_another_word(client: TestClient) -> None:
    with BLOCKS.temporary():
        BLOCKS.register("novel", title="Novel", en="New.", zh="新。")(BLOCKS["basic"].factory)
        assert 'id="block-novel"' in client.get("/gallery").text
    assert 'id="block-novel"' not in client.get("/gallery").text


def test_the_style_of_the_page_is_there(client: TestClient, page: str) -> None:
    files = re.findall(r'<link rel="stylesheet" href="(.*?)"', page)
    assert len(files) == 2
    assert all(client.get(file).status_code == 200 for file in files)
    assert (folder("static") / "gallery.css").is_file()
