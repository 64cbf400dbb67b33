"""Mermaid itself, the version named here, reads and draws every chart, within its own limits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from resnet_core import compare, draw
from tests.browser.visits import Visits
from tests.subjects import drawable

VERSION = "12.3.0"
# Fetched once for each environment.
PLACE = Path(sys.prefix) / "share" / f"mermaid-{VERSION}.min.js"
WITHIN = "package/dist/mermaid.min.js"

# resnet1202 has the same parts as resnet110 and takes twenty times as long.
SUBJECTS = [{subject.kind: subject.name} for subject in drawable()]
FAILURE = {"block": "residual_attention", "stride": 2}
DRAWN = (
    {"block": "bottleneck", "stride": 2},
    {"block": "preact_bottleneck", "attention": "se", "lang": "zh"},
    {"model": "resnet18", "direction": "LR"},
    {"model": "seresnet50", "expand": "layer1.0", "theme": "dark"},
    FAILURE,
)
COMPARED = (
    {"block": "bottleneck", "attention": "se"},
    {"block": "preact_basic", "stride": 2},
    {"block": "bottleneck", "stride": 2, "shortcut": "identity"},
    {"model": "resnet50d"},
)
PARSE = """async (charts) => {
  const wrong = [];
  for (const chart of charts) await mermaid.parse(chart).catch((error) => wrong.push(`${error}`));
  return wrong;
}"""
RENDER = """async (chart) => {
  const { svg } = await mermaid.render('chart', chart);
  document.body.innerHTML = svg;
  const count = (path) => document.querySelectorAll(path).length;
  return [count('g.node'), count('path.flowchart-link'), count('g.cluster'),
          document.body.textContent];
}"""


# Labels that are higher than the lines that they were written in.
BROKEN = """() => [...document.querySelectorAll('.nodeLabel p')]
  .filter((each) => {
    const lines = each.querySelectorAll('br').length + 1;
    return each.offsetHeight > (lines + 0.5) * parseFloat(getComputedStyle(each).lineHeight);
  })
  .map((each) => each.textContent)"""


@pytest.fixture(scope="session")
def bundle() -> Path:
    """Mermaid for browsers. Without npm, tests are skipped, but never in CI."""
    if not PLACE.exists():
        if not (os.environ.get("CI") or shutil.which("npm")):
            pytest.skip("npm, which fetches Mermaid, is not there")
        _fetch()
    return PLACE


def _fetch() -> None:
    folder = PLACE.parent / f"mermaid-{os.getpid()}"
    folder.mkdir(parents=True)
    subprocess.run(
        ["npm", "pack", "--silent", f"mermaid@{VERSION}"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=120,
    )
    with tarfile.open(folder / f"mermaid-{VERSION}.tgz") as package:
        package.extract(WITHIN, folder, filter="data")
    (folder / WITHIN).replace(PLACE)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def mermaid(browser, bundle):
    """A page with Mermaid as a reader of GitHub has it: nothing set but what is so anyway."""
    visits = Visits(browser, "about:")
    page = visits.blank()
    page.add_script_tag(path=bundle)
    page.evaluate("mermaid.initialize({ startOnLoad: false })")
    yield page
    visits.close()
    assert visits.complaints == []


def test_every_subject_is_read(mermaid):
    asked = [
        {**subject, "detail": detail, "direction": direction, "lang": lang}
        for subject in (*SUBJECTS, FAILURE)
        for detail, direction, lang in (("op", "TB", "en"), ("block", "LR", "zh"))
    ]
    assert mermaid.evaluate(PARSE, [draw(**query).mermaid for query in asked]) == []


@pytest.mark.parametrize("asked", DRAWN, ids=lambda item: next(iter(item.values())))
def test_every_box_wire_and_frame_is_drawn(mermaid, asked):
    diagram = draw(**asked)
    boxes, wires, frames, text = mermaid.evaluate(RENDER, diagram.mermaid)
    assert boxes == len(diagram.shown.nodes)
    assert wires == len(diagram.shown.edges)
    assert frames == diagram.mermaid.count("subgraph ")
    assert diagram.subject.title in text
    assert mermaid.locator(".nodeLabel p").count() >= boxes
    assert mermaid.evaluate(BROKEN) == []


@pytest.mark.parametrize("view", ["one", "side"])
@pytest.mark.parametrize("b", COMPARED, ids=lambda item: "-".join(map(str, item.values())))
def test_comparisons_are_drawn(mermaid, b, view):
    found = compare(draw(block="bottleneck"), draw(**b), view=view, lang="zh")
    boxes, wires, frames, text = mermaid.evaluate(RENDER, found.mermaid)
    assert boxes == len(found.sheet.boxes)
    assert wires == len(found.sheet.wires)
    assert frames == found.mermaid.count("subgraph ")
    assert found.caption.title in text


def test_what_is_no_chart_is_not_read(mermaid):
    assert mermaid.evaluate(PARSE, ["flowchart TB\n  a --> ["]) != []
