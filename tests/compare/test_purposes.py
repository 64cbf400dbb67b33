"""Why a change is made is said only where it holds; what no window tells is said as well."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from resnet_core import build, compare, draw


def _compared(a: dict[str, Any], b: dict[str, Any]) -> str:
    comparison = compare(draw(**a), draw(**b))
    return " ".join([comparison.summary(), *comparison.why()])


@pytest.mark.parametrize(("knobs", "told"), [
    ({"stride": 2}, True), ({"stride": 3}, False), ({"stride": 2, "dilation": 2}, False),
    ({"stride": 1}, False),
])  # fmt: skip
def test_one_position_in_four_is_read_at_stride_two(knobs: dict[str, int], told: bool) -> None:
    """What the sentence says of the two places of the stride, by gradients in torch."""
    early, late = ({"block": "bottleneck", "stride_on": on, **knobs} for on in ("conv1", "conv2"))
    assert ("one position in four, the 3×3 reads all" in _compared(early, late)) is told
    if told:
        shares = []
        for structure in (early, late):
            block = build(**structure, shortcut="none").eval()
            x = torch.randn(1, 256, 8, 8, requires_grad=True)
            block.conv3(block.conv2(block.conv1(x))).square().sum().backward()
            assert x.grad is not None
            shares.append(float((x.grad[0].abs().sum(0) > 0).float().mean()))
        assert shares == [0.25, 1.0]


@pytest.mark.parametrize("shortcut", ["auto", "none"])
def test_depth_helps_with_shortcuts(shortcut: str) -> None:
    a, b = ({"model": name, "shortcut": shortcut} for name in ("resnet18", "resnet34"))
    assert ("more depth helps" in _compared(a, b)) is (shortcut == "auto")


@pytest.mark.parametrize("shortcut", ["auto", "none"])
def test_blocks_start_as_their_shortcut_where_they_have_one(shortcut: str) -> None:
    knobs = {"model": "resnet", "block": "basic", "layers": "1,1,1,1", "shortcut": shortcut}
    told = _compared(knobs, {**knobs, "zero_init_residual": True})
    assert "training starts differently" in told
    assert ("every block is its shortcut" in told) is (shortcut == "auto")


@pytest.mark.parametrize(("planes", "told"), [(64, False), (128, True)])
def test_zeros_give_way_only_where_channels_are_new(planes: int, told: bool) -> None:
    knobs = {"block": "basic", "stride": 2, "planes": planes}
    assert ("with something of x and not with zeros" in _compared(
        {**knobs, "shortcut": "padded"}, knobs)) is told  # fmt: skip


def test_a_bottleneck_is_told_its_price() -> None:
    assert "a bottleneck carries 4n" in _compared({"block": "basic"}, {"block": "bottleneck"})
    assert "carries 4n" not in _compared({"block": "bottleneck"}, {"block": "basic"})


@pytest.mark.parametrize(("knobs", "through"), [
    ({"attention": "se"}, "gates"), ({"norm_layer": "group"}, "norms"), ({"planes": 128}, ""),
])  # fmt: skip
def test_what_sees_everything_is_said_beside_the_windows(
    knobs: dict[str, Any], through: str
) -> None:
    plain = {"block": "basic"}
    for pair in ((plain, plain | knobs), (plain | knobs, plain)):
        told = _compared(*pair)
        assert ("also depends on the whole map" in told) is bool(through)
        assert f"through the {through}" in told or not through


def test_a_module_and_a_function_are_not_told_as_the_same() -> None:
    told = _compared({"block": "basic"}, {"block": "residual_attention"})
    assert "ReLU → ReLU" not in told
    assert "2 × relu: module → function" in told
