"""What counts as a difference, and the words for it."""

from __future__ import annotations

from resnet_core import compare, draw

V15, V1 = {"model": "resnet50"}, {"model": "resnet50", "stride_on": "conv1"}
PLAIN, SE = {"block": "bottleneck"}, {"block": "bottleneck", "attention": "se"}


def test_a_knob_that_changes_nothing_is_no_difference():
    assert compare(draw(**PLAIN), draw(**PLAIN, stride_on="conv1")).same
    assert compare(draw(**V15), draw(**V15, zero_init_residual=True)).same


def test_a_closed_block_says_by_which_knob_or_shortcut_it_differs():
    assert "shortcut projection → pooled" in compare(draw(**V15), draw(model="resnet50d")).svg
    assert "stride on conv2 → conv1" in compare(draw(**V15), draw(**V1)).svg
