"""The still picture of a window, its words, its data, and what is refused."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from resnet_core import ParameterError, draw, draw_module, window
from resnet_core.bilingual import LANGUAGES
from resnet_core.formats.metadata import source
from resnet_core.layout.sheet import COLOURS
from resnet_core.window import FORMATS
from resnet_core.window.asking import fixed_window, found, query_of
from resnet_core.window.telling import told
from resnet_core.window.walk import walk_of, walkers

SVG = "{http://www.w3.org/2000/svg}"
PLAIN = {"block": "bottleneck", "stride": 2}


def drawn(node: str = "conv2", at: str = "0,0", **parameters):
    return window(draw(**{**PLAIN, **parameters}), node, at)


def group(svg: str, kind: str) -> ET.Element:
    (group,) = (item for item in ET.fromstring(svg).iter(f"{SVG}g") if item.get("class") == kind)
    return group


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_the_same_bytes_twice_and_names_its_address(format):
    one, other = drawn().render(format), drawn().render(format)
    assert one == other
    if format != "json":
        assert source(one) == "/window?block=bottleneck&node=conv2&stride=2"


def test_the_address_opens_the_same_window_again():
    asked = [("block", "bottleneck"), ("stride", "2"), ("node", "conv2"), ("at", "3,4"),
             ("theme", "dark"), ("detail", "layer"), ("direction", "LR")]  # fmt: skip
    query = query_of(asked)
    # How the boxes of a diagram are shown is no matter of a window.
    assert dict(query) == {"block": "bottleneck", "stride": "2", "node": "conv2", "at": "3,4",
                           "theme": "dark"}  # fmt: skip
    assert found(query).svg == found(asked).svg
    assert found(query).query == query


def test_there_is_a_cell_for_each_place_and_a_mark_on_each_that_is_read_now():
    svg = drawn(at="1,2").svg
    rects = {kind: group(svg, kind).findall(f"{SVG}rect") for kind in ("places", "now", "outputs")}
    assert {kind: len(found) for kind, found in rects.items()} == {
        "places": 144, "now": 9, "outputs": 25,
    }  # fmt: skip


def test_as_many_cells_are_dark_as_positions_are_never_read():
    svg = drawn("downsample.0").svg
    dark = COLOURS["unread"][0]
    cells = group(svg, "places").findall(f"{SVG}rect")
    # Twelve rows and columns, of which every second is read.
    assert sum(cell.get("fill") == dark for cell in cells) == 144 - 36
    assert dark not in drawn("conv2").svg


def test_a_page_finds_in_the_picture_which_places_each_output_reads():
    root = ET.fromstring(drawn(at="1,2").svg)
    assert root.get("data-rows", "").split(";")[:3] == ["0,1,2", "2,3,4", "4,5,6"]
    assert root.get("data-at") == "1,2"
    assert root.get("data-first") == "0,0"


@pytest.mark.parametrize("theme", ["light", "dark", "auto", "ink"])
def test_a_theme_changes_colours_alone(theme):
    pictures = [ET.fromstring(drawn(theme=name).svg) for name in ("light", theme)]
    places = [
        [(item.get("x"), item.get("y"), item.text) for item in picture.iter(f"{SVG}text")]
        for picture in pictures
    ]
    assert places[0] == places[1]
    styles = pictures[1].findall(f"{SVG}style")
    assert len(styles) == (theme == "auto")


def test_both_languages_say_the_same_numbers():
    data = json.loads(drawn(dilation=3).render("json"))
    texts = {language: " ".join(data["told"][language]) for language in LANGUAGES}
    for language, picture in ((name, drawn(dilation=3, lang=name).svg) for name in LANGUAGES):
        drawn_texts = "".join("".join(ET.fromstring(picture).itertext()).split())
        for sentence in data["told"][language]:
            assert "".join(sentence.split()) in drawn_texts
    for number in ("3×3", "576", "784"):
        assert all(number in text for text in texts.values())


def test_what_is_told_is_counted():
    walk = drawn("conv2").walk
    (never,) = (text["en"] for text in told(drawn("downsample.0").walk) if "never" in text["en"])
    assert never.startswith("2,352 of 3,136 positions (75%) are never read")
    said = " ".join(text["en"] for text in told(walk))
    border = sum(
        0 in (row, column) for row in range(28) for column in range(28)
    )  # padding of one stands before the first row and column; the last is never reached
    assert f"{border} of 784 outputs read padding (zeros)" in said
    assert "does not reach the last row and the last column: padding" in said


@pytest.mark.parametrize("subject", ["resnet50d", "seresnet50", "resnet20", "vgg16_bn"])
def test_every_convolution_and_pooling_of_a_network_over_a_map_has_a_window(subject):
    drawing = draw(model=subject)
    graph = drawing.graph
    walking = {node.id for node in walkers(graph)}
    layers = ("Conv2d", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d")
    assert walking == {node.id for node in graph.calls if node.type in layers}
    for node in walkers(graph):
        walk = walk_of(node)
        assert walk is not None
        assert (len(walk.rows.reads), len(walk.columns.reads)) == node.shape[2:]
    first = next(iter(walking))
    assert window(drawing, first).svg.startswith("<svg")


@pytest.mark.parametrize(
    ("pairs", "parameter", "works"),
    [
        ([], "node", "conv1"),
        ([("node", "conv9")], "node", "conv3"),
        ([("node", "relu")], "node", "conv1"),
        ([("stride", "2"), ("node", "downsample")], "node", "downsample.0"),
        ([("node", "conv2"), ("at", "99,0")], "at", "conv2"),
        ([("node", "conv2"), ("at", "one")], "at", "conv2"),
        ([("node", "conv2"), ("node", "conv1")], "node", "conv2"),
        ([("node", "conv2"), ("stride", "9")], "stride", "conv2"),
        ([("node", "conv2"), ("strid", "2")], "strid", "conv2"),
    ],
    ids=str,
)
def test_a_mistake_is_told_with_what_works(pairs, parameter, works):
    asked = [("block", "bottleneck"), *pairs]
    with pytest.raises(ParameterError) as caught:
        found(asked)
    assert caught.value.parameter == parameter
    assert caught.value.legal
    assert caught.value.text["zh"] != caught.value.text["en"]
    query = fixed_window(asked, caught.value)
    assert query is not None
    assert found(query).walk.node.id == works


def test_a_structure_without_a_window_says_so():
    from torch import nn

    drawing = draw_module(nn.Sequential(nn.Linear(3, 4)), (1, 3))
    with pytest.raises(ParameterError, match="no window walks"):
        window(drawing, "0")


def test_a_picture_taken_home_has_its_own_title_or_none_and_a_clear_ground():
    own = drawn(title="What is never read <b>", header=True).svg
    assert "What is never read &lt;b&gt;" in own
    bare = drawn(header=False, legend=False, background="none")
    texts = [item.text or "" for item in ET.fromstring(bare.svg).iter(f"{SVG}text")]
    assert not [text for text in texts if "conv2" in text or text == "padding"]
    assert not [item for item in ET.fromstring(bare.svg).iter() if item.get("class") == "paper"]
    assert dict(bare.query) == {"block": "bottleneck", "stride": "2", "node": "conv2",
                                "header": "false", "legend": "false",
                                "background": "none"}  # fmt: skip
