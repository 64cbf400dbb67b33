"""The request: canonical, hashable, and clear about what it refuses."""

from __future__ import annotations

import pytest

from resnet_core import ParameterError, UnknownParameter, UnknownSubject, draw
from resnet_core.diagram import picture
from resnet_core.diagram.diagram import Diagram, fixed_diagram
from resnet_core.diagram.form import plain
from resnet_core.errors import TooLarge
from resnet_core.layers import conv3x3
from resnet_core.registry import BLOCKS
from tests.subjects import names


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ({"block": "bottleneck"}, "/diagram?block=bottleneck"),
        ({"stride": 2, "block": "bottleneck"}, "/diagram?block=bottleneck&stride=2"),
        ({"block": "bottleneck", "stride": 1, "detail": "op"}, "/diagram?block=bottleneck"),
        ({"model": "resnet50", "detail": "block"}, "/diagram?model=resnet50"),
        ({"model": "resnet50", "input": "224x224"}, "/diagram?model=resnet50"),
        ({"model": "resnet50", "input": "64x64"}, "/diagram?input=64&model=resnet50"),
        ({"model": "resnet", "layers": (2, 2, 2, 2)}, "/diagram?layers=2,2,2,2&model=resnet"),
        ({"model": "resnet50", "fold": False}, "/diagram?fold=false&model=resnet50"),
        ({"model": "resnet50", "output_stride": "16"}, "/diagram?model=resnet50&output_stride=16"),
    ],
)
def test_equal_requests_have_one_canonical_url(given, canonical):
    assert draw(**given).url == canonical


def test_equal_requests_are_equal_and_hash_alike():
    assert {draw(block="basic", stride="2"), draw(stride=2, block="basic")} == {
        draw(block="basic", stride=2)
    }


@pytest.mark.parametrize("name", names())
def test_the_canonical_query_asks_for_the_same_diagram(name):
    kind = "block" if name in BLOCKS else "model"
    diagram = draw(**{kind: name, "input": "65x33", "direction": "LR", "theme": "auto"})
    assert Diagram.of(diagram.query) == diagram


@pytest.mark.parametrize(
    ("given", "parameter", "allowed", "suggestion"),
    [
        ({"block": "botleneck"}, "block", "basic", "bottleneck"),
        ({"model": "resnet-50"}, "model", "resnet50", "resnet50"),
        ({"block": "bottleneck", "strid": 2}, "strid", "stride", "stride"),
        ({"block": "bottleneck", "stride": 0}, "stride", "from 1 to 4", 1),
        ({"block": "bottleneck", "stride": "two"}, "stride", "from 1 to 4", 1),
        ({"block": "bottleneck", "stride": ""}, "stride", "from 1 to 4", 1),
        ({"block": "bottleneck", "planes": 10**9}, "planes", "16,384", 16384),
        ({"block": "bottleneck", "norm_layer": "batsch"}, "norm_layer", "batch", "batch"),
        ({"model": "resnet", "layers": "3,4,6"}, "layers", "four numbers", "3,4,6,3"),
        ({"model": "resnet", "layers": "0,0,0,0"}, "layers", "four numbers", "3,4,6,3"),
        ({"model": "resnet", "block": "bottelneck"}, "block", "bottleneck", "bottleneck"),
        ({"model": "resnet50", "layers": "1,1,1,1"}, "layers", "3,4,6,3", "3,4,6,3"),
        ({"model": "resnet50", "output_stride": 4}, "output_stride", "32", 8),
        ({"model": "resnet50", "input": "0x9"}, "input", "97x131", None),
        ({"model": "resnet50", "expand": "layer9"}, "expand", "layer1", "layer4"),
        ({"block": "basic", "groups": 2}, "groups", "1", 1),
        ({"block": "basic", "base_width": 128}, "base_width", "64", 64),
        ({"block": "basic", "dilation": 2}, "dilation", "1", 1),
        ({"model": "resnet18", "output_stride": 16}, "output_stride", "32", 32),
        ({"model": "resnet18", "stride_on": "conv1"}, "stride_on", "conv2", "conv2"),
        ({"block": "bottleneck", "planes": 1, "base_width": 1}, "base_width", "64", None),
        ({}, "block", "resnet50", "bottleneck"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(given, parameter, allowed, suggestion):
    with pytest.raises(ParameterError) as caught:
        draw(**given).shown  # noqa: B018
    error = caught.value
    assert error.parameter == parameter
    assert allowed in str(error.allowed)
    assert suggestion is None or error.suggestion == suggestion
    found = fixed_diagram(given.items(), error)
    assert found is not None
    assert found.render("svg").startswith(b"<svg")


def test_groups_that_do_not_divide_the_channels_are_refused_with_the_divisors():
    with pytest.raises(ParameterError) as caught:
        conv3x3(12, 18, groups=4)
    assert caught.value.allowed == ["1", "2", "3", "6"]
    assert caught.value.suggestion == 3


def test_a_name_given_twice_is_refused():
    with pytest.raises(ParameterError, match="more than once"):
        Diagram.of([("block", "basic"), ("stride", "1"), ("stride", "2")])


def test_unknown_names_have_classes_of_their_own():
    with pytest.raises(UnknownSubject, match="did you mean 'bottleneck'"):
        draw(block="botleneck")
    with pytest.raises(UnknownParameter, match="did you mean 'stride'"):
        draw(block="bottleneck", stryde=2)


@pytest.mark.parametrize(
    ("given", "english", "chinese", "works"),
    [
        ({"model": "stage", "block": "convnext"}, "no stage can be made of 'convnext'",
         "'convnext' 不能用来组成阶段", "/diagram?model=stage"),
        ({"model": "resnet", "block": "downsample"}, "it has no expansion", "没有 expansion",
         "/diagram?model=resnet"),
        ({"model": "stage", "block": "preact_basic"}, "chosen by preact=true",
         "用 preact=true 来选 'basic' 的预激活形式",
         "/diagram?block=basic&model=stage&preact=true"),
        ({"model": "stage", "block": "resdown", "preact": True},
         "these have one: basic, bottleneck", "有这种形式的块是：basic、bottleneck",
         "/diagram?block=resdown&model=stage"),
        ({"model": "stage", "block": "basic", "stride_on": "conv1"},
         "'basic' has no knob stride_on", "'basic' 没有参数 stride_on",
         "/diagram?block=basic&model=stage"),
    ],
)  # fmt: skip
def test_a_block_that_no_stage_is_made_of_is_refused_with_the_reason(
    given, english, chinese, works
):
    with pytest.raises(ParameterError) as caught:
        draw(**given).graph  # noqa: B018  knobs that depend on one another are seen at the build
    assert english in caught.value.text["en"]
    assert chinese in caught.value.text["zh"]
    assert caught.value.allowed
    texts = [(name, plain(value)) for name, value in given.items()]
    assert fixed_diagram(texts, caught.value).url == works


def test_a_preset_tells_where_its_fixed_knobs_are_free():
    with pytest.raises(ParameterError, match="model=resnet leaves layers free") as caught:
        draw(model="resnet50", layers="1,2,3,4")
    found = fixed_diagram({"model": "resnet50", "layers": "1,2,3,4"}.items(), caught.value)
    assert found.url == "/diagram?layers=1,2,3,4&model=resnet"


@pytest.mark.parametrize(("limit", "word"), [("MAX_BOXES", "boxes"), ("MAX_ARROWS", "arrows")])
def test_what_nobody_could_read_is_refused_before_it_is_laid_out(monkeypatch, limit, word):
    monkeypatch.setattr(picture, limit, 5)
    monkeypatch.setattr(picture.Drawing, "_arranged", None)
    with pytest.raises(TooLarge, match=f"{word}, more than 5"):
        draw(block="bottleneck").svg  # noqa: B018
