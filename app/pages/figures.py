"""Parameters and multiply-adds of every subject as it comes, read from a file.

The gallery shows them of all subjects at once and traces none. ``python -m app.pages.figures``
writes the file; the tests hold it equal to the traces.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from resnet_core import Diagram
from resnet_core.registry import BLOCKS, NETWORKS

FILE = Path(__file__).with_name("figures.json")


@dataclass(frozen=True)
class Figures:
    """What one subject costs at its defaults."""

    params: int
    macs: int


@cache
def figures() -> dict[str, Figures]:
    """The figures by the subject's name; of one that was added since then, none."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: Figures(*row) for name, row in found.items()}


def measured(kind: str, name: str) -> Figures:
    """The figures of one subject, from a trace."""
    totals = Diagram.of([(kind, name)]).graph.totals
    return Figures(totals.params, totals.macs)


def write() -> None:
    """Trace every subject, and write down what it costs."""
    rows = []
    for subject in (*BLOCKS.values(), *NETWORKS.values()):
        found = measured(subject.kind, subject.name)
        rows.append(f' "{subject.name}": [{found.params}, {found.macs}]')
    FILE.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write()
