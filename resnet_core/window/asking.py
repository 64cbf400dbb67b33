"""Names and values of a query → a window: those of a diagram, and ``node`` and ``at``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from resnet_core.bilingual import Text, clauses, same
from resnet_core.diagram.diagram import Diagram, fixed_diagram, parted
from resnet_core.diagram.form import plain
from resnet_core.diagram.picture import Drawing
from resnet_core.errors import ParameterError, did_you_mean, nearest, there_is_no
from resnet_core.window.still import Window, canonical
from resnet_core.window.walk import walk_of, walkers

OWN = ("node", "at")
START = "0,0"
# As many calls as can be read in one line of a message.
_LISTED = 12
_PLACE = re.compile(r"(0|[1-9][0-9]{0,3}),(0|[1-9][0-9]{0,3})")
Pairs = Iterable[tuple[str, str]]
Query = tuple[tuple[str, str], ...]


def asked(pairs: Pairs) -> tuple[Diagram, str, tuple[int, int]]:
    """Diagram, call and place that a query asks for. Nothing is traced yet.

    Raises ParameterError. Whether there is such a call is known once the structure is traced.
    """
    own, rest = parted(pairs, OWN)
    return Diagram.of(rest), own.get("node", ""), _place(own.get("at", START))


def query_of(pairs: Pairs) -> Query:
    """The canonical query that a query asks for. Raises ParameterError."""
    return canonical(*asked(pairs))


def found(pairs: Pairs) -> Window:
    """The window that a query asks for. Raises ParameterError."""
    diagram, node, at = asked(pairs)
    return window_of(diagram, node, f"{at[0]},{at[1]}")


def window_of(drawing: Drawing, node: str, at: str) -> Window:
    """The window of a call of a drawing. Raises ParameterError."""
    row, column = _place(at)
    graph = drawing.graph
    walking = [call.id for call in walkers(graph)]
    if node not in graph.node or node not in walking:
        raise _no_window(drawing, node, walking)
    walk = walk_of(graph.node[node])
    assert walk is not None
    last = (len(walk.rows.reads) - 1, len(walk.columns.reads) - 1)
    if row > last[0] or column > last[1]:
        raise ParameterError(
            "at",
            at,
            Text("{} has no such output", "{} 没有这个输出").format(node),
            allowed=Text("row,column from 0,0 to {},{}", "行,列，从 0,0 到 {},{}").format(*last),
            suggestion=f"{min(row, last[0])},{min(column, last[1])}",
        )
    return Window(drawing, walk, (row, column))


def fixed_window(pairs: Pairs, error: ParameterError) -> Query | None:
    """The query of the nearest window that works, or None where there is none."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(name, value)
    for _ in range(6):
        if not set(error.fix) & set(OWN):
            better = fixed_diagram([pair for pair in values.items() if pair[0] not in OWN], error)
            if better is None:
                return None
            values = dict(better.query) | {k: v for k, v in values.items() if k in OWN}
        for name, value in error.fix.items():
            if name not in OWN:
                continue
            if value is None:
                values.pop(name, None)
            else:
                values[name] = plain(value)
        try:
            return found(values.items()).query
        except ParameterError as again:
            error = again
    return None


def _place(at: str) -> tuple[int, int]:
    match = _PLACE.fullmatch(at)
    if match is None:
        raise ParameterError(
            "at",
            at,
            Text("it is not a place", "不是一个位置"),
            allowed=Text("row,column of an output, from 0,0", "输出的 行,列，从 0,0 起"),
            suggestion=START,
        )
    return int(match[1]), int(match[2])


def _no_window(drawing: Drawing, node: str, walking: list[str]) -> ParameterError:
    """The error for a call that is not there, or over whose input no window walks."""
    graph = drawing.graph
    near = nearest(node, walking) if node else None
    if not node:
        reason = Text("name the call: node=…", "没有说明是哪一次调用：请给出 node=…")
    elif node not in graph.node:
        what = there_is_no(Text("call", "调用"), node)
        reason = clauses(what, did_you_mean(near))
    else:
        reason = Text(
            "no window walks in it: it is no convolution or pooling over height and width",
            "其中没有窗口移动：它不是在高和宽上的卷积或池化",
        )
    allowed: Text | list[str] = walking
    if len(walking) > _LISTED:
        allowed = Text(
            "a convolution or a pooling: {}, … ({:,} in all)", "卷积或池化：{}……（共 {:,} 个）"
        ).format(", ".join(walking[:_LISTED]), len(walking))
    elif not walking:
        allowed = same("—")
    first = near or _inside(node, walking) or next(iter(walking), None)
    return ParameterError(
        "node", node, reason, allowed=allowed, suggestion=first, fix={"node": first}
    )


def _inside(node: str, walking: list[str]) -> str | None:
    """The first call inside a group of this name."""
    return next((call for call in walking if node and call.startswith(f"{node}.")), None)
