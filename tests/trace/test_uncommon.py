"""Calls that few modules make: writes into parts, tensors made like others, results in objects."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from resnet_core import TraceError, draw_module
from tests.conftest import pairs


class Written(nn.Module):
    """Writes into a tensor in one of the ways that people have."""

    def __init__(self, way) -> None:
        super().__init__()
        self.way = way
        self.first, self.last = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x):
        return self.last(self.way(self.first(x), x))


def by_index(y, x):
    made = torch.zeros_like(x)
    made[:, :4] = y[:, :4]
    return made


def added_to_a_part(y, x):
    y[:, 4:] += x[:, 4:]
    return y


def through_a_view(y, x):
    y.view(2, 4).narrow(0, 0, 1).copy_(x[:, :4])
    return y


def through_a_chunk(y, _):
    low, _ = y.chunk(2, 1)
    low.relu_()
    return y


@pytest.mark.parametrize(
    ("way", "before"),
    [
        (by_index, ["zeros_like", "getitem"]),
        (added_to_a_part, ["first", "add"]),
        (through_a_view, ["first", "setitem"]),
        (through_a_chunk, ["first", "relu"]),
    ],
)
def test_what_is_written_into_a_tensor_leads_to_what_follows(way, before):
    edges = pairs(draw_module(Written(way), (1, 8)).graph)
    (written,) = {source for source, target in edges if target == "last"}
    assert written.startswith("setitem")
    assert [source for source, target in edges if target == written] == before


def test_a_copied_choice_of_positions_is_no_part_of_its_tensor():
    def chosen(y, _):
        part = y[:, torch.tensor([0, 2])]
        part += 1
        return y

    edges = pairs(draw_module(Written(chosen), (1, 8)).graph)
    assert ("first", "last") in edges


@pytest.mark.parametrize("like", [torch.randn_like, torch.zeros_like])
def test_a_tensor_that_is_made_like_another_leads_on(like):
    class Noise(nn.Module):
        def forward(self, x):
            return like(x) * x

    assert (like.__name__, "mul") in pairs(draw_module(Noise(), (1, 8)).graph)


def test_a_buffer_that_is_added_is_named():
    class Position(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("pos", torch.zeros(4, 8))

        def forward(self, x):
            return (x + self.pos)[:, :, 1:] + torch.arange(7)

    drawing = draw_module(Position(), (1, 4, 8))
    assert "+ pos" in drawing.txt
    assert drawing.graph.totals.params == 0


@dataclass
class Answer:
    logits: torch.Tensor
    hidden: tuple[torch.Tensor, ...]


class Answering(nn.Module):
    def __init__(self, make) -> None:
        super().__init__()
        self.layer, self.make = nn.Linear(8, 8), make

    def forward(self, x):
        return self.make(self.layer(x))


def test_tensors_in_an_object_of_ones_own_class_come_out():
    drawing = draw_module(Answering(lambda y: Answer(y.relu(), (y,))), (1, 8))
    assert pairs(drawing.graph)[-2:] == [("relu", "output1"), ("layer", "output2")]
    assert "no tensor comes out" not in drawing.txt


@pytest.mark.parametrize("make", [lambda _: "done", lambda _: None, lambda y: y.dim()])
def test_where_no_tensor_comes_out_it_is_said(make):
    assert "no tensor comes out" in draw_module(Answering(make), (1, 8)).txt
    assert "没有张量输出" in draw_module(Answering(make), (1, 8), lang="zh").txt


def test_a_convolution_that_is_called_without_its_weight_is_told_as_what_it_is():
    class Forgetful(nn.Module):
        def forward(self, x):
            return F.conv2d(x)

    with pytest.raises(TraceError, match="conv2d"):
        draw_module(Forgetful(), (1, 3, 8, 8))
