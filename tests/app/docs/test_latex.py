"""LaTeX really sets what its markers become: nothing over the margin, every word on the paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main

MARKERS = {
    "bottleneck stride=2 width=column theme=ink": "136,448",
    "resnet18 lang=zh": "感受野",
    "basic as=png scale=3": "",
    'compare "bottleneck" "basic stride=2"': "BasicBlock",
    "sweep bottleneck over=stride": "Bottleneck over stride",
    "window bottleneck stride=2 node=downsample.0": "never read",
    "basic as=txt": "input 64x56x56",
    "bottleneck stride=2 as=txt": "1x1 conv, 256, /2",
}
CODE = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x):
        return F.relu(self.conv(x))"""
FIGURE = r"""\begin{figure}
  % resnet-diagram basic
  % /resnet-diagram
  \caption{A basic block.}
\end{figure}"""


def typeset(document: Path) -> str:
    """What LaTeX says of the document; beside it lies its PDF."""
    command = ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", document.name]
    done = subprocess.run(
        command, cwd=document.parent, capture_output=True, text=True, errors="replace", check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    return document.with_suffix(".log").read_text(encoding="utf-8", errors="replace")


def words_of(pdf: Path) -> str:
    """The words of a PDF, as they are copied from it."""
    return subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("latexmk") is None, reason="latexmk is not installed")
def test_every_kind_of_picture_stands_within_the_margins(tmp_path):
    code = "\n".join(f"% {line}".rstrip() for line in CODE.splitlines())
    asked = [*MARKERS, f"source input=1x3x32x32 show=code\n{code}"]
    body = "\n\n".join(f"% resnet-diagram {words}\n% /resnet-diagram" for words in asked)
    document = tmp_path / "paper.tex"
    document.write_text(
        "\\documentclass{article}\n\\usepackage{graphicx}\n\\begin{document}\nWords.\n\n"
        f"{FIGURE}\n\n{body}\n\n\\end{{document}}\n"
    )
    done = CliRunner().invoke(main, ["docs", "-j", "1", str(document)])
    assert done.exit_code == 0, done.output
    told = typeset(document)
    assert not re.findall(r"^(?:Overfull|LaTeX Warning: Float).*", told, re.MULTILINE)
    said = " ".join(words_of(document.with_suffix(".pdf")).split())
    for words in filter(None, MARKERS.values()):
        assert words in said, words
    assert "Figure 1: A basic block." in said
    assert "self.conv = nn.Conv2d(3, 8, 3, padding=1)" in said
