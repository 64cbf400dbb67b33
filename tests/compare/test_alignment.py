"""Who is whose partner in the comparisons that teachers make, and what the sentence says of it."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest

from resnet_core import compare, draw
from resnet_core.registry import BLOCKS

PUBLISHED = json.loads((Path(__file__).parents[1] / "published.json").read_text(encoding="utf-8"))
PAIRS = {
    "v1 and v1.5": ({"model": "resnet50", "stride_on": "conv1"}, {"model": "resnet50"}),
    "50 and 50-D": ({"model": "resnet50"}, {"model": "resnet50d"}),
    "ResNet and ResNeXt": ({"model": "resnet50"}, {"model": "resnext50_32x4d"}),
    "ResNet and wide": ({"model": "resnet50"}, {"model": "wide_resnet50_2"}),
    "18 and 34": ({"model": "resnet18"}, {"model": "resnet34"}),
    "with and without SE": ({"model": "resnet50"}, {"model": "seresnet50"}),
    "50 and v2": ({"model": "resnet50"}, {"model": "resnetv2_50"}),
    "VGG with and without norms": ({"model": "vgg16"}, {"model": "vgg16_bn"}),
    "bottleneck and basic": ({"block": "bottleneck"}, {"block": "basic"}),
    "basic and pre-activation": ({"block": "basic"}, {"block": "preact_basic"}),
    "stride 1 and 2": ({"block": "bottleneck"}, {"block": "bottleneck", "stride": 2}),
    "a shortcut that averages": (
        {"block": "bottleneck", "stride": 2},
        {"block": "bottleneck", "stride": 2, "shortcut": "avgpool"},
    ),
}
BROKEN = {"block": "bottleneck", "stride": 2, "shortcut": "identity"}


def found_for(name):
    return compare(*(draw(**pair) for pair in PAIRS[name]))


def ids(found, change, side="b"):
    return [getattr(pair, side).id for pair in found.pairs if pair.change == change]


def published(name):
    """Parameters and multiply-adds that others have measured, and how exact the latter are."""
    if name in PUBLISHED["timm"]:
        return PUBLISHED["timm"][name]["params"], PUBLISHED["timm"][name]["macs"], 0
    row = PUBLISHED["torchvision"][name]
    return row["params"], row["gmacs"] * 1e9, 0.5e6


@pytest.mark.parametrize("a", ["resnet18", "resnet50", "vgg16"])
@pytest.mark.parametrize("b", ["resnext50_32x4d", "wide_resnet50_2", "seresnet50", "resnet50d"])
def test_deltas_are_the_differences_of_published_figures(a, b):
    found = compare(draw(model=a), draw(model=b))
    (params, macs, about), (more_params, more_macs, more_about) = published(a), published(b)
    assert found.deltas["params"] == more_params - params
    assert abs(found.deltas["macs"] - (more_macs - macs)) <= about + more_about


def test_the_receptive_fields_differ_as_published():
    figures = PUBLISHED["receptive_field"]
    found = compare(draw(model="resnet50", stride_on="conv1"), draw(model="resnet50"))
    v1, v15 = (figures[f"resnet50 stride_on={name}"] for name in ("conv1", "conv2"))
    assert found.deltas["receptive_field"] == v15 - v1
    assert f"receptive field {v1} → {v15} (−{v1 - v15})" in found.summary()
    found = compare(draw(model="resnet50"), draw(model="vgg16"))
    assert found.deltas["receptive_field"] == figures["vgg16"] - v15


@pytest.mark.parametrize("name", PAIRS)
def test_backwards_what_was_added_is_removed_and_every_sum_changes_its_sign(name):
    found = found_for(name)
    back = compare(found.b, found.a)
    assert ids(found, "added") == ids(back, "removed", "a")
    assert ids(found, "removed", "a") == ids(back, "added")
    for change in ("changed", "reshaped", "same"):
        assert ids(found, change) == ids(back, change, "a")
    assert {name: -item for name, item in found.deltas.items()} == back.deltas


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_does_not_differ_from_itself(name):
    found = compare(draw(block=name), draw(block=name))
    assert found.same
    assert {pair.change for pair in found.pairs} == {"same"}
    assert not any(found.deltas.values())


@pytest.fixture(scope="module")
def every_block():
    return {name: draw(block=name) for name in BLOCKS}


@pytest.mark.parametrize("view", ["one", "side", "b"])
@pytest.mark.slow
def test_any_two_blocks_can_be_compared(every_block, view):
    for a, b in permutations(every_block.values(), 2):
        found = compare(a, b, view=view)
        assert found.sheet.boxes
        assert found.mermaid.startswith("---\n")
        assert not found.same
        assert " → ".join(found.names) == found.caption.title


def test_a_deep_stem_replaces_the_convolution_of_its_name_and_nothing_else():
    found = found_for("50 and 50-D")
    gone = [pair for pair in found.pairs if pair.change == "removed"]
    assert [item.a.id for item in gone] == ["conv1"]
    assert gone[0].words == "replaced by 3 × 3×3 conv, 2 × batch norm, 2 × ReLU"
    stem = [pair for pair in found.pairs if pair.b and pair.b.path.startswith("conv1.")]
    assert [item.words for item in stem] == ["in place of 7×7 conv"] * 7
    kept = {pair.a.id: pair.b.id for pair in found.pairs if pair.a and pair.b}
    assert kept["bn1"] == "bn1"
    assert kept["relu"] == "relu"
    assert "7×7 conv replaced by 3 × 3×3 conv, 2 × batch norm, 2 × ReLU; " in found.summary()
    assert "7×7 卷积替换为 3 × 3×3 卷积、2 × 批归一化、2 × ReLU；" in found.summary("zh")
    back = compare(found.b, found.a).summary()
    assert "3 × 3×3 conv, 2 × batch norm, 2 × ReLU replaced by 7×7 conv; " in back


@pytest.mark.parametrize("detail", ["op", "layer", "block", "stage"])
def test_at_every_detail_the_deep_stem_leaves_the_norm_behind_it_alone(detail):
    a, b = (draw(**pair) for pair in PAIRS["50 and 50-D"])
    boxes = compare(a, b, detail=detail).sheet.boxes
    (gone,) = [box for box in boxes if box.line == "removed"]
    assert gone.node.path == "conv1"
    assert gone.node.type == "Conv2d"
    new = [box.node.path for box in boxes if box.line == "added"]
    assert [text for text in new if text.startswith("conv1")]
    (norm,) = [box for box in boxes if box.node.path == "bn1"]
    assert norm.line == "norm"


def test_pre_activation_keeps_the_convolutions_and_moves_what_stands_before_them():
    found = found_for("basic and pre-activation")
    kept = {pair.a.id: pair.b.id for pair in found.pairs if pair.a and pair.b}
    assert kept["conv1"] == "conv1"
    assert kept["conv2"] == "conv2"
    assert kept["add"] == "add"
    assert "2 calls moved earlier (batch norm, ReLU)" in found.summary()
    assert "前移 2 个运算（批归一化、ReLU）" in found.summary("zh")
    assert "moved later" in compare(found.b, found.a).summary()
    assert {pair.words for pair in found.pairs if not pair.same} == {"moved earlier"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("v1 and v1.5", "6 calls changed (3 × conv1: stride 2 → 1; 3 × conv2: stride 1 → 2)"),
        ("ResNet and ResNeXt", "16 × conv2: channels doubled, groups 1 → 32"),
        ("ResNet and wide", "(16 × conv1: channels doubled; 16 × conv2: channels doubled)"),
        ("18 and 34", "56 calls added (8 × BasicBlock)"),
        ("with and without SE", "96 calls added (16 × SqueezeExcitation)"),
        ("VGG with and without norms", "13 calls added (13 × batch norm)"),
        ("50 and v2", "4 calls removed (4 × batch norm); 32 calls moved earlier"),
        ("stride 1 and 2", "2 calls added (1×1 conv, batch norm); 1 call changed (conv2 stride"),
        ("a shortcut that averages", "1 call added (2×2 average pool); 1 call changed"),
    ],
)
def test_the_sentence_says_the_essential(name, words):
    assert words in found_for(name).summary()


def test_what_was_never_reached_is_not_called_removed():
    found = compare(draw(block="bottleneck"), draw(**BROKEN))
    assert ids(found, "unreached", "a") == ["relu:3", "output"]
    assert not ids(found, "removed", "a")
    assert "cannot run: shapes do not fit at add (256×28×28, 256×56×56)" in found.summary()
    assert "无法运行：add 处形状对不上" in found.summary("zh")
    lines = ["".join(text.text for text in line) for line in found.sheet.heading]
    assert lines[-1].startswith("side by side, because Bottleneck (")
    back = compare(found.b, found.a)
    assert ids(back, "unreached") == ["relu:3", "output"]


@pytest.mark.parametrize("view", ["one", "side"])
def test_the_flowchart_has_every_box_and_wire_of_the_picture_with_its_mark(view):
    found = compare(*(draw(**pair) for pair in PAIRS["a shortcut that averages"]), view=view)
    body = found.mermaid.partition("flowchart TB\n")[2]
    assert len(found.sheet.boxes) == sum(":::" in line for line in body.splitlines())
    assert len(found.sheet.wires) == sum("> n_" in line or "| n_" in line
                                         for line in body.splitlines())  # fmt: skip
    (pool,) = [line for line in body.splitlines() if line.endswith(":::added")]
    assert "2×2 average pool" in pool
    assert body.count("subgraph") == (0 if view == "one" else 2)


def test_a_side_by_itself_stands_as_it_does_beside_the_other():
    drawn = [draw(**pair) for pair in PAIRS["a shortcut that averages"]]
    heights = [
        {box.node.id: box.y for box in compare(*drawn, view=side).sheet.boxes} for side in "ab"
    ]
    assert heights[0]["conv1"] == heights[1]["conv1"]
    assert heights[0]["downsample.0"] == heights[1]["downsample.1"]
    assert len({compare(*drawn, view=side).svg.partition(' id="')[2][:8] for side in "ab"}) == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ResNet and ResNeXt", "3 × conv2: channels 64 → 128, groups 1 → 32"),
        ("with and without SE", "+ 12 × 1×1 conv, 6 × global average pool"),
    ],
)
def test_a_closed_stage_sums_up_what_differs_inside(name, words):
    found = compare(*(draw(**pair) for pair in PAIRS[name]), detail="stage")
    texts = [" ".join(node.attributes["differences"]) for node in found.shown.both.nodes
             if node.role == "stage"]  # fmt: skip
    assert any(words in text for text in texts)
    assert max(len(text) for text in texts) < 120


@pytest.mark.parametrize("detail", ["op", "layer"])
def test_where_one_diagram_would_run_blocks_into_each_other_there_are_two(detail):
    found = compare(*(draw(**pair) for pair in PAIRS["50 and v2"]), detail=detail)
    last = "".join(item.text for item in found.sheet.heading[-1])
    assert last == "side by side, because blocks would overlap"
    assert {box.node.id[:2] for box in found.sheet.boxes} == {"a:", "b:"}


@pytest.mark.parametrize("detail", ["stage", "block", "layer", "op"])
def test_beside_a_block_that_cannot_run_the_other_is_open_too(detail):
    found = compare(draw(block="bottleneck"), draw(**BROKEN), detail=detail)
    lines = {box.node.id: box.line for box in found.sheet.boxes}
    assert lines["a:conv2"] == lines["b:conv2"] == "changed"
    assert not {"added", "removed"} & set(lines.values())
