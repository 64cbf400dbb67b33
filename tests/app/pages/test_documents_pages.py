"""The documents' pages: what is told, what is true, and the drawings that show it."""

from __future__ import annotations

import html
import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.workers.pool import Busy
from app.workers.renderer import Renderer
from resnet_core import Diagram
from resnet_core.documents import DOCUMENTS, Document
from resnet_core.language.notation import shape_text
from resnet_core.language.terms import amount

# The others trace whole networks.
QUICK = [document for document in DOCUMENTS if document.slug not in ("resnet-18-to-152",)]
SHORT = next(document for document in DOCUMENTS if document.slug == "residual-block-with-attention")


def read(client: TestClient, document: Document, language: str = "en") -> str:
    headers = {"Accept-Language": language}
    answer = client.get(f"/documents/{document.slug}", headers=headers)
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.mark.usefixtures("no_drawing")
def test_the_list_links_to_every_document_and_draws_nothing(client: TestClient) -> None:
    page = client.get("/documents").text
    assert re.findall(r'<h2><a href="/documents/([\w-]+)">', page) == [
        document.slug for document in DOCUMENTS
    ]


def test_an_unknown_document_is_404_and_the_page_lists_those_there_are(client: TestClient) -> None:
    answer = client.get("/documents/%3Cb%3Enothing")
    assert answer.status_code == 404
    assert "<b>" not in answer.text
    assert all(f'href="/documents/{document.slug}"' in answer.text for document in DOCUMENTS)


@pytest.mark.parametrize("document", QUICK, ids=lambda item: item.slug)
@pytest.mark.slow
def test_everything_that_is_told_and_true_is_on_the_page(
    client: TestClient, document: Document
) -> None:
    page = read(client, document)
    assert document.about.en in page
    for system in document.systems:
        assert system.told.en in page
        assert system.truth.en in page
        assert all(words.en in page for words, _ in system.also)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_numbers_are_those_of_the_graph(client: TestClient, language: str) -> None:
    page = read(client, SHORT, language)
    figures = re.findall(r"<figure.*?</figure>", page, re.S)
    queries = [
        query
        for system in SHORT.systems
        for query in (system.query, *(query for _, query in system.also))
    ]
    assert len(figures) == len(queries)
    for figure, query in zip(figures, queries, strict=True):
        graph = Diagram.of(query.items()).graph
        assert f"<dd>{graph.totals.params:,}</dd>" in figure
        assert shape_text(graph.inputs[0].shape) in figure
        if not graph.problem:
            spoken = amount(graph.totals.macs, "zh" if language == "zh" else "en").strip()
            assert f"<dd>{spoken}</dd>" in figure
            assert f"<dd>{graph.totals.receptive_field}</dd>" in figure
            assert shape_text(graph.outputs[0].shape) in figure


def test_what_cannot_run_is_said_in_words_with_the_way_out(client: TestClient) -> None:
    problem = Diagram.of([("block", "residual_attention"), ("stride", "2")]).graph.problem
    assert problem is not None
    english, chinese = read(client, SHORT), read(client, SHORT, "zh")
    assert problem.reason in english
    assert problem.text["zh"] in chinese
    assert "这个结构无法运行" in chinese
    (fix,) = re.findall(r'<a class="fix" href="(.*?)">', english)
    assert "conv2_stride=1" in fix
    assert client.get(fix).status_code == 200


def test_a_figure_keeps_its_room_and_leads_to_the_explorer_and_its_permalink(
    client: TestClient,
) -> None:
    page = read(client, SHORT)
    for figure in re.findall(r"<figure.*?</figure>", page, re.S):
        (image,) = re.findall(r"<img [^>]*>", figure)
        assert 'loading="lazy"' in image
        query = re.findall(r'src="/diagram\.svg\?([^"]*)"', image)[0]
        width, height = re.findall(r'width="(\d+)" height="(\d+)"', image)[0]
        svg = client.get(f"/diagram.svg?{query}").text
        assert f'viewBox="0 0 {width} {height}"' in svg
        assert f'href="/?{query}"' in figure
        assert f'href="/diagram?{query}"' in figure
        (dark,) = re.findall(r'srcset="/diagram\.svg\?([^"]*)"', figure)
        assert "theme=dark" in dark


def test_the_page_is_there_even_if_nothing_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: object) -> bytes:
        raise Busy

    monkeypatch.setattr(Renderer, "render", busy)
    with TestClient(create_app(Settings(workers=0))) as client:
        page = read(client, SHORT)
        assert SHORT.systems[0].truth.en in page
        assert "not ready in time" in page
        monkeypatch.undo()
        assert "not ready in time" not in read(client, SHORT)


@pytest.mark.slow
def test_ids_are_unique_and_every_anchor_is_met(client: TestClient) -> None:
    for document in QUICK:
        page = read(client, document)
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_drawings_and_answers_stand_on_the_page(client: TestClient, language: str) -> None:
    for document in DOCUMENTS:
        page = re.sub(
            r'<span class="two">(.)</span>', r"\1", html.unescape(read(client, document, language))
        )
        for system in document.systems:
            if system.drawing:
                assert system.drawing[language].strip() in page
            for claim in system.claims:
                word = {"en": ("False.", "True."), "zh": ("不对。", "对。")}[language][claim.holds]
                assert f"<dt>{claim.said[language]}</dt>" in page
                assert f"<strong>{word}</strong> {claim.answer[language]}" in page
