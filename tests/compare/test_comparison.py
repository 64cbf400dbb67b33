"""Comparing as a whole: partners, sums, the sentence, every format."""

from __future__ import annotations

import time

import pytest
from torch import nn

from resnet_core import ParameterError, compare, draw, draw_module
from resnet_core.compare import FORMATS

V15, V1 = {"model": "resnet50"}, {"model": "resnet50", "stride_on": "conv1"}
PLAIN, SE = {"block": "bottleneck"}, {"block": "bottleneck", "attention": "se"}


def partners(found) -> dict[str, str]:
    return {pair.a.id: pair.b.id for pair in found.pairs if pair.a and pair.b}


def change(found, name: str) -> tuple[str, str]:
    (row,) = [pair for pair in found.pairs if pair.b and pair.b.id == name]
    return row.change, row.words


@pytest.mark.parametrize("subject", [*({"block": n} for n in ("basic", "res2net")), V15])
def test_a_structure_is_the_same_as_itself(subject):
    found = compare(draw(**subject), draw(**subject))
    assert found.same
    assert not any(found.deltas.values())
    assert all(pair.change == "same" for pair in found.pairs)
    assert "compute the same" in found.summary()
    assert "完全相同" in found.summary("zh")


def test_the_two_versions_of_resnet_50():
    found = compare(draw(**V15), draw(**V1))
    assert change(found, "layer2.0.conv1") == ("changed", "stride 1 → 2, 128×56×56 → 128×28×28")
    assert change(found, "layer2.0.bn1") == ("reshaped", "128×56×56 → 128×28×28")
    assert change(found, "layer2.0.conv2")[0] == "changed"
    assert change(found, "layer1.0.conv1") == ("same", "")
    assert found.deltas["params"] == 0
    assert found.deltas["macs"] == -3 * 128 * 256 * (56 * 56 - 28 * 28)
    assert "6 calls changed (3 × conv1: stride 1 → 2; 3 × conv2: stride 2 → 1)" in found.summary()
    assert "3 × conv1：步长 1 → 2；3 × conv2：步长 2 → 1" in found.summary("zh")


def test_partners_have_the_same_role_although_something_was_put_in_between():
    found = compare(draw(**PLAIN), draw(**SE))
    assert all(name == other for name, other in partners(found).items())
    added = [pair.b.id for pair in found.pairs if pair.change == "added"]
    assert [name.partition(".")[0] for name in added] == ["attention"] * 6
    assert found.deltas["params"] == 8464
    back = compare(draw(**SE), draw(**PLAIN))
    assert [pair.a.id for pair in back.pairs if pair.change == "removed"] == added


def test_the_relu_after_the_addition_is_not_the_one_before():
    found = compare(draw(**PLAIN), draw(block="basic"))
    pairs = partners(found)
    assert pairs["conv1"] == "conv1"
    assert pairs["conv2"] == "conv2"
    assert pairs["relu:3"] == "relu:2"
    removed = [pair.a.id for pair in found.pairs if pair.change == "removed"]
    assert removed == ["relu:2", "conv3", "bn3"]
    assert change(found, "conv1")[1].startswith("kernel 1×1 → 3×3")


def test_deeper_stages_have_more_blocks_and_the_others_stay():
    start = time.perf_counter()
    a, b = draw(**V15), draw(model="resnet152")
    a.graph, b.graph  # noqa: B018
    traced = time.perf_counter() - start
    found = compare(a, b)
    added = {pair.b.group for pair in found.pairs if pair.change == "added"}
    assert {name.split(".")[0] for name in added} == {"layer2", "layer3"}
    assert {pair.change for pair in found.pairs} == {"same", "added"}
    assert "340 calls added (34 × Bottleneck)" in found.summary()
    assert "新增 340 个运算（34 × Bottleneck）" in found.summary("zh")
    found.dot  # noqa: B018
    assert time.perf_counter() - start - traced < 2


def test_every_call_of_both_has_one_row_in_the_order_of_execution(worked):
    found = compare(*worked)
    for side, drawing in (("a", found.a), ("b", found.b)):
        rows = [getattr(pair, side).id for pair in found.pairs if getattr(pair, side)]
        assert rows == [node.id for node in drawing.graph.nodes]
    for pair in found.pairs:
        if pair.a and pair.b:
            assert pair.a.role == pair.b.role
            assert pair.a.lane == pair.b.lane


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_format_is_made(format, lang):
    start = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<svg", "dot": b"digraph", "json": b"{",
             "mmd": b"---"}  # fmt: skip
    made = compare(draw(**PLAIN), draw(**SE), lang=lang).render(format)
    assert made.startswith(start.get(format, b""))
    assert len(made) > 300


def test_an_unknown_format_is_refused():
    with pytest.raises(ParameterError, match="it is not a format"):
        compare(draw(**PLAIN), draw(**SE)).render("gif")


def test_modules_of_ones_own_are_compared_too():
    def net(width: int) -> nn.Module:
        return nn.Sequential(nn.Conv2d(3, width, 3), nn.ReLU(), nn.Conv2d(width, 4, 1))

    small, large = (draw_module(net(width), (1, 3, 8, 8)) for width in (4, 8))
    found = compare(small, large)
    assert found.url == ""
    assert change(found, "0")[0] == "changed"
    assert "channels 4 → 8" in found.svg
    assert compare(small, draw_module(net(4), (1, 3, 8, 8))).same
