"""The magics, in a notebook that is really executed."""

from __future__ import annotations

import re
from base64 import b64decode

import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from resnet_core import compare, draw

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
NET = """%%resnet_diagram Net input=1x3x8x8 lang=zh
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 1)
    def forward(self, x):
        return torch.relu(self.conv(x))
"""


SOURCE = NET.replace("Net input", "source input").replace(
    "import torch\n", "import torch, nowhere\n"
)


def executed(*cells: str, **options: bool) -> NotebookNode:
    """The notebook of these cells, with what they gave."""
    notebook = new_notebook(
        cells=[new_code_cell(cell) for cell in ("%load_ext resnet_core.embed.jupyter", *cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )
    NotebookClient(notebook, timeout=120, **options).execute()
    return notebook


def test_a_notebook_shows_svg():
    notebook = executed(
        "%resnet_diagram bottleneck stride=2",
        "from resnet_core import draw, compare\ndraw(block='basic')",
        "compare(draw(block='basic'), draw(block='basic', stride=2))",
        NET,
        SOURCE,
        "%resnet_diagram basic as=png",
        "%resnet_diagram basic as=txt",
    )
    line, call, comparison, own, source, png, txt = (
        cell["outputs"][-1]["data"] for cell in notebook.cells[1:]
    )
    assert line["image/svg+xml"] == draw(block="bottleneck", stride=2).svg
    assert call["image/svg+xml"] == draw(block="basic").svg
    found = compare(draw(block="basic"), draw(block="basic", stride=2))
    assert comparison["image/svg+xml"] == found.svg
    assert ">Net<" in own["image/svg+xml"]
    assert "3×3 conv" not in own["image/svg+xml"]
    assert "参数" in own["image/svg+xml"]
    assert ">Net<" in source["image/svg+xml"]
    assert b64decode(png["image/png"]).startswith(b"\x89PNG")
    assert "image/svg+xml" not in {**png, **txt}
    text = draw(block="basic").render("txt").decode().strip("\n")
    assert txt["text/plain"] == png["text/plain"] == text
    assert call["text/plain"].strip("\n") == text
    assert all("text/plain" in data for data in (line, call, comparison, own))
    page = HTMLExporter().from_notebook_node(notebook)[0]
    shown_there = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', page)
    assert [b64decode(picture).decode() for picture in shown_there] == [
        data["image/svg+xml"] for data in (line, call, comparison, own, source)
    ]
    told = notebook.cells[1]["outputs"][-1]["metadata"]["image/svg+xml"]["alt"]
    assert told.startswith("Bottleneck: 256 → 256 channels, stride 2")
    assert png["image/png"].strip().replace("\n", "") in page.replace("\n", "")


MISTAKES = {
    "%resnet_diagram botleneck": "did you mean 'bottleneck'?",
    NET.replace("Net input", "Nett input"): "the notebook has no module 'Nett'",
    NET.replace("1x3x8x8", "1x3xhuge"): "it is no shape",
    "%resnet_diagram basic as=gif": "a notebook does not show it",
}


def test_mistakes_are_told_in_one_line():
    notebook = executed(*MISTAKES, allow_errors=True)
    for cell, said in zip(notebook.cells[1:], MISTAKES.values(), strict=True):
        (told,) = cell["outputs"]
        assert told["name"] == "stderr"
        assert told["text"].startswith("UsageError: ")
        assert said in told["text"]
        assert told["text"].count("\n") == 1
