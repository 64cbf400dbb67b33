"""The wires of the text form lead where the graph says: followed by their characters alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import torch
from torch import nn

from resnet_core import draw, draw_module
from resnet_core.formats.txt.node import Manner
from resnet_core.formats.txt.wiring import Chart, chart
from resnet_core.graph.view import view
from resnet_core.language.terminal import columns
from tests.subjects import drawable, named

# resnet1202 has the same parts as resnet110 and takes twenty times as long.
VARIANTS = [
    {"block": "bottleneck", "attention": "se"},
    {"block": "bottleneck", "attention": "cbam", "stride": 2},
    {"block": "bottleneck", "attention": "eca"},
    {"block": "res2net", "stride": 2},
    {"block": "residual_attention", "stride": 2},
    {"model": "seresnet50", "expand": "layer1.0"},
]

UP, RIGHT, DOWN, LEFT = 1, 2, 4, 8
STEP = {UP: (-1, 0), RIGHT: (0, 1), DOWN: (1, 0), LEFT: (0, -1)}
BACK = {UP: DOWN, DOWN: UP, LEFT: RIGHT, RIGHT: LEFT}
SIDES = {
    "│": UP | DOWN, "─": LEFT | RIGHT, "┌": DOWN | RIGHT, "┐": DOWN | LEFT, "└": UP | RIGHT,
    "┘": UP | LEFT, "├": UP | DOWN | RIGHT, "┤": UP | DOWN | LEFT, "┬": LEFT | RIGHT | DOWN,
    "┴": LEFT | RIGHT | UP, "┼": 15,
}  # fmt: skip
HALVES = "╵╶╷╴"

Cell = tuple[int, int]


@dataclass(frozen=True)
class Page:
    """A text, by cell."""

    lines: list[str]

    def __getitem__(self, cell: Cell) -> str:
        row, column = cell
        inside = 0 <= row < len(self.lines) and 0 <= column < len(self.lines[row])
        return self.lines[row][column] if inside else " "

    def sides(self, cell: Cell) -> int:
        return SIDES.get(self[cell], 0)

    def loose_ends(self) -> Iterator[tuple[Cell, str]]:
        """Lines that end in the air, or at a line that does not come to meet them."""
        for row, line in enumerate(self.lines):
            for column, sign in enumerate(line):
                cell = (row, column)
                for side in (item for item in STEP if self.sides(cell) & item):
                    beyond = self[step(cell, side)]
                    meets = SIDES.get(beyond, 15) & BACK[side]
                    if beyond in " ╌" or not meets:
                        yield cell, sign


def step(cell: Cell, side: int) -> Cell:
    return cell[0] + STEP[side][0], cell[1] + STEP[side][1]


def wires(chart: Chart, page: Page) -> set[tuple[str, str]]:
    """All (source, target) that the lines of the page connect."""
    return {(source, target) for source in chart.panels for target in _reached(chart, page, source)}


def _reached(chart: Chart, page: Page, source: str) -> Iterator[str]:
    tops = {(chart.lattice.top[name], chart.x(name)): name for name in chart.panels}
    arrows = {cell: name for name in chart.panels for cell in _doors(chart, name)}
    start = (chart.bottom(source), chart.x(source))
    if chart.panels[source].kind == "box" and not page.sides(start) & DOWN:
        return
    todo, seen = [(step(start, DOWN), DOWN)], set()
    while todo:
        cell, way = todo.pop()
        if (cell, way) in seen:
            continue
        seen.add((cell, way))
        if way == DOWN and cell in tops:
            yield tops[cell]
        elif page[cell] in "←→":
            if cell in arrows:
                yield arrows[cell]
        elif page.sides(cell) & BACK[way]:
            todo += [(step(cell, item), item) for item in _onward(page, cell, way)]


def _doors(chart: Chart, name: str) -> list[Cell]:
    """Where an arrow into the side of a node stands."""
    column = chart.ways.column[name]
    left, panel = chart.lattice.left[column], chart.panels[name]
    right = left + panel.side(chart.lattice.width[column])
    return [(chart.entry(name), right), (chart.entry(name), left - (panel.kind != "glyph"))]


def _onward(page: Page, cell: Cell, way: int) -> list[int]:
    """Where a wire goes on: straight over a crossing, never up, and towards an arrow if any."""
    if page[cell] == "┼":
        return [way]
    ways = [
        value for value in (RIGHT, DOWN, LEFT) if page.sides(cell) & value and value != BACK[way]
    ]
    to_arrow = [value for value in (LEFT, RIGHT) if _ends_in_arrow(page, cell, value)]
    if to_arrow:
        return [
            one_way for one_way in ways if one_way in to_arrow or (way == DOWN and one_way == DOWN)
        ]
    return ways


def _ends_in_arrow(page: Page, cell: Cell, side: int) -> bool:
    while page.sides(cell) & side:
        cell = step(cell, side)
    return page[cell] == {LEFT: "←", RIGHT: "→"}[side]


class Dense(nn.Module):
    """Every layer takes what all before it have made: more wires than 100 columns hold."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(8 + 8 * index, 8, 1) for index in range(depth)])

    def forward(self, x):
        made = [x]
        for conv in self.convs:
            made.append(conv(torch.cat(made, 1)))
        return torch.cat(made, 1)


class Branches(nn.Module):
    """More branches side by side than 100 columns hold."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(8, 8, 1) for _ in range(count)])

    def forward(self, x):
        return torch.cat([conv(x) for conv in self.convs], 1)


class Woven(nn.Module):
    """Branches that feed one another, two inputs, three outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(8, 8, 1) for _ in range(5)])

    def forward(self, x, y):
        a, b = self.convs[0](x), self.convs[1](y)
        c, d = self.convs[2](a + b), self.convs[3](b)
        e = self.convs[4](a * d)
        return torch.cat([c + e, d + c, e * b], 1), a - b, torch.sigmoid(y)


WOVEN = {
    "dense": (Dense(4), (1, 8, 4, 4)),
    "very dense": (Dense(16), (1, 8, 4, 4)),
    "branches": (Branches(7), (1, 8, 4, 4)),
    "many branches": (Branches(20), (1, 8, 4, 4)),
    "woven": (Woven(), [(1, 8, 4, 4), (1, 8, 4, 4)]),
}


def _charted(drawing, **options):
    detail = "layer" if drawing.detail == "op" else drawing.detail
    shown = view(drawing.graph, detail, expand=drawing.options.expanded)
    return chart(shown, Manner(**options))


def _check(drawn) -> None:
    """Every wire of the graph is drawn and no other; or a number stands at both its ends."""
    page = Page(drawn.grid.lines())
    assert not list(page.loose_ends())
    assert not any(half in line for line in page.lines for half in HALVES)
    assert max(map(columns, page.lines)) <= 100
    edges = drawn.graph.edges
    assert wires(drawn, page) == {(e.source, e.target) for e in edges if e not in drawn.cut}
    for edge in drawn.cut:
        number = f"[{drawn.marks.number[edge.source]}]"
        assert f"→ {number}" in page.lines[drawn.lattice.mark[edge.source]]
        top = drawn.lattice.top[edge.target]
        around = page.lines[top - 1 : drawn.bottom(edge.target) + 1]
        assert any(number in line for line in around), edge


@pytest.mark.parametrize("detail", ["op", "block", "stage"])
@pytest.mark.parametrize(("kind", "name"), named(drawable()))
def test_wires_lead_where_the_graph_says(kind, name, detail):
    drawn = _charted(draw(**{kind: name}, detail=detail))
    _check(drawn)
    assert not drawn.cut


@pytest.mark.parametrize("asked", VARIANTS, ids=str)
def test_gates_branches_and_failures_are_drawn_too(asked):
    drawn = _charted(draw(**asked))
    _check(drawn)
    assert not drawn.cut


@pytest.mark.parametrize("name", WOVEN)
def test_what_is_too_wide_or_tangled_is_numbered_and_never_wrong(name):
    module, shape = WOVEN[name]
    _check(_charted(draw_module(module, shape)))
