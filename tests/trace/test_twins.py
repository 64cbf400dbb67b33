"""Placing equal blocks against tracing every one of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

from resnet_core import ParameterError, draw, draw_module
from resnet_core.params import Inplanes
from resnet_core.registry import BLOCKS, NETWORKS, twin_of, twinning
from resnet_core.trace import reader as placing
from resnet_core.trace import trace, trace_once

# resnet1202 has the same parts as resnet110 and takes twenty times as long.
NAMES = [name for name in NETWORKS if name != "resnet1202"]
SUBJECTS = [("block", name) for name in BLOCKS] + [("model", name) for name in NAMES]
CHOICES: dict[str, dict[str, list[Any]]] = {
    "resnet": {
        "block": ["basic", "bottleneck", "res2net", "residual_attention"],
        "layers": ["1,1,1,1", "2,3,1,2", "1,1,4,1"],
        "groups": [1, 2, 32],
        "output_stride": [8, 16, 32],
        "norm_layer": ["batch", "group", "instance", "layer", "none"],
        "activation": ["relu", "gelu", "leaky_relu"],
        "stride_on": ["conv1", "conv2"],
        "shortcut": ["auto", "projection", "avgpool", "padded", "none"],
        "attention": ["none", "se", "eca", "cbam"],
        "preact": [False, True],
        "include_top": [False, True],
        "input": [7, 32, "65x97", 224],
        "batch": [1, 3],
    },
    "resnet_cifar": {
        "depth": [14, 20, 26],
        "norm_layer": ["batch", "group", "instance", "none"],
        "shortcut": ["padded", "auto", "projection", "none"],
        "input": [3, 32, 61],
    },
    "stage": {
        "block": ["basic", "bottleneck", "res2net"],
        "planes": [32, 64],
        "blocks": [2, 3, 5],
        "stride": [1, 2],
        "dilate": [False, True],
        "attention": ["none", "se", "cbam"],
        "preact": [False, True],
        "shortcut": ["auto", "projection", "padded", "none"],
        "input": [1, 14, 57],
    },
    "hornet": {
        "depths": ["1,1,3,1", "1,2,2,1"],
        "base_dim": [64, 96],
        "layer_scale": [False, True],
        "drop_path": [0.0, 0.1],
        "input": [96, 224],
    },
}


def settings() -> Iterator[dict[str, Any]]:
    """Settings at random, the same ones every time; some do not go together."""
    dice = random.Random(152)
    while True:
        model = dice.choice(list(CHOICES))
        asked = {"model": model}
        for name, values in CHOICES[model].items():
            if dice.random() < 0.6:
                asked[name] = dice.choice(values)
        yield asked


def both(**asked: Any) -> tuple[Any, Any]:
    diagram = draw(**asked)

    def build() -> nn.Module:
        return diagram.subject.build(diagram.parameters)

    return trace(build, [diagram.input_shape]), trace_once(build, [diagram.input_shape])


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), SUBJECTS)
def test_the_graph_of_a_subject_is_the_one_of_a_full_trace(kind, name):
    full, placed = both(**{kind: name})
    assert placed == full


@pytest.mark.slow
def test_the_graphs_of_a_hundred_settings_are_those_of_full_traces():
    found = []
    for asked in settings():
        try:
            full, placed = both(**asked)
        except ParameterError:
            continue
        assert placed == full, asked
        found.append(full.problem is None)
        if len(found) == 100:
            break
    # What cannot run is traced in full, and says nothing about placing.
    assert sum(found) > 60


def test_only_the_first_of_equal_blocks_runs(monkeypatch):
    ran = []
    forward = BLOCKS["bottleneck"].factory.forward
    monkeypatch.setattr(
        BLOCKS["bottleneck"].factory,
        "forward",
        lambda self, x: ran.append(self) or forward(self, x),
    )
    network = NETWORKS["resnet152"]
    graph = trace_once(lambda: network.build(network.params()), [(1, 3, 224, 224)])
    assert len([group for group in graph.groups if group.type == "Bottleneck"]) == 50
    assert len(ran) == 8  # in each of four stages the one that changes the shape, and one more


class Uneven(nn.Module):
    """Two equal blocks, called at different shapes."""

    def __init__(self) -> None:
        super().__init__()
        block = BLOCKS["basic"].factory
        self.large, self.small = block(8, 8), block(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.small(self.large(x)[:, :, ::2, ::2])


class Backwards(Uneven):
    """The same where the second of the two is called first."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.large(self.small(x))


@pytest.mark.parametrize("network", [Uneven, Backwards])
def test_a_network_that_calls_equal_blocks_unlike_is_traced_in_full(network):
    assert trace_once(network, [(1, 8, 16, 16)]) == trace(network, [(1, 8, 16, 16)])


def test_blocks_that_write_into_their_input_are_traced_in_full(monkeypatch):
    forward = BLOCKS["basic"].factory.forward
    monkeypatch.setattr(
        BLOCKS["basic"].factory, "forward", lambda self, x: forward(self, x.mul_(2))
    )
    full, placed = both(model="resnet20")
    assert placed == full


def test_ones_own_module_is_traced_in_full(monkeypatch):
    answered = []
    monkeypatch.setattr(placing, "placed", lambda *args: answered.append(args))
    drawn = draw_module(NETWORKS["resnet18"].build(NETWORKS["resnet18"].params()), (1, 3, 64, 64))
    assert drawn.graph.totals.params == 11_689_512
    assert not answered


def test_a_block_of_somebody_elses_is_always_made_in_full():
    with BLOCKS.temporary():

        @BLOCKS.register("mine")
        class Mine(nn.Module):
            """layer(x)"""

            def __init__(self, inplanes: Inplanes = 8) -> None:
                super().__init__()
                self.layer = nn.Conv2d(inplanes, inplanes, 1)

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return self.layer(x)

        with twinning(), torch.device("meta"):
            made = [Mine(), Mine()]
        assert [twin_of(output) for output in made] == [None, None]
        assert all(isinstance(output.layer, nn.Conv2d) for output in made)
