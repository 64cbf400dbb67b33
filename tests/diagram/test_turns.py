"""What to try next: legal, true by the comparison, in both languages, and cheap."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from resnet_core import Diagram, draw
from resnet_core.compare import asked
from resnet_core.diagram.turns import MOST, consequence, turns
from resnet_core.registry import Subject
from tests.subjects import whole

SETTINGS: list[dict[str, Any]] = [
    {"block": "bottleneck", "stride": 2, "groups": 32, "base_width": 4},
    {"block": "basic", "shortcut": "none"},
    {"block": "preact_bottleneck", "attention": "se", "norm_layer": "none"},
    {"block": "residual_attention", "kernel_size": 7, "padding": 3},
    {"block": "bottleneck", "input": 1},
    {"model": "stage", "block": "basic", "blocks": 2},
    {"model": "resnet18", "shortcut": "none"},
]


def told(subject: Subject, lang: str = "en") -> Diagram:
    return Diagram.of([(subject.kind, subject.name), ("lang", lang)])


@pytest.mark.slow
@pytest.mark.parametrize("subject", whole())
def test_every_subject_has_something_to_try(subject: Subject) -> None:
    diagram = told(subject)
    found = turns(diagram)
    if subject.name == "resnet1202":
        assert not found
        return
    assert 1 <= len(found) <= MOST
    assert len({turn.url for turn in found}) == len(found)
    for turn in found:
        other = Diagram.of(parse_qsl(turn.url.partition("?")[2]))
        assert other.graph.problem is None
        assert other.url == turn.url


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_consequence_is_what_the_comparison_says(setting: dict[str, Any]) -> None:
    found = draw(**setting).explain().turns
    assert found
    for turn in found:
        compared = asked(parse_qsl(turn.compare.partition("?")[2]))
        for name, delta in turn.deltas.items():
            assert compared.deltas[name] == delta, turn.label
        shapes = [
            "×".join(map(str, side.outputs[0].shape[1:]))
            for side in (compared.diff.a, compared.diff.b)
        ]
        assert (" → ".join(shapes) in turn.consequence) == (shapes[0] != shapes[1])


def test_the_turned_knob_is_the_only_one() -> None:
    diagram = draw(block="bottleneck", stride=2, attention="se")
    for turn in diagram.explain().turns:
        other = dict(parse_qsl(turn.url.partition("?")[2]))
        values = Diagram.of(other.items()).values
        differing = {name for name, value in values.items() if value != diagram.values[name]}
        assert differing == set(turn.knobs)


def test_a_preset_turns_into_its_network_where_it_has_fixed_the_knob() -> None:
    (first, *_) = draw(model="resnet50").explain().turns
    assert first.knobs == {"layers": "3,4,23,3"}
    other = Diagram.of(parse_qsl(first.url.partition("?")[2]))
    assert other.graph.totals == draw(model="resnet101").graph.totals


def test_what_does_not_run_has_no_next_step_but_its_fix() -> None:
    assert turns(Diagram.of([("block", "residual_attention"), ("stride", "2")])) == ()


def test_equal_numbers_are_told_as_unchanged_and_small_ones_exactly() -> None:
    one, other = (draw(model="resnet20", num_classes=count).graph for count in (10, 11))
    assert consequence(one, one)["en"] == (
        "Parameters unchanged, multiply-adds unchanged, receptive field still 81."
    )
    assert "multiply-adds 40.6 M (+64)" in consequence(one, other)["en"]
    assert "乘加次数 4,055 万（+64）" in consequence(one, other)["zh"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_form_of_the_explanation_tells_them(lang: str) -> None:
    explanation = draw(block="basic", lang=lang).explain()
    data = json.loads(explanation.render("json"))["turns"]
    assert [row["why"] for row in data] == [turn.why for turn in explanation.turns]
    for turn in explanation.turns:
        assert (
            f"[`{turn.label}`]({turn.url}): {turn.why} {turn.consequence}" in explanation.markdown
        )
        assert turn.label in explanation.text
        assert f"lang={lang}" in turn.url or lang == "en"
        assert any("\u4e00" <= letter <= "\u9fff" for letter in turn.consequence) == (lang == "zh")
