"""The magics, in a notebook that is really executed."""

from __future__ import annotations

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
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


def shown(*cells: str) -> list[dict[str, str]]:
    """The data of each cell's result."""
    notebook = new_notebook(
        cells=[new_code_cell(cell) for cell in ("%load_ext resnet_core.embed.jupyter", *cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )
    NotebookClient(notebook, timeout=120).execute()
    return [cell["outputs"][-1]["data"] for cell in notebook.cells[1:]]


def test_a_notebook_shows_svg():
    line, call, comparison, own = shown(
        "%resnet_diagram bottleneck stride=2",
        "from resnet_core import draw, compare\ndraw(block='basic')",
        "compare(draw(block='basic'), draw(block='basic', stride=2))",
        NET,
    )
    assert line["image/svg+xml"] == draw(block="bottleneck", stride=2).svg
    assert call["image/svg+xml"] == draw(block="basic").svg
    found = compare(draw(block="basic"), draw(block="basic", stride=2))
    assert comparison["image/svg+xml"] == found.svg
    assert ">Net<" in own["image/svg+xml"]
    assert "3×3 conv" not in own["image/svg+xml"]
    assert "参数" in own["image/svg+xml"]
    assert all("text/plain" in data for data in (line, call, comparison, own))


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%resnet_diagram botleneck", "did you mean 'bottleneck'?"),
        (NET.replace("Net input", "Nett input"), "the notebook has no module 'Nett'"),
        (NET.replace("1x3x8x8", "1x3xhuge"), "it is no shape"),
    ],
)
def test_a_mistake_is_told_in_one_line(cell, said):
    with pytest.raises(CellExecutionError) as told:
        shown(cell)
    assert said in str(told.value)
    assert "UsageError" in str(told.value)
