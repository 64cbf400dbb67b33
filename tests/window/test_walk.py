"""Which positions each output reads: held equal to torch's gradients at random settings."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from resnet_core import draw, draw_module
from resnet_core.window.walk import Walk, walk_of, walkers

sides = st.integers(1, 13)


def pairs(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(low, high), st.integers(low, high))


def walk_through(layer: nn.Module, size: tuple[int, int]) -> Walk:
    """The window of the one call of a module, read from its trace."""
    graph = draw_module(nn.Sequential(layer), (1, 1, *size)).graph
    assume(graph.problem is None)
    (node,) = graph.calls
    walk = walk_of(node)
    assert walk is not None
    return walk


def read_by_torch(layer: nn.Module, size: tuple[int, int]) -> torch.Tensor:
    """[outputs down, outputs across, rows, columns]: whether the output changes with the position.

    One position is one and all others are zero: the largest in a window is one where it is read.
    """
    # torch's own gradient of a max pool writes out of bounds where a window holds padding alone.
    with torch.no_grad():
        made = layer(torch.eye(size[0] * size[1]).reshape(-1, 1, *size))
    answers = (made > 0).reshape(*size, *made.shape[2:])
    return answers.permute(2, 3, 0, 1)


def read_by_gradient(layer: nn.Module, size: tuple[int, int]) -> torch.Tensor:
    """The same by the gradient of each output, for what is linear."""
    jacobian = torch.autograd.functional.jacobian(layer, torch.zeros(1, 1, *size))
    return jacobian[0, 0, :, :, 0, 0] != 0


def read_by_walk(walk: Walk) -> torch.Tensor:
    """The same as the window's axes say."""
    marks = [
        torch.tensor([[place in window for place in range(axis.size)] for window in axis.reads])
        for axis in (walk.rows, walk.columns)
    ]
    return marks[0][:, None, :, None] & marks[1][None, :, None, :]


def is_equal(walk: Walk, read: torch.Tensor) -> None:
    """What the walk says of positions, counts and losses is what was found."""
    assert torch.equal(read_by_walk(walk), read)
    times = read.sum(dim=(0, 1))
    for row in range(walk.rows.size):
        for column in range(walk.columns.size):
            assert walk.times(row, column) == times[row, column]
    assert walk.never_read == int((times == 0).sum())
    assert walk.reads_of_each == (int(times.min()), int(times.max()))
    assert walk.outputs == read.shape[0] * read.shape[1]


@given(
    kernel=pairs(1, 5), stride=pairs(1, 4), dilation=pairs(1, 3), padding=pairs(0, 4),
    size=st.tuples(sides, sides),
)  # fmt: skip
def test_a_convolution_reads_what_its_gradients_say(kernel, stride, dilation, padding, size):
    layer = nn.Conv2d(1, 1, kernel, stride=stride, dilation=dilation, padding=padding, bias=False)
    nn.init.ones_(layer.weight)
    walk = walk_through(layer, size)
    is_equal(walk, read_by_gradient(layer, size))
    # What is not read inside the map is read in the padding: the windows are whole.
    points = kernel[0] * kernel[1]
    whole = read_by_walk(walk).sum(dim=(2, 3)) == points
    assert walk.on_padding == int((~whole).sum())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@given(kernel=pairs(1, 5), dilation=pairs(1, 3), size=st.tuples(sides, sides),
       padding=st.sampled_from(["same", "valid"]))  # fmt: skip
def test_padding_by_name_reads_what_its_gradients_say(kernel, dilation, size, padding):
    layer = nn.Conv2d(1, 1, kernel, dilation=dilation, padding=padding, bias=False)
    nn.init.ones_(layer.weight)
    is_equal(walk_through(layer, size), read_by_gradient(layer, size))


@pytest.mark.slow
@given(
    kernel=pairs(1, 5), stride=pairs(1, 4), dilation=pairs(1, 3), half=st.booleans(),
    ceil=st.booleans(), size=st.tuples(sides, sides),
)  # fmt: skip
def test_a_max_pool_reads_what_its_largest_says(kernel, stride, dilation, half, ceil, size):
    padding = (kernel[0] // 2 * half, kernel[1] // 2 * half)
    layer = nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil)
    is_equal(walk_through(layer, size), read_by_torch(layer, size))


@pytest.mark.slow
@given(kernel=pairs(1, 5), stride=pairs(1, 4), half=st.booleans(), ceil=st.booleans(),
       size=st.tuples(sides, sides))  # fmt: skip
def test_an_average_pool_reads_what_its_gradients_say(kernel, stride, half, ceil, size):
    padding = (kernel[0] // 2 * half, kernel[1] // 2 * half)
    layer = nn.AvgPool2d(kernel, stride, padding, ceil_mode=ceil)
    is_equal(walk_through(layer, size), read_by_gradient(layer, size))


@pytest.mark.slow
@given(outputs=pairs(1, 9), size=st.tuples(sides, sides))
def test_an_adaptive_pool_reads_what_its_gradients_say(outputs, size):
    layer = nn.AdaptiveAvgPool2d(outputs)
    is_equal(walk_through(layer, size), read_by_gradient(layer, size))
    is_equal(walk_through(nn.AdaptiveMaxPool2d(outputs), size), read_by_gradient(layer, size))


@pytest.mark.parametrize("groups", [1, 2, 8])
def test_an_output_reads_the_channels_of_its_group(groups):
    layer = nn.Conv2d(8, 8, 3, groups=groups, bias=False)
    nn.init.ones_(layer.weight)
    jacobian = torch.autograd.functional.jacobian(layer, torch.zeros(1, 8, 3, 3))
    (read,) = {int(jacobian[0, channel].any(dim=(-1, -2)).sum()) for channel in range(8)}
    (node,) = draw_module(nn.Sequential(layer), (1, 8, 3, 3)).graph.calls
    walk = walk_of(node)
    assert walk is not None
    assert walk.channels == read


class Functional(nn.Module):
    """Poolings that are functions: their arguments are read from the call."""

    def forward(self, x: torch.Tensor) -> Any:
        pooled = nn.functional.max_pool2d(x, kernel_size=3, stride=2, padding=1)
        return nn.functional.adaptive_avg_pool2d(pooled, 2).mean((2, 3), keepdim=True)


def test_functions_walk_as_modules_do():
    graph = draw_module(Functional(), (1, 1, 9, 9)).graph
    walks = {node.type: walk_of(node) for node in walkers(graph)}
    layers = {
        "max_pool2d": (nn.MaxPool2d(3, 2, 1), (9, 9)),
        "adaptive_avg_pool2d": (nn.AdaptiveAvgPool2d(2), (5, 5)),
        "mean": (nn.AdaptiveAvgPool2d(1), (2, 2)),
    }
    assert set(walks) == set(layers)
    for name, (layer, size) in layers.items():
        is_equal(walks[name], read_by_torch(layer, size))


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"),
        nn.ConvTranspose2d(1, 1, 3),
        nn.ReLU(),
        nn.BatchNorm2d(1),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_no_window_where_none_can_be_told(layer):
    graph = draw_module(nn.Sequential(layer), (1, 1, 9, 9)).graph
    assert not list(walkers(graph))


def test_a_strided_projection_never_reads_three_quarters_and_that_of_resnet_d_reads_all():
    plain = draw(block="bottleneck", stride=2).graph.node["downsample.0"]
    pooled = draw(block="bottleneck", stride=2, shortcut="avgpool").graph.node["downsample.0"]
    walks = walk_of(plain), walk_of(pooled)
    assert [(walk.never_read, walk.positions) for walk in walks] == [(2352, 3136), (0, 3136)]
