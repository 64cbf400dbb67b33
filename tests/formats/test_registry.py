"""A format is one file: a file that registers a writer is offered everywhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import resnet_core.formats
from app.main import create_app
from app.settings import Settings
from resnet_core import FORMATS, ParameterError, draw

YAML = '''
"""YAML: the calls of a structure, one a line."""

from resnet_core.formats.registry import FORMATS


@FORMATS.register("yaml", media="application/yaml", title="YAML", rank=20, quality=0)
def write(drawing):
    return "".join(f"- {call.id}\\n" for call in drawing.graph.calls).encode()
'''


@pytest.fixture
def yaml(tmp_path, monkeypatch) -> Iterator[None]:
    """A format in a folder of its own, beside those of the library."""
    (tmp_path / "yaml.py").write_text(YAML, encoding="utf-8")
    monkeypatch.setattr(
        resnet_core.formats, "__path__", [*resnet_core.formats.__path__, str(tmp_path)]
    )
    yield
    FORMATS.forget("yaml")
    del sys.modules["resnet_core.formats.yaml"]


@pytest.mark.parametrize("extension", FORMATS)
def test_a_row_is_complete(extension):
    row = FORMATS[extension]
    assert row.extension == extension
    assert row.title
    assert row.write.__doc__, "the writer says what it writes"
    assert row.media.count("/") == 1


def test_formats_differ_in_media_type_and_in_rank():
    rows = list(FORMATS.values())
    for value in ("media", "title", "rank", "quality"):
        assert len({getattr(row, value) for row in rows}) == len(rows), value


def test_the_order_is_the_one_that_people_know():
    known = ["svg", "png", "pdf", "dot", "json", "txt", "mmd", "md", "csv"]
    assert list(FORMATS)[: len(known)] == known


def test_a_format_that_is_not_there_names_those_that_are():
    with pytest.raises(ParameterError) as refused:
        draw(block="basic").render("svgz")
    assert refused.value.suggestion == "svg"
    assert refused.value.allowed == list(FORMATS)


def test_a_taken_extension_and_a_taken_media_type_are_refused():
    for extension, media in (("svg", "image/other"), ("other", "image/svg+xml")):
        with pytest.raises(ValueError, match="already"):
            FORMATS.register(extension, media=media, title="x", rank=0, quality=0)(bytes)


@pytest.mark.usefixtures("yaml")
def test_a_new_file_is_written_by_the_library():
    drawing = draw(block="residual_layer")
    lines = drawing.render("yaml").decode().splitlines()
    assert lines == [f"- {call.id}" for call in drawing.graph.calls]


@pytest.mark.usefixtures("yaml")
def test_a_new_file_is_served_negotiated_described_and_offered_to_share():
    with TestClient(create_app(Settings(workers=0))) as client:
        named = client.get("/diagram.yaml?block=basic")
        assert named.headers["content-type"] == "application/yaml"
        asked = client.get("/diagram?block=basic", headers={"Accept": "application/yaml"})
        assert asked.content == named.content
        described = client.get("/openapi.json").json()["paths"]["/diagram.{extension}"]["get"]
        (extension,) = [row for row in described["parameters"] if row["name"] == "extension"]
        assert "yaml" in extension["schema"]["enum"]
        assert "application/yaml" in described["responses"]["200"]["content"]
        page = client.get("/?block=basic", headers={"Accept": "text/html"}).text
        assert "/diagram.yaml?block=basic" in page


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
@pytest.mark.parametrize("extension", FORMATS)
def test_both_readmes_have_a_row_for_a_format(extension, name):
    text = (Path(__file__).parents[2] / name).read_text(encoding="utf-8")
    assert f"\n| `{extension}` |" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("render --help", "csv, yaml"),
        ("render residual_layer --format yaml -o -", "- conv1"),
        ("render residual_layer --format yml -o -", "md, csv, yaml"),
    ],
)
def test_a_new_file_is_offered_by_the_command_line(tmp_path, words, told):
    (tmp_path / "yaml.py").write_text(YAML, encoding="utf-8")
    # The folder is longer than when the index was made, so the index does not fit any more.
    code = (
        "import resnet_core.formats; from resnet_core import index; "
        f"resnet_core.formats.__path__.append({str(tmp_path)!r}); index.digest = lambda: 'other'; "
        f"from app.cli import main; main({words.split()!r}, 'resnet-diagram')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told in run.stdout + run.stderr
