"""The pages: complete without JavaScript, patient with mistakes, and alone in the world."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from app.pages.templates import folder, theme_css
from resnet_core import FORMATS, Diagram
from resnet_core.diagram.form import Input, Options
from resnet_core.layout.sheet import COLOURS
from resnet_core.params import ALIASES, GROUPS
from resnet_core.registry import Subject
from tests.subjects import SUBJECTS

# A preset has the form of its base, less what it fixes.
FORMS = [subject for subject in SUBJECTS if not subject.base or subject.name == "resnet50"]


class Elements(HTMLParser):
    """All elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in tags]

    def named(self, name: str) -> dict[str, str | None]:
        (found,) = [
            element for element in self.all("input", "select") if element.get("name") == name
        ]
        return found


def address(subject: Subject, more: str = "") -> str:
    return f"/?{subject.kind}={subject.name}{more}"


@pytest.mark.slow
@pytest.mark.parametrize("subject", FORMS, ids=lambda form: form.name)
def test_the_form_has_every_knob_with_a_label_and_its_description(
    client: TestClient, subject: Subject
) -> None:
    answer = client.get(address(subject))
    assert answer.status_code == 200
    page = Elements(answer.text)
    names = [element["name"] for element in page.all("input", "select") if "name" in element]
    forms = (subject.params, Input, Options)
    known = {name for form in forms for name in form.model_fields}
    # The header switches the language, of the page and of the picture together.
    assert {subject.kind, *known} - {"lang"} == set(names)
    ids = {record["id"] for _, record in page.found if "id" in record}
    labels = {element.get("for") for element in page.all("label")}
    for control in page.all("input", "select"):
        if control.get("type") not in ("hidden", "radio") and "aria-label" not in control:
            assert control["id"] in labels
            assert set((control["aria-describedby"] or "").split()) <= ids


@pytest.mark.slow
@pytest.mark.parametrize("subject", FORMS, ids=lambda form: form.name)
def test_the_form_as_it_stands_asks_for_the_same_page(
    client: TestClient, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What to try next is left out where it comes late: here it never does.
    monkeypatch.setattr("app.pages.explorer.PATIENCE", 60)
    page = client.get(address(subject)).text
    elements = Elements(page)
    sent = [
        (str(element["name"]), element["value"] or "")
        for element in elements.all("input")
        if "name" in element and (element.get("type") != "radio" or "checked" in element)
    ]
    chosen = re.findall(r'<select id="knob-(\w+)".*?<option value="([^"]*)" selected', page, re.S)
    again = client.get("/", params=[*sent, *chosen])
    assert again.status_code == 200
    assert again.text == page


def test_the_page_holds_the_picture_and_the_layers(client: TestClient) -> None:
    page = client.get("/?block=bottleneck&planes=128&stride=2&theme=dark").text
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page
    assert COLOURS["conv"][0] in page
    rows = re.findall(r'<tr data-node="([^"]+)"', page)
    record = client.get("/diagram.json?block=bottleneck&planes=128&stride=2").json()
    calls = [
        one_record["id"]
        for one_record in record["nodes"]
        if one_record["kind"] not in ("input", "output")
    ]
    assert rows == calls
    assert "379,392" in page
    assert "372.5 M" in page


@pytest.mark.slow
def test_the_page_links_to_every_format_and_to_the_permalink(client: TestClient) -> None:
    page = Elements(client.get("/?block=bottleneck&stride=2&scale=2").text)
    links = {element["href"] for element in page.all("a")}
    query = "block=bottleneck&stride=2"
    assert {f"/diagram.{format}?{query}" for format in FORMATS} <= links
    scaled = [f"block=bottleneck&scale={scale}&stride=2" for scale in (2, 3, 4)]
    assert {f"/diagram.png?{item}" for item in scaled} <= links
    assert f"/diagram?{scaled[0]}" in links
    assert all(client.get(str(link)).status_code == 200 for link in links if str(link)[:2] == "/d")


def test_every_subject_is_a_link_away(client: TestClient) -> None:
    links = {element["href"] for element in Elements(client.get("/").text).all("a")}
    assert {address(subject) for subject in SUBJECTS} <= links


def test_an_empty_field_of_the_form_stands_for_the_default(client: TestClient) -> None:
    answer = client.get("/?block=bottleneck&stride=&input=&expand=&detail=")
    assert answer.status_code == 200
    assert "/diagram?block=bottleneck<" in answer.text


def test_a_knob_by_another_name_fills_its_field(client: TestClient) -> None:
    alias = next(alias for alias, names in ALIASES.items() if names == ("dilation",))
    page = Elements(client.get(f"/?block=bottleneck&{alias}=2").text)
    assert page.named("dilation")["value"] == "2"


def test_a_changed_value_is_marked(client: TestClient) -> None:
    page = client.get("/?block=bottleneck&stride=2").text
    assert re.findall(r'class="knob changed">\s*<label for="knob-(\w+)"', page) == ["stride"]


@pytest.mark.parametrize(
    ("query", "status", "name"),
    [
        ("block=bottleneck&planes=32&stride=9", 422, "stride"),
        ("block=bottleneck&planes=32&norm_layer=bach", 422, "norm_layer"),
        ("block=bottleneck&planes=32&input=big", 422, "input"),
        ("block=bottleneck&planes=32&scale=9", 422, "scale"),
        ("block=bottleneck&planes=16384&base_width=4096", 422, "base_width"),
    ],
)
def test_a_mistake_is_told_beside_its_knob_and_what_was_typed_stays(
    client: TestClient, query: str, status: int, name: str
) -> None:
    answer = client.get(f"/?{query}")
    assert answer.status_code == status
    page = Elements(answer.text)
    control = page.named(name)
    assert control["aria-invalid"] == "true"
    assert f"{name}-complaint" in str(control["aria-describedby"])
    typed = dict(part.split("=") for part in query.split("&"))
    assert page.named("planes")["value"] == typed["planes"]
    assert f'"{typed[name]}"' in answer.text
    fixes = [str(element["href"]) for element in page.all("a") if element.get("class") == "fix"]
    assert fixes
    assert all(client.get(fix).status_code == 200 for fix in fixes)


@pytest.mark.parametrize(
    ("query", "status"),
    [("block=bottlneck", 404), ("block=bottleneck&srtide=2", 422), ("model=", 200)],
)
def test_a_mistake_that_has_no_knob_is_told_all_the_same(
    client: TestClient, query: str, status: int
) -> None:
    answer = client.get(f"/?{query}", headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert ('class="notice"' in answer.text) == (status != 200)


def test_a_structure_that_cannot_run_is_shown_with_its_reason(client: TestClient) -> None:
    answer = client.get("/?block=bottleneck&stride=2&shortcut=identity")
    assert answer.status_code == 200
    assert "This structure cannot run" in answer.text
    assert "<svg" in answer.text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "The explanation could not be made."), ("zh", "无法生成讲解。")],
)
def test_the_picture_is_shown_where_the_explanation_cannot_be_made(
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    language: str,
    sentence: str,
) -> None:
    def fail(_: Diagram) -> None:
        raise IndexError("no words")

    monkeypatch.setattr(Diagram, "explain", fail)
    # A setting that no other test asks for, so that no page of it is kept.
    answer = client.get(f"/?block=basic&planes=72&lang={language}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert "<svg" in answer.text
    assert sentence in answer.text
    assert "no explanation of /diagram?block=basic" in caplog.text


@pytest.mark.parametrize("block", ["inverted_residual", "res2net"])
def test_a_block_that_fails_at_its_first_norm_has_a_page(client: TestClient, block: str) -> None:
    answer = client.get(
        f"/?block={block}&input=1&norm_layer=instance", headers={"Accept": "text/html"}
    )
    assert answer.status_code == 200
    assert "The block is not complete." in answer.text


def test_nothing_from_outside_becomes_markup(client: TestClient) -> None:
    evil = "<script>alert(1)</script>"
    for query in (
        {"block": evil},
        {"block": "basic", evil: evil},
        {"block": "basic", "input": evil},
    ):
        assert "<script>" not in client.get("/", params=query).text


def pages(client: TestClient) -> Iterator[str]:
    for url in ("/", "/?model=resnet50", "/?block=basic&stride=0", "/reference", "/theme.css"):
        yield client.get(url).text
    for file in folder("static").glob("*.*"):
        yield file.read_text(encoding="utf-8")


def test_nothing_is_fetched_from_another_host(client: TestClient) -> None:
    for page in pages(client):
        fetched = re.findall(r"""(?:src|srcset|action|data)=["']?(//|https?:)""", page)
        fetched += re.findall(r"""<link[^>]*href=["'](?:https?:)?//""", page)
        fetched += re.findall(r"url\(|@import", page)
        assert not fetched


def test_the_policy_forbids_inline_code_and_the_pages_have_none(client: TestClient) -> None:
    for url in ("/?block=bottleneck&stride=2&theme=auto", "/reference"):
        answer = client.get(url)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'")
        assert "<style" not in answer.text
        page = Elements(answer.text)
        assert all("src" in element for element in page.all("script"))
        assert not [entry for _, entry in page.found if "style" in entry or "onclick" in entry]


def test_ids_are_unique_on_a_page(client: TestClient) -> None:
    for url in ("/?block=bottleneck&stride=2", "/?model=resnet50", "/reference"):
        ids = [record["id"] for _, record in Elements(client.get(url).text).found if "id" in record]
        assert len(ids) == len(set(ids))


def test_every_local_file_of_a_page_is_there(client: TestClient) -> None:
    page = Elements(client.get("/").text)
    files = [
        str(element.get("href") or element.get("src")) for element in page.all("link", "script")
    ]
    assert len(files) >= 15
    assert all(client.get(file).status_code == 200 for file in files)


def test_a_dark_page_has_a_dark_twin_for_every_colour_of_a_diagram() -> None:
    rules = theme_css()
    assert all(light in rules and dark in rules for light, dark in COLOURS.values())


def test_a_page_is_in_the_theme_that_was_chosen_and_else_in_the_systems(
    client: TestClient,
) -> None:
    def root(theme: str) -> dict[str, str | None]:
        (found,) = Elements(client.get("/gallery", headers={"Cookie": f"theme={theme}"}).text).all(
            "html"
        )
        return found

    assert root("dark")["data-theme"] == "dark"
    assert root("light")["data-theme"] == "light"
    assert "data-theme" not in root("") | root("<b>")


def test_a_file_of_a_page_is_kept_for_ever_because_its_address_changes_with_it(
    client: TestClient,
) -> None:
    (sheet, *_) = Elements(client.get("/").text).all("link")[1:]
    answer = client.get(str(sheet["href"]))
    assert "immutable" in answer.headers["cache-control"]
    assert client.get(str(sheet["href"]).replace("/static/", "/static/0")).status_code == 404


def test_the_reference_explains_every_subject_and_every_problem_type(client: TestClient) -> None:
    page = Elements(client.get("/reference").text)
    ids = {record["id"] for _, record in page.found if "id" in record}
    assert {f"{subject.kind}-{subject.name}" for subject in SUBJECTS} <= ids
    problem = client.get("/diagram.json?block=basic&stride=0").json()
    assert problem["type"].removeprefix("/reference#") in ids


def test_what_would_mend_a_structure_that_cannot_run_is_told_beside_its_knob(
    client: TestClient,
) -> None:
    page = client.get("/?block=bottleneck&stride=2&shortcut=identity").text
    assert Elements(page).named("shortcut")["aria-invalid"] == "true"
    (fix,) = re.findall(r'id="knob-shortcut-complaint">.*?href="([^"]+)">', page, re.S)
    assert 'class="notice"' not in client.get(html.unescape(fix)).text


def test_presets_lead_to_blocks_as_the_networks_have_them(client: TestClient) -> None:
    page = client.get("/?block=bottleneck").text
    presets = re.findall(r'<a href="(/\?block=bottleneck[^"]*)"[^>]*>(layer[\d.]+)</a>', page)
    assert len(presets) > 40
    wide = client.get(html.unescape(presets[2][0])).text
    assert "ResNet-50" in wide
    assert 'aria-current="true">layer2.0</a>' in wide


def test_knobs_stand_in_groups_with_bounds_and_defaults(client: TestClient) -> None:
    page = client.get("/?block=bottleneck").text
    groups = re.findall(r'<details class="group" open>\s*<summary>([^<]+)<', page)
    assert groups[0] == "Channels and stride"
    assert groups[-3:] == ["Input", "View", "Files"]
    assert re.search(r'id="knob-stride-hint">[^<]+<span class="bounds">1–4, default 1</span>', page)


def test_every_group_of_knobs_has_knobs_that_are_there() -> None:
    known = {name for subject in SUBJECTS for name in subject.params.model_fields}
    listed = [name for names in GROUPS.values() for name in names]
    assert len(listed) == len(set(listed))
    assert set(listed) == known


def test_levels_of_detail_have_the_readers_words_on_both_pages_that_offer_them(
    client: TestClient,
) -> None:
    for address in (
        "/?block=basic&lang=zh",
        "/compare?a=block%3Dbasic&b=block%3Dbottleneck&lang=zh",
    ):
        page = client.get(address, headers={"Accept": "text/html"}).text
        assert ">运算<" in page
        assert ">op<" not in page
