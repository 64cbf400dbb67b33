"""What an explanation claims holds in the graph; what it says of other settings holds there."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest

from resnet_core import ParameterError, draw
from resnet_core.language.terms import amount
from resnet_core.registry import NETWORKS
from tests.subjects import names, sampled

SHORTCUTS = ("auto", "projection", "avgpool", "padded", "identity", "none")


def name_of(setting: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in setting.items())


GRID = [
    {"block": block, "stride": stride, "inplanes": given, "shortcut": kind}
    for block, stride, given, kind in product(
        ("bottleneck", "basic", "preact_basic", "preact_bottleneck", "res2net"),
        (1, 2),
        (64, 256),
        SHORTCUTS,
    )
]
CLAIMS = {
    "The shortcut is the input itself.": "identity",
    "The shortcut needs a projection.": "projection",
    "The shortcut projects although it does not have to.": "projection",
    "The shortcut pools, then projects.": "pooled",
    "The shortcut fits without learning anything.": "padded",
    "There is no shortcut.": "none",
}


@pytest.mark.parametrize("setting", sampled(GRID), ids=name_of)
def test_what_is_claimed_of_the_shortcut_holds(setting: dict[str, Any]) -> None:
    try:
        graph = draw(**setting).graph
    except ParameterError:
        return  # zeros cannot take channels away
    english = draw(**setting).explain("en")
    claims = [paragraph.lead for paragraph in english.paragraphs if paragraph.lead in CLAIMS]
    if graph.problem:
        assert english.paragraphs[0].lead.startswith("It cannot run: ")
        assert not claims
        return
    (claim,) = claims
    joins = [call.id for call in graph.calls if call.role == "add" and not call.group]
    outer = [join for join in joins if graph.shortcut_into(join) != "none"]
    kind = graph.shortcut_into(outer[-1]) if outer else "none"
    assert CLAIMS[claim] == kind
    given, made = graph.inputs[0].shape, graph.outputs[0].shape
    said = " ".join(
        t
        for p in english.paragraphs
        if p.lead == claim
        for t in [p.lead, *(sentence.text for sentence in p.sentences)]
    )
    if claim in ("The shortcut needs a projection.", "The shortcut pools, then projects."):
        assert ("the map shrinks" in said) == (given[2:] != made[2:])
        assert ("the channels change" in said) == (given[1] != made[1])
    if kind == "identity" or claim == "The shortcut projects although it does not have to.":
        assert given == made


@pytest.mark.parametrize(("stride_on", "layer"), [("conv1", "first 1×1"), ("conv2", "3×3")])
def test_the_stride_is_said_to_sit_where_it_sits(stride_on: str, layer: str) -> None:
    english = draw(block="bottleneck", stride=2, stride_on=stride_on).explain("en")
    lead = f"The stride sits in the {layer}."
    (told,) = [paragraph for paragraph in english.paragraphs if paragraph.lead == lead]
    (at,) = {node for sentence in told.sentences[:1] for node in sentence.nodes}
    assert at == stride_on


@pytest.mark.parametrize("name", names(one for one in NETWORKS.values() if "1" not in one.name))
@pytest.mark.slow
def test_shares_add_up_to_the_whole(name: str) -> None:
    english = draw(model=name).explain("en")
    for paragraph in english.paragraphs:
        if paragraph.lead == "Where the parameters and the work sit.":
            for sentence in paragraph.sentences[:2]:
                shares = [float(match) for match in re.findall(r"([\d.]+)% in", sentence.text)]
                assert not shares or sum(shares) == pytest.approx(100, abs=2)


@pytest.mark.parametrize(
    ("name", "depth"),
    [("resnet18", 18), ("resnet34", 34), ("resnet50", 50), ("resnet101", 101), ("resnet152", 152),
     ("resnet20", 20), ("resnet110", 110), ("resnext50_32x4d", 50), ("seresnet50", 50)],
)  # fmt: skip
def test_the_number_in_the_name_is_counted(name: str, depth: int) -> None:
    english = draw(model=name).explain("en")
    assert f"This is the {depth} in the name." in [
        paragraph.lead for paragraph in english.paragraphs
    ]


def test_a_deep_stem_has_more_layers_than_the_name_says() -> None:
    english = draw(model="resnet50d").explain("en")
    leads = [paragraph.lead for paragraph in english.paragraphs]
    assert "The name says 50, the count 52." in leads
    assert "The stem is three 3×3 instead of one 7×7." in leads


def test_what_cannot_run_is_told_first_with_what_would_mend_it() -> None:
    diagram = draw(block="residual_attention", stride=2)
    first = diagram.explain("en").paragraphs[0]
    assert first.lead == "It cannot run: shapes do not fit at add."
    assert first.sentences[-1].text == "It runs with conv2_stride=1."
    assert draw(block="residual_attention", stride=2, conv2_stride="1").graph.problem is None
    assert diagram.explain("zh").paragraphs[0].sentences[-1].text == "改成 conv2_stride=1 就能跑。"


@pytest.mark.parametrize("stride_on", ["conv1", "conv2"])
def test_what_the_first_1x1_would_cost_elsewhere_is_what_it_costs_there(stride_on: str) -> None:
    other = {"conv1": "conv2", "conv2": "conv1"}[stride_on]
    there = draw(block="bottleneck", planes=128, stride=2, stride_on=other).graph.node["conv1"]
    english = draw(block="bottleneck", planes=128, stride=2, stride_on=stride_on).explain("en")
    (told,) = [
        paragraph
        for paragraph in english.paragraphs
        if paragraph.lead.startswith("The stride sits")
    ]
    assert amount(there.macs) in told.sentences[-1].text


def test_what_ungrouped_would_cost_is_what_it_costs_ungrouped() -> None:
    grouped = draw(block="bottleneck", groups=32, base_width=4)
    plain = draw(block="bottleneck", base_width=128).graph.node["conv2"]
    assert plain.shape == grouped.graph.node["conv2"].shape
    (told,) = [
        paragraph
        for paragraph in grouped.explain("en").paragraphs
        if "works in 32 groups" in paragraph.lead
    ]
    said = told.sentences[0].text
    assert f"{plain.params:,}" in said
    assert amount(plain.macs) in said


def test_what_the_wide_3x3_would_cost_is_what_it_costs_at_that_width() -> None:
    narrow = draw(block="bottleneck").explain("en").paragraphs[0]
    wide = draw(block="bottleneck", base_width=256).graph.node["conv2"]
    assert wide.shape[1] == 256
    assert amount(wide.macs) in narrow.sentences[-1].text
