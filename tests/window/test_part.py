"""The part of a map that is shown: at most twelve places, with all that its outputs read."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from resnet_core.window.axis import Axis, adaptive, sliding
from resnet_core.window.part import MOST, Part, part_of


def is_honest(axis: Axis, part: Part, at: int) -> None:
    """Places in order and without a hole; every shown output, the marked one too, reads in them."""
    assert at in part.outputs
    assert 1 <= len(part.places) <= MOST
    assert len(part.outputs) <= MOST
    for before, after in zip(part.places, part.places[1:], strict=False):
        assert before.stop == after.start
    shown = range(part.places[0].start, part.places[-1].stop)
    for output in part.outputs:
        assert all(position in shown for position in axis.reads[output])
    assert part.from_start == (shown.start == -axis.before)
    assert part.to_end == (shown.stop == axis.size + axis.after)


@example(size=56, kernel=3, stride=1, dilation=8, padding=8, share=0.5)
@example(size=56, kernel=15, stride=1, dilation=3, padding=0, share=1.0)
@given(
    size=st.integers(1, 300), kernel=st.integers(1, 15), stride=st.integers(1, 4),
    dilation=st.integers(1, 32), padding=st.integers(0, 15), share=st.floats(0, 1),
)  # fmt: skip
def test_a_part_holds_the_marked_window(size, kernel, stride, dilation, padding, share):
    room = size + 2 * padding - (kernel - 1) * dilation - 1
    assume(room >= 0)
    axis = sliding(size, kernel, stride, dilation, (padding, padding), room // stride + 1)
    at = round(share * (len(axis.reads) - 1))
    part = part_of(axis, at)
    is_honest(axis, part, at)
    if axis.span <= MOST:
        assert all(len(place) == 1 for place in part.places)
        assert len(part.places) == min(MOST, size + 2 * padding)


@given(size=st.integers(1, 300), outputs=st.integers(1, 300), share=st.floats(0, 1))
def test_a_part_of_an_adaptive_pool_holds_the_marked_window(size, outputs, share):
    axis = adaptive(size, outputs)
    at = round(share * (outputs - 1))
    is_honest(axis, part_of(axis, at), at)


def test_the_first_output_shows_the_map_from_its_padding_and_the_last_to_its_end():
    axis = sliding(56, 3, 2, 1, (1, 1), 28)
    first, last = part_of(axis, 0), part_of(axis, 27)
    assert (first.places[0], first.from_start, first.to_end) == (range(-1, 0), True, False)
    assert (last.places[-1], last.from_start, last.to_end) == (range(56, 57), False, True)


def test_a_window_as_wide_as_the_map_is_shown_with_one_gap():
    part = part_of(adaptive(56, 1), 0)
    assert len(part.places) == MOST
    assert [place for place in part.places if len(place) > 1] == [range(6, 51)]
