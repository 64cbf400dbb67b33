"""The line of what a subject computes, against the calls that it makes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from resnet_core import ParameterError, draw
from resnet_core.diagram import diagram as diagrams
from resnet_core.registry import BLOCKS, NETWORKS
from tests.conftest import many

ROLES = ("conv", "norm", "activation", "pool", "linear")
_CHAINS = ("basic", "bottleneck", "preact_basic", "preact_bottleneck", "inverted_residual")


@st.composite
def chained(choose: Any) -> dict[str, Any]:
    """A block that is a chain, with knobs that its formula depends on."""
    name = choose(st.sampled_from(_CHAINS))
    found: dict[str, Any] = {"block": name}
    for knob, values in {
        "norm_layer": ("batch", "group", "instance", "layer", "none"),
        "activation": ("relu", "gelu", "silu", "relu6", "mish"),
        "stride": (1, 2),
        "shortcut": ("auto", "projection", "avgpool", "none"),
        "attention": ("none", "se", "eca"),
        "expand_ratio": (1, 6),
    }.items():
        if knob in BLOCKS[name].params.model_fields:
            found[knob] = choose(st.sampled_from(values))
    return found


def roles(words: str) -> list[str]:
    """``1×1, BN, ReLU`` as the roles of its parts."""
    found = []
    for part in re.split(r", +", words):
        named = re.search(r"pool|linear", part)
        if named:
            found.append(named[0])
        else:
            norm = part in ("BN", "GN", "IN", "LN")
            found.append("conv" if "×" in part else "norm" if norm else "activation")
    return found


@pytest.mark.slow
@many(60)
@given(setting=chained())
def test_the_chain_in_the_formula_is_the_chain_of_calls(setting: dict[str, Any]) -> None:
    try:
        diagram = draw(**setting)
        graph = diagram.graph
    except ParameterError:
        assume(False)
    text = diagram.caption.formula
    calls = [call for call in graph.calls if call.lane == "main"]
    ran = [call.role for call in calls if call.role in ROLES]
    # An activation around the sum is no part of f.
    whole = text.partition(",")[0]
    outside = re.match(r"(\w+)\(", whole)
    if outside and outside[1] not in ("shortcut", "attention", "f"):
        assert ran.pop() == "activation"
    assert roles(text.partition(" f = ")[2]) == ran, text
    added = any(call.role == "add" for call in calls)
    assert ("x + " in text or "shortcut(" in text) == added, text
    gates = any(call.lane == "gate" for call in graph.calls)
    assert ("attention(" in text) == gates, text
    kinds = {call.type for call in graph.calls}
    assert (" BN" in text) == ("BatchNorm2d" in kinds), text
    assert (" IN" in text) == ("InstanceNorm2d" in kinds), text
    assert bool(re.search(r" GN| LN", text)) == ("GroupNorm" in kinds), text


@pytest.mark.parametrize("stem", ["conv7x7", "deep"])
@pytest.mark.parametrize("preact", [False, True])
@pytest.mark.parametrize("norm", ["batch", "none"])
def test_f44_the_stem_in_the_formula_is_the_stem_that_runs(
    stem: str, preact: bool, norm: str
) -> None:
    knobs = {"stem": stem, "preact": preact, "norm_layer": norm, "layers": "1,1,1,1"}
    diagram = draw(model="resnet", input=32, **knobs)
    told = re.search(r"stem = (.*?), head = (.*)", diagram.caption.formula)
    assert told
    calls = diagram.graph.calls
    inner = [index for index, call in enumerate(calls) if call.group.startswith("layer")]
    for words, ends in zip(told.groups(), (calls[: inner[0]], calls[inner[-1] + 1 :]), strict=True):
        assert roles(words) == [call.role for call in ends if call.role in ROLES]


@pytest.mark.parametrize("name", ["resnet50c", "resnet50d", "ecaresnet50d", "resnetv2_50",
                                  "resnet50_gn"])  # fmt: skip
def test_f44_a_preset_tells_the_formula_of_its_knobs(name: str) -> None:
    """The gallery, which looks at no knobs, says what the page of the preset says."""
    assert " ".join(NETWORKS[name].formula.split()) == draw(model=name).caption.formula


@pytest.mark.parametrize(
    ("query", "formula"),
    [
        ({"block": "convnext", "layer_scale": False, "expand_ratio": 2},
         "x + f(x), f = depthwise 7×7, LN, linear to 2×, GELU, linear back"),
        ({"block": "res2net", "planes": 128},
         "relu(shortcut(x) + f(x)), in f: y₁ = pool(x₁), yᵢ = Kᵢ(xᵢ), K = 3×3, BN, ReLU"),
        ({"block": "downsample", "mode": "avg"}, "avgpool(x)"),
        ({"block": "downsample", "norm_layer": "none", "stride": 3}, "relu(3×3 /3 (x))"),
        ({"block": "horblock", "layer_scale": False},
         "y = x + gⁿConv(LN(x)), y + W₂ gelu(W₁ LN(y))"),
        ({"block": "preact_basic", "stride": 2, "norm_layer": "none"},
         "shortcut(a) + f(x), a = ReLU(x), f = ReLU, 3×3, ReLU, 3×3"),
    ],
)  # fmt: skip
def test_what_a_knob_changes_is_changed_in_the_formula(query: dict[str, Any], formula: str) -> None:
    assert " ".join(draw(**query).caption.formula.split()) == formula


def test_f54_no_two_cards_say_the_same() -> None:
    for language in ("en", "zh"):
        told = [subject.about(language) for subject in (*BLOCKS.values(), *NETWORKS.values())]
        assert len(set(told)) == len(told)
        assert all(told)


def test_formula_and_name_are_known_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page tells both, and tells them also of what cannot be built."""
    monkeypatch.setattr(diagrams, "_graph", lambda *_: pytest.fail("it was traced"))
    diagram = draw(block="bottleneck", planes=16384, base_width=4096, title="Too wide")
    assert "1×1" in diagram.formula
    assert diagram.named == "Too wide"
    assert draw(block="basic", title=" ").named == "BasicBlock"
