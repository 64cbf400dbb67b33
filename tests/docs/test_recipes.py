"""Every recipe of the documentation, tried with the tool it is for; the site built of it all."""

from __future__ import annotations

import html
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from fastapi.testclient import TestClient

from app.cli import main
from app.main import create_app
from app.settings import Settings

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
    (settings,), (page,) = recipe("MkDocs", "yaml"), recipe("MkDocs", "markdown")
    (folder / "mkdocs.yml").write_text(settings)
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text(page)
    built(folder, "mkdocs", "build", "--strict", "-q")
    made = (folder / "site" / "index.html").read_text()
    assert '<figure class="resnet-diagram"' in made
    assert "<figcaption>A bottleneck that halves height and width</figcaption>" in made


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
    assert typst.compile("page.typ").startswith(b"%PDF")
    drawn = typst.compile("page.typ", format="svg").decode()
    assert "data:image/svg+xml;base64" in drawn


@pytest.mark.parametrize(
    ("title", "file", "language", "shown"),
    [
        ("README on GitHub", "README.md", "markdown", 'srcset="images/bottleneck-dark.svg"'),
        ("Quarto", "paper.qmd", "markdown", "](bottleneck.png)"),
        ("Obsidian", "note.md", "markdown", "](attachments/bottleneck.svg)"),
        ("LaTeX", "paper.tex", "latex", "\\includegraphics{bottleneck.pdf}"),
    ],
)
def test_a_recipe_with_a_marker(folder, title, file, language, shown):
    (text,) = recipe(title, language)
    (folder / file).write_text(text)
    run("docs", "-j", "1", file)
    made = (folder / file).read_text()
    assert shown in made
    assert [path for path in folder.rglob("*") if path.suffix in (".svg", ".png", ".pdf")]


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


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_its_pictures_are_fresh(tmp_path):
    built(ROOT, "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path / "site"))
    page = (tmp_path / "site" / "zh" / "tutorial.html").read_text(encoding="utf-8")
    for picture in re.findall(r'(?:src|srcset)="(\.\./figures/[^"]+)"', page):
        assert (tmp_path / "site" / "zh" / picture).exists(), picture
    done = CliRunner().invoke(main, ["docs", "--check", "-j", "1", str(ROOT / "docs")])
    assert done.exit_code == 0, done.output


def test_the_arithmetic_of_serving_adds_up():
    """The numbers of the prose follow from those of the table."""
    text = (ROOT / "docs" / "en" / "serving.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (a .*?|one .*?) \| ([\d.]+) \|", text, re.MULTILINE))
    block, network, cached, known = (float(ms) for ms in rows.values())
    assert 35 <= 1000 / block <= 45
    assert 13 <= 1000 / network <= 17
    assert known <= cached <= 1.05
    average = 1_000_000 / 86_400
    assert round(average) == 12
    assert round(5 * average, -1) == 60
    assert f"60 × {cached} ms = {60 * cached:.0f} ms" in text
    assert round(60 * cached / 10) == 5
    assert f"{round(network)} ms" in text
    assert round(67_108_864 / 17_000 / 100) * 100 in range(3_700, 4_000)
    assert 50 * 1000 == 50_000
    assert 1 - 50_000 / 1_000_000 == 0.95
