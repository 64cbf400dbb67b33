"""What a knob's control looks like: few values, yes or no, powers of two, counts."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from app.pages.fields import MOST_SEGMENTS, Field, fields_of
from resnet_core import Diagram
from resnet_core.registry import BLOCKS, NETWORKS, Subject

SUBJECTS = [*BLOCKS.values(), *(network for network in NETWORKS.values() if not network.base)]


def dressed(subject: Subject) -> dict[str, Field]:
    return {field.name: field for field in fields_of(subject.params, {})}


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_every_control_can_say_its_default_and_nothing_that_is_not_legal(subject: Subject) -> None:
    for name, field in dressed(subject).items():
        assert len(field.segments) <= MOST_SEGMENTS
        if field.dress == "segments":
            assert field.default in field.segments
        for value in field.segments:
            assert Diagram.of([(subject.kind, subject.name), (name, value)])
        if field.dress == "switch":
            assert sorted(field.choices) == ["false", "true"]


def test_each_kind_of_knob_has_its_own_control() -> None:
    bottleneck = dressed(BLOCKS["bottleneck"])
    assert bottleneck["stride"].segments == ("1", "2", "3", "4")
    assert {name for name, field in bottleneck.items() if field.dress == "double"} == {
        "inplanes", "planes", "groups", "base_width", "dilation"
    }  # fmt: skip
    assert bottleneck["norm_layer"].dress == ""
    resnet = dressed(NETWORKS["resnet"])
    assert resnet["include_top"].dress == "switch"
    assert resnet["num_classes"].dress == "step"
    assert resnet["output_stride"].segments == ("32", "16", "8")


def test_a_part_of_one_may_be_typed(client: TestClient) -> None:
    page = client.get("/?block=convnext").text
    found = re.search(r'<input id="knob-drop_path"[^>]*>', page)
    assert found
    assert 'step="any"' in found[0]
