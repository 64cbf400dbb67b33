"""Rectangles, lines and words with their places, in points, y downwards. Plain data.

A colour is a name in the theme's table; no name is no paint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from resnet_core.layout.sheet import Point, Run
from resnet_core.layout.typesetting import width

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
