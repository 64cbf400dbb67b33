"""The lines that people paste do what the page shows."""

from __future__ import annotations

import ast
import contextlib
import io
import shlex
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from app.cli import main
from app.pages.snippets import is_loopback, program, snippets
from resnet_core import Diagram
from resnet_core.registry import BLOCKS, NETWORKS
from tests.subjects import weight

BASE = "https://diagrams.example.org/"
BLOCK_SETTINGS = [[("block", name)] for name in BLOCKS] + [
    [("block", "bottleneck"), ("stride", "2"), ("attention", "se"), ("input", "31x18")],
    [("block", "basic"), ("planes", "128"), ("shortcut", "padded"), ("batch", "3")],
    [("block", "res2net"), ("scales", "8"), ("stride", "2"), ("direction", "LR")],
]
# resnet1202 has the same parts as resnet110 and takes twenty times as long.
NETWORK_SETTINGS = [[("model", name)] for name in NETWORKS if name != "resnet1202"]


def printed(code: str) -> list[tuple[str, tuple[int, ...]]]:
    """What a program says of each layer: its name and its shape."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "<pasted>", "exec"), {})
    lines = [line.split(maxsplit=1) for line in said.getvalue().splitlines()]
    return [(name, ast.literal_eval(shape)) for name, shape in lines]


def told_of_layers(diagram: Diagram) -> list[tuple[str, tuple[int, ...]]]:
    """What the program prints, less a module without layers that is a group in the picture."""
    groups = {group.path for group in diagram.graph.groups}
    return [pair for pair in printed(program(diagram)) if pair[0] not in groups]


def layers(diagram: Diagram) -> list[tuple[str, tuple[int, ...]]]:
    calls = [call for call in diagram.graph.calls if call.kind == "module"]
    return [(call.path, call.shape) for call in calls]


@pytest.mark.slow
@pytest.mark.parametrize("query", BLOCK_SETTINGS, ids=lambda setting: dict(setting)["block"])
def test_the_program_of_a_block_runs_and_prints_the_shapes_of_the_picture(query) -> None:
    diagram = Diagram.of(query)
    if diagram.graph.problem is None:
        assert told_of_layers(diagram) == layers(diagram)


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [
        pytest.param(setting, id=dict(setting)["model"], marks=weight(dict(setting)["model"]))
        for setting in NETWORK_SETTINGS
    ],
)
def test_the_program_of_a_network_runs_and_prints_the_shapes_of_the_picture(query) -> None:
    diagram = Diagram.of(query)
    # Shapes without numbers: the same layers in the same order, in a thousandth of the time.
    with torch.device("meta"):
        assert told_of_layers(diagram) == layers(diagram)


def test_the_program_of_a_structure_that_cannot_run_fails_as_the_picture_says() -> None:
    diagram = Diagram.of([("block", "residual_attention"), ("stride", "2")])
    assert diagram.graph.problem is not None
    with pytest.raises(RuntimeError, match="must match the size"):
        printed(program(diagram))


@pytest.mark.parametrize("query", BLOCK_SETTINGS, ids=lambda setting: dict(setting)["block"])
def test_the_lines_for_python_and_the_shell_draw_the_same_picture(
    query, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagram = Diagram.of(query)
    lines = snippets(diagram, BASE)
    monkeypatch.chdir(tmp_path)
    file = tmp_path / f"{diagram.subject.name}.svg"
    exec(lines["Python"], {})
    assert file.read_text(encoding="utf-8") == diagram.svg
    file.unlink()
    command, *words = shlex.split(lines["Shell"])
    assert command == "resnet-diagram"
    CliRunner().invoke(main, words)
    assert file.read_text(encoding="utf-8") == diagram.svg


def test_lines_that_embed_the_picture_name_the_server_once() -> None:
    lines = snippets(Diagram.of([("block", "basic"), ("stride", "2")]), BASE)
    image = "https://diagrams.example.org/diagram.svg?block=basic&stride=2"
    assert lines["Markdown"] == f"![BasicBlock]({image})"
    assert f'src="{image.replace("&", "&amp;")}"' in lines["HTML"]
    assert "theme=dark" in lines["HTML, light and dark"]
    assert lines["reStructuredText"].startswith(f".. image:: {image}\n")


@pytest.mark.parametrize(
    ("base", "loopback"),
    [
        ("http://127.0.0.1:8000/", True),
        ("http://127.8.0.1", True),
        ("http://[::1]:80/x", True),
        ("http://localhost:8000", True),
        ("https://diagrams.localhost/", True),
        (BASE, False),
        ("http://192.168.0.7:8000", False),
        ("http://localhost.example.org", False),
    ],
)
def test_files_come_first_where_only_this_machine_reaches_the_server(base, loopback) -> None:
    diagram = Diagram.of([("block", "basic"), ("stride", "2")])
    names = list(snippets(diagram, base, "0123456789ab"))
    assert is_loopback(base) == loopback
    assert (names[0] == "Marker") == loopback
    assert ("Address for a CDN" in names) != loopback
    assert set(names) - {"Address for a CDN"} == set(snippets(diagram, BASE))


@pytest.mark.parametrize("query", [*BLOCK_SETTINGS[-3:], [("model", "resnet"), ("block", "basic")]])
def test_the_marker_is_filled_with_the_same_picture(query, tmp_path: Path, monkeypatch) -> None:
    diagram = Diagram.of(query)
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text(snippets(diagram, BASE)["Marker"])
    assert CliRunner().invoke(main, ["docs", "-j", "1", "a.md"]).exit_code == 0
    (file,) = tmp_path.glob("*.svg")
    assert file.read_text(encoding="utf-8") == diagram.svg


def test_a_title_that_would_end_the_comment_has_no_marker() -> None:
    diagram = Diagram.of([("block", "basic"), ("title", "a --> b")])
    assert "Marker" not in snippets(diagram, BASE)
