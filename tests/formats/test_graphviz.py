"""A Graphviz that misbehaves costs one clear refusal, and never a picture that is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from resnet_core import draw
from resnet_core.errors import GraphvizMissing, RenderError
from resnet_core.formats import graphviz

DOT = 'digraph { a [label="" pos="0,0"] }'


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The place of the ``neato`` that is found, where the one in pygraphviz does not load."""
    monkeypatch.setattr(graphviz, "_library", lambda: "libfoo.so is not there")
    monkeypatch.setenv("PATH", str(tmp_path))
    graphviz._use_own_fonts.cache_clear()
    yield tmp_path / "neato"
    graphviz._use_own_fonts.cache_clear()


def script(file: Path, lines: str) -> None:
    file.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{lines}\n", encoding="utf-8")
    file.chmod(0o755)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("echo 'no layout' >&2; exit 3", "Graphviz: no layout"),
        ("exit 3", "ended with status 3"),
        ("kill -9 $$", "ended with status -9"),
        ("echo garbage", "is no SVG"),
        ("exit 0", "is no SVG"),
        ("exec cat /dev/zero", "printed more than 100,000 bytes"),
        ("exec sleep 600", "did not end within 0.5 seconds"),
        ("exec sleep 600 0<&-", "did not end within 0.5 seconds"),
        ("exec cat /dev/zero >&2", "did not end within 0.5 seconds"),
    ],
)
def test_what_goes_wrong_is_told(
    command: Path, monkeypatch: pytest.MonkeyPatch, lines: str, said: str
) -> None:
    monkeypatch.setattr(graphviz, "PATIENCE", 0.5)
    monkeypatch.setattr(graphviz, "MOST", 100_000)
    script(command, lines)
    begun = time.monotonic()
    with pytest.raises(RenderError, match=said):
        graphviz.draw(DOT + " " * 200_000, "svg")
    assert time.monotonic() - begun < 300


def test_a_file_that_is_no_program_is_told(command: Path) -> None:
    command.write_bytes(b"\x7fELF garbage")
    command.chmod(0o755)
    with pytest.raises(RenderError, match="neato: "):
        graphviz.draw(DOT, "svg")


def test_that_there_is_none_is_told_with_what_to_install(command: Path) -> None:
    assert not command.exists()
    with pytest.raises(GraphvizMissing, match=r"libfoo\.so is not there.*apt-get install"):
        graphviz.draw(DOT, "svg")


@pytest.mark.skipif(not shutil.which("neato"), reason="there is no Graphviz beside the bundled one")
def test_the_system_s_own_draws_the_same_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    bundled = draw(block="bottleneck", stride=2).svg
    with monkeypatch.context() as patched:
        patched.setattr(graphviz, "_library", lambda: "libfoo.so is not there")
        commanded = draw(block="bottleneck", stride=2).svg
    assert bundled.count('class="node') == commanded.count('class="node') > 10
    assert bundled.count("textLength") == commanded.count("textLength")


@pytest.mark.slow
def test_letters_come_from_our_fonts_and_nothing_is_left_where_the_caller_stands(
    tmp_path: Path,
) -> None:
    (tmp_path / "below").mkdir()
    code = (
        "import os; before = dict(os.environ)\n"
        "from resnet_core import draw; draw(block='basic').png()\n"
        "assert not {'FONTCONFIG_FILE', 'XDG_DATA_HOME'} & (os.environ.keys() - before.keys())\n"
        "print([line.split()[-1] for line in open('/proc/self/maps') if line.endswith('.ttf\\n')])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root), "TORCHINDUCTOR_CACHE_DIR": str(tmp_path)},
        text=True,
        capture_output=True,
        check=True,
    )
    assert "resnet_core/fonts/LiberationSans-Regular.ttf" in done.stdout
    assert [path.name for path in tmp_path.rglob("*")] == ["below"]
