"""A path with right angles → the curve that Graphviz draws: corners rounded, room for the tip."""

from __future__ import annotations

import math
from itertools import pairwise

from resnet_core.draw.sheet import Point

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
