"""Pasted code against a subject of the catalogue, or against other code."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from app.cli import main
from resnet_core import ParameterError, compare, draw, draw_source
from resnet_core.compare import asked
from resnet_core.diagram.pasted import packed

BLOCK = """class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv1 = nn.Conv2d(c, c, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(c)
        self.conv2 = nn.Conv2d(c, c, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(c)
    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + x)
"""
WIDER = BLOCK.replace("nn.Conv2d(c, c, 3, 1, 1", "nn.Conv2d(c, c, 5, 1, 2")
HTML = {"Accept": "text/html"}


def _query(text: str, call: str = "Block(64)") -> str:
    return urlencode({"source": packed(text), "call": call})


def test_layers_and_functions_that_compute_the_same_are_the_same() -> None:
    found = draw_source(BLOCK, "Block(64)").compare(draw(block="basic"))
    assert found.same
    assert found.summary() == "Block and BasicBlock compute the same: 73,984 parameters."


def test_the_address_of_a_comparison_holds_the_code() -> None:
    found = compare(draw(block="basic"), draw_source(WIDER, "Block(64)"), view="side")
    again = asked(parse_qsl(found.url.partition("?")[2]))
    assert again.url == found.url
    assert again.svg == found.svg
    assert not again.same
    assert "kernel 3×3 → 5×5" in again.summary()


def test_a_mistake_in_the_code_is_told_with_its_side() -> None:
    wrong = BLOCK.replace("self.conv2 = nn.Conv2d", "self.conv2 = nn.Convv")
    with pytest.raises(ParameterError, match=r"^b=….*line 6, column 22") as caught:
        asked([("a", "block=basic"), ("b", _query(wrong))])
    assert caught.value.parameter == "b"
    assert "表里没有 torch.nn.Convv" in caught.value.text["zh"]


def test_get_and_post_answer_alike(client: TestClient) -> None:
    asked_for = {"a": _query(BLOCK), "b": "block=basic"}
    got = client.get("/compare.json", params=asked_for)
    posted = client.post(
        "/compare.json",
        json={"a": {"source": BLOCK, "call": "Block(64)"}, "b": {"block": "basic"}},
    )
    assert got.status_code == posted.status_code == 200
    assert got.json()["same"] is posted.json()["same"] is True
    two = client.post(
        "/compare.txt",
        json={"a": {"source": BLOCK}, "b": {"source": WIDER}, "lang": "zh"},
    )
    assert "卷积核 3×3 → 5×5" in two.text
    bad = client.post("/compare.json", json={"a": {"source": "class"}, "b": "block=basic"})
    assert bad.status_code == 422
    assert bad.json()["parameter"] == "a"
    assert "fix" not in bad.json()


def test_the_page_takes_pasted_code(client: TestClient) -> None:
    sent = client.post(
        "/compare/code",
        data={"a.source": BLOCK, "a.call": "Block(64)", "b": "basic", "b.source": ""},
        follow_redirects=False,
    )
    assert sent.status_code == 303
    page = client.get(sent.headers["location"], headers=HTML)
    assert page.status_code == 200
    assert "compute the same" in page.text
    assert "self.conv1 = nn.Conv2d(c, c, 3, 1, 1, bias=False)" in page.text
    # A form that is sent as an address comes to the same page.
    plain = client.get(
        "/compare", params={"a.source": BLOCK, "a.call": "Block(64)", "b": "basic"},
        headers=HTML, follow_redirects=False,
    )  # fmt: skip
    assert plain.headers["location"] == sent.headers["location"]


def test_a_name_that_is_typed_takes_the_place_of_code_that_is_shown(client: TestClient) -> None:
    def sent(**fields: str) -> str:
        form = {"a": "basic", "b": "bottleneck", "b.source": BLOCK, "b.call": "Block(64)", **fields}
        answer = client.post("/compare/code", data=form, follow_redirects=False)
        location: str = answer.headers["location"]
        return location

    # Pasted over the name that stood in the field, code is what is meant.
    assert "source" in sent()
    page = client.get(sent(), headers=HTML).text
    assert 'name="b.pasted"' in page
    assert 'name="a.pasted"' not in page
    assert sent(**{"b.pasted": "1"}) == "/compare?a=basic&b=bottleneck"
    assert "source" in sent(**{"b.pasted": "1", "b": ""})


def test_a_form_without_code_leaves_a_short_address(client: TestClient) -> None:
    form = {"a": "basic", "b": "", "a.source": "", "a.call": "", "b.source": "", "b.input": ""}
    answer = client.get("/compare", params=form, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/compare?a=basic"


def test_what_is_wrong_in_code_is_marked_there(client: TestClient) -> None:
    broken = {"a": "basic", "b.source": BLOCK.replace("(self, x)", "(self, x")}
    page = client.post("/compare/code", params={"lang": "en"}, data=broken, headers=HTML)
    assert page.status_code == 422
    field = page.text.partition('<textarea id="code-b"')[2].partition(">")[0]
    assert 'aria-invalid="true" aria-describedby="mistake"' in field
    assert page.text.count("aria-invalid") == 1
    assert "Allowed: a line that Python can read." in page.text


def test_the_page_shows_two_pastes_and_their_mistakes(client: TestClient) -> None:
    both = {"a.source": BLOCK, "b.source": WIDER, "lang": "zh"}
    page = client.post("/compare/code", data=both, headers=HTML)
    assert page.status_code == 200
    assert "卷积核 3×3 → 5×5" in page.text
    keras = {"a.source": "import keras\n", "b": "basic"}
    said = client.post("/compare/code", params={"lang": "en"}, data=keras, headers=HTML)
    assert said.status_code == 422
    assert "only code for PyTorch is read here" in said.text


def test_the_command_line_compares_a_file_that_is_read(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "block.py").write_text("raise SystemExit(9)\n" + BLOCK)
    (tmp_path / "wider.py").write_text(WIDER)
    run = CliRunner().invoke
    one, other = (f"read {tmp_path / name} --call Block(64)" for name in ("block.py", "wider.py"))
    same = run(main, ["compare", one, "--against", "basic"])
    assert same.output == "Block and BasicBlock compute the same: 73,984 parameters.\n"
    assert same.exit_code == 0
    differs = run(main, ["compare", one, other])
    assert differs.exit_code == 1
    assert "kernel 3×3 → 5×5" in differs.output
    missing = run(main, ["compare", "read", "basic"])
    assert missing.exit_code == 2
