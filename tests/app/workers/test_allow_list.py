"""Nothing but a picture goes out as an SVG: the second look at what was drawn."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.workers import jobs
from app.workers.allow_list import Forbidden, passed
from resnet_core import Diagram
from resnet_core.diagram.pasted import packed

EVIL = '"><script>alert(1)</script><a xlink:href="javascript:x" onload="x">&amp;]]>'
SOURCE = "class Net(nn.Module):\n    def forward(self, x):\n        return x + 1\n"


def picture(inside: str = "", attributes: str = "") -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"{attributes}>{inside}</svg>'


@pytest.mark.parametrize(
    ("inside", "attributes"),
    [
        ("<script>alert(1)</script>", ""),
        ("", ' onload="alert(1)"'),
        ("<foreignObject><p/></foreignObject>", ""),
        ('<image href="https://a.example/x.png"/>', ""),
        ('<a href="https://a.example"><text>x</text></a>', ""),
        ('<use href="#a"/>', ""),
        ('<animate attributeName="href"/>', ""),
        ('<g style="background:url(//a.example)"/>', ""),
        ('<rect fill="url(https://a.example/#p)"/>', ""),
        ("<style>@import '//a.example'</style>", ""),
        ("<style>@media (prefers-color-scheme:dark){* {fill:url(//a.example)}}</style>", ""),
        ("<!-- a word -->", ""),
        ("<?xml-stylesheet href='//a.example'?>", ""),
        ('<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>', ""),
        ("<g", ""),
    ],
)
def test_what_is_no_picture_does_not_pass(inside: str, attributes: str) -> None:
    assert passed(picture("<g/>")) == picture("<g/>")
    with pytest.raises(Forbidden):
        passed(picture(inside, attributes))


def test_a_document_with_entities_does_not_pass() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(Forbidden):
        passed(bomb + picture("<title>&b;</title>"))


@pytest.mark.parametrize(
    "pairs",
    [
        {"block": "bottleneck", "theme": "auto", "title": EVIL},
        {"block": "basic", "theme": "ink", "style": "slabs", "lang": "zh"},
        {"block": "basic", "color": "params", "direction": "LR", "background": "none"},
        {"model": "resnet18", "width": "a4", "theme": "dark"},
        {"block": "residual_attention", "fold": "false"},
        {"source": packed(SOURCE.replace("x + 1", "nn.Linear(9, 8)(x)"))},
        {"source": packed(SOURCE), "title": EVIL},
    ],
)
def test_what_is_drawn_passes(pairs: dict[str, str]) -> None:
    drawn = jobs.render([*pairs.items()], "svg")
    assert drawn.startswith(b"<svg")
    assert b"<script" not in drawn


def test_comparisons_windows_and_sweeps_pass() -> None:
    assert jobs.compare([("a", "block=basic"), ("b", "block=bottleneck"), ("theme", "auto")], "svg")
    assert jobs.window([("block", "basic"), ("node", "conv1"), ("theme", "auto")], "svg")
    assert jobs.sweep([("block", "basic"), ("over", "stride"), ("theme", "auto")], "svg")
    assert json.loads(jobs.explore([("block", "basic")]))["svg"]
    assert json.loads(jobs.read([("source", SOURCE), ("language", "en")]))["svg"]


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(workers=0)), raise_server_exceptions=False) as made:
        yield made


def test_what_slips_in_is_a_failure_and_is_not_kept(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "/diagram.svg?block=basic&planes=72"
    with monkeypatch.context() as patched:
        patched.setattr(Diagram, "svg", picture("<script>alert(1)</script>"))
        answer = client.get(asked)
        assert answer.status_code == 500
        assert "script>alert" not in answer.text
    answer = client.get(asked)
    assert answer.status_code == 200
    assert "script" not in answer.text
