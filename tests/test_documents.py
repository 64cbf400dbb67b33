"""The documents: every example in them is run, every number holds, every link leads somewhere."""

from __future__ import annotations

import doctest
import itertools
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from app.cli import main as command_line
from app.main import create_app
from app.settings import Settings
from resnet_core import FORMATS, blocks, draw
from resnet_core.diagram.form import Input, Options
from resnet_core.language.terms import amount
from resnet_core.registry import BLOCKS, NETWORKS

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.zh-CN.md"]
NAMES = ("index", "tutorial", "embed", "architecture", "serving")
PAGES = [f"docs/{language}/{name}.md" for name in NAMES for language in ("en", "zh")]
DOCUMENTS = [*READMES, "CONTRIBUTING.md", "CHANGELOG.md", *PAGES]
# Commands that set up or fetch something, and are not run here.
SETUP = {"docker", ".", "git", "pip"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """Examples run in an empty folder of their own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def registries() -> Iterator[None]:
    """What an example registers is forgotten after it."""
    with BLOCKS.temporary(), NETWORKS.temporary():
        yield


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(workers=0)), base_url="http://localhost:8000") as client:
        yield client


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def examples(document: str, *languages: str) -> list[str]:
    """The code blocks of a document in these languages."""
    fenced = re.findall(r"^```(\w+)\n(.*?)^```$", read(document), re.MULTILINE | re.DOTALL)
    return [code for language, code in fenced if language in languages]


def lines(document: str) -> Iterator[list[str]]:
    """Every shell command of a document, split into words."""
    for block in examples(document, "sh"):
        for line in block.splitlines():
            if words := shlex.split(line, comments=True):
                yield words


def sessions(document: str) -> Iterator[tuple[str, str]]:
    """Every command that is shown with its answer."""
    for block in examples(document, "console"):
        for session in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, answer = session.partition("\n")
            yield command, answer


def cells(document: str, start: str) -> Iterator[list[str]]:
    """The rows of the table whose first line starts so, without its head."""
    text = read(document)
    table = text[text.index(start) :].split("\n\n")[0]
    for row in table.splitlines()[2:]:
        yield [part.strip(" `") for part in row.strip("|").split(" | ")]


def run_modules(document: str) -> None:
    """Run the files that a document shows; one that begins with its name is saved as well."""
    for code in examples(document, "python"):
        if ">>>" not in code:
            exec(compile(code, document, "exec"), {"__name__": "documents"})
    # What is to be read and never run is shown as text.
    for code in examples(document, "python", "text"):
        if found := re.match(r"# (\w+\.py)\n", code):
            Path(found[1]).write_text(code, encoding="utf-8")
    for name, text in written(document):
        Path(name).write_text(text, encoding="utf-8")


def written(document: str) -> Iterator[tuple[str, str]]:
    """The documents that its commands fill: each is what the fence before the command shows."""
    fenced = re.findall(r"^(`{3,})(\w+)\n(.*?)^\1$", read(document), re.MULTILINE | re.DOTALL)
    for (_, _, text), (_, language, command) in itertools.pairwise(fenced):
        if language == "sh" and (found := re.match(r"resnet-diagram docs (\S+\.\w+)$", command)):
            yield found[1], text


def asked(client: TestClient, words: list[str]) -> Any:
    """The server's answer to a curl command."""
    rest, headers, body = iter(words), {"Accept": "*/*"}, None
    url = ""
    for word in rest:
        if word == "-H":
            name, _, value = next(rest).partition(":")
            headers[name] = value.strip()
        elif word == "--json":
            body = json.loads(next(rest))
        elif word == "-o":
            next(rest)
        else:
            url = word.removeprefix("localhost:8000")
    return client.request("GET" if body is None else "POST", url, headers=headers, json=body)


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_commands_of_a_document_work(document, client):
    run_modules(document)
    targets = re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE)
    for program, *words in lines(document):
        if program == "resnet-diagram" and words[0] == "serve":
            # It would not end: what it is asked is read, and refused where it is wrong.
            command = command_line.get_command(click.Context(command_line), "serve")
            assert command.make_context("serve", words[1:]).params
        elif program == "resnet-diagram":
            result = CliRunner().invoke(command_line, words)
            assert result.exit_code == 0, result.output
        elif program == "curl":
            assert asked(client, words).status_code == 200, words
        elif program == "make":
            assert words[0] in targets
        else:
            assert program in SETUP


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_answers_in_a_document_are_the_real_ones(document, client):
    run_modules(document)
    for command, expected in sessions(document):
        program, *words = shlex.split(command)
        if program == "curl":
            assert asked(client, words).json() == json.loads(expected)
        else:
            said = CliRunner().invoke(command_line, words).output
            same = doctest.OutputChecker().check_output(expected, said, doctest.ELLIPSIS)
            assert same, f"{command}\n{said}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_python_of_a_document_runs(document):
    run_modules(document)
    for number, code in enumerate(examples(document, "python")):
        test = doctest.DocTestParser().get_doctest(code, {}, document, document, number)
        said: list[str] = []
        doctest.DocTestRunner().run(test, out=said.append)
        assert not said, "".join(said)


def test_the_block_of_the_recipe_is_found_by_everyone(client):
    run_modules("CONTRIBUTING.md")
    assert "rezero" in blocks()
    record = client.get("/blocks/rezero").json()
    assert list(record["parameters"]["properties"]) == ["inplanes", "planes", "stride"]
    assert record["formula"].startswith("relu(shortcut(x) + α · f(x))")
    assert record["paper"] == "https://arxiv.org/abs/2003.04887"
    assert "ReZeroBlock" in client.get("/", headers={"Accept": "text/html"}).text


def test_every_place_on_the_map_exists():
    for place in re.findall(r"`((?:resnet_core|app|tests|bench|docs|static|templates)/[^`]*)`",
                            read("CONTRIBUTING.md")):  # fmt: skip
        assert (ROOT / place).exists(), place


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document):
    text = re.sub(r"^(`{4,}).*?^\1$", "", read(document), flags=re.MULTILINE | re.DOTALL)
    places = re.findall(r"\]\(([^)]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    for place in filter(None, itertools.chain.from_iterable(places)):
        file, _, anchor = place.partition("#")
        if not place.startswith("http") and file:
            assert (ROOT / document).parent.joinpath(file).exists(), place
        elif anchor and document in PAGES:
            assert anchor in anchors(text), place


def anchors(text: str) -> set[str]:
    """The names of a page's places: of its headings as GitHub and MkDocs make them, and its own."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    own = re.findall(r'<a id="([^"]+)"', text)
    return {*own, *(re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in headings)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_that_is_named_exists(document):
    targets = re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE)
    for target in re.findall(r"`make (\w+)", read(document)):
        assert target in targets


@pytest.mark.parametrize("document", READMES)
def test_the_numbers_of_a_readme_are_the_published_ones(document, published):
    start = next(line for line in read(document).splitlines() if line.endswith("|---:|---:|"))
    before = read(document)[: read(document).index(start)].rstrip("\n").rpartition("\n")[2]
    rows = list(cells(document, before))
    assert len(rows) == 7
    for name, params, macs in rows:
        totals = draw(model=name).graph.totals
        assert params == f"{totals.params:,}" == f"{published['torchvision'][name]['params']:,}"
        assert macs == amount(totals.macs)


@pytest.mark.parametrize("document", READMES)
def test_a_readme_names_every_format(document):
    named = re.findall(r"^\| `(\w+)` \| [^|]+ \|$", read(document), re.MULTILINE)
    assert named == list(FORMATS)


@pytest.mark.parametrize("document", READMES)
def test_a_readme_names_every_parameter_of_input_and_view(document):
    for name in (*Input.model_fields, *Options.model_fields):
        assert re.search(rf"`{name}[`=]", read(document)), name


def test_the_two_readmes_show_the_same_examples():
    first, second = (
        [
            _without_comments(example)
            for example in examples(document, "sh", "console", "python", "html")
        ]
        for document in READMES
    )
    assert first == second


@pytest.mark.parametrize("page", PAGES[::2])
def test_a_page_shows_the_same_examples_in_both_languages(page):
    first, second = (
        [
            [_without_comments(code) for code in examples(document, language)]
            for language in ("sh", "console", "python", "html", "text", "yaml", "rst", "latex")
        ]
        for document in (page, page.replace("/en/", "/zh/"))
    )
    assert first == second


def _without_comments(code: str) -> list[str]:
    return [line.split("  #")[0].rstrip() for line in code.splitlines()]
