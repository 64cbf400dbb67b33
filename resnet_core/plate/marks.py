"""Rectangles, lines and words with their places, and what stands on every plate. Plain data.

Points, y downwards. A colour is a name in the theme's table; no name is no paint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from resnet_core.layout.sheet import MARGIN, SUBTITLE, TITLE, Point, Run
from resnet_core.layout.typesetting import broken, width

# How far the baseline is below the middle of a line, in font sizes: half of Arial's cap height.
_BASELINE = 0.36


@dataclass(frozen=True)
class Rect:
    """A rectangle by its left upper corner. ``dash`` is a pattern of SVG, such as ``3 2``."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    line: str = ""
    pen: float = 1.0
    rounding: float = 0.0
    dash: str = ""


@dataclass(frozen=True)
class Stroke:
    """A line through points; with ``head`` an arrow."""

    points: tuple[Point, ...]
    line: str
    pen: float = 1.0
    dash: str = ""
    head: bool = False


@dataclass(frozen=True)
class Words:
    """One line of text by the left end of its baseline."""

    run: Run
    x: float
    y: float

    @property
    def width(self) -> float:
        return width(self.run.text, self.run.size, self.run.bold)


@dataclass(frozen=True)
class Cluster:
    """Marks that belong together: a class, data attributes, what pointing at them tells."""

    marks: tuple[Mark, ...]
    kind: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    tip: str = ""


Mark = Rect | Stroke | Words | Cluster


@dataclass(frozen=True)
class Plate:
    """A picture of marks, with what it is called and the URL that it can be had from."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    kind: str
    title: str
    description: str
    url: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


def centred(run: Run, x: float, middle: float) -> Words:
    """Words around a point."""
    return Words(run, x - width(run.text, run.size, run.bold) / 2, middle + run.size * _BASELINE)


def from_left(run: Run, x: float, middle: float) -> Words:
    """Words from a point to the right."""
    return Words(run, x, middle + run.size * _BASELINE)


def to_right(run: Run, x: float, middle: float) -> Words:
    """Words that end at a point."""
    return Words(run, x - width(run.text, run.size, run.bold), middle + run.size * _BASELINE)


def flat(marks: tuple[Mark, ...]) -> Iterator[Rect | Stroke | Words]:
    """Every mark without the clusters around it."""
    for mark in marks:
        if isinstance(mark, Cluster):
            yield from flat(mark.marks)
        else:
            yield mark


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
