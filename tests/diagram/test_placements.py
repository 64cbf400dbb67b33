"""Where a block stands in the networks that the field knows."""

from __future__ import annotations

from resnet_core import draw
from resnet_core.diagram.placements import places


def found(**parameters) -> set[tuple[str, str]]:
    diagram = draw(**parameters)
    return {(place.model, place.path) for place in places(diagram.subject, diagram.values)}


def test_a_bottleneck_knows_that_it_is_layer2_0_of_resnet50():
    assert ("resnet50", "layer2.0") in found(block="bottleneck", planes=128, stride=2)


def test_a_variant_is_found_only_in_its_own_network():
    assert found(block="bottleneck", planes=128, stride=2, attention="se") == {
        ("seresnet50", "layer2.0")
    }


def test_a_block_of_no_known_network_stands_nowhere():
    assert found(block="bottleneck", planes=65) == set()


def test_what_stands_in_a_network_is_what_the_network_builds_there():
    graph = draw(model="resnet34").graph
    for path in ("layer1.2", "layer3.0", "layer4.2"):
        knobs = graph.group[path].attributes
        assert ("resnet34", path) in found(block="basic", **knobs)
