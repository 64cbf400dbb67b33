"""Colour: on a terminal, and nowhere else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.cli.terminal import shown, terminal

ROOT = str(Path(__file__).parents[3])
RED = "\x1b[31m\x1b[1mError:"
CALL = [sys.executable, "-m", "app.cli", "docs", "nowhere.md"]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_terminal_shows_what_is_wrong_in_red():
    with terminal(CALL, PYTHONPATH=ROOT, NO_COLOR="") as typed:
        assert RED in shown(typed, "nowhere.md")
    with terminal(CALL, PYTHONPATH=ROOT, NO_COLOR="1") as typed:
        told = shown(typed, "nowhere.md")
    assert "Error: there is no file or folder nowhere.md" in told
    assert "\x1b[" not in told


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_terminal_shows_how_far_the_pictures_are(tmp_path):
    pairs = (
        f"<!-- resnet-diagram basic planes={n} -->\n<!-- /resnet-diagram -->\n" for n in (8, 9)
    )
    (tmp_path / "a.md").write_text("\n".join(pairs))
    with terminal([*CALL[:-1], "-j", "1", str(tmp_path)], PYTHONPATH=ROOT) as typed:
        told = shown(typed, "markers")
    assert re.findall(r"\r(\d of 2)", told) == ["1 of 2", "2 of 2"]
    assert "2 markers, 3 files written" in told


def test_a_file_gets_no_colour():
    done = subprocess.run(
        CALL, env=os.environ | {"PYTHONPATH": ROOT, "TERM": "xterm-256color"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == "Error: there is no file or folder nowhere.md\n"
