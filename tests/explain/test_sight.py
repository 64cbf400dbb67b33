"""How far a position of the last map sees, against gradients in torch."""

from __future__ import annotations

import pytest
import torch

from resnet_core import build, draw
from resnet_core.explain.sight import channels_last, spans
from tests.subjects import sampled

SMALL = {"depths": "1,1,1,1", "base_dim": 16, "layer_scale": False}


def reached(parameters: dict[str, object], size: tuple[int, int], at: tuple[int, int]) -> list[int]:
    """The sides of the part of the input that one position of the last map depends on."""
    module = build(**parameters, include_top=False).double().eval()
    image = torch.rand(1, 3, *size, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(module(image)[0, :, at[0], at[1]].square().sum(), image)
    rows, columns = (gradient[0] != 0).any(0).nonzero(as_tuple=True)
    return [int(found.max() - found.min()) + 1 for found in (rows, columns)]


@pytest.mark.parametrize(
    ("parameters", "size"),
    [
        ({"model": "hornet", **SMALL}, (67, 99)),
        ({"model": "resnet", "block": "basic", "layers": "1,1,1,1"}, (97, 65)),
    ],
)
def test_what_a_position_sees_is_what_its_gradient_reaches(parameters, size):
    graph = draw(**parameters, include_top=False, input=f"{size[0]}x{size[1]}").graph
    elsewhere = channels_last(graph)
    last = [call for call in graph.calls if len(call.shape) == 4 and call.id not in elsewhere][-1]
    for at in ((0, 0), (last.shape[2] // 2, last.shape[3] // 2)):
        assert list(spans(graph, last, list(at))) == reached(parameters, size, at)


@pytest.mark.parametrize("size", sampled(["35", "97x131", "40x64"]))
def test_a_network_that_turns_its_maps_sees_no_more_than_its_input(size):
    """Height and width stand elsewhere while the channels come last: no span is below zero."""
    drawing = draw(model="hornet", depths="1,1,1,1", base_dim=16, input=size)
    for language in ("en", "zh"):
        assert "×-" not in drawing.explain(language).text


@pytest.mark.parametrize(
    "parameters",
    [
        {"model": "hornet_stage", "index": 3, "depths": "1,1,1,1", "input": 2},
        {"model": "resnet", "layers": "1,1,1,1", "block": "basic", "input": 32},
        {"model": "resnet_cifar", "depth": 8, "input": 4},
    ],
)
def test_a_last_map_of_one_position_is_the_last_map(parameters):
    """What is averaged at the end is told, and no larger map before it."""
    drawing = draw(**parameters)
    structure = {name: value for name, value in parameters.items() if name != "input"}
    module = build(**structure).double().eval()
    image = torch.rand(drawing.input_shape, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(module(image).square().sum(), image)
    assert (gradient[0] != 0).any(0).all()
    assert "sees all" in drawing.explain("en").text.replace("\n", " ")
    told = drawing.explain("zh").text.replace("\n", "")
    assert "看得到全部" in told


def test_a_stem_that_could_have_shrunk_is_not_said_to_keep_the_size_on_purpose():
    told = draw(model="resnet", layers="1,1,1,1", block="basic", input=1)
    assert "no resolution to give away" not in told.explain("en").text
    assert "分辨率舍不得丢" not in told.explain("zh").text
    told = draw(model="resnet_cifar", depth=8)
    assert "分辨率舍不得丢" in told.explain("zh").text
