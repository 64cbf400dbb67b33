"""What a window is said to read, against the gradients of torch's own convolution."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st
from torch import nn

from resnet_core import draw_module
from resnet_core.explain.positions import Window, window
from resnet_core.window.walk import walk_of
from tests.conftest import many


def seen_by(conv: nn.Module, size: tuple[int, int]) -> tuple[Window, torch.Tensor, int]:
    """The window of the traced call, which positions have a gradient, and live points."""
    graph = draw_module(conv, (1, 1, *size)).graph
    found = window(graph.calls[0])
    assert found is not None
    image = torch.ones(1, 1, *size, requires_grad=True)
    with torch.no_grad():
        for weight in conv.parameters():
            weight.fill_(1.0)
    conv(image).sum().backward()
    assert image.grad is not None
    kernel = next(conv.parameters()).grad
    assert kernel is not None
    return found, image.grad[0, 0] != 0, int((kernel != 0).sum())


@st.composite
def windows(choose: st.DrawFn) -> tuple[nn.Conv2d, tuple[int, int]]:
    def pair(values: st.SearchStrategy[int]) -> tuple[int, int]:
        return choose(values), choose(values)

    conv = nn.Conv2d(
        1, 1, pair(st.integers(1, 5)), pair(st.integers(1, 5)), pair(st.integers(0, 9)),
        pair(st.integers(1, 9)), bias=False,
    )  # fmt: skip
    return conv, pair(st.integers(1, 24))


@pytest.mark.slow
@many(200)
@example(setting=(nn.Conv2d(1, 1, 3, 2, 2, 2, bias=False), (56, 56)))
@example(setting=(nn.Conv2d(1, 1, 3, 1, 8, 8, bias=False), (7, 7)))
@given(setting=windows())
def test_what_is_read_and_what_meets_padding_only_is_what_torch_finds(
    setting: tuple[nn.Conv2d, tuple[int, int]],
) -> None:
    conv, size = setting
    try:
        conv(torch.zeros(1, 1, *size))
    except RuntimeError:
        assume(False)
    found, grid, live = seen_by(conv, size)
    assert found.read == int(grid.sum())
    assert found.complete == bool(grid.all())
    assert found.live == live
    rows, columns = grid.any(1).nonzero().flatten(), grid.any(0).nonzero().flatten()
    if len(rows) and len(columns):
        assert found.cut == (size[0] - 1 - int(rows[-1]), size[1] - 1 - int(columns[-1]))
        inner = grid[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert found.gaps == (not bool(inner.all()))


@pytest.mark.parametrize(
    ("kernel", "stride", "dilation", "reach", "overlaps", "touches"),
    [(3, 2, 1, 3, True, False), (3, 3, 1, 3, False, True), (3, 3, 3, 7, True, False),
     (2, 3, 1, 2, False, False), (2, 3, 2, 3, False, False), (1, 1, 1, 1, False, True)],
)  # fmt: skip
def test_the_reach_decides_what_overlaps(
    kernel: int, stride: int, dilation: int, reach: int, overlaps: bool, touches: bool
) -> None:
    conv = nn.Conv2d(1, 1, kernel, stride, 0, dilation)
    found = window(draw_module(conv, (1, 1, 40, 40)).graph.calls[0])
    assert found is not None
    assert (found.reach, found.overlaps, found.touches) == (reach, overlaps, touches)


def test_what_slides_over_no_map_has_no_window() -> None:
    for module, shape in ((nn.Linear(4, 2), (1, 4)), (nn.Conv1d(1, 1, 3), (1, 1, 9))):
        assert window(draw_module(module, shape).graph.calls[0]) is None
    assert window(draw_module(nn.ConvTranspose2d(1, 1, 2), (1, 1, 9, 9)).graph.calls[0]) is None


@pytest.mark.slow
@many(200)
@given(setting=windows())
def test_the_words_count_what_the_picture_of_the_window_counts(
    setting: tuple[nn.Conv2d, tuple[int, int]],
) -> None:
    conv, size = setting
    try:
        conv(torch.zeros(1, 1, *size))
    except RuntimeError:
        assume(False)
    node = draw_module(conv, (1, 1, *size)).graph.calls[0]
    told, drawn = window(node), walk_of(node)
    assert told is not None
    assert drawn is not None
    assert told.size == drawn.positions
    assert told.size - told.read == drawn.never_read
