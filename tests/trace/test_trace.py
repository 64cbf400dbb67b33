"""The trace against a second, independent run of the same module."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from resnet_core import TraceError, build, draw, draw_module
from resnet_core.blocks import bottleneck
from tests.subjects import drawable, named

# resnet1202 has the same parts as resnet110 and takes twenty times as long.


def hooked_shapes(module: nn.Module, x: torch.Tensor) -> dict[str, list]:
    """Output shapes of all calls of layers in an ordinary forward pass, by path, in order."""
    found = defaultdict(list)
    for path, one_module in module.named_modules():
        plain = type(one_module).__module__.startswith("torch.nn.") or isinstance(
            one_module, nn.LayerNorm
        )
        if plain and not isinstance(one_module, nn.Sequential | nn.ModuleList):
            one_module.register_forward_hook(
                lambda _, __, out, path=path: found[path].append(tuple(out.shape))
            )
    with torch.no_grad():
        module(x)
    return found


@pytest.mark.parametrize(("kind", "name"), named(drawable()))
@pytest.mark.parametrize(
    ("size", "batch"), [pytest.param("97x131", 2, marks=pytest.mark.slow), ("64", 1)]
)
def test_shapes_are_those_of_an_ordinary_forward_pass(kind, name, size, batch):
    diagram = draw(**{kind: name, "input": size, "batch": batch})
    with torch.device("meta"):
        module = build(**{kind: name}).eval()
        expected = hooked_shapes(module, torch.empty(diagram.input_shape))
    traced = defaultdict(list)
    for node in diagram.graph.nodes:
        if node.kind == "module":
            traced[node.path].append(node.outputs[0])
    assert traced == expected


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), named(drawable()))
def test_multiply_adds_are_half_of_what_torchs_flop_counter_says(kind, name):
    diagram = draw(**{kind: name, "input": 64})
    with torch.device("meta"):
        module = build(**{kind: name}).eval()
        x = torch.empty(diagram.input_shape)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(x)
    assert 2 * diagram.graph.totals.macs == counter.get_total_flops()


@pytest.mark.parametrize(("kind", "name"), named(drawable()))
def test_parameters_are_those_of_the_module(kind, name):
    with torch.device("meta"):
        module = build(**{kind: name})
    expected = sum(parameter.numel() for parameter in module.parameters())
    assert draw(**{kind: name}).graph.totals.params == expected


def test_one_relu_used_three_times_is_three_calls():
    nodes = draw(block="bottleneck").graph.nodes
    assert [(node.id, node.call) for node in nodes if node.path == "relu"] == [
        ("relu", 1), ("relu:2", 2), ("relu:3", 3),
    ]  # fmt: skip


def test_the_in_place_addition_is_an_addition_of_main_path_and_shortcut():
    graph = draw(block="bottleneck", stride=2).graph
    assert graph.node["add"].role == "add"
    assert [(edge.source, edge.lane) for edge in graph.incoming["add"]] == [
        ("bn3", "main"),
        ("downsample.1", "shortcut"),
    ]


def test_each_call_knows_the_line_of_the_block_that_made_it():
    code = Path(bottleneck.__file__).read_text(encoding="utf-8").splitlines()
    for node in draw(block="bottleneck", stride=2).graph.calls:
        assert node.source.file == "resnet_core/blocks/bottleneck.py"
        name = {"add": "out +=", "downsample": "self.downsample"}.get(
            node.path.split(".")[0], f"self.{node.path}("
        )
        assert name in code[node.source.line - 1]


def test_a_structure_that_cannot_run_is_traced_up_to_the_failing_call():
    graph = draw(block="bottleneck", stride=2, shortcut="identity").graph
    assert graph.problem.node == "add"
    assert graph.problem.shapes == ((1, 256, 28, 28), (1, 256, 56, 56))
    assert graph.nodes[-1].id == "add"
    assert not graph.outputs


def test_many_traces_at_once_do_not_mix():
    asked = [{"block": "bottleneck", "stride": 1 + index % 3} for index in range(12)]
    asked += [{"block": "basic", "inplanes": 16 + index, "planes": 32} for index in range(12)]
    with ThreadPoolExecutor(8) as pool:
        graphs = list(pool.map(lambda item: draw(**item).graph, asked))
    for record, graph in zip(asked, graphs, strict=True):
        names = [node.id for node in graph.calls]
        projected = record.get("stride", 1) > 1 or "inplanes" in record
        assert ("downsample.0" in names) == projected
        assert len(graph.calls) == {"bottleneck": 10, "basic": 7}[record["block"]] + 2 * projected


class Shared(nn.Module):
    """Two calls of one layer, a parameter of its own, two inputs, two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.scale = nn.Parameter(torch.ones(4, 1, 1))

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.conv(x)
        return self.conv(x + y) * self.scale, x


def test_somebodys_own_module_with_shared_layers_inputs_and_outputs():
    module = Shared()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    graph = draw_module(module, [(1, 4, 8, 8), (1, 4, 8, 8)]).graph
    assert [node.id for node in graph.nodes] == [
        "input1", "input2", "conv", "add", "conv:2", "mul", "output1", "output2",
    ]  # fmt: skip
    assert graph.totals.params == sum(parameter.numel() for parameter in module.parameters())
    assert graph.node["conv:2"].params == 0
    assert graph.totals.receptive_field == 5
    for key, value in module.state_dict().items():
        torch.testing.assert_close(value, before[key])


class Misspelt(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.convolution(x)


def test_a_module_that_is_no_runnable_code_is_refused():
    with pytest.raises(TraceError, match="convolution"):
        draw_module(Misspelt(), (1, 3, 8, 8))


class _Joined(nn.Module):
    """Three branches into one concatenation, of which the last has lost its padding."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 1), nn.Conv2d(3, 6, 3, padding=1)
        self.c = nn.Conv2d(3, 8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.a(x), self.b(x), self.c(x)], 1)


def test_of_many_joined_branches_the_one_that_does_not_fit_is_named() -> None:
    problem = draw_module(_Joined(), (1, 3, 8, 8)).graph.problem
    assert problem is not None
    assert problem.title == "shapes do not fit"
    assert "6×6" in problem.text["en"]
    assert "channels" not in problem.text["en"]


def test_a_pool_whose_stride_is_empty_takes_its_kernel() -> None:
    class Pool(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return nn.functional.avg_pool2d(x, 2, ())

    graph = draw_module(Pool(), (1, 3, 8, 8)).graph
    assert graph.totals.output_stride == 2
