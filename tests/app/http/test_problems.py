"""Every refusal: its status, what it says, and a fix that works."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient
from torch import nn

from app.http.cards import lines
from app.http.problems import SORTS, Problem
from resnet_core.bilingual import Language, Text
from resnet_core.formats.registry import FORMATS as WRITTEN
from resnet_core.layers import conv3x3
from resnet_core.params import Groups, Inplanes
from resnet_core.registry import BLOCKS

# query, status, the parameter that is at fault, the suggestion
REFUSALS: list[tuple[str, int, str, str | None]] = [
    ("block=bottlneck", 404, "block", "bottleneck"),
    ("model=resnet51", 404, "model", None),
    ("block=", 404, "block", None),
    ("", 422, "block", "bottleneck"),
    ("block=bottleneck&srtide=2", 422, "srtide", "stride"),
    ("block=bottleneck&zzz=2", 422, "zzz", None),
    ("block=bottleneck&stride=0", 422, "stride", "1"),
    ("block=bottleneck&stride=two", 422, "stride", "1"),
    ("block=bottleneck&stride=1.5", 422, "stride", None),
    ("block=bottleneck&planes=1000000000", 422, "planes", "16384"),
    ("block=bottleneck&norm_layer=bach", 422, "norm_layer", "batch"),
    ("model=resnet&layers=3,4,6", 422, "layers", "3,4,6,3"),
    ("model=stage&block=convnext", 422, "block", "bottleneck"),
    ("model=resnet&block=preact_basic", 422, "block", "basic"),
    ("model=stage&block=nothing", 404, "block", None),
    ("block=bottleneck&stride=", 422, "stride", "1"),
    ("block=bottleneck&stride=1&stride=2", 422, "stride", None),
    ("block=bottleneck&block=basic", 422, "block", None),
    ("model=resnet50&block=basic", 422, "block", "bottleneck"),
    ("block=bottleneck&input=0", 422, "input", None),
    ("block=bottleneck&theme=drak", 422, "theme", "dark"),
    ("block=bottleneck&scale=9", 422, "scale", "4"),
    ("block=bottleneck&fold=maybe", 422, "fold", None),
    ("block=basic&on_error=status", 422, "on_error", "image"),
    ("block=bottleneck&stride=%00%FF", 422, "stride", "1"),
]
QUERIES = [refusal[0] for refusal in REFUSALS]


def problem_at(client: TestClient, url: str, status: int) -> dict[str, Any]:
    """The problem that a JSON client gets, checked for what all problems have."""
    answer = client.get(url, headers={"Accept": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert "Traceback" not in answer.text
    body: dict[str, Any] = answer.json()
    sort = SORTS[body["type"].removeprefix("/reference#")]
    language: Language = "zh" if "lang=zh" in url else "en"
    assert (body["status"], body["title"]) == (status, sort.title[language])
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    ("query", "phrase"),
    [("block=basic&planes=x", "整数"), ("model=resnet_cifar&depth=21", "6n + 2"),
     ("block=res2net&planes=1&base_width=1", "不小于")],
)  # fmt: skip
def test_an_answer_in_chinese_says_in_chinese_what_is_allowed(
    client: TestClient, query: str, phrase: str
) -> None:
    body = problem_at(client, f"/diagram.json?{query}&lang=zh", 422)
    assert phrase in body["allowed"]
    assert not re.search(r"\b(?:to|from|more|a whole|of)\b", f"{body['allowed']}{body['detail']}")
    assert all(re.search("[\u4e00-\u9fff]", body[name]) for name in ("title", "detail", "allowed"))
    answer = client.get(f"/diagram.json?{query}")
    assert answer.headers["content-language"] == "en"
    assert not re.search("[\u4e00-\u9fff]", answer.text)


def test_a_list_of_names_is_the_same_in_both_languages(client: TestClient) -> None:
    asked = "/diagram.json?block=bottleneck&norm_layer=bach"
    lists = [problem_at(client, f"{asked}&lang={lang}", 422)["allowed"] for lang in ("en", "zh")]
    assert lists[0] == lists[1] == ["batch", "group", "instance", "layer", "none"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("query", ["block=nothing", "block=basic&groups=2",
                                   f"block=basic&stride={'&'.join(['x' * 40] * 5)}",
                                   "model=resnet&layers=9999,1,1,1"])  # fmt: skip
def test_every_line_of_a_card_fits_whatever_font_it_is_read_in(
    client: TestClient, query: str, lang: str
) -> None:
    """A text is as wide as it says, and what it says lies on the card."""
    card = ET.fromstring(client.get(f"/diagram.svg?{query}&lang={lang}").content)
    texts = [part for part in card.iter() if part.tag.endswith("text")]
    assert len(texts) >= 3
    for text in texts:
        assert float(text.get("x")) + float(text.get("textLength")) <= float(card.get("width")) - 17
    assert float(card.get("width")) < 480
    assert float(texts[-1].get("y")) < float(card.get("height"))


def test_an_address_is_told_whole_over_several_lines() -> None:
    fix = "/diagram.svg?" + "&".join(f"name{at}=value{at}" for at in range(24))
    said = lines(Problem("invalid-parameter", Text("no", "不行"), fix=fix), "en")
    assert "".join(line.text for line in said).endswith(fix)
    assert max(line.wide for line in said) <= 420


def assert_works(client: TestClient, fix: str) -> None:
    answer = client.get(fix)
    assert answer.status_code == 200, answer.text
    if ".json?" in fix:
        assert answer.json()["problem"] is None


@pytest.fixture
def grouped() -> Iterator[None]:
    """A block whose groups may fail to divide its channels."""
    with BLOCKS.temporary():

        @BLOCKS.register("grouped")
        class Grouped(nn.Module):
            """conv(x)"""

            def __init__(self, inplanes: Inplanes = 48, groups: Groups = 1) -> None:
                super().__init__()
                self.conv = conv3x3(inplanes, inplanes, groups=groups)

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                out: torch.Tensor = self.conv(x)
                return out

        yield


@pytest.mark.parametrize(("query", "status", "parameter", "suggestion"), REFUSALS)
def test_a_refusal_names_the_parameter_and_has_a_fix_that_works(
    client: TestClient, query: str, status: int, parameter: str, suggestion: str | None
) -> None:
    body = problem_at(client, f"/diagram.json?{query}", status)
    assert body["parameter"] == parameter
    assert body["allowed"]
    if suggestion:
        assert body["suggestion"] == suggestion
    assert body["fix"].startswith("/diagram.json?")
    assert_works(client, body["fix"])


def test_an_unknown_knob_is_refused_with_a_suggestion(client: TestClient) -> None:
    body = problem_at(client, "/diagram.json?block=bottleneck&srtide=2", 422)
    assert "did you mean 'stride'?" in body["detail"]
    assert body["fix"] == "/diagram.json?block=bottleneck&stride=2"


@pytest.mark.usefixtures("grouped")
def test_groups_that_do_not_divide_are_refused_once_the_module_is_built(
    client: TestClient,
) -> None:
    body = problem_at(client, "/diagram.json?block=grouped&groups=5", 422)
    assert (body["parameter"], body["value"]) == ("groups", "5")
    assert body["suggestion"] in ("4", "6")
    assert_works(client, body["fix"])


@pytest.mark.slow
def test_a_refusal_comes_back_from_a_worker_process(hasty: TestClient) -> None:
    query = "block=bottleneck&planes=16384&base_width=4096"
    body = problem_at(hasty, f"/diagram.json?{query}", 422)
    assert body["parameter"] == "base_width"
    assert_works(hasty, body["fix"])


def test_the_fix_of_a_preset_is_its_network(client: TestClient) -> None:
    body = problem_at(client, "/diagram.json?model=resnet50&block=basic", 422)
    assert body["fix"] == "/diagram.json?block=basic&model=resnet"


def test_an_unknown_extension_is_404_with_the_allowed_ones(client: TestClient) -> None:
    answer = client.get("/diagram.jsn?block=basic&stride=2")
    body = answer.json()
    assert answer.status_code == 404
    assert (body["value"], body["suggestion"]) == ("jsn", "json")
    assert body["fix"] == "/diagram.json?block=basic&stride=2"
    assert_works(client, body["fix"])


def test_a_long_query_is_refused(client: TestClient) -> None:
    query = "block=bottleneck&" + "x" * 8192
    assert problem_at(client, f"/diagram.json?{query}", 414)
    assert client.get(f"/?{query}").status_code == 414


def test_an_unknown_address_and_method_are_problems_too(client: TestClient) -> None:
    assert problem_at(client, "/nowhere", 404)["type"].endswith("#not-found")
    answer = client.delete("/diagram")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_browser_gets_a_page_for_an_unknown_address(client: TestClient) -> None:
    answer = client.get("/nowhere<b>", headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "<b>" not in answer.text


@pytest.mark.parametrize("query", QUERIES)
def test_an_image_client_gets_the_refusal_as_a_card(client: TestClient, query: str) -> None:
    answer = client.get(f"/diagram?{query}", headers={"Accept": "image/*"})
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "image/svg+xml"
    words = "".join(ET.fromstring(answer.content).itertext())
    assert f"{answer.status_code} · " in words
    assert "this works: /diagram?" in words


@pytest.mark.parametrize(
    ("extension", "begin"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_a_card_is_in_the_format_that_was_asked_for(
    client: TestClient, extension: str, begin: bytes
) -> None:
    answer = client.get(f"/diagram.{extension}?block=bottleneck&stride=<0>&theme=dark")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == WRITTEN[extension].media
    assert answer.content.startswith(begin)


@pytest.mark.parametrize("extension", ["dot", "json", "md", "csv"])
def test_a_text_client_gets_the_refusal_as_json(client: TestClient, extension: str) -> None:
    answer = client.get(f"/diagram.{extension}?block=bottleneck&stride=0")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", [query for query in QUERIES if "on_error" not in query])
def test_on_error_image_answers_200_with_a_card_for_a_short_time(
    client: TestClient, query: str
) -> None:
    answer = client.get(f"/diagram.svg?{query}&on_error=image")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert "etag" not in answer.headers
    assert answer.text.startswith("<svg")


def test_on_error_image_is_no_part_of_a_diagram(client: TestClient) -> None:
    plain, wished = (client.get(f"/diagram?block=basic{more}") for more in ("", "&on_error=image"))
    assert plain.content == wished.content
    assert plain.headers["etag"] == wished.headers["etag"]
    assert "on_error" not in wished.headers["link"]


def test_on_error_image_works_in_a_posted_object(client: TestClient) -> None:
    answer = client.post("/diagram.svg", json={"block": "nope", "on_error": "image"})
    assert answer.status_code == 200
    assert "Unknown subject" in answer.text


@pytest.mark.usefixtures("no_drawing")
def test_a_failure_is_a_problem_with_an_id_and_no_traceback(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/diagram.json?block=basic&planes=77")
    assert answer.status_code == 500
    assert "something was drawn" not in answer.text
    assert answer.json()["id"] in caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_card_speaks_the_language_of_the_picture_that_was_asked_for(client: TestClient) -> None:
    asked = {"block": "basic", "groups": "2", "lang": "zh"}
    said = client.get("/diagram.svg", params=asked).text
    assert "参数无效" in said
    assert "block=bottleneck 可以取其他值" in said
    assert "allowed" not in said
    assert "参数无效" not in client.get("/diagram.svg", params=asked | {"lang": "en"}).text
    assert "未知对象" in client.get("/diagram.svg", params={"block": "nothing", "lang": "zh"}).text
