"""Two structures in one graph, and when they stand side by side instead."""

from __future__ import annotations

import pytest
from torch import nn

from resnet_core import (
    TooLarge,
    compare,
    draw,
    draw_module,
)
from resnet_core.diagram import picture as drawing


@pytest.mark.parametrize(
    ("lang", "reason"),
    [
        ("en", "side by side, because one diagram would have too many boxes"),
        ("zh", "合成一张图方框太多，所以并排"),
    ],
)
def test_where_only_the_union_has_too_many_boxes_both_stand_side_by_side(monkeypatch, lang, reason):
    a, b = draw(block="basic"), draw(block="preact_bottleneck", attention="se")
    views = compare(a, b).shown
    sizes = [len(graph.nodes) for graph in views.sides]
    assert len(views.both.nodes) > max(sizes)
    monkeypatch.setattr(drawing, "MAX_BOXES", max(sizes))
    views = compare(a, b, lang=lang).shown
    assert views.both is None
    assert views.why == reason


def test_where_one_of_the_two_has_too_many_boxes_neither_is_drawn(monkeypatch):
    a, b = draw(block="basic"), draw(block="preact_bottleneck", attention="se")
    smaller = min(len(graph.nodes) for graph in compare(a, b).shown.sides)
    monkeypatch.setattr(drawing, "MAX_BOXES", smaller)
    with pytest.raises(TooLarge, match="boxes, more than"):
        _ = compare(a, b).shown


V15, V1 = {"model": "resnet50"}, {"model": "resnet50", "stride_on": "conv1"}


def test_equal_neighbours_are_folded_with_what_has_happened_to_them():
    found = compare(draw(**V15), draw(model="resnet152"))
    boxes = {box.node.id: box.node for box in found.sheet.boxes}
    assert len(boxes["layer3.6"].folded) == 29
    assert boxes["layer3.6"].attributes["change"] == "added"
    assert "change" not in boxes["layer3.1"].attributes


def test_only_the_wiring_may_differ():
    class Twice(nn.Module):
        def __init__(self, nested: bool) -> None:
            super().__init__()
            self.nested = nested
            self.f, self.g = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)

        def forward(self, x):
            y = self.f(x)
            return x + self.g(y) if self.nested else y + self.g(y)

    found = compare(*(draw_module(Twice(number), (1, 4, 8, 8)) for number in (True, False)))
    assert not found.same
    assert "only the wiring differs" in found.summary()
