"""The Sphinx extension, in real projects: every builder, two processes, warnings as errors."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from resnet_core import draw

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
"""


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of eight documents: fewer are not read in parallel."""
    (tmp_path / "conf.py").write_text(
        'project = "P"\nextensions = ["resnet_core.embed.sphinx"]\nnumfig = True\n'
    )
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


@pytest.mark.slow
def test_html_latex_and_text_show_the_same_diagrams(project):
    out = Path(built(project, "html", "-j", "2"))
    page = (out / "index.html").read_text()
    first, second, third = re.findall(
        r'<img src="(_images/resnet-\w{16}\.svg)" alt="([^"]*)"', page
    )
    assert (out / first[0]).read_bytes() == draw(block="bottleneck", stride=2).render("svg")
    assert (out / second[0]).read_bytes() == draw(model="resnet18", theme="auto").render("svg")
    assert first[1].startswith("Bottleneck: 256 → 256 channels, stride 2")
    assert second[1] == "A &quot;network&quot;"
    assert (out / third[0]).exists()
    opened = re.search(r'<figure class="([^"]*)" id="halving">', page)
    assert {"align-center", "resnet-diagram", "wide"} <= set(opened[1].split())
    assert '<span class="caption-text">Halves the <em>map</em></span>' in page
    assert 'href="#halving"' in page
    assert 'style="width: 300px"' in page
    # Seven pages and the three of the index, no two alike.
    assert len(list((out / "_images").glob("*.svg"))) == 10
    index = (out / "searchindex.js").read_text()
    terms = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))["terms"]
    assert "conv" in terms

    tex = Path(built(project, "latex", "-j", "2"))
    source = next(tex.glob("*.tex")).read_text()
    names = re.findall(r"\\sphinxincludegraphics(?:\[.*?\])?\{(resnet-\w+\.pdf)\}", source)
    assert len(names) == 10
    assert all((tex / name).read_bytes().startswith(b"%PDF") for name in names)
    text = (Path(built(project, "text", "-j", "2")) / "index.txt").read_text()
    assert "3×3 conv, 64, /2" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("directive", "said"),
    [
        (".. resnet-block:: botleneck", "did you mean 'bottleneck'?"),
        (".. resnet-block:: resnet50", "there is no block 'resnet50'"),
        (".. resnet-diagram:: basic stride=9", "stride=9: it is not from 1 to 4"),
        (".. resnet-compare:: basic", "it takes two subjects"),
        (".. resnet-diagram:: conf.py:Net input=1x3", "modules from files are not drawn here"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path, directive, said):
    (tmp_path / "conf.py").write_text('extensions = ["resnet_core.embed.sphinx"]\n')
    (tmp_path / "index.rst").write_text(f"P\n=\n\nText.\n\n{directive}\n")
    told = built(tmp_path, "html", fails=True)
    assert f"{tmp_path / 'index.rst'}:6: ERROR: " in told
    assert said in told


@pytest.mark.slow
def test_a_second_builder_and_a_second_build_draw_nothing_again(project):
    built(project, "html")
    store = project / "_trees" / "resnet_diagram"
    before = {path.name: path.stat().st_mtime_ns for path in store.iterdir()}
    (project / "page0.rst").write_text("Page\n====\n\n.. resnet-diagram:: basic planes=16\n")
    built(project, "html")
    assert {path.name: path.stat().st_mtime_ns for path in store.iterdir()} == before
