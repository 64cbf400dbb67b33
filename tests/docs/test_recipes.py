"""Every recipe of the documentation, tried with the tool it is for; the site built of it all."""

from __future__ import annotations

import html
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner
from fastapi.testclient import TestClient
from markdown_it import MarkdownIt

from app.cli import main
from app.main import create_app
from app.settings import Settings
from tests.app.docs.test_latex import typeset, words_of

ROOT = Path(__file__).parents[2]
EMBED = (ROOT / "docs" / "en" / "embed.md").read_text(encoding="utf-8")


def recipe(title: str, language: str) -> list[str]:
    """The blocks of one language below one heading."""
    part = re.split(r"^## ", EMBED.partition(f"\n## {title}\n")[2], flags=re.MULTILINE)[0]
    fenced = re.findall(r"^(`{3,})(\w+)\n(.*?)^\1$", part, re.MULTILINE | re.DOTALL)
    return [code for _, known, code in fenced if known == language]


def built(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> None:
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == 0, done.output


@pytest.mark.slow
def test_the_recipe_for_sphinx(folder):
    (conf,) = recipe("Sphinx", "python")
    (folder / "conf.py").write_text(f"project = 'P'\n{conf}")
    (folder / "index.rst").write_text("P\n=\n\n" + "\n".join(recipe("Sphinx", "rst")))
    built(folder, "sphinx", "-q", "-W", "-b", "html", ".", "out")
    page = (folder / "out" / "index.html").read_text()
    assert page.count('src="_images/resnet-') == 6
    assert 'style="width: 60%"' in page


@pytest.mark.slow
def test_the_recipe_for_mkdocs(folder):
    (settings, search), (page,) = recipe("MkDocs", "yaml"), recipe("MkDocs", "markdown")
    (hook,) = recipe("MkDocs", "python")
    (folder / "mkdocs.yml").write_text(settings + search)
    (folder / "search_zh.py").write_text(hook)
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text(page)
    built(folder, "mkdocs", "build", "--strict", "-q")
    made = (folder / "site" / "index.html").read_text()
    assert '<figure class="resnet-diagram"' in made
    assert "<figcaption>A bottleneck that halves height and width</figcaption>" in made
    ours = (ROOT / "resnet_core" / "embed" / "search.zh.js").read_text()
    assert (folder / "site" / "search" / "lunr.zh.js").read_text() == ours


@pytest.mark.slow
def test_the_recipe_for_mkdocs_is_one_for_zensical(folder):
    pytest.importorskip("zensical")
    (settings, _), (page,) = recipe("MkDocs", "yaml"), recipe("MkDocs", "markdown")
    (folder / "mkdocs.yml").write_text(settings)
    (folder / "docs").mkdir()
    chinese = page.replace("stride=2", "stride=2 lang=zh")
    (folder / "docs" / "index.md").write_text(f"# Picture\n\n{page}\n## 图\n\n{chinese}")
    built(folder, "zensical", "build")
    made = (folder / "site" / "index.html").read_text()
    assert made.count('<figure class="resnet-diagram"') == 2
    found = json.loads((folder / "site" / "search.json").read_text())
    texts = {item["title"]: item["text"] for item in found["items"]}
    assert "projection shortcut" in texts["Picture"]
    assert "投影捷径" in texts["图"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_recipe_for_jupyter():
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    notebook = new_notebook(cells=[new_code_cell(cell) for cell in recipe("Jupyter", "text")])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert all("image/svg+xml" in cell["outputs"][-1]["data"] for cell in notebook.cells)


def test_the_recipe_for_typst(folder):
    typst = pytest.importorskip("typst")
    (commands,), (page,) = recipe("Typst", "sh"), recipe("Typst", "typst")
    run(*commands.split()[1:])
    (folder / "page.typ").write_text(page)
    (folder / "page.pdf").write_bytes(typst.compile("page.typ"))
    said = words_of(folder / "page.pdf")
    assert "3×3 conv, 64, /2" in said
    assert "A bottleneck that halves height and width." in said
    fonts = subprocess.run(["pdffonts", "page.pdf"], capture_output=True, text=True, check=True)
    assert "+Liberation" in fonts.stdout, "its letters are not those that it was measured with"


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="Pandoc is not installed")
def test_the_recipe_for_quarto_as_pandoc_reads_it(folder):
    (text,), (command,) = recipe("Quarto", "markdown"), recipe("Quarto", "sh")
    (folder / "paper.qmd").write_text(f"---\ntitle: P\n---\n\nBefore.\n\n{text}\nAfter.\n")
    run(*command.split()[1:])
    pandoc = ["pandoc", "--from=markdown", "--standalone", "paper.qmd", "-o", "page.html"]
    subprocess.run(pandoc, check=True, capture_output=True)
    body = (folder / "page.html").read_text().partition("<body>")[2]
    (picture,) = re.findall(r'<img\s+src="([^"]*)"\s+alt="Bottleneck: 256 → 256', body)
    assert (folder / picture).read_bytes().startswith(b"\x89PNG")
    assert seen(body).split() == ["P", "Before.", "After."]


def test_the_recipe_for_obsidian_in_a_vault(folder):
    """Notes in several folders of a vault; what they embed lies inside of it."""
    (note,), (command,) = recipe("Obsidian", "markdown"), recipe("Obsidian", "sh")
    places = [folder / "note.md", folder / "deep" / "er" / "my note.md", folder / ".obsidian/n.md"]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"Before.\n\n{note}\nAfter.\n")
    run(*command.split()[1:], "-j", "1")
    for place in places[:2]:
        page = MarkdownIt("commonmark").render(place.read_text())
        (address,) = re.findall(r'<img src="([^"]*)"', page)
        file = (place.parent / address).resolve()
        assert file.is_relative_to(folder.resolve())
        root = ElementTree.fromstring(file.read_text())
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "(prefers-color-scheme:dark)" in file.read_text()
        assert seen(page).split() == ["Before.", "After."]
    assert places[2].read_text() == f"Before.\n\n{note}\nAfter.\n"


def test_the_recipe_for_notion(folder):
    """A file that may be dropped, a chart, and an address that answers as an embed expects."""
    picture, chart = recipe("Notion", "sh")[0].splitlines()
    run(*picture.split()[1:])
    assert 0 < (folder / "bottleneck.png").stat().st_size < 5_000_000
    drawn = CliRunner().invoke(main, chart.split()[1:])
    assert "flowchart TB" in drawn.stdout
    address = next(place for place in addresses() if place.startswith("/embed"))
    with TestClient(create_app(Settings(workers=0, timeout=60))) as client:
        frame = client.get(address, headers={"Accept": "text/html"})
        assert "x-frame-options" not in frame.headers
        assert "frame-ancestors *" in frame.headers["content-security-policy"]
        found = re.search(r'type="application/json\+oembed" href="([^"]*)"', frame.text)
        told = client.get(html.unescape(found[1])).json()
    assert told["type"] == "rich"
    assert min(told["width"], told["height"]) > 100


def seen(page: str) -> str:
    """The words of a page that a reader sees."""
    return html.unescape(re.sub(r"<!--.*?-->|<[^>]*>", " ", page, flags=re.DOTALL))


@pytest.mark.parametrize(
    ("title", "file", "language", "shown"),
    [
        ("README on GitHub", "README.md", "markdown", 'srcset="images/bottleneck-dark.svg"'),
        ("Quarto", "paper.qmd", "markdown", "](bottleneck.png)"),
        ("LaTeX", "paper.tex", "latex", "keepaspectratio]{bottleneck.pdf}"),
    ],
)
def test_a_recipe_with_a_marker(folder, title, file, language, shown):
    (text,) = recipe(title, language)
    (folder / file).write_text(text)
    run("docs", "-j", "1", file)
    made = (folder / file).read_text()
    assert shown in made
    assert [path for path in folder.rglob("*") if path.suffix in (".svg", ".png", ".pdf")]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("latexmk") is None, reason="latexmk is not installed")
def test_the_recipe_for_latex(folder):
    (text,), (command,) = recipe("LaTeX", "latex"), recipe("LaTeX", "sh")
    (folder / "paper.tex").write_text(text)
    run(*command.split()[1:])
    told = typeset(folder / "paper.tex")
    assert "Overfull" not in told
    said = words_of(folder / "paper.pdf")
    assert "3×3 conv, 64, /2" in said
    assert "Figure 1: A bottleneck that halves height and width." in said


def test_what_ci_is_told_is_there():
    hooks, action = (yaml.safe_load(text) for text in recipe("README on GitHub", "yaml"))
    known = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} <= {hook["id"] for hook in known}
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    assert set(action["jobs"]["diagrams"]["steps"][1]["with"]) <= set(inputs)


def addresses() -> Iterator[str]:
    """Every address of a server in the recipes."""
    for found in re.findall(r"https://diagrams\.example\.org(/[^\s\"`]*)", EMBED):
        yield html.unescape(found)


def test_every_address_is_answered():
    found = list(addresses())
    assert len(found) >= 3
    with TestClient(create_app(Settings(workers=0, timeout=60))) as client:
        for address in found:
            assert client.get(address).status_code == 200, address


def test_the_reference_is_what_the_signatures_say():
    from app.pages.i18n import LANGUAGES

    place = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    writer = importlib.util.module_from_spec(place)
    place.loader.exec_module(writer)
    for language in LANGUAGES.values():
        file = ROOT / "docs" / language.name / "reference.md"
        assert writer.page(language) == file.read_text(encoding="utf-8"), "make docs writes it"
    assert writer.manual() == writer.MANUAL.read_text(encoding="utf-8"), "make docs writes it"


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_its_pictures_are_fresh(tmp_path):
    built(ROOT, "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path / "site"))
    page = (tmp_path / "site" / "zh" / "tutorial.html").read_text(encoding="utf-8")
    for picture in re.findall(r'(?:src|srcset)="(\.\./figures/[^"]+)"', page):
        assert (tmp_path / "site" / "zh" / picture).exists(), picture
    done = CliRunner().invoke(main, ["docs", "--check", "-j", "1", str(ROOT / "docs")])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("language", "second", "ms", "core"),
    [
        ("en", "Divided into a second", "ms", "{}% of one core"),
        ("zh", "折算成每秒", "毫秒", "一个核的 {}%"),
    ],
)
def test_the_arithmetic_of_serving_adds_up(language, second, ms, core):
    """The numbers of the prose follow from those of the table, whatever was measured."""
    text = (ROOT / "docs" / language / "serving.md").read_text(encoding="utf-8")
    table, _, prose = text.partition("<!-- bench:")[2].partition("<!-- /bench -->")
    rows = re.findall(r"^\| [^|]+ \| ([\d.]+) \| [\d,]+ \|$", table, re.MULTILINE)
    block, network, cached, known = map(float, rows)
    assert known <= cached * 1.1
    sentence = prose.partition(second)[2].partition("\n\n")[0]
    said = [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", sentence)]
    assert said == [pytest.approx(1000 / time, rel=0.1) for time in (block, network, cached)]
    average = round(1_000_000 / 86_400)
    day = text.partition("86,400")[2].partition("\n- ")[0]
    assert re.findall(r"\d+", day) == [str(average), str(5 * average)]
    peak = re.search(rf"60 × {cached:g} {ms} = \D*([\d.]+) {ms}", text)
    assert float(peak[1]) == pytest.approx(60 * cached, rel=0.1)
    assert core.format(f"{6 * cached:.2g}") in text
    seconds = re.search(rf"1,000 × {network:.0f} {ms}\D+(\d+)", text)
    assert float(seconds[1]) == pytest.approx(network, rel=0.1)
    kept = re.search(r"17 KB\D+64 MB\D+([\d,]+)", text)
    assert float(kept[1].replace(",", "")) == pytest.approx(67_108_864 / 2 / 17_000, rel=0.1)
    # A thousand pictures at fifty places of a CDN, of a million embeds.
    assert f" {50 * 1000:,} " in text.replace("\n", " ")
    assert re.search(rf"\*\*[^*]*\b{100 - 100 * 50_000 // 1_000_000} [^*]*\*\*", text)
