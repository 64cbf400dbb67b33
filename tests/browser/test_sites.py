"""Pages that others build with our pictures: seen in a browser, by day and by night."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.docs.fence import SETTINGS

ROOT = Path(__file__).parents[2]
FENCE = '# P\n\n```resnet-diagram theme="auto"\nbasic\n```\n'
THEME = "theme: {name: mkdocs, color_mode: auto, highlightjs: false}"
MKDOCS = f"site_name: P\n{THEME}\n{SETTINGS}\n"


@pytest.fixture(scope="module")
def sites(tmp_path_factory) -> dict[str, Path]:
    """A page of Sphinx, one of MkDocs, and one of our own documentation."""
    folder = tmp_path_factory.mktemp("sites")
    (folder / "conf.py").write_text(
        'extensions = ["resnet_core.embed.sphinx"]\nresnet_diagram_theme = "auto"\n'
    )
    (folder / "index.rst").write_text("P\n=\n\n.. resnet-block:: basic\n")
    (folder / "mkdocs.yml").write_text(MKDOCS)
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text(FENCE)
    for command, where in (
        (["sphinx", "-q", "-W", "-b", "html", ".", "sphinx"], folder),
        (["mkdocs", "build", "-q", "--strict", "-d", "mkdocs"], folder),
        (["mkdocs", "build", "-q", "--strict", "-d", str(folder / "own")], ROOT),
    ):
        subprocess.run(
            [sys.executable, "-m", *command], cwd=where, check=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    return {
        "sphinx": folder / "sphinx" / "index.html",
        "mkdocs": folder / "mkdocs" / "index.html",
        "own": folder / "own" / "zh" / "tutorial.html",
    }


@pytest.fixture(params=["light", "dark"])
def page(request, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        color_scheme=request.param, viewport={"width": 900, "height": 900}
    )
    yield context.new_page()
    context.close()


def ground(page: Page, picture: str) -> int:
    """How light the picture is, from 0 to 255, by its commonest colour."""
    shot = Image.open(BytesIO(page.locator(picture).first.screenshot())).convert("L")
    counts = shot.histogram()
    return counts.index(max(counts))


@pytest.mark.parametrize(
    ("site", "picture"),
    [("sphinx", "figure img"), ("mkdocs", "figure svg"), ("own", "picture img")],
)
def test_the_picture_is_seen_and_follows_the_system(sites, page, site, picture):
    page.goto(sites[site].as_uri())
    shown = page.locator(picture).first
    shown.scroll_into_view_if_needed()
    box = shown.bounding_box()
    assert box["width"] > 150
    assert box["height"] > 150
    assert shown.evaluate("node => node.tagName !== 'IMG' || node.naturalWidth > 0")
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert (ground(page, picture) < 80) == is_dark
