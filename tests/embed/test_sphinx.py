"""The Sphinx extension, in real projects: every builder, two processes, warnings as errors."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from resnet_core import draw, sweep, window

ROOT = Path(__file__).parents[2]
INDEX = """
Project
=======

See :ref:`halving` and :numref:`halving`.

.. toctree::

{pages}

.. resnet-block:: bottleneck stride=2
   :caption: Halves the *map*
   :name: halving
   :align: center
   :class: wide
   :width: 300

.. resnet-model:: resnet18
   :alt: A "network"
   :theme: auto

.. resnet-compare:: "basic" "basic stride=2"

.. resnet-sweep:: bottleneck over=stride values=1,2

.. resnet-window:: bottleneck stride=2 node=downsample.0
   :align: right
   :width: 40%

.. resnet-source::
   :call: Net(8)
   :input: 1x3x8x8

   class Net(nn.Module):
       def __init__(self, planes):
           super().__init__()
           self.conv = nn.Conv2d(3, planes, 1)

       def forward(self, x):
           return F.relu(self.conv(x))

.. resnet-module:: code/net.py:Own input=1x3x8x8

.. resnet-source:: /code/read.py
   :input: 1x3x8x8
"""
NET = """
from torch import nn
from neighbour import PLANES

class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, PLANES, 1)

    def forward(self, x):
        return self.conv(x)
"""


MISTAKES = {
    ".. resnet-block:: botleneck": "did you mean 'bottleneck'?",
    ".. resnet-block:: resnet50": "there is no block 'resnet50'",
    ".. resnet-diagram:: basic stride=9": "stride=9: it is not from 1 to 4",
    ".. resnet-compare:: basic": "it takes two subjects",
    ".. resnet-diagram:: conf.py:Net input=1x3": "modules from files are not drawn here",
    ".. resnet-sweep:: basic over=strid": "did you mean 'stride'?",
    ".. resnet-window:: basic node=conv3": "allowed: conv1, conv2",
    ".. resnet-source::": "no class, function or name in it is a module",
    ".. resnet-source:: none.py": "it cannot be read",
    ".. resnet-module:: conf.py:extensions input=1x3": "it is no module",
    ".. resnet-module:: conf.py:Net": "needs the shape of its input",
    ".. resnet-module:: bottleneck": "it names no module of a file",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A project of eight documents: fewer are not read in parallel."""
    tmp_path = tmp_path_factory.mktemp("project")
    (tmp_path / "conf.py").write_text(
        'project = "P"\nextensions = ["resnet_core.embed.sphinx"]\nnumfig = True\n'
    )
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "net.py").write_text(NET)
    (tmp_path / "code" / "read.py").write_text(
        NET.replace("from neighbour import PLANES", "").replace("PLANES", "7")
        + "raise SystemExit\n"
    )
    (tmp_path / "code" / "neighbour.py").write_text("PLANES = 9\n")
    names = [f"page{number}" for number in range(7)]
    pages = "\n".join(f"   {name}" for name in names)
    (tmp_path / "index.rst").write_text(INDEX.format(pages=pages))
    for number, name in enumerate(names, 1):
        (tmp_path / f"{name}.rst").write_text(
            f"Page {number}\n======\n\n.. resnet-diagram:: basic planes={8 * number}\n"
        )
    return tmp_path


def built(project: Path, builder: str, *options: str, fails: bool = False) -> str:
    """The folder of the results; what Sphinx said where it is to fail."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", builder, *options]
    done = subprocess.run(
        [*command, str(project), str(project / "_out" / builder), "-d", str(project / "_trees")],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode != 0) == fails, done.stderr
    return done.stderr if fails else str(project / "_out" / builder)


@pytest.fixture(scope="module")
def html(project) -> Path:
    return Path(built(project, "html", "-j", "2"))


@pytest.mark.slow
def test_html_latex_and_text_show_the_same_diagrams(project, html):
    out = html
    page = (out / "index.html").read_text()
    first, second, third, fourth, fifth, sixth, seventh, eighth = re.findall(
        r'<img src="(_images/resnet-\w{16}\.svg)" alt="([^"]*)"', page
    )
    assert (out / first[0]).read_bytes() == draw(block="bottleneck", stride=2).render("svg")
    assert (out / second[0]).read_bytes() == draw(model="resnet18", theme="auto").render("svg")
    assert first[1].startswith("Bottleneck: 256 → 256 channels, stride 2")
    assert second[1] == "A &quot;network&quot;"
    assert (out / third[0]).exists()
    bottleneck = draw(block="bottleneck")
    assert (out / fourth[0]).read_text() == sweep(bottleneck, "stride", [1, 2]).svg
    halving = draw(block="bottleneck", stride=2)
    assert (out / fifth[0]).read_text() == window(halving, "downsample.0").svg
    read, own, own_read = ((out / item[0]).read_text() for item in (sixth, seventh, eighth))
    assert all(f"{planes}×8×8" in svg for planes, svg in ((8, read), (9, own)))
    assert "7×8×8" in own_read
    assert seventh[1].startswith("Own: 8×8 input")
    opened = re.search(r'<figure class="([^"]*)" id="halving">', page)
    assert {"align-center", "resnet-diagram", "wide"} <= set(opened[1].split())
    assert '<span class="caption-text">Halves the <em>map</em></span>' in page
    assert 'href="#halving"' in page
    assert 'style="width: 300px"' in page
    # Seven pages and the eight of the index, no two alike.
    assert len(list((out / "_images").glob("*.svg"))) == 15
    index = (out / "searchindex.js").read_text()
    terms = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))["terms"]
    assert "conv" in terms

    tex = Path(built(project, "latex", "-j", "2"))
    source = next(tex.glob("*.tex")).read_text()
    names = re.findall(r"\\sphinxincludegraphics(?:\[.*?\])?\{(resnet-\w+\.pdf)\}", source)
    assert len(names) == 15
    assert all((tex / name).read_bytes().startswith(b"%PDF") for name in names)
    text = (Path(built(project, "text", "-j", "2")) / "index.txt").read_text()
    assert "3×3 conv, 64, /2" in text


@pytest.mark.slow
def test_every_mistake_is_told_with_file_and_line(tmp_path):
    (tmp_path / "conf.py").write_text('extensions = ["resnet_core.embed.sphinx"]\n')
    (tmp_path / "index.rst").write_text("P\n=\n\nText.\n\n" + "\n\n".join(MISTAKES) + "\n")
    told = built(tmp_path, "html", fails=True)
    for number, said in enumerate(MISTAKES.values()):
        start = f"{tmp_path / 'index.rst'}:{6 + 2 * number}: ERROR: "
        assert start in told, told
        assert said in told.partition(start)[2].partition("[docutils]")[0]


def sets_sphinx() -> bool:
    """Whether there is a LaTeX with what Sphinx's manuals load."""
    if shutil.which("latexmk") is None:
        return False
    wanted = ["tgheros.sty", "fncychap.sty", "wrapfig.sty", "titlesec.sty", "tabulary.sty"]
    return subprocess.run(["kpsewhich", *wanted], capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not sets_sphinx(), reason="latexmk, or what Sphinx needs, is not installed")
def test_latex_becomes_a_pdf_with_every_picture_below_its_title(project):
    tex = Path(built(project, "latex"))
    done = subprocess.run(
        ["make", "-C", str(tex), "LATEXMKOPTS=-halt-on-error"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    told = (tex / "p.log").read_text(errors="replace")
    assert not re.findall(r"^(?:Overfull|LaTeX Warning: Float).*", told, re.MULTILINE)
    text = subprocess.run(
        ["pdftotext", "-layout", str(tex / "p.pdf"), "-"], capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    pages = text.split("\f")
    for number in range(1, 8):
        (page,) = (page for page in pages if f"PAGE {number}\n" in page)
        assert f"3×3 conv, {8 * number}\n" in re.sub(" {2,}", "\n", page)
    assert re.search(r"Fig\. \d\.1: Halves the map", text)
    for words in ("ResNet-18", "Bottleneck over stride", "never read", "7×8×8", "9×8×8"):
        assert words in text


@pytest.mark.slow
def test_a_picture_is_drawn_again_when_what_its_file_imports_is_edited(tmp_path):
    (tmp_path / "conf.py").write_text('extensions = ["resnet_core.embed.sphinx"]\n')
    (tmp_path / "index.rst").write_text("P\n=\n\n.. resnet-module:: net.py:Own input=1x3x8x8\n")
    (tmp_path / "net.py").write_text(NET)
    shown = {}
    for planes in (5, 6):
        (tmp_path / "neighbour.py").write_text(f"PLANES = {planes}\n")
        out = Path(built(tmp_path, "html"))
        (picture,) = re.findall(r'src="(_images/[^"]+)"', (out / "index.html").read_text())
        shown[planes] = (out / picture).read_text()
    assert all(f">{planes}×8×8<" in svg for planes, svg in shown.items())


@pytest.mark.slow
def test_the_search_of_a_chinese_project_finds_the_words_of_its_pictures(tmp_path):
    pytest.importorskip("jieba", reason="jieba, by which Sphinx cuts Chinese, is not installed")
    settings = 'language = "zh_CN"\nextensions = ["resnet_core.embed.sphinx"]\n'
    (tmp_path / "conf.py").write_text(settings)
    (tmp_path / "index.rst").write_text("P\n=\n\n.. resnet-block:: bottleneck lang=zh\n")
    index = Path(built(tmp_path, "html"), "searchindex.js").read_text()
    terms = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))["terms"]
    assert {"卷积", "参数", "bottleneck"} <= set(terms)


@pytest.mark.slow
def test_a_second_builder_and_a_second_build_draw_nothing_again(html):
    project = html.parents[1]
    store, page = project / "_trees" / "resnet_diagram", project / "page0.rst"
    before = {path.name: path.stat().st_mtime_ns for path in store.iterdir()}
    assert before
    written = page.read_text()
    page.write_text("Page\n====\n\n.. resnet-diagram:: basic planes=16\n")
    built(project, "html")
    built(project, "singlehtml")
    page.write_text(written)
    assert {path.name: path.stat().st_mtime_ns for path in store.iterdir()} == before
