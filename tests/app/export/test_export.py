"""A site written as files holds every page that it links to, in both languages."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.export.site import Site
from resnet_core import draw
from resnet_core.registry import BLOCKS, NETWORKS

CHOSEN = ("bottleneck", "resnet18")
SERVER = "https://resnet.example.org/explorer"


class Links(HTMLParser):
    """Every address on a page, and the links that lead nowhere."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag
        for name, value in attrs:
            if name in ("href", "src", "srcset"):
                self.found.append(value or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = CliRunner().invoke(main, ["export", str(folder), *CHOSEN], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return folder


@pytest.mark.slow
def test_every_address_on_every_page_is_a_file(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert {page.relative_to(site).as_posix() for page in pages} >= {
        "index.html", "zh/index.html", "documents/index.html", "zh/documents/index.html",
        "block/bottleneck.html", "zh/block/bottleneck.html", "model/resnet18.html",
    }  # fmt: skip
    for page in pages:
        for address in Links(page).found:
            if address.startswith(("#", "https://", "data:")):
                continue
            file, _, place = address.partition("#")
            target = (page.parent / file).resolve()
            assert target.is_file(), (page, address)
            assert not place or f'id="{place}"' in target.read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_file_is_shown_or_offered_by_a_page(site: Path) -> None:
    linked = {
        (page.parent / address.partition("#")[0]).resolve()
        for page in site.rglob("*.html")
        for address in Links(page).found
        if "://" not in address
    }
    for folder in ("pictures", "code"):
        for file in (site / folder).iterdir():
            assert file.resolve() in linked, file


@pytest.mark.slow
def test_a_picture_is_the_one_that_the_library_draws(site: Path) -> None:
    page = (site / "zh" / "block" / "bottleneck.html").read_text(encoding="utf-8")
    assert 'lang="zh' in page
    assert "瓶颈块" in page
    (name,) = [
        address
        for address in Links(site / "zh" / "block" / "bottleneck.html").found
        if address.endswith(".svg") and "pictures" in address
    ]
    svg = (site / "zh" / "block" / name).read_text(encoding="utf-8")
    ET.fromstring(svg)
    assert svg == draw(block="bottleneck", lang="zh").svg


@pytest.mark.slow
def test_the_annotated_source_lies_beside_and_runs(site: Path) -> None:
    for file in sorted((site / "code").glob("bottleneck*.py")):
        assert subprocess.run([sys.executable, file], capture_output=True, check=True)


def test_what_needs_a_server_leads_there_or_nowhere() -> None:
    html = '<a href="/compare?a=block%3Dbasic">Compare</a> <a href="/gallery">Gallery</a>'
    here = "/?block=bottleneck"
    alone = Site([BLOCKS["bottleneck"]]).links.rewrite(html, here, "en")
    assert alone == '<a>Compare</a> <a href="../index.html">Gallery</a>'
    served = Site([BLOCKS["bottleneck"]], SERVER).links.rewrite(html, here, "zh")
    there = f'<a href="{SERVER}/compare?a=block%3Dbasic">Compare</a>'
    assert served == f'{there} <a href="../index.html">Gallery</a>'


def test_the_language_switch_leads_to_the_same_page() -> None:
    links = Site([NETWORKS["resnet18"]]).links
    switch = '<a href="?lang=zh">中文</a><a href="?lang=en">EN</a>'
    here = "/?model=resnet18"
    assert links.rewrite(switch, here, "en") == (
        '<a href="../zh/model/resnet18.html">中文</a><a href="resnet18.html">EN</a>'
    )
    assert links.rewrite(switch, here, "zh") == (
        '<a href="resnet18.html">中文</a><a href="../../model/resnet18.html">EN</a>'
    )


def test_a_view_of_a_subject_leads_to_its_page() -> None:
    links = Site([NETWORKS["resnet18"]]).links
    for query in ("model=resnet18&amp;expand=layer1.0", "model=resnet18&amp;lang=zh"):
        found = links.rewrite(f'<a href="/?{query}">x</a>', "/gallery", "en")
        assert found == '<a href="model/resnet18.html">x</a>'
    other = links.rewrite('<a href="/?model=resnet18&amp;se=true">x</a>', "/gallery", "en")
    assert other == "<a>x</a>"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nosuch"], "there is no block or network nosuch"),
        (["basic", "--server", "example.org"], "--server example.org is no address"),
    ],
)
def test_a_mistake_is_told(words: list[str], said: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["export", str(tmp_path / "site"), *words])
    assert done.exit_code == 2
    assert said in done.output
    assert not (tmp_path / "site").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = CliRunner().invoke(main, ["export", str(tmp_path / "file" / "site"), "basic"])
    assert done.exit_code == 2
    assert "cannot write to" in done.output
