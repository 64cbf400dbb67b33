"""Every number has a formula, and every formula gives the number that the graph has."""

from __future__ import annotations

import re
from itertools import product
from math import ceil, floor
from typing import Any

import pytest
import torch
from torch import nn

from resnet_core import blocks, draw, draw_module, networks
from resnet_core.graph.formulas import Derivation, derivations
from resnet_core.graph.model import Graph, Node
from tests.subjects import settings

# The largest says nothing that the others do not, and takes long.
NETWORKS = [network for network in networks() if network != "resnet1202"]
SETTINGS: list[dict[str, Any]] = [
    *({"block": name} for name in blocks()),
    *({"model": name} for name in NETWORKS),
    *({"block": name, "input": "97x131", "batch": 2} for name in blocks()),
    *(
        {"block": "bottleneck", "planes": 128, "stride": stride, "shortcut": kind, "stride_on": at}
        for stride, kind, at in product(
            (1, 2, 3), ("auto", "avgpool", "padded", "none"), ("conv1", "conv2")
        )
    ),
    *({"block": "bottleneck", "dilation": number, "attention": "cbam"} for number in (2, 5)),
    {"block": "bottleneck", "groups": 32, "base_width": 4, "planes": 96},
    {"block": "bottleneck", "norm_layer": "group", "attention": "eca"},
    {"block": "residual_attention", "kernel_size": 5, "padding": 0, "attention": "se"},
    {"block": "residual_attention", "stride": 2},
    {"block": "res2net", "scales": 7, "base_width": 40, "stride": 2},
    {"block": "horblock", "order": 5, "inplanes": 128},
    {"block": "inverted_residual", "expand_ratio": 1},
    {"model": "resnet50", "output_stride": 8, "input": "200x312"},
    {"model": "vgg_backbone", "name": "vgg16_bn", "input": "96"},
]


def evaluated(formula: str) -> list[int]:
    """What each part of a chain of equalities comes to, names of parameters apart."""
    parts = [re.sub(r"(?<=\d),(?=\d{3})", "", part) for part in formula.split(" = ")]
    numeric = [part for part in parts if not re.search(r"[a-z_]", re.sub(r"int|max", "", part))]
    signs = str.maketrans({"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "·": "*", "−": "-"})
    known = {"floor": floor, "ceil": ceil, "int": int, "max": max}
    return [int(eval(item.translate(signs), {"__builtins__": {}}, known)) for item in numeric]


def measured(node: Node, derivation: Derivation) -> int:
    """The number as the graph has it."""
    channels = 1 if node.role != "linear" else len(node.shape) - 1
    return {
        "H": lambda: node.shape[2],
        "W": lambda: node.shape[3],
        "C": lambda: node.shape[channels],
        "params": lambda: node.params,
        "macs": lambda: node.macs,
        "rf": lambda: node.receptive_field,
    }[derivation.name]()


def derived(setting: dict[str, Any]) -> tuple[Graph, dict[str, tuple[Derivation, ...]]]:
    diagram = draw(**setting)
    return diagram.graph, derivations(diagram.graph, diagram.caption.parameters)


@pytest.mark.parametrize("setting", settings(SETTINGS))
def test_every_formula_gives_the_number_of_the_graph(setting: dict[str, Any]) -> None:
    graph, found = derived(setting)
    for node in graph.calls:
        for entry in found[node.id]:
            values = evaluated(entry.formula)
            assert values, entry
            assert {*values, entry.value} == {measured(node, entry)}, (node.id, entry)


@pytest.mark.parametrize("setting", settings(SETTINGS))
def test_whatever_costs_something_has_a_formula_for_it(setting: dict[str, Any]) -> None:
    graph, found = derived(setting)
    for node in graph.calls:
        names = {entry.name for entry in found[node.id]}
        assert ("params" in names) == (node.params > 0), node.id
        assert ("macs" in names) == (node.macs > 0), node.id
        if node.role == "conv" and len(node.shape) == 4:
            assert "H" in names, node.id
            assert ("W" in names) == (node.shape[2] != node.shape[3]), node.id


@pytest.mark.parametrize("setting", settings(SETTINGS[: len(blocks())]))
def test_whatever_sees_further_than_what_came_before_says_how_far(setting: dict[str, Any]) -> None:
    graph, found = derived(setting)
    for node in graph.calls:
        before = [graph.node[edge.source].receptive_field for edge in graph.incoming[node.id]]
        if node.receptive_field > max(before, default=1):
            assert "rf" in {entry.name for entry in found[node.id]}, node.id


def test_a_formula_is_written_as_in_the_field() -> None:
    _, found = derived({"block": "bottleneck", "inplanes": 256, "planes": 128, "stride": 2})
    told = {entry.name: entry.formula for entry in found["conv2"]}
    assert told == {
        "H": "⌊(56 + 2·1 − 3)/2⌋ + 1 = 28",
        "C": "int(planes · base_width / 64) · groups = int(128 · 64 / 64) · 1 = 128",
        "params": "128 · 128 · 3 · 3 = 147,456",
        "macs": "128 · 128 · 3 · 3 · 28 · 28 = 115,605,504",
        "rf": "1 + (3 − 1) · 1 = 3",
    }
    assert [entry.formula for entry in found["conv3"] if entry.name == "C"] == [
        "planes · expansion = 128 · 4 = 512"
    ]


def test_dilation_spreads_the_kernel() -> None:
    _, found = derived({"block": "bottleneck", "dilation": 2})
    told = {entry.name: entry.formula for entry in found["conv2"]}
    assert told["H"] == "⌊(56 + 2·2 − 2·(3 − 1) − 1)/1⌋ + 1 = 56"
    assert told["rf"] == "1 + 2·(3 − 1) · 1 = 5"


def test_groups_divide_the_weights() -> None:
    _, found = derived({"block": "bottleneck", "groups": 32, "base_width": 4})
    told = {entry.name: entry.formula for entry in found["conv2"]}
    assert told["params"] == "128 · 128/32 · 3 · 3 = 4,608"


class Odd(nn.Module):
    """Layers of which torch leaves much open."""

    def __init__(self) -> None:
        super().__init__()
        self.same = nn.Conv2d(3, 6, (3, 5), padding="same")
        self.up = nn.ConvTranspose2d(6, 4, 2, stride=2)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.wide = nn.Conv2d(4, 4, (1, 7), stride=(2, 1), padding=(0, 3), dilation=(1, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.wide(self.pool(self.up(self.same(x))))
        return torch.cat([x, x.relu()], 1)


def test_what_has_no_formula_in_a_line_has_none() -> None:
    graph = draw_module(Odd(), (1, 3, 21, 30)).graph
    found = derivations(graph, {})
    for node in graph.calls:
        for entry in found[node.id]:
            assert {*evaluated(entry.formula), entry.value} == {measured(node, entry)}, (
                node.id,
                entry,
            )
    assert {size.name for size in found["wide"]} >= {"H", "W", "params", "macs"}
    assert "H" not in {entry.name for entry in found["same"]}
