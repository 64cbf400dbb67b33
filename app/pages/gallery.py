"""What the gallery shows: every subject on a card, families of cards, a small picture on each."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from app.pages.i18n import GAP
from resnet_core import Diagram
from resnet_core.diagram.form import plain
from resnet_core.registry import BLOCKS, NETWORKS, Subject

FAMILIES = (
    "Blocks for a ResNet", "Other blocks", "Variants of %(title)s", "Other networks", "Your own",
)  # fmt: skip
OF_RESNETS, OTHER_BLOCKS, VARIANTS, OTHER_NETWORKS, YOURS = FAMILIES
# A thousand layers take seconds to trace: not for somebody who only scrolls by.
DEEPEST = 200


@dataclass(frozen=True)
class Card:
    """One subject as the gallery shows it."""

    subject: Subject

    @property
    def query(self) -> str:
        """The explorer's query."""
        return urlencode([(self.subject.kind, self.subject.name)])

    @property
    def figures(self) -> Figures | None:
        """What it costs; not known of somebody's own module."""
        return None if self.subject.yours else figures().get(self.subject.name)

    def picture(self, theme: str, language: str) -> str:
        """The query of the small picture: few boxes, whatever the subject.

        The card says in words what its head and legend would say, in letters too small to read.
        """
        detail = "layer" if self.subject.kind == "block" else "stage"
        found = {self.subject.kind: self.subject.name, "detail": detail, "labels": "shape"}
        found |= {"header": "false", "legend": "false"}
        found |= {} if language == "en" else {"lang": language}
        found |= {} if theme == "light" else {"theme": theme}
        return urlencode(sorted(found.items()), safe=",:")

    @property
    def fixed(self) -> list[str]:
        """What makes a preset of its base."""
        return [f"{name}={plain(value)}" for name, value in self.subject.fixed]

    @property
    def drawn(self) -> bool:
        """Whether its picture is small enough to be drawn unasked."""
        return int(dict(self.subject.fixed).get("depth", 0)) <= DEEPEST


@dataclass(frozen=True)
class Family:
    """Cards that belong together. ``title`` may have a gap for the title of ``origin``."""

    title: str
    cards: list[Card]
    origin: Subject | None = None

    @property
    def id(self) -> str:
        title = GAP.sub("", self.title).strip().lower()
        return re.sub(r"\W+", "-", f"{title} {self.origin.name if self.origin else ''}".strip())


def families() -> list[Family]:
    """All subjects by family: blocks by their use, networks by what they are presets of."""
    blocks = list(BLOCKS.values())
    stackable = [block for block in blocks if block.expansion]
    others = [block for block in blocks if not block.expansion]
    yours = [subject for subject in (*blocks, *NETWORKS.values()) if subject.yours]
    found = [
        _family(YOURS, yours),
        _family(OF_RESNETS, [block for block in stackable if block not in yours]),
        _family(OTHER_BLOCKS, [block for block in others if block not in yours]),
    ]
    alone = []
    for root in _most_presets_first():
        presets = [network for network in NETWORKS.values() if network.base == root.name]
        if not presets:
            alone += [] if root.yours else [root]
            continue
        plain_ones, variants = _split(presets)
        found.append(_family(root.title, [root, *plain_ones], root))
        found.append(_family(VARIANTS, variants, root))
    found.append(_family(OTHER_NETWORKS, alone))
    return [entry for entry in found if entry.cards]


def _family(title: str, subjects: Sequence[Subject], origin: Subject | None = None) -> Family:
    return Family(title, [Card(subject) for subject in subjects], origin)


def _most_presets_first() -> list[Subject]:
    """The networks that are nobody's preset, the largest family first."""
    count: dict[str, int] = {}
    for network in NETWORKS.values():
        count[network.base] = count.get(network.base, 0) + 1
    roots = [network for network in NETWORKS.values() if not network.base]
    return sorted(roots, key=lambda root: -count.get(root.name, 0))


def _split(presets: Sequence[Subject]) -> tuple[list[Subject], list[Subject]]:
    """Presets that fix what all of them fix, and those that fix something more."""
    common = set.intersection(*(set(dict(preset.fixed)) for preset in presets))
    few = [preset for preset in presets if set(dict(preset.fixed)) == common]
    return few, [preset for preset in presets if preset not in few]


# Parameters and multiply-adds of every subject as it comes. The gallery shows them all and
# traces none: ``python -m app.pages.gallery`` writes the file; the tests hold it equal to
# the traces.
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
