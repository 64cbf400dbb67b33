"""How an edge is drawn: the line style of each shortcut, the legend, the curve of a path."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise

from resnet_core.bilingual import Language
from resnet_core.language.terms import say
from resnet_core.layout.sheet import (
    Box,
    Line,
    Point,
    Run,
    Wire,
)
from resnet_core.layout.typesetting import width

# Kinds of wires that have a line of their own, with what Graphviz is told of it.
KINDS: Mapping[str, Mapping[str, str]] = {
    "identity": {"penwidth": "2"},
    "projection": {"penwidth": "2", "style": "dashed"},
    "pooled": {"penwidth": "1.3", "style": "dashed", "arrowhead": "onormal"},
    "padded": {"penwidth": "2", "style": "dotted"},
    "other": {"penwidth": "2", "arrowhead": "onormal"},
    "gate": {"penwidth": "1.3", "arrowhead": "odot"},
}
SIZE = 10.0
SAMPLE = 26.0
_AFTER = 5.0


def sampled(words: str, kind: str, size: float, colour: str = "quiet") -> Run:
    """The words behind room for a sample of the line."""
    blanks = math.ceil((SAMPLE + _AFTER) / width(" ", size))
    return Run(" " * blanks + words, size, colour, sample=kind)


def sample_ends(text: Run, x: float) -> tuple[float, float]:
    """Where the sample of a text that stands at ``x`` begins and ends."""
    blanks = len(text.text) - len(text.text.lstrip())
    end = x + blanks * width(" ", text.size) - _AFTER
    return end - SAMPLE, end


def legend(boxes: Iterable[Box], wires: Iterable[Wire], language: Language) -> tuple[Line, ...]:
    """One entry for each kind of line that is in the picture."""
    texts = (text for box in boxes for line in box.face.left for text in line)
    found = {*(text.sample for text in texts), *(wire.kind for wire in wires)}
    entries: list[Line] = []
    for kind in KINDS:
        if kind in found:
            name = say(kind, language)
            words = name if kind == "gate" else say("{} shortcut", language, name)
            entries.append((sampled(words, kind, SIZE),))
    return tuple(entries)


RADIUS = 9.0


def spline(points: tuple[Point, ...], tip: float) -> tuple[list[Point], Point]:
    """Control points of cubic Bézier curves from the first point to ``tip`` before the last.

    Graphviz wants 3n + 1 of them; the last point itself, where the arrow ends, comes apart.
    """
    end = points[-1]
    points = (*points[:-1], _towards(end, points[-2], tip))
    found = [points[0]]
    at = points[0]
    for corner, after in pairwise(points[1:]):
        radius = min(RADIUS, _apart(at, corner) / 2, _apart(corner, after) / 2)
        begin, finish = _towards(corner, at, radius), _towards(corner, after, radius)
        found += [*_straight(at, begin), _mix(begin, corner), _mix(finish, corner), finish]
        at = finish
    return found + _straight(at, points[-1]), end


def _straight(start: Point, end: Point) -> list[Point]:
    return [_part(start, end, 1 / 3), _part(start, end, 2 / 3), end]


def _part(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _mix(end: Point, corner: Point) -> Point:
    # 0.5523 of the way: the cubic that is nearest to a quarter of a circle.
    return _part(end, corner, 0.5523)


def _towards(start: Point, end: Point, distance: float) -> Point:
    whole = _apart(start, end)
    return _part(start, end, distance / whole) if whole else start


def _apart(one: Point, other: Point) -> float:
    return math.dist(one, other)
