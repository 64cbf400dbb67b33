"""Boxes coloured by cost: every box counts all that it stands for, and says its share."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from resnet_core import draw
from resnet_core.bilingual import LANGUAGES
from resnet_core.graph.costs import costs, whole
from resnet_core.graph.view import view
from resnet_core.layout.cost_colours import COSTS, STEPS, CostColours
from resnet_core.layout.sheet import COLOURS
from tests.layout.test_theme import SIGHT, contrast, seen
from tests.subjects import MODELS, sampled

VIEWS = [(detail, fold) for detail in ("op", "layer", "block", "stage") for fold in (True, False)]


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("subject", sampled(["bottleneck", "res2net", *MODELS]))
def test_the_boxes_of_every_view_cost_what_the_structure_costs(subject, cost):
    kind = "model" if subject in MODELS else "block"
    graph = draw(**{kind: subject}).graph
    all_of_it = whole(graph, cost)
    for detail, fold in VIEWS:
        shown = view(graph, detail, fold=fold)
        assert sum(costs(shown, cost).values()) == all_of_it, (detail, fold)
    if cost != "memory":
        assert all_of_it == getattr(graph.totals, cost)


def test_opened_groups_count_as_often_as_they_stand_for():
    graph = draw(model="resnet50").graph
    shown = view(graph, "block", expand=("layer3.1",))
    assert sum(costs(shown, "params").values()) == graph.totals.params


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cost", COSTS)
def test_the_costliest_box_has_the_strongest_colour_and_the_shares_add_up(cost, lang):
    drawing = draw(block="bottleneck", stride=2, color=cost, lang=lang, detail="layer")
    found = costs(drawing.shown, cost)
    colours = CostColours(drawing.shown, drawing.graph, cost)
    boxes = {box.node.id: box for box in drawing.sheet.boxes}
    costliest = max(found, key=lambda name: found[name])
    assert boxes[costliest].fill == f"cost-{STEPS}"
    for name, value in found.items():
        box = boxes[name]
        if box.shape != "box":
            continue
        step = -(-value * STEPS // found[costliest])
        assert box.fill == box.line == f"cost-{step}"
        assert colours.step(box.node) == step
        told = [run.text for line in box.face.right for run in line if run.text.endswith("%")]
        share = 100 * value / whole(drawing.graph, cost)
        assert len(told) == (value > 0)
        if told and share >= 1:
            assert told == [f"{share:.0f}%"]


def test_what_stands_on_a_coloured_box_is_ink():
    for box in draw(model="resnet50", color="params", detail="block").sheet.boxes:
        if box.fill.startswith("cost-"):
            runs = [run for line in (*box.face.left, *box.face.right) for run in line]
            assert {run.colour for run in runs} == {"ink"}


@pytest.mark.parametrize("theme", [0, 1])
def test_the_scale_is_one_for_every_eye(theme):
    """Each step is darker (in the dark: lighter) than the one before, to dichromats too."""
    fills = [COLOURS[f"cost-{step}"][theme] for step in range(STEPS + 1)]
    for sight in SIGHT:
        light = [seen(colour, sight)[0] for colour in fills]
        steps = [after - before for before, after in pairwise(light)]
        assert all(step > 2 for step in steps) if theme else all(step < -2 for step in steps)
    for fill in fills:
        assert contrast(COLOURS["ink"][theme], fill) >= 4.5


def test_the_scale_at_the_foot_names_the_largest_share():
    drawing = draw(block="bottleneck", stride=2, color="macs")
    *_, scale = drawing.sheet.legend
    text = "".join(run.text for run in scale)
    assert text.startswith("share of all multiply-adds:")
    assert re.findall(r"\d+%", text)[-1] == "36%"
    plain = draw(block="bottleneck", stride=2)
    assert drawing.sheet.height > plain.sheet.height
    assert len(drawing.sheet.legend) == len(plain.sheet.legend) + 1
    assert not draw(block="bottleneck", color="macs", legend=False).sheet.legend


def test_in_black_and_white_the_boxes_alone_tell():
    *_, scale = draw(block="bottleneck", color="macs", theme="ink").sheet.legend
    assert "■" not in "".join(run.text for run in scale)


def test_a_structure_that_fails_stays_red_where_it_fails():
    drawing = draw(block="bottleneck", stride=2, shortcut="identity", color="params")
    (failed,) = (box for box in drawing.sheet.boxes if box.shape == "card")
    assert failed.fill == "problem"


@pytest.mark.parametrize("format", ["svg", "png", "pdf", "dot"])
def test_colours_are_in_the_address_and_in_every_picture(format):
    drawing = draw(block="bottleneck", color="macs")
    assert drawing.url == "/diagram?block=bottleneck&color=macs"
    assert drawing.render(format) != draw(block="bottleneck").render(format)
    if format in ("svg", "dot"):
        assert COLOURS[f"cost-{STEPS}"][0].encode() in drawing.render(format)
