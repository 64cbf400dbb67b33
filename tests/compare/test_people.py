"""Comparisons as sentences for people: inputs first, roles aligned, families, starts, reasons."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from resnet_core import compare, draw
from resnet_core.compare.purpose import _KNOWN
from resnet_core.explain.published import PUBLISHED


def found(a: dict[str, Any], b: dict[str, Any]) -> Any:
    return compare(draw(**a), draw(**b))


def partner(comparison: Any, name: str) -> str | None:
    (row,) = [pair for pair in comparison.pairs if pair.b and pair.b.id == name]
    return row.a.id if row.a else None


@pytest.mark.parametrize(
    ("a", "b", "english", "chinese"),
    [
        ({"block": "basic"}, {"block": "bottleneck"},
         "the inputs differ (64×56×56 → 256×56×56)", "输入不同（64×56×56 → 256×56×56）"),
        ({"model": "hornet_stage"}, {"model": "hornet_stage", "index": 1},
         "the inputs differ (3×224×224 → 64×56×56)", "输入不同（3×224×224 → 64×56×56）"),
        ({"block": "bottleneck"}, {"block": "bottleneck", "batch": 8},
         "only the batch differs (1 → 8)", "只有批量不同（1 → 8）"),
        ({"block": "basic"}, {"block": "basic", "input": "28"},
         "only the input differs (64×56×56 → 64×28×28)",
         "只有输入的大小不同（64×56×56 → 64×28×28）"),
    ],
)  # fmt: skip
def test_inputs_that_differ_are_said_first(
    a: dict[str, Any], b: dict[str, Any], english: str, chinese: str
) -> None:
    comparison = found(a, b)
    assert re.match(rf"From [^:]*: {re.escape(english)}; ", comparison.summary())
    assert re.match(rf"从 [^：]*：{re.escape(chinese)}；", comparison.summary("zh"))
    if "only" in english:
        assert "reshaped" not in comparison.summary()


def test_equal_inputs_are_not_mentioned() -> None:
    told = found({"block": "basic"}, {"block": "basic", "attention": "se"}).summary()
    assert "input" not in told


def test_depthwise_stands_for_depthwise_and_linear_for_1x1() -> None:
    comparison = found({"block": "convnext"}, {"block": "inverted_residual"})
    assert partner(comparison, "conv2") == "dwconv"
    assert partner(comparison, "conv3") in ("pwconv1", "pwconv2")
    assert partner(comparison, "conv1") is None
    back = found({"block": "inverted_residual"}, {"block": "convnext"})
    assert partner(back, "dwconv") == "conv2"


def test_a_convolution_of_one_name_stays_its_partner_when_it_becomes_depthwise() -> None:
    comparison = found({"block": "bottleneck"}, {"block": "bottleneck", "groups": 64,
                                                 "base_width": 1})  # fmt: skip
    assert partner(comparison, "conv2") == "conv2"


@pytest.mark.parametrize(
    ("more", "layer", "chinese"),
    [({}, "norm", "归一化"), ({"preact": True}, "convolution", "卷积"),
     ({"norm_layer": "none"}, "convolution", "卷积")],
)  # fmt: skip
def test_equal_calls_with_another_start_say_so(
    more: dict[str, Any], layer: str, chinese: str
) -> None:
    plain = {"model": "resnet", "layers": "1,1,1,1", "block": "basic", **more}
    for pair in ((plain, plain | {"zero_init_residual": True}),
                 (plain | {"zero_init_residual": True}, plain)):  # fmt: skip
        comparison = found(*pair)
        assert comparison.same
        assert f"the last {layer} on each main path starts at zero" in comparison.summary()
        assert f"每条主路最后一个{chinese}的权重从零开始" in comparison.summary("zh")
        assert "compute the same" not in comparison.summary()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("a", "made", "largest"),
    [
        ("vgg16", "13 convolutions and 3 linear layers in a row → 16 bottlenecks in four stages",
         "classifier.0 (102,764,544 parameters, 74% of all)"),
        ("hornet_tiny_7x7", "25 HorNet blocks in four stages → 16 bottlenecks in four stages",
         "stages.3.0.pwconv1"),
    ],
)  # fmt: skip
def test_between_families_stages_and_blocks_are_told(a: str, made: str, largest: str) -> None:
    comparison = found({"model": a}, {"model": "resnet50"})
    assert made in comparison.summary()
    assert f"largest layer {largest}" in comparison.summary()
    assert not re.search(r"calls? (added|removed|changed)", comparison.summary())
    assert "个运算" not in comparison.summary("zh")


@pytest.mark.parametrize(
    ("a", "b", "english", "chinese"),
    [
        ({"model": "resnet_cifar", "depth": 8}, {"model": "resnet18"},
         ("3 basic blocks in three stages → 8 basic blocks in four stages",
          "stem 3×3 conv → 7×7 conv and 3×3 max pool", "blocks by stage 1–1–1 → 2–2–2–2",
          "channels by stage 16–32–64 → 64–128–256–512",
          "2 padded shortcuts → 3 projection shortcuts"),
         ("三个阶段、3 个基本块 → 四个阶段、8 个基本块", "各阶段的块数 1–1–1 → 2–2–2–2",
          "stem（起始层）3×3 卷积 → 7×7 卷积和 3×3 最大池化", "2 条补零捷径 → 3 条投影捷径")),
        ({"model": "resnet", "layers": "1,1,1,1"}, {"model": "stage", "blocks": 2},
         ("4 bottlenecks in four stages → 2 bottlenecks;",
          "4 projection shortcuts → 1 projection shortcut;"),
         ("四个阶段、4 个瓶颈块 → 2 个瓶颈块；", "4 条投影捷径 → 1 条投影捷径；")),
    ],
)  # fmt: skip
def test_networks_with_other_stages_are_told_by_them(
    a: dict[str, Any], b: dict[str, Any], english: tuple[str, ...], chinese: tuple[str, ...]
) -> None:
    comparison = found(a, b)
    assert all(words in comparison.summary() for words in english)
    assert all(words in comparison.summary("zh") for words in chinese)
    assert not re.search(r"calls? (added|removed|changed)", comparison.summary())
    assert "个运算" not in comparison.summary("zh")


@pytest.mark.slow
@pytest.mark.parametrize("other", ["resnet34", "resnet50d", "seresnet50", "resnetv2_50"])
def test_within_a_family_calls_are_told(other: str) -> None:
    one = "resnet18" if other == "resnet34" else "resnet50"
    assert re.search(r"\d+ calls? ", found({"model": one}, {"model": other}).summary())


@pytest.mark.slow
def test_values_that_differ_among_calls_of_one_name_are_counted() -> None:
    told = found({"model": "resnet50"}, {"model": "resnet50", "output_stride": 8})
    assert "7 × conv2: dilation 1 → 2 (5×), 4 (2×)" in told.summary()
    assert "7 × conv2：空洞率 1 → 2（5 个）、4（2 个）" in told.summary("zh")


def test_chinese_leaves_no_english_word_for_a_value() -> None:
    pairs = [
        ({"block": "convnext"}, {"block": "inverted_residual"}),
        ({"block": "bottleneck"}, {"block": "bottleneck", "dilation": 2, "stride": 2}),
        ({"block": "downsample", "mode": "max"}, {"block": "downsample", "mode": "max",
                                                  "stride": 3}),
    ]  # fmt: skip
    for one, other in pairs:
        told = found(one, other).summary("zh").partition("：")[2]
        assert not re.search(r"\b(true|false|groups|dilation|bias|output size)\b", told), told
        assert not re.search(r"\d %|[(+−][^（）]*\)|,(?! )(?!\d)", told), told
    assert "卷积核" not in told
    assert "窗口 2×2 → 3×3" in told


WHYS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"model": "resnet50", "stride_on": "conv1"}, {"model": "resnet50"}),
    ({"model": "resnet50"}, {"model": "resnet50c"}),
    ({"model": "resnet50c"}, {"model": "resnet50d"}),
    ({"model": "resnet50"}, {"model": "resnet50d"}),
    ({"model": "resnet50"}, {"model": "resnext50_32x4d"}),
    ({"model": "resnet50"}, {"model": "wide_resnet50_2"}),
    ({"block": "basic"}, {"block": "basic", "attention": "se"}),
    ({"block": "basic"}, {"block": "basic", "attention": "eca"}),
    ({"block": "basic"}, {"block": "basic", "attention": "cbam"}),
    ({"block": "basic"}, {"block": "basic", "norm_layer": "group"}),
    ({"model": "stage"}, {"model": "stage", "zero_init_residual": True}),
    ({"block": "basic"}, {"block": "preact_basic"}),
    ({"block": "basic"}, {"block": "basic", "shortcut": "none"}),
    ({"model": "resnet34"}, {"model": "resnet50"}),
    ({"block": "basic", "planes": 128, "shortcut": "padded"}, {"block": "basic", "planes": 128}),
    ({"block": "bottleneck"}, {"block": "bottleneck", "shortcut": "projection"}),
    ({"model": "resnet18"}, {"model": "resnet34"}),
    ({"model": "resnet50"}, {"model": "resnet101"}),
    ({"model": "resnet50"}, {"model": "resnet152"}),
    ({"model": "vgg16"}, {"model": "resnet50"}),
    ({"model": "resnet50"}, {"model": "resnet50", "output_stride": 16}),
]


@pytest.mark.slow
def test_every_reason_is_given_where_its_knob_was_turned_and_cited() -> None:
    for (one, other), (_, purpose) in zip(WHYS, _KNOWN, strict=True):
        comparison = found(one, other)
        for lang in ("en", "zh"):
            clauses = comparison.why(lang)
            assert len(clauses) == 1, clauses
            for name in purpose.figures:
                figure = PUBLISHED[name]
                assert figure.shown in clauses[0]
                assert figure.cite(lang) in clauses[0]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"block": "bottleneck", "stride_on": "conv1"}, {"block": "bottleneck"}),
        ({"block": "bottleneck", "groups": 2, "stride": 2, "stride_on": "conv1"},
         {"block": "bottleneck", "groups": 2, "stride": 2}),
        ({"block": "basic"}, {"block": "basic", "stride": 2}),
        ({"block": "basic", "attention": "se"}, {"block": "basic"}),
        ({"model": "stage", "preact": True},
         {"model": "stage", "preact": True, "zero_init_residual": True}),
    ],
)  # fmt: skip
def test_no_reason_is_given_where_none_holds(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert found(a, b).why() == ()


def test_every_text_form_gives_the_reason() -> None:
    comparison = found({"block": "basic"}, {"block": "basic", "attention": "se"})
    (clause,) = comparison.why()
    assert clause in comparison.render("md").decode()
    assert clause in comparison.render("txt").decode()
    assert json.loads(comparison.render("json"))["why"]["zh"] == list(comparison.why("zh"))
