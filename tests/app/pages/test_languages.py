"""Two languages: which one a page speaks, and that it says everything in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from http.cookiejar import DefaultCookiePolicy

import pytest
from fastapi.testclient import TestClient

from app.http.problems import refusal
from app.pages.i18n import (
    GAP,
    LANGUAGES,
    catalogue,
    preferred,
)
from app.pages.messages import phrases
from resnet_core import Diagram, ParameterError
from resnet_core.bilingual import Text
from resnet_core.diagram.form import Input, Options, properties
from tests.subjects import SUBJECTS

CHINESE = LANGUAGES["zh"]
PAGES = (
    "/", "/?model=resnet18", "/?block=basic&stride=9", "/?block=bottlneck", "/gallery",
    "/?block=bottleneck&stride=2&shortcut=identity", "/documents", "/documents/none",
    "/documents/stacking-blocks", "/reference", "/nowhere",
)  # fmt: skip
ENGLISH = re.compile(
    r"\b(the|and|of|with|Explorer|Gallery|Documents|Reference|Files|Permalink|Embed|Draw|Reset|"
    r"Structure|Input|View|parameters|multiply-adds|receptive field|activations|default|"
    r"Allowed|Mend|Open|Blocks|Networks|channels coming in|cannot|Unknown|Invalid|Discussed)\b"
)
# Names, formulas, addresses and lines to copy are the same in both languages.
SAME = re.compile(r"<(code|pre|svg|select|dt)\b.*?</\1>|<[^>]*>", re.S)


@pytest.fixture
def reader(client: TestClient) -> Iterator[TestClient]:
    """A client that keeps its cookies as long as one test runs."""
    jar = client.cookies.jar
    forgetful = jar._policy  # type: ignore[attr-defined]
    jar.set_policy(DefaultCookiePolicy())
    yield client
    jar.clear()
    jar.set_policy(forgetful)


def spoken(client: TestClient, url: str, **headers: str) -> str:
    found = re.search(r'<html lang="([\w-]+)">', client.get(url, headers=headers).text)
    assert found
    return found.group(1)


def test_the_address_comes_before_the_choice_and_the_choice_before_the_browser(
    reader: TestClient,
) -> None:
    german = {"Accept-Language": "de, zh;q=0.5, en;q=0.1"}
    assert spoken(reader, "/gallery") == "en"
    assert spoken(reader, "/gallery", **german) == "zh-CN"
    assert spoken(reader, "/gallery?lang=en", **german) == "en"
    assert spoken(reader, "/gallery", **german) == "en"
    assert spoken(reader, "/documents?lang=zh") == "zh-CN"
    assert spoken(reader, "/reference") == "zh-CN"
    assert spoken(reader, "/reference?lang=tlh") == "zh-CN"


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        ("", "en"),
        ("*", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("en-GB;q=0.7, zh;q=0.8", "zh"),
        ("zh;q=0, en", "en"),
        ("fr, de", "en"),
        ("zh;q=what", "en"),
        (";;;,,q=1", "en"),
    ],
)
def test_the_browser_s_preference_is_understood(accepted: str, name: str) -> None:
    assert preferred(accepted).name == name


def test_only_a_choice_is_remembered(reader: TestClient) -> None:
    assert "set-cookie" not in reader.get("/gallery").headers
    assert "set-cookie" not in reader.get("/gallery?lang=tlh").headers
    cookie = reader.get("/gallery?lang=zh").headers["set-cookie"]
    assert cookie.startswith("lang=zh;")
    assert "Path=/" in cookie
    assert "SameSite=lax" in cookie


@pytest.mark.parametrize("url", ["/", "/gallery", "/documents", "/reference", "/nowhere"])
def test_caches_are_told_what_the_language_depends_on(client: TestClient, url: str) -> None:
    headers = client.get(url, headers={"Accept": "text/html"}).headers
    named = {part.strip() for part in headers["vary"].split(",")}
    assert {"Accept-Language", "Cookie"} <= named
    assert headers["content-language"] in ("en", "zh-CN")


def test_the_switch_is_a_plain_link_that_keeps_the_query(reader: TestClient) -> None:
    for url, kept in (
        ("/?block=basic&stride=2&lang=en", "?block=basic&amp;stride=2&amp;lang=zh"),
        ("/?block=basic&stride=9", "?block=basic&amp;stride=9&amp;lang=zh"),
        ("/gallery", "?lang=zh"),
    ):
        page = reader.get(url).text
        assert f'<a href="{kept}" lang="zh-CN" hreflang="zh-CN"' in page


def test_the_picture_and_its_permalink_speak_the_page_s_language(reader: TestClient) -> None:
    page = reader.get("/?block=basic&lang=zh").text
    assert "批归一化" in page
    assert "/diagram?block=basic&amp;lang=zh" in page
    assert "lang=" not in reader.get("/?block=basic&lang=en").text.split("</header>")[1]
    assert reader.get("/?block=basic&lang=tlh").status_code == 200


def test_no_text_is_without_its_translation() -> None:
    known = {str(message.id): str(message.string) for message in catalogue("zh")}
    assert [text for text in phrases() if not known.get(text)] == []


def test_a_translation_has_the_gaps_of_its_text() -> None:
    for message in catalogue("zh"):
        assert set(GAP.findall(str(message.id))) == set(GAP.findall(str(message.string))), (
            message.id
        )


def test_every_knob_is_described_in_chinese() -> None:
    for form in (Input, Options, *(subject.params for subject in SUBJECTS)):
        for schema in properties(form).values():
            assert re.search("[一-鿿]", CHINESE.say(schema["description"]))


@pytest.mark.parametrize("url", PAGES)
def test_a_chinese_page_has_no_english_words(client: TestClient, url: str) -> None:
    headers = {"Accept-Language": "zh-CN", "Accept": "text/html"}
    page = unescape(client.get(url, headers=headers).text)
    for subject in SUBJECTS:
        page = page.replace(subject.formula, " ")
    assert '<html lang="zh-CN">' in page
    body = page.split("<body", 1)[1]
    for name in sorted((subject.title for subject in SUBJECTS), key=len, reverse=True):
        body = body.replace(name, " ")
    attributes = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', body)
    said = "\n".join([SAME.sub(" ", body), *attributes])
    found = [match.group() for match in ENGLISH.finditer(re.sub(r"\S*[=/_]\S*", "", said))]
    assert found == []


# What the library refuses a diagram for, reason by reason.
REFUSALS = [
    "block=bottlneck",
    "block=basic&stride=9",
    "block=basic&stride=x",
    "block=basic&srtide=2",
    "block=basic&xyzzy=2",
    "block=basic&norm_layer=bach",
    "block=basic&dilation=2",
    "block=basic&groups=2",
    "block=basic&input=big",
    "block=basic&stride=2&stride=2",
    "block=basic&expand=nowhere",
    "block=bottleneck&inplanes=512&shortcut=padded",
    "block=bottleneck&planes=16384&base_width=4096",
    "block=downsample&mode=max&outplanes=128",
    "block=horblock&inplanes=3",
    "block=res2net&planes=1&base_width=1",
    "block=stage&block=basic",
    "model=resnet&layers=1,2",
    "model=resnet&layers=999,1,1,1",
    "model=resnet&layers=300,1,1,1",
    "model=resnet&block=basic&output_stride=8",
    "model=resnet50&layers=1,1,1,1",
    pytest.param("model=resnet1202&detail=op&fold=false", marks=pytest.mark.slow),
    "model=resnet_cifar&depth=21",
    "model=resnet&block=res2net&preact=true",
    "stride=2",
]


@pytest.mark.parametrize("query", REFUSALS)
def test_a_refusal_is_told_in_chinese_with_what_is_allowed(query: str) -> None:
    pairs = [(name, value) for name, value in (part.split("=") for part in query.split("&"))]
    with pytest.raises(ParameterError) as caught:
        assert Diagram.of(pairs).svg
    problem = refusal(caught.value)
    texts = [problem.title, problem.detail]
    texts += [problem.allowed] if isinstance(problem.allowed, Text) else []
    for text in texts:
        said = text["zh"]
        clauses = said.split("；")
        assert all(re.search("[一-鿿]", clause) for clause in clauses), said
        assert not ENGLISH.search(said), said


def test_what_is_no_known_text_is_left_as_it_is() -> None:
    assert CHINESE.say("Frobnicate the widget") == "Frobnicate the widget"
    assert CHINESE.say("") == ""
    assert LANGUAGES["en"].say("channels coming in") == "channels coming in"
