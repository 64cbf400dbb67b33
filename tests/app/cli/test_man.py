"""The manual page: whole, and read by man without a complaint."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from click.testing import CliRunner

from app.cli import main


@pytest.fixture(scope="module")
def page() -> str:
    done = CliRunner().invoke(main, ["man"])
    assert done.exit_code == 0
    return done.output


def test_every_command_and_every_option_is_on_it(page):
    assert re.findall(r"^\.SS resnet\\-diagram (\w+)", page, re.MULTILINE) == sorted(main.commands)
    plain = page.replace("\\-", "-")
    for command in main.commands.values():
        for option in command.params:
            for word in (*option.opts, *option.secondary_opts):
                assert not word.startswith("-") or word in plain, word


def test_no_line_begins_with_a_command_that_is_none(page):
    begun = set(re.findall(r"^([.'][A-Za-z]*)", page, re.MULTILINE))
    assert begun <= {
        ".TH",
        ".SH",
        ".SS",
        ".B",
        ".BR",
        ".I",
        ".TP",
        ".PP",
        ".nf",
        ".fi",
        ".RS",
        ".RE",
    }
    for start, end in ((".nf", ".fi"), (".RS", ".RE")):
        assert page.count(f"\n{start}\n") == page.count(f"\n{end}\n")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_sets_it_without_a_warning(page):
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-Kutf8", "-ww"], input=page, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stderr == ""
    assert "resnet-diagram" in done.stdout
