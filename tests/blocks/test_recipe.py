"""The recipe of CONTRIBUTING: its block, registered before the tests are collected, passes them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SNAPSHOTS = "tests/formats/test_snapshots.py"
BLOCKS = ["tests/blocks/test_catalogue.py", "tests/blocks/test_words.py"]
SUITE = [*BLOCKS, SNAPSHOTS, "tests/explain", "tests/language"]
# Prints how the explanation opens, in English, then in Chinese at another stride.
OPENING = """
from resnet_core import draw
import rezero
print(draw(block="rezero").explain("en").paragraphs[0].sentences[0].text)
print(draw(block="rezero", stride=2).explain("zh").paragraphs[0].sentences[0].text)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the recipe's file, and with a folder for its snapshot."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipe = re.search(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert recipe
    made = tmp_path_factory.mktemp("recipe")
    (made / "rezero.py").write_text(recipe[1], encoding="utf-8")
    return made


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT), str(folder)])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
    )  # fmt: skip


def suite(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The tests of the block alone, with its module read before the tests are."""
    shots = f"--snapshots={folder / 'snapshots'}"
    options = ["-m", "pytest", "-p", "rezero", "-q", "-p", "no:cacheprovider", "-k", "rezero"]
    return python(folder, *options, shots, *arguments)


def test_the_recipe_passes_the_tests_once_its_snapshot_is_written(folder: Path) -> None:
    missing = suite(folder, SNAPSHOTS)
    assert missing.returncode == 1
    assert "make test ARGS=--update writes it" in missing.stdout
    written = suite(folder, SNAPSHOTS, "--update")
    assert written.returncode == 1
    assert (folder / "snapshots" / "rezero.dot").exists()
    passed = suite(folder, *SUITE)
    assert passed.returncode == 0, passed.stdout
    assert int(re.findall(r"(\d+) passed", passed.stdout)[-1]) >= 20


def test_the_recipes_explanation_keeps_the_learned_number(folder: Path) -> None:
    said = python(folder, "-c", OPENING)
    assert said.returncode == 0, said.stderr
    english, chinese = said.stdout.splitlines()
    assert english == "It computes relu(x + α · f(x)), with one learned number α."
    assert chinese == "它计算 relu(shortcut(x) + α · f(x))，其中 α 是一个可学习的数。"
