"""``resnet-diagram docs``: markers are filled, all else stays, and what is stale is told."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest
import yaml
from click.testing import CliRunner, Result

from app.cli import main
from app.cli.output import put_file
from app.docs.dialects import SUFFIXES
from app.docs.files import documents
from resnet_core import draw

ROOT = Path(__file__).parents[3]

MODULE = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, {planes}, 1)

    def forward(self, x):
        return torch.relu(self.conv(x))
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return tmp_path


def docs(*words: str) -> Result:
    return CliRunner().invoke(main, ["docs", "-j", "1", *words])


def written(name: str, text: str) -> Path:
    path = Path(name)
    path.write_bytes(text.encode())
    return path


def pair(words: str, body: str = "") -> str:
    return f"before\n\n<!-- resnet-diagram {words} -->\n{body}<!-- /resnet-diagram -->\nafter\n"


def settled(path: Path) -> str:
    """The document after a run; a second run finds nothing to do."""
    assert docs(str(path)).exit_code == 0
    first = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    check = docs("--check", str(path))
    assert check.exit_code == 0, check.output
    assert docs(str(path)).exit_code == 0
    again = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    assert again == first
    return path.read_bytes().decode()


def test_only_what_lies_between_the_markers_is_written():
    path = written("a.md", pair("bottleneck stride=2 alt='A [block]'", "old\n\nlines\n"))
    assert settled(path) == pair(
        "bottleneck stride=2 alt='A [block]'", "![A \\[block\\]](bottleneck-stride-2.svg)\n"
    )
    drawn = draw(block="bottleneck", stride=2).render("svg")
    assert Path("bottleneck-stride-2.svg").read_bytes() == drawn


def test_windows_line_ends_stay():
    path = written("a.md", pair("basic").replace("\n", "\r\n"))
    text = settled(path)
    assert text.count("\n") == text.count("\r\n") == 6


def test_a_block_becomes_a_pair_in_its_list():
    path = written("a.md", "- item\n\n  ```resnet-diagram\n  basic\n  stride=2 as=png\n  ```\n")
    lines = settled(path).splitlines()
    assert lines[2] == "  <!-- resnet-diagram basic stride=2 as=png -->"
    assert lines[3].startswith("  ![BasicBlock: 64 → 64 channels, stride 2")
    assert lines[3].endswith("](basic-stride-2.png)")
    assert lines[4:] == ["  <!-- /resnet-diagram -->"]


def test_a_marker_that_is_shown_as_code_is_not_obeyed():
    text = "````markdown\n```resnet-diagram\nnonsense\n```\n" + pair("nonsense") + "````\n"
    assert settled(written("a.md", text)) == text


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ("basic as=txt", "```text\nBasicBlock"),
        ("basic as=mmd", "```mermaid\n---"),
        ("basic as=md", "\n**BasicBlock**"),
    ],
)
def test_a_text_stands_in_the_document_itself(words, start):
    text = settled(written("a.md", pair(words)))
    assert text.partition("-->\n")[2].startswith(start)
    assert [file.name for file in Path().iterdir()] == ["a.md"]


def test_a_pair_of_pictures_follows_the_system():
    text = settled(written("a.html", pair("basic as=pair file=pictures/b alt='\"A\" & B'")))
    assert '<source media="(prefers-color-scheme: dark)" srcset="pictures/b-dark.svg">' in text
    assert '<img src="pictures/b.svg" alt="&quot;A&quot; &amp; B">' in text
    assert Path("pictures/b.svg").read_text() == draw(block="basic").svg
    assert Path("pictures/b-dark.svg").read_text() == draw(block="basic", theme="dark").svg


def test_restructured_text_is_still_read_by_docutils():
    from docutils.core import publish_doctree
    from docutils.nodes import comment, image

    text = "Title\n=====\n\n.. resnet-diagram: basic alt=Block\n.. /resnet-diagram\n\nEnd.\n"
    tree = publish_doctree(settled(written("a.rst", text)))
    assert [(found["uri"], found["alt"]) for found in tree.findall(image)] == [
        ("basic.svg", "Block")
    ]
    assert len(list(tree.findall(comment))) == 2


def test_a_literal_block_of_restructured_text_is_not_obeyed():
    text = "So::\n\n   .. resnet-diagram: nonsense\n   .. /resnet-diagram\n\nEnd.\n"
    assert settled(written("a.rst", text)) == text


def test_latex_gets_a_pdf_or_plain_letters():
    text = "".join(
        f"  % resnet-diagram {words}\n  % /resnet-diagram\n" for words in ("basic", "basic as=txt")
    )
    made = settled(written("a.tex", text))
    room = r"width=\linewidth,height=438bp,keepaspectratio"
    assert f"\n  \\noindent\\includegraphics[{room}]{{basic.pdf}}\n" in made
    assert Path("basic.pdf").read_bytes().startswith(b"%PDF")
    listing = made.partition("\\begin{verbatim}")[2].partition("\\end{verbatim}")[0]
    assert "+--" in listing
    assert "┌" not in listing


def test_a_notebook_changes_in_its_cell_alone():
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# é\n", "```resnet-diagram\n",
                                                            "basic\n", "```"]},
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
         "source": ["x = 1\n", "```resnet-diagram\n"]},
    ]  # fmt: skip
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    made = settled(written("a.ipynb", text))
    assert made.splitlines()[:4] == text.splitlines()[:4]
    found = json.loads(made)
    assert found["cells"][1] == cells[1]
    source = "".join(found["cells"][0].pop("source"))
    assert source.startswith("# é\n<!-- resnet-diagram basic -->\n![BasicBlock")
    assert json.dumps(found) == json.dumps(
        {**notebook, "cells": [{"cell_type": "markdown", "metadata": {}}, cells[1]]}
    )


def test_a_comparison_has_marks():
    from resnet_core import compare

    path = written("a.md", pair('compare "basic" "basic stride=2" view=side file=two'))
    assert settled(path).count("![") == 1
    found = compare(draw(block="basic"), draw(block="basic", stride=2), view="side")
    assert Path("two.svg").read_text() == found.svg


def test_a_sweep_and_a_window_are_figures_too():
    from resnet_core import sweep, window

    bottleneck = draw(block="bottleneck", stride=2)
    text = "".join(
        pair(words)
        for words in (
            "sweep bottleneck stride=2 over=groups values=1,2 file=s as=pair",
            "window bottleneck stride=2 node=downsample.0 at=1,0 file=w",
            "sweep bottleneck over=shortcut as=md",
            "window bottleneck stride=2 node=downsample.0 as=txt",
        )
    )
    made = settled(written("a.md", text))
    assert Path("s.svg").read_text() == sweep(bottleneck, "groups", [1, 2]).svg
    dark = draw(block="bottleneck", stride=2, theme="dark")
    assert Path("s-dark.svg").read_text() == sweep(dark, "groups", [1, 2]).svg
    assert Path("w.svg").read_text() == window(bottleneck, "downsample.0", "1,0").svg
    assert "| identity | 256×56×56 | 70,400 | 218.4 M |" in made
    assert "2,352 of 3,136 positions (75%) are never read" in made


def test_two_blocks_in_one_document_are_both_filled():
    block = "```resnet-diagram\n{}\n```\n\n```text\n<!-- /resnet-diagram -->\n```\n\n"
    made = settled(written("a.md", block.format("basic") + block.format("basic\nstride=2")))
    assert made.count("![") == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "```resnet-diagram\nsource input=1x3x8x8\n{0}\n```\nafter ```x```\n"),
        ("a.html", "<!-- resnet-diagram source input=1x3x8x8\n{0} -->\n<!-- /resnet-diagram -->\n"),
        ("a.rst", "P\n=\n\n.. resnet-diagram: source input=1x3x8x8\n{1}\n\n.. /resnet-diagram\n"),
        ("a.tex", "% resnet-diagram source input=1x3x8x8\n{2}\n% /resnet-diagram\nafter\n"),
    ],
)  # fmt: skip
def test_code_in_the_marker_is_read_and_never_run(name, text):
    from resnet_core import draw_source

    code = MODULE.format(planes=8).strip() + "\n\nprint(1 / 0)  # ```"
    forms = [code, *(indent(code, start, lambda _: True) for start in ("   ", "% "))]
    path = written(name, text.format(*forms))
    made = settled(path)
    drawing = draw_source(code, input="1x3x8x8")
    ending = "pdf" if name == "a.tex" else "svg"
    assert f"Net.{ending}" in made
    assert made.count("print(1 / 0)") == 1
    if ending == "svg":
        assert Path("Net.svg").read_text() == drawing.svg
    path.write_text(made.replace("nn.Conv2d(3, 8, 1)", "nn.Conv2d(3, 9, 1)"))
    assert docs("--check", name).exit_code == 1


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.md", "```python\n"),
        ("a.html", '<pre class="python">\n'),
        ("a.rst", "\n.. code-block:: python\n\n"),
        ("a.tex", "\\begin{verbatim}\n"),
    ],
)
def test_the_code_may_stand_above_its_picture(name, start):
    written("net.py", MODULE.format(planes=8))
    opening, closing = SUFFIXES[Path(name).suffix].pair
    words = "source net.py input=1x3x8x8 show=code"
    made = settled(written(name, f"{opening.format(words)}\n{closing}\n"))
    assert made.partition(f"{opening.format(words)}\n")[2].startswith(start)
    assert made.index("self.conv = nn.Conv2d(3, 8, 1)") < made.index("Net.")


def test_a_file_that_is_named_is_read_and_never_run(folder):
    (folder / "sub").mkdir()
    written("sub/net.py", MODULE.format(planes=8) + "\nraise SystemExit\n")
    path = written("sub/a.md", pair('source net.py call="Net()" input=1x3x8x8 file=net'))
    assert "![Net: 8×8 input" in settled(path)
    written("sub/net.py", MODULE.format(planes=9))
    assert docs("--check", str(path)).exit_code == 1


@pytest.mark.slow
def test_the_five_documents_have_a_picture_in_the_place_of_every_drawing_and_listing(folder):
    """Their text as it was found, with a block where a listing or a drawing stood."""
    for file in Path(__file__).with_name("documents").glob("*.md"):
        shutil.copy(file, folder)
    found = docs(".")
    assert found.exit_code == 0, found.output
    texts = {file.name: file.read_text() for file in sorted(folder.glob("*.md"))}
    pictures = [text.count("<!-- /resnet-diagram -->") for text in texts.values()]
    assert pictures == [3, 2, 6, 3, 4]
    assert not any("```resnet-diagram" in text for text in texts.values())
    assert "002.md:38: note: names were garbled" in found.output
    assert "AttentionModule is not defined in the source: SELayer is taken" in found.output
    assert draw(model="resnet18").graph.totals.params == 11_689_512
    assert ">11,689,512 parameters" in Path("garbled.svg").read_text()
    assert Path("resdown.svg").read_text().count("3×3 conv") >= 1
    assert "┌" in texts["004.md"]
    assert docs("--check", "000.md", "002.md").exit_code == 0


def test_a_module_of_a_file_is_drawn_from_beside_the_document(folder):
    (folder / "sub").mkdir()
    written("sub/net.py", MODULE.format(planes=8))
    path = written("sub/a.md", pair("net.py:Net input=1x3x8x8"))
    assert settled(path).count("![Net: 3 → 8 channels") or "![Net: 8×8 input]" in path.read_text()
    written("sub/net.py", MODULE.format(planes=9))
    assert docs("--check", "sub").exit_code == 1


@pytest.mark.parametrize(
    "edit",
    [
        lambda: Path("basic.svg").write_text("<svg/>"),
        lambda: Path("basic.svg").unlink(),
        lambda: written(
            "a.md", Path("a.md").read_text().replace("basic -->", "basic stride=2 -->")
        ),
        lambda: written("a.md", Path("a.md").read_text().replace("![", "![x")),
    ],
    ids=["picture", "gone", "parameter", "text"],
)
def test_check_finds_what_is_stale_and_writes_nothing(edit, monkeypatch):
    written("a.md", pair("basic"))
    docs("a.md")
    edit()
    before = {file.name: file.read_bytes() for file in Path().iterdir()}
    found = docs("--check", "a.md")
    assert found.exit_code == 1
    assert "a.md:3: stale: " in found.output
    assert "::error" not in found.output
    assert {file.name: file.read_bytes() for file in Path().iterdir()} == before
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::error file=a.md,line=3::stale: " in docs("--check", "a.md").output


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (pair("botleneck"), 3, "did you mean 'bottleneck'?"),
        (pair("basic stride=9"), 3, "stride=9: it is not from 1 to 4"),
        (pair("basic as=gif"), 3, "allowed: svg, png, pair, txt, mmd, md"),
        (pair('basic alt="x'), 3, "a quotation mark is not closed"),
        (pair("compare basic"), 3, "it takes two subjects"),
        (pair("net.py:Net"), 3, "batch first"),
        (pair("net.py:Net input=1x3x8x8"), 3, "there is no file"),
        ("<!-- resnet-diagram basic -->\n", 1, "no <!-- /resnet-diagram --> follows"),
        ("a\n<!-- /resnet-diagram -->\n", 2, "this marker closes none"),
        ("```resnet-diagram\nbasic\n", 1, "this block does not end"),
        ("<!-- resnet-diagram source\nclass A\n", 1, "this comment does not end"),
        ("```resnet-diagram\nsource\nx = '-->'\n```\n", 1, "its code has -->"),
        (pair("source nowhere.py"), 3, "it cannot be read"),
        (pair("source"), 3, "no class, function or name in it is a module"),
        (pair("basic show=code"), 3, "only source has code to show"),
        (pair("sweep basic over=strid"), 3, "did you mean 'stride'?"),
        (pair("window basic node=conv9"), 3, "allowed: conv1, conv2"),
        (pair("basic file=x") + pair("bottleneck file=x"), 8, "at a.md:3 writes another picture"),
        (pair("basic file=a.md/x"), 3, "x.svg cannot be written: "),
        (pair("exits.py:Net input=1x3"), 3, "exits.py failed with SystemExit"),
        (pair("fails.py:Net input=1x3"), 3, "no such luck"),
        (pair("source ends.py show=code input=1x3x8x8"), 3, "would be taken for a marker"),
        ("x\x0cy\u2028z\n" + pair("botleneck"), 4, "did you mean"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_status_two(text, line, said):
    net = MODULE.format(planes=8)
    written("exits.py", "raise SystemExit(3)\n")
    written(
        "fails.py", net.replace("return torch", "raise KeyError('no such luck')\n        torch")
    )
    written("ends.py", f'{net}\nENDS = """\n<!-- /resnet-diagram -->\n"""\n')
    path = written("a.md", text)
    found = docs("a.md")
    assert found.exit_code == 2
    assert f"a.md:{line}: " in found.output
    assert said in found.output
    if "file=x" not in text:
        assert path.read_text() == text


@pytest.mark.parametrize("name", ["a.md", "a.rst", "a.tex", "a.html"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_document_keeps_its_line_ends_and_its_byte_order_mark(name, start, newline):
    opening, closing = SUFFIXES[Path(name).suffix].pair
    lines = [opening.format("basic as=txt"), closing, "", "after"]
    made = settled(written(name, start + newline.join([*lines, ""])))
    assert made.startswith(start + lines[0] + newline)
    assert made.endswith(newline.join(["", *lines[1:], ""]))
    assert "BasicBlock" in made
    assert set(re.findall(r"\r\n|\r|\n", made)) == {newline}


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_notebook_keeps_them_too(start, newline):
    cell = {"cell_type": "markdown", "metadata": {}, "source": ["```resnet-diagram\n", "basic\n",
                                                                "```\n"]}  # fmt: skip
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    text = start + json.dumps(notebook, indent=1).replace("\n", newline)
    made = settled(written("a.ipynb", text))
    assert made.startswith(start + "{" + newline)
    assert set(re.findall(r"\r\n|\r|\n", made)) == {newline}
    (found,) = json.loads(made.removeprefix(start))["cells"]
    assert "](basic.svg)" in "".join(found["source"])


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [(b"one\ntwo \xff\xfe\n", 2, "it is not UTF-8"), (None, 1, "it cannot be read")],
    ids=["binary", "dangling"],
)
def test_what_cannot_be_read_is_told_and_the_others_are_filled(folder, content, line, said):
    written("good.md", pair("basic"))
    if content is None:
        (folder / "bad.md").symlink_to("nowhere.md")
    else:
        (folder / "bad.md").write_bytes(content)
    found = docs(".")
    assert found.exit_code == 2
    assert f"bad.md:{line}: {said}" in found.output
    assert "](basic.svg)" in Path("good.md").read_text()


def test_a_folder_that_is_read_only_is_told_and_its_document_left(folder, monkeypatch):
    """Said by the file system's answer: a superuser, as tests often are, may write everywhere."""

    def put(path: Path, content: bytes) -> None:
        if path.parent.name == "shut":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        put_file(path, content)

    monkeypatch.setattr(sys.modules["app.cli.docs"], "put_file", put)
    (folder / "shut").mkdir()
    text = pair("basic file=shut/b")
    written("a.md", text)
    written("b.md", pair("basic"))
    found = docs(".")
    assert found.exit_code == 2
    assert "a.md:3: shut/b.svg cannot be written: Permission denied" in found.output
    assert Path("a.md").read_text() == text
    assert "](basic.svg)" in Path("b.md").read_text()


def test_files_of_one_name_have_the_neighbours_of_their_own_folders(folder):
    """Python keeps a module under its name: the second folder's must not be the first one's."""
    net = MODULE.replace("from torch import nn", "from torch import nn\nfrom sizes import PLANES")
    for place, planes in (("one", 5), ("two", 7), ("one/three", 9)):
        (folder / place).mkdir()
        written(f"{place}/net.py", net.format(planes="PLANES"))
        written(f"{place}/sizes.py", f"PLANES = {planes}\n")
        written(f"{place}/a.md", pair("net.py:Net input=1x3x8x8 file=net"))
    before = list(sys.path)
    assert docs("one", "two").exit_code == 0
    for place, planes in (("one", 5), ("two", 7), ("one/three", 9)):
        assert f">{planes}×8×8<" in (folder / place / "net.svg").read_text(), place
    written("one/sizes.py", "PLANES = 6\n")
    found = docs("--check", "two", "one")
    assert found.exit_code == 1
    assert re.findall(r"^(\S+): stale", found.output, re.MULTILINE) == ["one/a.md:3"]
    sys.path[:] = before


def test_programs_are_told_the_same_as_json():
    written("a.md", pair("basic") + pair("botleneck") + pair("source net.py"))
    written("net.py", MODULE.format(planes=8).replace("torch.relu", "Swish()"))
    found = CliRunner().invoke(main, ["docs", "-j", "1", "--json", "--check", "a.md"])
    assert found.exit_code == 2
    data = json.loads(found.stdout)
    assert data["markers"] == 3
    assert set(data["files"]) >= {"basic.svg", "a.md"}
    assert next(finding["line"] for finding in data["mistakes"]) == 8
    assert {"line": 3, "path": "a.md"}.items() <= data["stale"][0].items()
    assert all(set(finding["text"]) == {"en", "zh"} for finding in data["stale"])


def test_folders_are_searched_but_for_copies(folder):
    for name in ("a.md", "sub/b.rst", ".git/c.md", "node_modules/d.md", "e.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("")
    assert [path.name for path in documents([Path()])] == ["a.md", "b.rst"]
    assert docs("e.txt").exit_code == docs("none.md").exit_code == 2


@pytest.mark.slow
def test_several_processes_draw_the_same():
    text = "".join(pair(f"basic stride={n} planes={m}") for n in (1, 2) for m in range(8, 48, 8))
    path = written("a.md", text)
    assert CliRunner().invoke(main, ["docs", "-j", "2", "a.md"]).exit_code == 0
    assert docs("--check", str(path)).exit_code == 0
    assert len(list(Path().glob("*.svg"))) == 10


def test_the_readmes_are_filled(folder):
    for name in ("README.md", "README.zh-CN.md"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("contact"))
    found = docs("--check", "README.md", "README.zh-CN.md")
    assert found.exit_code == 0, found.output
    assert "4 markers" in found.output


def test_the_hooks_call_what_there_is():
    hooks = {
        hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    }
    assert set(hooks) == {"resnet-diagram", "resnet-diagram-check"}
    path = str(written("a.md", pair("basic")))
    status = {}
    for name in ("resnet-diagram-check", "resnet-diagram"):
        program, command, *options = hooks[name]["entry"].split()
        assert (program, command, hooks[name]["language"]) == ("resnet-diagram", "docs", "python")
        taken = re.compile(hooks[name]["files"])
        assert all(taken.search(f"a{suffix}") for suffix in SUFFIXES)
        assert not any(taken.search(name) for name in ("a.py", "md"))
        status[name] = docs(*options, path).exit_code
    assert status == {"resnet-diagram-check": 1, "resnet-diagram": 0}
    assert "basic.svg" in Path(path).read_text()


@pytest.mark.slow
def test_the_action_runs_what_its_inputs_say(folder):
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    program = folder / "bin" / "resnet-diagram"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m app.cli "$@"\n')
    program.chmod(0o755)
    written("a.md", pair("basic"))

    def run(check: str) -> int:
        step = action["runs"]["steps"][-1]
        known = {"paths": "a.md", "check": check}
        values = {
            name: known[value.strip("${ }").removeprefix("inputs.")]
            for name, value in step["env"].items()
        }
        paths = {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        command = [step["shell"], "-e", "-c", step["run"]]
        return subprocess.run(command, env=os.environ | paths | values, check=False).returncode

    assert [run("true"), run("false"), run("true")] == [1, 0, 0]
    assert set(action["inputs"]) == {"paths", "check", "python-version"}
