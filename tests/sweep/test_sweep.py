"""A structure at several values of one knob: its numbers, its picture, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from resnet_core import ParameterError, build, draw, sweep
from resnet_core.bilingual import LANGUAGES
from resnet_core.formats.metadata import source
from resnet_core.registry import BLOCKS
from resnet_core.sweep import FORMATS
from resnet_core.sweep.knob_values import knobs, present, values_of
from resnet_core.sweep.strip import told
from resnet_core.sweep.sweeping import asked, fixed_sweep, query_of

SVG = "{http://www.w3.org/2000/svg}"


def cards(svg: str) -> list[ET.Element]:
    groups = ET.fromstring(svg).iter(f"{SVG}g")
    return [group for group in groups if (group.get("class") or "").split()[:1] == ["step"]]


@pytest.mark.parametrize("over", ["stride", "groups", "shortcut", "attention", "dilation"])
def test_each_value_costs_what_the_module_itself_has(over):
    for step in sweep(draw(block="bottleneck"), over).steps:
        if not step.runs:
            continue
        module = build(block="bottleneck", **{over: step.value})
        assert step.graph is not None
        assert step.graph.totals.params == sum(item.numel() for item in module.parameters())
        assert step.output == draw(block="bottleneck", **{over: step.value}).graph.outputs[0].shape


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in BLOCKS if name != "newcomer"])
def test_every_knob_of_every_block_can_be_swept(name):
    diagram = draw(block=name)
    for over in knobs(diagram):
        values = values_of(diagram, over)
        assert present(diagram, over) in values
        assert 1 <= len(values) <= 12
        steps = sweep(diagram, over).steps
        assert [step.is_present for step in steps].count(True) == 1
        assert next(step for step in steps if step.is_present).runs
        assert all(step.runs or step.reason for step in steps)


def test_the_values_of_a_network_are_those_of_its_presets():
    assert values_of(draw(model="resnet"), "layers") == (
        "2,2,2,2", "3,4,6,3", "3,4,23,3", "3,8,36,3",
    )  # fmt: skip
    assert values_of(draw(model="resnet", layers="1,1,1,1"), "layers")[0] == "1,1,1,1"


def test_channels_are_halved_and_doubled():
    assert values_of(draw(block="bottleneck"), "planes") == ("16", "32", "64", "128", "256")
    assert values_of(draw(block="bottleneck"), "groups") == ("1", "2", "4", "8", "16")
    assert values_of(draw(block="bottleneck"), "input") == ("14", "28", "56", "84", "112")


def test_a_value_that_is_refused_says_why_in_both_languages():
    steps = sweep(draw(block="basic"), "groups", (1, 3, 99999, "two")).steps
    assert [step.runs for step in steps] == [True, False, False, False]
    for step in steps[1:]:
        assert step.reason is not None
        assert step.reason["en"] != step.reason["zh"]
        picture = "".join(ET.fromstring(sweep(draw(block="basic"), "groups", (1, step.value)).svg)
                          .itertext())  # fmt: skip
        assert step.reason["en"][:20] in picture


def test_shapes_that_do_not_fit_are_drawn_up_to_the_call_that_fails():
    found = sweep(draw(block="bottleneck", stride=2), "shortcut")
    (broken,) = (step for step in found.steps if not step.runs)
    assert broken.value == "identity"
    assert broken.graph is not None
    (card,) = (card for card in cards(found.svg) if card.get("data-value") == "identity")
    assert "shapes do not fit" in "".join(card.itertext())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_there_is_a_card_for_each_value_and_one_is_the_present(lang, theme):
    found = sweep(draw(block="bottleneck", lang=lang, theme=theme), "stride")
    drawn = cards(found.svg)
    assert [card.get("data-value") for card in drawn] == ["1", "2", "3", "4"]
    present_ones = [card for card in drawn if "present" in (card.get("class") or "").split()]
    assert [card.get("data-value") for card in present_ones] == ["1"]


def test_bars_are_as_long_as_their_costs():
    found = sweep(draw(block="bottleneck"), "stride")
    for card, step in zip(cards(found.svg), found.steps, strict=True):
        lengths = [float(rect.get("width", 0)) for rect in card.findall(f"{SVG}rect")
                   if rect.get("height") == "7" and rect.get("stroke") is None]  # fmt: skip
        assert step.graph is not None
        shares = step.graph.totals.params / 136_448, step.graph.totals.macs / 218_365_952
        assert lengths == pytest.approx([152 * share for share in shares], abs=0.06)


def test_what_is_told_is_true():
    texts = [text["en"] for text in told(sweep(draw(block="bottleneck"), "stride").steps)]
    assert texts == [
        "Parameters: from 70,400 (at 1) to 136,448 (at 2), 1.94 times as much.",
        "Multiply-adds: from 74.7 M (at 4) to 218.4 M (at 1), 2.92 times as much.",
    ]
    texts = [text["en"] for text in told(sweep(draw(block="bottleneck"), "dilation").steps)]
    assert texts == ["Parameters: the same at every value.",
                     "Multiply-adds: the same at every value."]  # fmt: skip


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_the_same_bytes_twice(format):
    one, other = (sweep(draw(block="basic"), "stride").render(format) for _ in range(2))
    assert one == other
    if format in ("svg", "png", "pdf"):
        assert source(one) == "/sweep?block=basic&over=stride"


def test_data_and_table_say_the_same():
    found = sweep(draw(block="bottleneck", stride=2), "shortcut")
    steps = json.loads(found.render("json"))["steps"]
    rows = list(csv.DictReader(io.StringIO(found.render("csv").decode())))
    assert [row["shortcut"] for row in rows] == [step["value"] for step in steps]
    for row, step in zip(rows, steps, strict=True):
        assert row["params"] == ("" if step["params"] is None else str(step["params"]))
        assert (row["reason"] == "") == step["runs"]
        assert row["url"] == step["url"]


@pytest.mark.parametrize("pairs", [
    [("block", "bottleneck"), ("over", "stride")],
    [("block", "bottleneck"), ("over", "groups"), ("values", "1,2,32"), ("detail", "layer")],
    [("model", "resnet"), ("over", "layers"), ("values", "2,2,2,2;3,4,6,3")],
    [("model", "resnet"), ("over", "layers"), ("values", "2,2,2,2;")],
])  # fmt: skip
def test_the_address_opens_the_same_sweep_again(pairs):
    query = query_of(pairs)
    assert query_of(query) == query
    assert asked(query).svg == asked(pairs).svg
    assert "detail" not in dict(query)


@pytest.mark.parametrize(("pairs", "parameter"), [
    ([], "over"),
    ([("over", "strid")], "over"),
    ([("over", "theme")], "over"),
    ([("over", "stride"), ("over", "groups")], "over"),
    ([("over", "stride"), ("values", "1,,2")], "values"),
    ([("over", "stride"), ("values", "")], "values"),
    ([("over", "planes"), ("values", ",".join(map(str, range(1, 40))))], "values"),
    ([("over", "stride"), ("planes", "-1")], "planes"),
])  # fmt: skip
def test_a_mistake_is_told_with_what_works(pairs, parameter):
    given = [("block", "bottleneck"), *pairs]
    with pytest.raises(ParameterError) as caught:
        asked(given)
    error = caught.value
    assert error.parameter == parameter
    assert error.legal
    assert error.text["en"] != error.text["zh"]
    query = fixed_sweep(given, error)
    assert query is not None
    assert asked(query).steps


def test_a_knob_that_a_preset_fixes_is_named():
    with pytest.raises(ParameterError, match="model=resnet leaves it free"):
        sweep(draw(model="resnet50"), "layers")
