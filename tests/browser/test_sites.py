"""Pages that others build with our pictures: seen in a browser, by day and by night."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.embed.fence import SETTINGS

ROOT = Path(__file__).parents[2]
FENCE = '# P\n\n```resnet-diagram theme="auto"\nbasic\n```\n'
THEME = "theme: {name: mkdocs, color_mode: auto, highlightjs: false}"
SEARCH = "hooks: [hook.py]\nplugins:\n  - search: {lang: zh, min_search_length: 1}\n"
MKDOCS = f"site_name: P\n{THEME}\n{SETTINGS}\n"


@pytest.fixture(scope="module")
def sites(tmp_path_factory) -> dict[str, Path]:
    """A page of Sphinx, of MkDocs, of Zensical, and one of our own documentation."""
    folder = tmp_path_factory.mktemp("sites")
    (folder / "conf.py").write_text(
        'extensions = ["resnet_core.embed.sphinx"]\nresnet_diagram_theme = "auto"\n'
    )
    (folder / "index.rst").write_text("P\n=\n\n.. resnet-block:: basic\n")
    (folder / "mkdocs.yml").write_text(MKDOCS + SEARCH)
    (folder / "zensical.yml").write_text(f"site_name: P\nsite_dir: zensical\n{SETTINGS}\n")
    (folder / "hook.py").write_text("from resnet_core.embed.mkdocs_zh import on_post_build\n")
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text(FENCE)
    (folder / "docs" / "zh.md").write_text(FENCE.replace("basic", "bottleneck stride=2 lang=zh"))
    for command, where in (
        (["sphinx", "-q", "-W", "-b", "html", ".", "sphinx"], folder),
        (["mkdocs", "build", "-q", "--strict", "-d", "mkdocs"], folder),
        (["zensical", "build", "-f", "zensical.yml"], folder),
        (["mkdocs", "build", "-q", "--strict", "-d", str(folder / "own")], ROOT),
    ):
        subprocess.run(
            [sys.executable, "-m", *command], cwd=where, check=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    return {
        "sphinx": folder / "sphinx" / "index.html",
        "mkdocs": folder / "mkdocs" / "index.html",
        "zensical": folder / "zensical" / "index.html",
        "own": folder / "own" / "zh" / "tutorial.html",
    }


@pytest.fixture(params=["light", "dark"])
def page(request, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        color_scheme=request.param, viewport={"width": 900, "height": 900}
    )
    yield context.new_page()
    context.close()


class Silent(SimpleHTTPRequestHandler):
    """Files of a folder, served without a line for each."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(sites: dict[str, Path]) -> Iterator[str]:
    """Where the folder of the sites is served: a search starts a worker, which no file may."""
    serving = partial(Silent, directory=str(sites["mkdocs"].parents[1]))
    with ThreadingHTTPServer(("127.0.0.1", 0), serving) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def ground(page: Page, picture: str) -> int:
    """How light the picture is, from 0 to 255, by its commonest colour."""
    shot = Image.open(BytesIO(page.locator(picture).first.screenshot())).convert("L")
    counts = shot.histogram()
    return counts.index(max(counts))


@pytest.mark.parametrize(
    ("site", "picture"),
    [
        ("sphinx", "figure img"),
        ("mkdocs", "figure svg"),
        ("zensical", "figure svg"),
        ("own", "picture img"),
    ],
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


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ("投影", ["zh/"]), ("投影捷径的字", ["zh/"]), ("identity", [""]),
        ("convs", ["", "zh/"]), ("没", []),
    ],
)  # fmt: skip
def test_the_search_of_mkdocs_finds_the_words_of_pictures(browser, address, asked, places):
    page = browser.new_page()
    page.goto(f"{address}/mkdocs/index.html?q={quote(asked)}")
    found = page.locator("#mkdocs-search-results")
    page.wait_for_function("document.querySelector('#mkdocs-search-results').textContent.trim()")
    links = found.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert sorted({link.partition("#")[0].removeprefix("./") for link in links}) == places
    page.close()
