"""Shapes that are reckoned here against those that torch gives, over random settings."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from resnet_core.trace.recorder import quick_answer

SIDE = st.integers(1, 9)


@given(
    batch=st.integers(1, 3), inside=SIDE, outside=SIDE, sides=st.tuples(SIDE, SIDE),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)), stride=st.integers(1, 4),
    padding=st.tuples(st.integers(0, 4), st.integers(0, 4)), dilation=st.integers(1, 3),
    groups=st.integers(1, 4), biased=st.booleans(), shared=st.integers(1, 9),
)  # fmt: skip
def test_a_convolution_is_reckoned_as_torch_does_it_or_left_to_torch(
    batch: int, inside: int, outside: int, sides: tuple[int, int], kernel: tuple[int, int],
    stride: int, padding: tuple[int, int], dilation: int, groups: int, biased: bool, shared: int,
) -> None:  # fmt: skip
    x = torch.empty(batch, inside, *sides, device="meta")
    # Half of the weights fit their input.
    weight = torch.empty(
        outside, inside // groups or shared if shared % 2 else shared, *kernel, device="meta"
    )
    bias = torch.empty(outside, device="meta") if biased else None
    args = (x, weight, bias, stride, padding, dilation, groups)
    # With numbers: the meta device is less strict about groups than a convolution is.
    real = [
        torch.zeros(given.shape) if isinstance(given, torch.Tensor) else given for given in args
    ]
    try:
        expected: Any = tuple(F.conv2d(*real).shape)
    except RuntimeError:
        expected = None
    answer = quick_answer(F.conv2d, args, {}, counted=False)
    found = None if answer is None else tuple(answer(*args).shape)
    assert found == expected
    assert quick_answer(F.conv2d, args, {}, counted=True) is None


@pytest.mark.parametrize(
    "args",
    [
        (torch.empty(1, 4, 5, 5, device="meta"), torch.empty(6, 4, 3, 3, device="meta"), None, 1,
         "same"),
        (torch.empty(4, 5, 5, device="meta"), torch.empty(6, 4, 3, 3, device="meta")),
        (torch.empty(1, 4, 5, 5), torch.empty(6, 4, 3, 3)),
        (torch.empty(1, 4, 5, 5, device="meta"),
         torch.empty(6, 4, 3, 3, device="meta", dtype=torch.float64)),
        (torch.empty(1, 4, 5, 5, device="meta"), torch.empty(6, 4, 3, 3, device="meta"), None, 0),
    ],
    ids=["padding by a word", "no batch", "real numbers", "two kinds of numbers", "no stride"],
)  # fmt: skip
def test_what_is_less_plain_is_left_to_torch(args: tuple[Any, ...]) -> None:
    assert quick_answer(F.conv2d, args, {}, counted=False) is None


@pytest.mark.parametrize("channels", [4, 5])
@pytest.mark.parametrize("training", [False, True])
def test_a_batch_norm_at_rest_keeps_its_shape_where_its_channels_agree(
    channels: int, training: bool
) -> None:
    x = torch.empty(2, 4, 7, 7, device="meta")
    own = [torch.empty(channels, device="meta") for _ in range(4)]
    for args, kwargs in (((x, *own, training), {}), ((x, *own), {"training": training})):
        answer = quick_answer(F.batch_norm, args, kwargs, counted=True)
        assert (answer is not None) == (channels == 4 and not training)
        assert answer is None or answer(*args).shape == x.shape


@pytest.mark.parametrize(
    ("func", "more"),
    [(F.relu, {}), (F.relu, {"inplace": True}), (torch.Tensor.add, {"other": 1}),
     (torch.Tensor.__iadd__, None), (torch.Tensor.add_, None), (torch.Tensor.add_, {"other": 1}),
     (torch.Tensor.__add__, None)],
)  # fmt: skip
def test_what_goes_past_torchs_modes_writes_and_gives_what_torch_does(func: Any, more: Any) -> None:
    x = torch.empty(2, 4, 7, 7, device="meta")
    other = torch.empty(2, 4, 7, 7, device="meta")
    args, kwargs = ((x,), more) if more is not None else ((x, other), {})
    answer = quick_answer(func, args, kwargs, counted=True)
    assert answer is not None
    assert answer.__name__ == func.__name__
    before = x._version
    made = answer(*args, **kwargs)
    assert (made is x) == (x._version > before) == (func(*args, **kwargs) is x)
    assert made.shape == x.shape


@pytest.mark.parametrize(
    ("x", "args", "kwargs"),
    [
        (torch.empty(2, 4, 7, 7, device="meta"), (torch.empty(2, 4, 7, 6, device="meta"),), {}),
        (torch.empty(4, 1, device="meta").expand(4, 7), (torch.empty(4, 7, device="meta"),), {}),
        (torch.empty(4, device="meta", dtype=torch.int64), (torch.empty(4, device="meta"),), {}),
        (torch.empty(4, device="meta"), (torch.empty(4, device="meta"), 1), {}),
        (torch.empty(4, 1, 3, device="meta"), (torch.empty(3, device="meta"),), {}),
        (torch.empty(4, device="meta"), (torch.empty(4, device="meta"),), {"alpha": 2}),
        (torch.ones(4), (torch.ones(4),), {}),
    ],
    ids=["shapes", "one memory for many numbers", "whole numbers", "too many", "spread", "alpha",
         "real numbers"],
)  # fmt: skip
def test_an_addition_in_place_that_is_less_plain_is_what_torch_makes_of_it(
    x: torch.Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    def outcome(func: Any) -> Any:
        copy = x.clone() if x.is_contiguous() else x
        try:
            return (
                func(copy, *args, **kwargs).tolist()
                if not x.is_meta
                else func(copy, *args, **kwargs).shape
            )
        except (RuntimeError, TypeError) as error:
            return type(error), str(error)

    answer = quick_answer(torch.Tensor.add_, (x, *args), kwargs, counted=True)
    assert answer is not None
    assert outcome(answer) == outcome(torch.Tensor.add_)


def test_nothing_else_is_reckoned() -> None:
    x = torch.empty(2, 4, 7, 7, device="meta")
    assert quick_answer(F.max_pool2d, (x, 2), {}, counted=False) is None
