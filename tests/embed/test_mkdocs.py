"""The fence for MkDocs, in a real project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.embed.fence import SETTINGS

ROOT = Path(__file__).parents[2]
CONFIGURATION = f"site_name: P\ntheme: readthedocs\n{SETTINGS}\n"


def built(folder: Path, page: str) -> subprocess.CompletedProcess[str]:
    (folder / "docs").mkdir()
    (folder / "mkdocs.yml").write_text(CONFIGURATION)
    (folder / "docs" / "index.md").write_text(page)
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q"],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_fence_is_the_picture_and_the_search_finds_its_words(tmp_path):
    done = built(
        tmp_path,
        '# P\n\n```resnet-diagram theme="auto" caption="Halves <it>" alt="A block"\n'
        'bottleneck\nstride=2\n```\n\n```resnet-diagram\ncompare "basic" "basic stride=2"\n```\n'
        "\n```python\nx = 1\n```\n"
        "\n```resnet-diagram\nsource input=1x3x8x8\nclass Net(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 8, 1)\n\n    def forward(self, x):\n"
        "        return self.conv(x)\n```\n"
        '\n```resnet-diagram theme="dark"\nsweep bottleneck over=stride values=1,2\n```\n',
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site" / "index.html").read_text()
    assert page.count('<figure class="resnet-diagram"') == 4
    assert "8×8×8" in page
    assert 'data-over="stride"' in page or "Bottleneck over stride" in page
    assert 'aria-label="A block"><svg' in page
    assert "prefers-color-scheme" in page
    assert "<figcaption>Halves &lt;it&gt;</figcaption>" in page
    assert "/compare?a=block%3Dbasic" in page.replace("&amp;", "&")
    search = json.loads((tmp_path / "site" / "search" / "search_index.json").read_text())
    assert any("3×3 conv, 64, /2" in entry["text"] for entry in search["docs"])
    assert page.count('<svg style="font-weight:400;') == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [("botleneck", "did you mean 'bottleneck'?"), ("basic theme=pink", "theme=pink")],
)
def test_a_mistake_stops_the_build_and_says_what_is_allowed(tmp_path, words, said):
    done = built(tmp_path, f"# P\n\n```resnet-diagram\n{words}\n```\n")
    assert done.returncode != 0
    assert said in done.stderr
