"""What a module's own code writes outside of it is, after a trace, as it was before."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch
from torch import nn

from resnet_core import draw_module

LIST, DICT, QUEUE, SET = [], {"old": 1}, deque(maxlen=4), set()
NESTED = {"inner": [[]]}
PLACE = SimpleNamespace(last="nothing")
LAST = None
NET = nn.Sequential(nn.Linear(8, 8), nn.ReLU())


class Store:
    last = "nothing"
    kept: ClassVar[list[torch.Tensor]] = []

    @classmethod
    def take(cls, out):
        cls.last = out
        cls.kept.append(out)


def put_away(out):
    LIST.append(out)


def to_a_list(*call):
    put_away(call[-1])


def to_a_dict(*call):
    DICT[call[0]] = DICT["old"] = call[-1]


def to_a_queue(*call):
    QUEUE.append(call[-1])


def to_a_set(*call):
    SET.add(call[-1])


def to_what_is_inside(*call):
    NESTED["inner"][0].append({"out": [call[-1]]})
    NESTED["more"] = (call[-1],)


def to_an_object(*call):
    PLACE.last = PLACE.first = call[-1]


def to_a_class(*call):
    Store.take(call[-1])


def to_a_name(*call):
    global LAST
    LAST = call[-1]


def to_the_original(*call):
    NET.kept = NET[0].kept = call[-1]


def of_numbers(*call):
    LIST.append(call[-1].detach().cpu().numpy())


def seen():
    return (
        LIST, DICT, list(QUEUE), SET, NESTED, vars(PLACE), Store.last, Store.kept, LAST,
        hasattr(NET, "kept"), hasattr(NET[0], "kept"),
    )  # fmt: skip


BEFORE = (
    [], {"old": 1}, [], set(), {"inner": [[]]}, {"last": "nothing"}, "nothing", [], None, False,
    False,
)  # fmt: skip


@pytest.mark.parametrize(
    "hook",
    [
        to_a_list, to_a_dict, to_a_queue, to_a_set, to_what_is_inside, to_an_object, to_a_class,
        to_a_name, to_the_original, of_numbers,
    ],
)  # fmt: skip
def test_a_hook_leaves_nothing_where_it_stores(hook):
    handle = NET[0].register_forward_hook(hook)
    try:
        first, second = (draw_module(NET, (1, 8)).txt for _ in range(2))
    finally:
        handle.remove()
    assert first == second
    assert "linear, 8" in first
    assert seen() == BEFORE


class Remembering(nn.Module):
    """Keeps what it made, in itself and in a table of all shapes, and works on with it."""

    table: ClassVar[dict[int, torch.Tensor]] = {}

    def __init__(self):
        super().__init__()
        self.layer, self.state = nn.Linear(8, 8), torch.zeros(1, 8)

    def forward(self, x):
        if x.shape[-1] not in self.table:
            self.table[x.shape[-1]] = torch.arange(x.shape[-1])
        self.state = self.layer(x + self.state) * self.table[x.shape[-1]]
        return self.state


def test_a_module_that_keeps_its_state_is_traced_twice_alike():
    module = Remembering()
    kept = module.state
    drawing = draw_module(module, (1, 8))
    again = drawing.retrace((1, 8))
    assert [node.id for node in drawing.graph.nodes] == [node.id for node in again.nodes]
    assert module.state is kept
    assert Remembering.table == {}
    assert module(torch.ones(1, 8)).shape == (1, 8), "and it runs as before"
    Remembering.table.clear()


def test_what_was_kept_before_stays():
    DICT["weight"] = LIST
    LIST.append(torch.zeros(2))
    handle = NET[0].register_forward_hook(to_a_list)
    try:
        draw_module(NET, (1, 8))
        assert [kept.tolist() for kept in LIST] == [[0, 0]]
        assert DICT["weight"] is LIST
    finally:
        handle.remove()
        LIST.clear()
        del DICT["weight"]


def test_a_layer_that_is_made_in_a_forward_does_not_show_its_first_numbers():
    class Making(nn.Module):
        def forward(self, x):
            return nn.Linear(8, 2)(x)

    graph = draw_module(Making(), (1, 8)).graph
    assert [node.type for node in graph.nodes] == ["input", "Linear", "output"]
