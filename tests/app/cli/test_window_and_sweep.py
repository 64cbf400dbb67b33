"""``resnet-diagram window`` and ``resnet-diagram sweep``."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.cli.sweep import FORMATS as SWEPT
from app.cli.window import FORMATS as WINDOWED
from resnet_core import draw, sweep, window
from resnet_core.sweep import FORMATS as SWEEP_FORMATS
from resnet_core.window import FORMATS as WINDOW_FORMATS


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(line: str) -> Result:
    return CliRunner().invoke(main, shlex.split(line))


def test_the_formats_are_those_of_the_library():
    assert (WINDOWED, SWEPT) == (WINDOW_FORMATS, SWEEP_FORMATS)


@pytest.mark.parametrize("format", WINDOWED)
def test_a_window_is_what_the_library_draws(format):
    line = f"window bottleneck --stride 2 --node conv2 --at 1,2 -o out.{format}"
    assert run(line).exit_code == 0
    expected = window(draw(block="bottleneck", stride=2), "conv2", "1,2").render(format)
    assert Path(f"out.{format}").read_bytes() == expected


@pytest.mark.parametrize("format", SWEPT)
def test_a_sweep_is_what_the_library_draws(format):
    assert run(f"sweep basic --over stride --values 1,2,9 -o out.{format}").exit_code == 0
    expected = sweep(draw(block="basic"), "stride", (1, 2, 9)).render(format)
    assert Path(f"out.{format}").read_bytes() == expected


def test_without_a_file_a_window_is_called_after_its_call_and_a_sweep_is_a_table():
    assert run("window resnet18 --node layer2.0.conv1").exit_code == 0
    assert Path("resnet18-layer2.0.conv1.svg").read_bytes().startswith(b"<svg")
    assert run("sweep basic --over stride").stdout.startswith("stride,present,runs,")


@pytest.mark.parametrize(
    "line",
    [
        "window bottleneck",
        "window bottleneck --node conv7",
        "window bottleneck --node relu",
        "window bottleneck --node conv2 --at 56,0",
        "sweep bottleneck",
        "sweep bottleneck --over strid",
        "sweep bottleneck --over theme",
        "sweep bottleneck --over stride --values 1,,2",
        "sweep bottleneck --stride 9 --over groups",
    ],
)
def test_a_mistake_names_a_line_that_works(line):
    result = run(line)
    assert result.exit_code == 2
    assert "allowed:" in result.stderr
    (better,) = (part for part in result.stderr.splitlines() if part.startswith("  try:"))
    words = better.partition("resnet-diagram")[2]
    assert words.split()[0] == line.split()[0]
    assert run(words).exit_code == 0


def test_an_ending_that_is_no_format_is_refused():
    assert "no format of a window" in run("window basic --node conv1 -o out.docx").stderr
    assert "no format of a sweep" in run("sweep basic --over stride -o out.docx").stderr
