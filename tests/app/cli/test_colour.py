"""Colour: on a terminal, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.cli.terminal import shown, terminal

ROOT = str(Path(__file__).parents[3])
RED = "\x1b[31m\x1b[1mError:\x1b[0m"
CALL = [sys.executable, "-m", "app.cli", "docs", "nowhere.md"]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_terminal_shows_what_is_wrong_in_red():
    with terminal(CALL, PYTHONPATH=ROOT, NO_COLOR="") as typed:
        assert RED in shown(typed, "nowhere.md")
    with terminal(CALL, PYTHONPATH=ROOT, NO_COLOR="1") as typed:
        told = shown(typed, "nowhere.md")
    assert "Error: there is no file or folder nowhere.md" in told
    assert "\x1b[" not in told


def test_a_file_gets_no_colour():
    done = subprocess.run(
        CALL, env=os.environ | {"PYTHONPATH": ROOT, "TERM": "xterm-256color"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == "Error: there is no file or folder nowhere.md\n"
