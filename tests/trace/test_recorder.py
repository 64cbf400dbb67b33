"""The switch that every call of a module passes: there while something is recorded, or for good."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from resnet_core import draw, draw_module
from resnet_core.trace import recorder


@pytest.fixture
def standing_by() -> Iterator[None]:
    before = nn.Module.__call__
    recorder.stand_by()
    yield
    nn.Module.__call__ = before  # type: ignore[method-assign]


class Nested(nn.Module):
    """A forward that draws another module on its way."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        draw_module(nn.Sequential(nn.ReLU()), (1, 4)).graph  # noqa: B018  it is traced
        return x + 1


def picture() -> str:
    # Another channel count than anywhere else: nothing of it is kept.
    return draw(block="bottleneck", planes=67, stride=2).svg


def test_torch_is_left_as_it_was() -> None:
    before = nn.Module.__call__
    assert draw_module(nn.Linear(3, 4), (1, 5)).graph.problem
    assert picture()
    assert nn.Module.__call__ is before


@pytest.mark.usefixtures("standing_by")
def test_a_process_that_stands_by_draws_the_same_and_runs_modules_as_ever() -> None:
    passes = nn.Module.__call__
    x = torch.randn(2, 3)
    layer = nn.Linear(3, 4)
    assert torch.equal(layer(x), layer.forward(x))
    assert "67" in picture()
    assert nn.Module.__call__ is passes
    assert torch.equal(layer(x), layer.forward(x))


@pytest.mark.parametrize("by", ["exchange", "switch"])
def test_a_trace_within_a_trace_gives_way_to_the_outer_one(
    by: str, request: pytest.FixtureRequest
) -> None:
    if by == "switch":
        request.getfixturevalue("standing_by")
    graph = draw_module(Nested(), (1, 4)).graph
    assert graph.calls[-1].type == "add"
    assert recorder._recorded is None
