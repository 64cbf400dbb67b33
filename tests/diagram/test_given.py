"""What a module's forward is given: shapes, lists and dicts of such, values, and numbers."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn

from resnet_core import draw_module
from resnet_core.diagram.given import tensors
from resnet_core.errors import ParameterError
from tests.conftest import pairs


@pytest.mark.parametrize("shape", [8, None, (1.0, 8), "1x8", (), (0, 3), [(1, 8), 3], (True, 8)])
def test_what_is_no_shape_is_refused_with_what_is(shape):
    with pytest.raises(ParameterError, match="no shape"):
        draw_module(nn.Linear(8, 8), shape)


def test_forward_takes_values_by_name():
    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.word, self.out = nn.Embedding(100, 16), nn.Linear(16, 4)

        def forward(self, ids, mask=None, scale=1.0, more=None):
            x = self.word(ids) * mask.unsqueeze(-1) + more["bias"]
            return self.out(x) * scale

    given = {"mask": torch.ones(1, 8), "scale": 0.5, "more": {"bias": torch.ones(1, 8, 16)}}
    drawing = draw_module(Masked(), (1, 8), dtype="long", kwargs=given)
    assert [node.shape for node in drawing.graph.inputs] == [(1, 8), (1, 8), (1, 8, 16)]
    assert drawing.graph.problem is None
    assert (given["mask"].device.type, given["mask"].sum().item()) == ("cpu", 8)
    assert "× 0.5" in drawing.render("txt").decode()


class Listed(nn.Module):
    """Takes a list, or a dict with the names of its places."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, parts, scale=1.0):
        parts = list(parts.values()) if isinstance(parts, dict) else parts
        return self.layer(parts[0]) * scale + parts[1]


LISTED = [("input1", "layer"), ("layer", "mul"), ("mul", "add"), ("input2", "add"),
          ("add", "output")]  # fmt: skip


@pytest.mark.parametrize("shapes", [[[(1, 8), (1, 8)]], {"a": (1, 8), "b": (1, 8)}])
def test_an_input_may_be_a_list_or_a_dict_of_shapes(shapes):
    assert pairs(draw_module(Listed(), shapes).graph) == LISTED
    drawing = draw_module(Listed(), shapes, dtype=["double", "double"])
    assert [tensor.dtype for tensor in tensors(drawing.given)] == [torch.float64] * 2


def test_real_values_are_taken_by_place():
    x = torch.randn(1, 8)
    for values in ([[x, x]], ({"a": x, "b": x}, 0.5), {"a": x, "b": x}):
        assert pairs(draw_module(Listed(), inputs=values).graph) == LISTED
    assert pairs(draw_module(nn.Linear(8, 8), inputs=x).graph)[0] == ("input", "Linear")


@pytest.mark.parametrize(
    "asked",
    [{"inputs": 3}, {"inputs": [2.0]}, {"input_shape": (1, 8), "inputs": torch.zeros(1, 8)},
     {"inputs": torch.zeros(1, 8), "dtype": "long"}],
)  # fmt: skip
def test_what_are_no_values_for_forward_is_refused(asked):
    with pytest.raises(ParameterError, match="given by place"):
        draw_module(nn.Linear(8, 8), **asked)


class Chosen(nn.Module):
    """Runs one of two layers, as the numbers that come in have it."""

    def __init__(self) -> None:
        super().__init__()
        self.low, self.high = nn.Linear(8, 4), nn.Linear(8, 2)

    def forward(self, x):
        return self.high(x) if x.sum().item() > 0 else self.low(x)


def test_a_module_that_looks_at_numbers_is_run_on_numbers_and_says_so():
    module = Chosen()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    for sign, layer in ((1, "high"), (-1, "low")):
        drawing = draw_module(module, inputs=sign * torch.ones(1, 8))
        assert drawing.graph.problem is None
        assert (layer, "output") in pairs(drawing.graph)
    assert "run on numbers" in drawing.txt
    assert "代入数值运行" in draw_module(module, (1, 8), lang="zh").txt
    assert draw_module(module, (1, 8)).txt == draw_module(module, (1, 8)).txt
    assert "numbers" not in draw_module(nn.Linear(8, 8), (1, 8)).txt
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert not any(part._forward_pre_hooks for part in module.modules())


def numpy_inside(x):
    return x + torch.from_numpy(torch.zeros(8, device="cpu").numpy())


def masked(x):
    return x[x > 0]


@pytest.mark.parametrize("forward", [numpy_inside, masked])
def test_what_needs_numbers_runs_to_its_output(forward):
    class Needy(nn.Module):
        def forward(self, x):
            return forward(x)

    graph = draw_module(Needy(), (1, 8)).graph
    assert graph.problem is None
    assert [target for _, target in pairs(graph)][-1] == "output"


def test_a_scripted_module_is_one_box_and_counted():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        scripted = torch.jit.script(nn.Sequential(nn.Linear(8, 8), nn.ReLU()))
    graph = draw_module(scripted, (1, 8)).graph
    assert pairs(graph) == [("input", "forward"), ("forward", "output")]
    assert graph.totals.macs == 64


def test_shapes_that_do_not_fit_are_drawn_though_numbers_are_needed_before():
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(9, 8)

        def forward(self, x):
            return self.layer(x * x.max().item())

    problem = draw_module(Both(), (1, 8)).graph.problem
    assert problem.node == "layer"
    assert "9" in problem.reason


def test_formulas_are_found_for_a_tensor_inside_of_a_dict():
    class Doubled(nn.Module):
        def forward(self, given):
            return given["a"] * 2

    drawing = draw_module(Doubled(), {"a": (1, 8, 4, 4)}, shapes="symbolic")
    assert drawing.shapes == ((1, 8, 4, 4),)
    assert "8×H×W" in drawing.svg
