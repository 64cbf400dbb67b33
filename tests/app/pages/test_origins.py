"""A knob that is said to set a number of channels sets it: turned, the number is another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from urllib.parse import parse_qsl

import pytest

from app.pages.origins import origins
from resnet_core import Diagram
from resnet_core.errors import ResnetDiagramError
from resnet_core.registry import BLOCKS
from tests.subjects import sampled

STRUCTURES = [
    *(f"block={name}" for name in BLOCKS),
    "block=bottleneck&stride=2&attention=se&planes=32",
    "model=stage&stride=2",
    "model=resnet18&num_classes=10",
    "model=vgg_backbone",
]


@cache
def read(query: str) -> tuple[dict, dict]:
    """The record of a structure, and the origins of its channels."""
    diagram = Diagram.of(parse_qsl(query))
    record = diagram.to_dict()
    return record, origins(record, diagram.explain().to_dict()["layers"])


def turned(query: str, knob: str, value: int) -> Iterator[dict]:
    """The widths of the calls with the knob turned to what is legal."""
    for other in (2 * value, value // 2, value + 1, value - 1):
        pairs = [*((n, v) for n, v in parse_qsl(query) if n != knob), (knob, str(other))]
        try:
            record = Diagram.of(pairs).to_dict()
        except ResnetDiagramError:
            continue
        yield {n["id"]: n["outputs"][0][1] for n in record["nodes"] if n["outputs"]}


@pytest.mark.parametrize("query", sampled(STRUCTURES))
def test_a_knob_that_is_named_changes_the_channels(query: str) -> None:
    record, found = read(query)
    width = {node["id"]: node["outputs"][0][1] for node in record["nodes"]}
    named = {name: origin for name, origin in found.items() if origin.knobs}
    asked = {knob for origin in named.values() for knob in origin.knobs}
    for knob in sorted(asked):
        others = list(turned(query, knob, record["parameters"][knob]))
        for name, origin in named.items():
            if knob in origin.knobs:
                # A sum may be gone where its shortcut no longer fits; what set it is still there.
                made = origin.call
                assert any(other.get(made, width[made]) != width[made] for other in others), made
                assert any(other.get(name) != width[name] for other in others), name


@pytest.mark.parametrize("query", sampled(STRUCTURES))
def test_the_origin_gives_as_many_channels_as_what_comes_from_it(query: str) -> None:
    record, found = read(query)
    width = {node["id"]: node["outputs"][0][1] for node in record["nodes"]}
    assert found
    assert all(width[origin.call] == width[name] for name, origin in found.items())
    assert all(
        not origin.formula or origin.formula.endswith(f"= {width[name]}")
        for name, origin in found.items()
    )


def test_a_batch_norm_has_the_channels_of_the_convolution_before_it() -> None:
    _, found = read("block=bottleneck")
    assert found["bn3"].call == "conv3"
    assert found["add"].knobs == ("planes",)
    assert found["input"].knobs == ("inplanes",)
