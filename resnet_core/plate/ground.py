"""What stands on every plate: the ground, the heading, lines of text below one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from resnet_core.layout.sheet import MARGIN, Run
from resnet_core.layout.theme import SUBTITLE, TITLE
from resnet_core.layout.typesetting import broken
from resnet_core.plate.marks import Cluster, Mark, Rect, from_left

# From one line of text to the next.
LEADING = 15.0
Lines = list[tuple[Run, float]]


class Options(Protocol):
    """How a plate is shown, as far as its page asks."""

    @property
    def title(self) -> str | None: ...
    @property
    def header(self) -> bool: ...
    @property
    def background(self) -> str: ...


def heading(options: Options, title: str, below: Sequence[str], wide: float) -> Lines:
    """The reader's own title, or else this, and lines in small print below it."""
    if not options.header:
        return []
    titles = broken(title if options.title is None else options.title, TITLE, wide, bold=True)
    head = [(Run(line, TITLE, bold=True), TITLE * 1.3) for line in titles]
    return head + [(Run(line, SUBTITLE, "quiet"), LEADING) for line in below]


def stacked(texts: Lines, top: float) -> Iterator[Mark]:
    """Lines of text, each as high as it says, from ``top`` downwards."""
    for run, high in texts:
        yield from_left(run, MARGIN, top + high / 2)
        top += high


def ground(options: Options, width: float, height: float) -> Iterator[Mark]:
    """The paper; nothing where the picture is to be clear."""
    if options.background == "paper":
        yield Cluster((Rect(0, 0, width, height, fill="paper"),), "paper")
