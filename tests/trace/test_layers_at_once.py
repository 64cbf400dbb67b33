"""Layers whose outcome is known are taken in one step, and what is recorded is the same."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torchview
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from resnet_core.registry import BLOCKS, NETWORKS
from resnet_core.trace import Twins, Witness, _made, _run, recorder, trace, trace_once, unfilled

SIDE = st.integers(1, 5)


class Pair(nn.Module):
    """Two layers and the sum of what they give."""

    def __init__(self, first: nn.Module, second: nn.Module) -> None:
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.first(x)
        return self.second(y) + y


@st.composite
def pairs(draw: st.DrawFn) -> tuple[nn.Module, tuple[int, ...]]:
    """Two random layers, which mostly fit each other and their input."""
    channels = draw(SIDE)

    def layer() -> nn.Module:
        kind = draw(st.sampled_from(["conv", "norm", "relu", "pool"]))
        if kind == "conv":
            return nn.Conv2d(
                channels + draw(st.integers(0, 9)) // 9, channels, draw(SIDE),
                stride=draw(st.integers(1, 2)), padding=draw(st.sampled_from([0, 1, 2, "valid"])),
                dilation=draw(st.integers(1, 2)), bias=draw(st.booleans()),
                padding_mode=draw(st.sampled_from(["zeros", "zeros", "reflect"])),
            )  # fmt: skip
        if kind == "norm":
            return nn.BatchNorm2d(
                channels, affine=draw(st.booleans()), track_running_stats=draw(st.booleans())
            )
        if kind == "relu":
            return nn.ReLU(inplace=draw(st.booleans()))
        return nn.MaxPool2d(1)

    with torch.device("meta"):
        module = Pair(layer(), layer())
    return module, (draw(st.integers(1, 2)), channels, draw(st.integers(1, 9)), draw(SIDE))


@given(pairs())
def test_the_graph_is_that_of_a_run_in_which_torch_counts(
    asked: tuple[nn.Module, tuple[int, ...]],
) -> None:
    module, shape = asked
    found = _run(module, _made([shape]), Twins(module), Witness())
    assert found == trace(lambda: module, [shape])


@pytest.mark.parametrize("name", [*BLOCKS, "resnet18", "resnet50"])
def test_a_subject_of_the_catalogue_has_the_graph_of_a_full_trace(name: str) -> None:
    subject = BLOCKS[name] if name in BLOCKS else NETWORKS[name]
    values = subject.params()
    side = subject.input_side(values.model_dump())
    shape = (1, subject.input_channels(values), side, side)
    once = trace_once(lambda: subject.build(values), [shape])
    with torch.device("meta"), unfilled():
        module = subject.build(values)
    assert once.nodes == trace(lambda: module, [shape]).nodes


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was taken in one step."""
    seen: list[Any] = []

    step = recorder.known_step

    def noted(x: Any, shape: tuple[int, ...], in_place: bool) -> tuple[Any, torch.Tensor]:
        seen.append(shape)
        return step(x, shape, in_place)

    monkeypatch.setattr(recorder, "known_step", noted)
    return seen


def test_a_plain_layer_is_taken_in_one_step_and_one_with_hooks_is_not(steps: list[Any]) -> None:
    with torch.device("meta"):
        module = Pair(nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 1))
    shape = (1, 3, 5, 5)
    _run(module, _made([shape]), Twins(module), Witness())
    assert len(steps) == 2
    ran = []
    module.second.register_forward_hook(lambda *_: ran.append(True))
    module.first.forward = lambda x: torch.cat([x, x[:, :1]], 1)
    found = _run(module, _made([shape]), Twins(module), Witness())
    assert len(steps) == 2
    assert ran == [True]
    full = trace(lambda: module, [shape])
    assert [(node.id, node.outputs) for node in found.nodes] == [
        (node.id, node.outputs) for node in full.nodes
    ]


def test_whoever_records_with_torchview_gets_torchviews_record(steps: list[Any]) -> None:
    with torch.device("meta"):
        module = Pair(nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 1))
        x = torch.empty(1, 3, 5, 5)
    drawn = torchview.draw_graph(module, input_data=x, device="meta", depth=9)
    assert not steps
    assert "known_step" not in drawn.visual_graph.source
