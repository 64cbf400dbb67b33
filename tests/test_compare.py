"""Comparing: partners by role, differences in words, sums, the sentence, the pictures."""

from __future__ import annotations

import csv
import io
import json
import re
import time
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from torch import nn

from resnet_core import ParameterError, UnknownParameter, compare, draw, draw_module
from resnet_core.compare import FORMATS, asked
from resnet_core.layout.theme import COLOURS

V15, V1 = {"model": "resnet50"}, {"model": "resnet50", "stride_on": "conv1"}
PLAIN, SE = {"block": "bottleneck"}, {"block": "bottleneck", "attention": "se"}
WORKED = {
    "v1.5 and v1": (V15, V1),
    "50 and 50-D": (V15, {"model": "resnet50d"}),
    "ResNet and ResNeXt": (V15, {"model": "resnext50_32x4d"}),
    "bottleneck and basic": (PLAIN, {"block": "basic"}),
    "with and without SE": (PLAIN, SE),
    "identity and projection": (PLAIN, {"block": "bottleneck", "shortcut": "projection"}),
    "34 and 50": ({"model": "resnet34"}, V15),
    "50 and 152": (V15, {"model": "resnet152"}),
    "pre-activation": ({"block": "basic"}, {"block": "preact_basic"}),
    "one that cannot run": (PLAIN, {"block": "bottleneck", "stride": 2, "shortcut": "identity"}),
    "a block and a network": ({"block": "basic"}, {"model": "resnet18"}),
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=WORKED)
def worked(request):
    return tuple(draw(**item) for item in WORKED[request.param])


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


def test_a_knob_that_changes_nothing_is_no_difference():
    assert compare(draw(**PLAIN), draw(**PLAIN, stride_on="conv1")).same
    assert compare(draw(**V15), draw(**V15, zero_init_residual=True)).same


def test_the_two_versions_of_resnet_50():
    found = compare(draw(**V15), draw(**V1))
    assert change(found, "layer2.0.conv1") == ("changed", "stride 1 → 2, 128×56×56 → 128×28×28")
    assert change(found, "layer2.0.bn1") == ("reshaped", "128×56×56 → 128×28×28")
    assert change(found, "layer2.0.conv2")[0] == "changed"
    assert change(found, "layer1.0.conv1") == ("same", "")
    assert found.deltas["params"] == 0
    assert found.deltas["macs"] == -3 * 128 * 256 * (56 * 56 - 28 * 28)
    assert "6 calls changed (3 × conv1: stride 1 → 2; 3 × conv2: stride 2 → 1)" in found.summary()
    assert "步" not in found.summary("zh")


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


def test_rows_add_up_to_the_deltas(worked):
    found = compare(*worked)
    rows = found.to_dict()["rows"]
    for name in ("params", "macs"):
        assert sum(row["delta"][name] for row in rows) == found.deltas[name]


@pytest.mark.parametrize("view", ["one", "side"])
@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_no_two_boxes_overlap_and_no_wire_crosses_one(worked, view, direction):
    sheet = compare(*worked, view=view, direction=direction).sheet
    for index, one in enumerate(sheet.boxes):
        assert one.width / 2 <= one.x <= sheet.width - one.width / 2
        assert one.height / 2 <= one.y <= sheet.height - one.height / 2
        for other in sheet.boxes[index + 1 :]:
            apart_x = abs(one.x - other.x) >= (one.width + other.width) / 2
            apart_y = abs(one.y - other.y) >= (one.height + other.height) / 2
            assert apart_x or apart_y, (one.node.id, other.node.id)
    for wire in sheet.wires:
        for box in sheet.boxes:
            if box.node.id not in (wire.edge.source, wire.edge.target):
                assert _clear(wire.points, box), (wire.edge, box.node.id)


def _clear(points, box) -> bool:
    return all(
        max(ax, bx) <= box.x - box.width / 2
        or min(ax, bx) >= box.x + box.width / 2
        or max(ay, by) <= box.y - box.height / 2
        or min(ay, by) >= box.y + box.height / 2
        for (ax, ay), (bx, by) in pairwise(points)
    )


@pytest.mark.parametrize(("direction", "axis"), [("TB", "y"), ("LR", "x")])
def test_side_by_side_partners_stand_at_the_same_height(worked, direction, axis):
    found = compare(*worked, view="side", fold=False, detail="op", direction=direction)
    place = {box.node.id: box for box in found.sheet.boxes}
    ends = [
        (place[f"a:{pair.a.id}"], place[f"b:{pair.b.id}"])
        for pair in found.pairs
        if pair.a and pair.b and f"a:{pair.a.id}" in place and f"b:{pair.b.id}" in place
    ]
    assert max(abs(getattr(one, axis) - getattr(other, axis)) for one, other in ends) < 1


def test_boxes_carry_their_change_as_class_sign_and_words():
    found = compare(draw(**PLAIN), draw(block="basic"))
    root = ET.fromstring(found.svg)
    groups = {
        element.get("data-node"): element
        for element in root.iter(f"{SVG}g")
        if element.get("data-node")
    }
    assert groups["conv1"].get("class") == "node conv changed"
    assert groups["conv3"].get("class") == "node conv removed"
    assert "−" in "".join(groups["conv3"].itertext())
    struck = [
        element for element in groups["conv3"].iter(f"{SVG}text") if element.get("text-decoration")
    ]
    assert [item.text for item in struck] == ["1×1 conv, 256"]
    assert "kernel 1×1 → 3×3" in "".join(groups["conv1"].itertext())
    assert found.summary()[:40] in root.find(f"{SVG}desc").text


def test_two_shortcuts_into_one_addition_are_named_each_by_itself():
    found = compare(draw(**PLAIN), draw(**PLAIN, shortcut="projection"))
    assert {wire.note for wire in found.sheet.wires} == {"", "− identity", "+ projection"}


def test_equal_neighbours_are_folded_with_what_has_happened_to_them():
    found = compare(draw(**V15), draw(model="resnet152"))
    boxes = {box.node.id: box.node for box in found.sheet.boxes}
    assert len(boxes["layer3.6"].folded) == 29
    assert boxes["layer3.6"].attributes["change"] == "added"
    assert "change" not in boxes["layer3.1"].attributes


def test_a_closed_block_says_by_which_knob_or_shortcut_it_differs():
    assert "shortcut projection → pooled" in compare(draw(**V15), draw(model="resnet50d")).svg
    assert "stride on conv2 → conv1" in compare(draw(**V15), draw(**V1)).svg


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


def test_the_tables_hold_what_differs():
    found = compare(draw(**PLAIN), draw(**SE))
    markdown = found.render("md").decode()
    assert markdown.startswith(found.summary())
    assert len(re.findall(r"^\| \+ \|", markdown, re.MULTILINE)) == 6
    rows = list(csv.DictReader(io.StringIO(found.render("csv").decode())))
    assert [row["change"] for row in rows].count("added") == 6
    record = json.loads(found.render("json"))
    assert record["same"] is False
    assert record["deltas"]["params"] == 8464
    assert record["b"]["totals"]["params"] == found.b.graph.totals.params


def test_the_address_holds_both_structures_and_the_view():
    found = compare(draw(**V15, theme="dark"), draw(**V1), view="side")
    assert found.url == (
        "/compare?a=model%3Dresnet50&b=model%3Dresnet50%26stride_on%3Dconv1&theme=dark&view=side"
    )
    again = asked(found.query)
    assert again.url == found.url
    assert again.svg == found.svg


def test_what_the_two_drawings_want_of_the_view_is_kept():
    found = compare(draw(**PLAIN, theme="dark"), draw(**SE, lang="zh", theme="light"))
    assert (found.options.theme, found.options.lang) == ("dark", "zh")
    assert compare(found.a, found.b, lang="en").options.lang == "en"


def test_a_mistake_in_a_side_is_told_with_its_side():
    with pytest.raises(ParameterError, match=r"^b=block=basic&stride=9: stride=9: it is not"):
        asked([("a", "block=basic"), ("b", "block=basic&stride=9")])
    with pytest.raises(ParameterError, match="nothing is said to be compared"):
        asked([("a", "block=basic")])
    with pytest.raises(ParameterError, match="given more than once"):
        asked([("a", "block=basic"), ("a", "block=basic")])
    with pytest.raises(UnknownParameter):
        compare(draw(**PLAIN), draw(**SE), colour="red")
    with pytest.raises(ParameterError, match="view=both"):
        compare(draw(**PLAIN), draw(**SE), view="both")


def test_modules_of_ones_own_are_compared_too():
    def net(width: int) -> nn.Module:
        return nn.Sequential(nn.Conv2d(3, width, 3), nn.ReLU(), nn.Conv2d(width, 4, 1))

    small, large = (draw_module(net(width), (1, 3, 8, 8)) for width in (4, 8))
    found = compare(small, large)
    assert found.url == ""
    assert change(found, "0")[0] == "changed"
    assert "channels 4 → 8" in found.svg
    assert compare(small, draw_module(net(4), (1, 3, 8, 8))).same


def test_only_the_wiring_may_differ():
    class Twice(nn.Module):
        def __init__(self, nested: bool) -> None:
            super().__init__()
            self.nested = nested
            self.f, self.g = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)

        def forward(self, x):
            y = self.f(x)
            return x + self.g(y) if self.nested else y + self.g(y)

    found = compare(*(draw_module(Twice(number), (1, 4, 8, 8)) for number in (True, False)))
    assert not found.same
    assert "only the wiring differs" in found.summary()


@pytest.mark.parametrize("column", [0, 1])
def test_words_of_change_can_be_read_on_their_boxes(column):
    for name in ("added", "removed", "changed", "reshaped"):
        paper = COLOURS["paper"][column]
        for ground in (COLOURS[name][column], paper):
            assert _contrast(COLOURS[f"{name}-text"][column], ground) >= 4.5
        assert _contrast(COLOURS[f"{name}-line"][column], paper) >= 3


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
