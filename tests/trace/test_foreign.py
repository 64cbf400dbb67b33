"""Modules in the manner of other people's: what they do must neither crash nor go unseen."""

from __future__ import annotations

import threading
import warnings

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from resnet_core import TraceError, build, draw, draw_module
from resnet_core.blocks.bottleneck import Bottleneck
from resnet_core.errors import ParameterError
from tests.conftest import pairs


def counted(module, *shapes):
    """Half of what torch's counter says of a real run; it does not know the fused attention."""
    plain = sdpa_kernel(SDPBackend.MATH)
    with plain, FlopCounterMode(display=False) as counter, torch.no_grad():
        module.eval()(*(torch.randn(shape) for shape in shapes))
    return counter.get_total_flops() // 2


class ConvNorm(nn.Conv2d):
    def __init__(self) -> None:
        super().__init__(3, 8, 3, bias=False)
        self.norm = nn.BatchNorm2d(8)

    def forward(self, x):
        return F.relu(self.norm(super().forward(x)))


class SamePadded(nn.Conv2d):
    def forward(self, x):
        return super().forward(F.pad(x, (1, 1, 1, 1)))


class Products(nn.Module):
    def forward(self, x):
        x = F.scaled_dot_product_attention(x, x, x)
        return torch.einsum("bhij,bhkj->bhik", x, x)


class Upward(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(8, 2, 2, 2))

    def forward(self, x):
        return F.conv_transpose2d(x, self.weight, stride=2, groups=2)


class OwnTables(nn.Module):
    """Products of parameters alone, as relative positions are: before a layer, in it, behind it."""

    def __init__(self, inner: nn.Module | None = None) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.zeros(4, 6))
        self.spread = nn.Parameter(torch.zeros(6, 8))
        self.inner = inner or nn.Linear(8, 8)

    def forward(self, x):
        x = x + torch.einsum("ij,jk->ik", self.table, self.spread)
        bias = (self.table @ self.spread).sum()
        return F.relu(self.inner(x)) * bias


@pytest.mark.parametrize(
    ("module", "shape"),
    [
        (OwnTables(), (1, 4, 8)),
        (OwnTables(OwnTables(nn.utils.parametrizations.weight_norm(nn.Linear(8, 8)))), (1, 4, 8)),
        (SamePadded(3, 8, 3), (1, 3, 16, 16)),
        (ConvNorm(), (1, 3, 16, 16)),
        (nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3)), (1, 3, 8, 8)),
        (nn.ConvTranspose2d(8, 4, 2, 2, groups=2), (1, 8, 16, 16)),
        (Upward(), (1, 8, 6, 6)),
        (Products(), (2, 2, 5, 8)),
        (nn.Conv3d(2, 4, 3), (1, 2, 6, 6, 6)),
    ],
)
def test_multiply_adds_are_those_of_torchs_counter_whatever_computes_them(module, shape):
    expected = counted(module, shape)
    assert expected > 0
    assert draw_module(module, shape).graph.totals.macs == expected


def test_a_transformer_layer_is_opened_and_what_follows_hangs_on_it():
    layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
    module = nn.Sequential(nn.TransformerEncoder(layer, 2), nn.Linear(64, 2))
    graph = draw_module(module, (1, 10, 64)).graph
    assert ("0.layers.1.norm2", "1") in pairs(graph)
    assert [source for source, target in pairs(graph) if target == "output"] == ["1"]
    assert sum(node.role == "add" for node in graph.nodes) == 4
    assert graph.totals.params == sum(item.numel() for item in module.parameters())
    # 4 products with weights of 64×64 and 2 of 64×128 at 10 places, 2 of 10×64 with 64×10.
    assert graph.totals.macs == 2 * (10 * (4 * 64 * 64 + 2 * 64 * 128) + 2 * 10 * 10 * 64) + 1280


def test_a_convolution_that_carries_a_norm_shows_both():
    assert [node.type for node in draw_module(ConvNorm(), (1, 3, 8, 8)).graph.calls] == [
        "conv2d", "BatchNorm2d", "relu",
    ]  # fmt: skip


class Lambda(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        layer = self.layer = nn.Linear(8, 8)
        self.steps = [lambda x: layer(x)]

    def forward(self, x):
        for step in self.steps:
            x = x + step(x)
        return x


def test_a_lambda_over_the_layers_runs_the_layers_of_the_copy():
    graph = draw_module(Lambda(), (1, 8)).graph
    assert pairs(graph) == [
        ("input", "layer"), ("input", "add"), ("layer", "add"), ("add", "output"),
    ]  # fmt: skip
    assert graph.totals.params == 72


class Loose(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Linear(8, 8), nn.Linear(8, 8)]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return nn.ReLU()(x)


def test_layers_that_are_nobodys_submodules_are_drawn():
    graph = draw_module(Loose(), (1, 8)).graph
    assert [node.type for node in graph.calls] == ["Linear", "Linear", "ReLU"]
    assert len({node.id for node in graph.calls}) == 3
    assert graph.totals.macs == 128


class Keeping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)
        self.lock = threading.Lock()
        self.rest = (number for number in ())

    def forward(self, x):
        self.last = self.layer(x)
        return self.last


def test_a_module_that_keeps_what_cannot_be_copied_is_drawn_twice_and_left_alone():
    module = Keeping()
    module(torch.randn(1, 8))
    before = module.last.clone()
    for _ in range(2):
        assert len(draw_module(module, (1, 8)).graph.nodes) == 3
    assert type(module.last) is torch.Tensor
    torch.testing.assert_close(module.last, before)


def test_a_hook_that_stores_outputs_elsewhere_stores_none_of_ours():
    module, stored = nn.Sequential(nn.Linear(8, 8)), {}
    module[0].register_forward_hook(lambda _module, _args, out: stored.update(out=out))
    draw_module(module, (1, 8))
    assert stored == {}


def test_lazy_layers_and_old_weight_norm_are_drawn():
    graph = draw_module(nn.Sequential(nn.LazyLinear(4)), (1, 8)).graph
    assert (graph.calls[0].type, graph.totals.params) == ("Linear", 36)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        old = nn.utils.weight_norm(nn.Conv2d(3, 4, 3))
    assert draw_module(old, (1, 3, 8, 8)).graph.totals.params == 116


class Making(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mean = torch.zeros(8)

    def forward(self, x):
        mask = torch.tril(torch.ones(8, 8))
        x = x - self.mean + torch.arange(8) + torch.tensor([1.0])
        return torch.where(x > 0, x, torch.zeros(1)) @ mask


def test_a_forward_may_make_tensors():
    graph = draw_module(Making(), (1, 8)).graph
    assert graph.problem is None
    assert graph.outputs[0].shape == (1, 8)


class Handing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pool, self.conv = nn.Identity(), nn.Conv2d(3, 3, 1)

    def forward(self, x):
        return self.conv(self.pool(x))


class Caller(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner, self.conv = Handing(), nn.Conv2d(3, 3, 1)

    def forward(self, x):
        y = self.inner(x)
        y = y + self.conv(y)
        return torch.cat([x, y], 1)


def test_a_submodule_that_begins_with_an_identity_owns_no_call_of_its_caller():
    graph = draw_module(Caller(), (1, 3, 8, 8)).graph
    assert {node.id: node.group for node in graph.calls} == {
        "inner.pool": "inner", "inner.conv": "inner", "conv": "", "add": "", "cat": "",
    }  # fmt: skip


class Biased(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("places", torch.zeros(4, 2))
        self.table = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 8))

    def forward(self, x):
        return x + self.table(self.places)


def test_layers_that_only_a_buffer_feeds_are_drawn_and_counted():
    drawing = draw_module(Biased(), (1, 4, 8))
    assert ("table.2", "add") in pairs(drawing.graph)
    assert drawing.graph.totals.macs == 4 * (2 * 16 + 16 * 8)
    assert "<svg" in drawing.svg


class Named(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x):
        return self.layer(input=x)


def test_a_layer_that_is_given_its_tensor_by_name_is_drawn():
    assert pairs(draw_module(Named(), (1, 8)).graph) == [("input", "layer"), ("layer", "output")]


class Branching(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


class Leaving(nn.Module):
    def forward(self, x):
        raise SystemExit(x.ndim + 1)


class Converting(nn.Module):
    def forward(self, x):
        return x + torch.from_numpy(x.numpy())


def test_what_a_trace_cannot_know_is_said_in_words(monkeypatch):
    # Of a module too large to be run.
    monkeypatch.setattr("resnet_core.diagram.module._NUMBERS", 0)
    problem = draw_module(Branching(), (1, 8)).graph.problem
    assert "looks at the values" in problem.text["en"]
    assert "张量里的数值" in problem.text["zh"]
    with pytest.raises(TraceError, match=r"looks at the values.*test_foreign.py, line \d+"):
        draw_module(Converting(), (1, 8))
    with pytest.raises(TraceError, match=r"ends the program.*test_foreign.py, line \d+"):
        draw_module(Leaving(), (1, 8))


def test_formulas_are_refused_for_an_input_that_has_none():
    drawing = draw_module(nn.Linear(8, 8), (1, 8), shapes="symbolic")
    with pytest.raises(ParameterError, match="one input of four sides"):
        drawing.svg  # noqa: B018


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.layer = nn.LayerNorm(8), nn.Linear(8, 8)

    def forward(self, x):
        return x + self.layer(self.norm(x))


class Placed(nn.Module):
    """In the manner of a vision transformer."""

    def __init__(self) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.zeros(1, 4, 8))
        self.blocks = nn.Sequential(*(Residual() for _ in range(6)))

    def forward(self, x):
        return self.blocks(x + self.place)


def test_an_addition_around_blocks_does_not_make_one_block_of_them():
    drawing = draw_module(Placed(), (1, 4, 8))
    levels = {group.path: group.level for group in drawing.graph.groups}
    assert levels == {"": "", "blocks": "stage"} | {f"blocks.{i}": "block" for i in range(6)}
    assert drawing.detail == "block"
    assert len(drawing.shown.calls) == 2


class Derived(Bottleneck):
    """A registered block with another forward."""

    def forward(self, x):
        return F.relu(self.conv1(x))


def test_a_class_derived_from_a_registered_block_does_not_inherit_its_words():
    derived = build(block="bottleneck")
    derived.__class__ = Derived
    (group,) = draw_module(derived, (1, 256, 8, 8)).graph.groups
    assert (group.noun, group.widths, group.level) == (None, {}, "")
    (own,) = (group for group in draw(block="bottleneck").graph.groups if not group.path)
    assert own.noun is not None
    assert own.level == "block"


def test_ones_own_class_that_is_merely_called_bottleneck_is_a_residual_block():
    named = type("Bottleneck", (Residual,), {})
    told = draw_module(named(), (1, 4, 8)).explain("en").render("txt").decode()
    assert "A residual block (Bottleneck)" in told


class Place(nn.Module):
    """What is added to a map by a layer of its own, as DaVit does before each part of a block."""

    def __init__(self) -> None:
        super().__init__()
        self.proj = nn.Conv2d(8, 8, 3, padding=1, groups=8)

    def forward(self, x):
        return x + self.proj(x)


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.conv, self.second = Place(), nn.Conv2d(8, 8, 3, padding=1), Place()

    def forward(self, x):
        x = self.first(x)
        return x + self.conv(self.second(x))


def test_a_repeated_block_that_adds_positions_inside_is_one_block():
    drawing = draw_module(nn.Sequential(*[Twice() for _ in range(3)]), (1, 8, 16, 16))
    assert [group.type for group in drawing.graph.groups if group.level == "block"] == ["Twice"] * 3
    assert len(drawing.sheet.boxes) == 3  # in, block × 3, out


class LeavingOut(nn.Module):
    def __init__(self, p: float) -> None:
        super().__init__()
        self.conv, self.drop = nn.Conv2d(8, 8, 3, padding=1), nn.Dropout(p)

    def forward(self, x):
        return x + self.drop(self.conv(x))


def test_blocks_that_differ_in_dropout_alone_are_drawn_once():
    deep = nn.Sequential(*[LeavingOut(0.1 * depth) for depth in range(4)])
    assert len(draw_module(deep, (1, 8, 8, 8)).sheet.boxes) == 3
    # Another kernel is another block.
    deep[2].conv = nn.Conv2d(8, 8, 5, padding=2)
    assert len(draw_module(deep, (1, 8, 8, 8)).sheet.boxes) == 5


def seen(module: nn.Module, shape: tuple[int, ...]) -> int:
    """How far along the last axis the middle of the output looks, by gradients."""
    for parameter in module.parameters():
        nn.init.ones_(parameter)
    given = torch.ones(shape, requires_grad=True)
    out = module(given)
    out[tuple(size // 2 for size in out.shape)].backward()
    met = given.grad.nonzero()[:, -1]
    return int(met.max() - met.min()) + 1


CONV = nn.Conv2d(1, 1, 3, padding=1)


class Functional(nn.Module):
    """Convolutions and an enlargement that are called as functions."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1, 1, 3, 5))

    def forward(self, x):
        x = F.conv2d(x, self.weight, None, (2, 2), padding=(1, 2))
        return F.conv2d(F.interpolate(x, scale_factor=2), self.weight, dilation=2)


@pytest.mark.parametrize(
    ("module", "shape"),
    [
        (nn.Sequential(nn.Conv1d(2, 2, 3, padding=1), nn.Conv1d(2, 2, 3, padding=2, dilation=2)),
         (1, 2, 64)),
        (nn.Sequential(nn.Conv1d(2, 4, 5, 2, 2), nn.AvgPool1d(2), nn.Conv1d(4, 2, 3)), (1, 2, 96)),
        (nn.Sequential(nn.Conv3d(1, 2, (3, 7, 7), 2, (1, 3, 3)), nn.Conv3d(2, 2, 3, padding=1)),
         (1, 1, 8, 32, 32)),
        (nn.Sequential(nn.AvgPool2d(2), CONV, nn.Upsample(scale_factor=2), CONV), (1, 1, 32, 32)),
        (nn.Sequential(nn.AvgPool2d(2), CONV, nn.Upsample(scale_factor=2, mode="bilinear"), CONV),
         (1, 1, 32, 32)),
        (nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.PixelShuffle(2), CONV), (1, 1, 32, 32)),
        (Functional(), (1, 1, 32, 32)),
    ],
)  # fmt: skip
def test_the_receptive_field_is_that_of_gradients(module, shape):
    assert draw_module(module, shape).graph.totals.receptive_field == seen(module, shape)


def test_a_convolution_that_is_a_function_is_named_like_the_layer():
    text = draw_module(Functional(), (1, 1, 32, 32)).txt
    assert "3×5 conv, 1, /2" in text
    assert "3×5 conv, 1, dilation 2" in text


def test_where_every_position_sees_every_other_no_receptive_field_is_said():
    layer = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
    told = draw_module(nn.TransformerEncoder(layer, 2), (1, 10, 64))
    said = [sentence.text for part in told.explain().paragraphs for sentence in part.sentences]
    assert "Take layers.1, which gets 10×64." in said
    assert "以 layers.1 为例，它的输入是 10×64。" in str(told.explain("zh")).replace("`", "")
    assert not any("receptive" in line for note in told.explain().layers for line in note.sums)
    assert told.graph.mixes
    assert "receptive field" not in told.svg.split("</desc>")[0]
    assert not draw(block="bottleneck").graph.mixes


def test_steps_of_time_are_no_batch():
    assert "batch" not in draw_module(nn.LSTM(8, 16), (5, 1, 8)).txt
    assert "batch 5" in draw_module(nn.LSTM(8, 16, batch_first=True), (5, 1, 8)).txt


def test_what_is_too_large_for_its_usual_view_is_drawn_in_a_coarser_one():
    pair = [nn.Sequential(nn.Linear(8, 8 + n % 2), nn.Linear(8 + n % 2, 8)) for n in range(800)]
    drawing = draw_module(nn.Sequential(*pair), (1, 8))
    assert drawing.detail == "stage"
    assert len(drawing.shown.calls) == 800
    with pytest.raises(ParameterError, match="1,602 boxes"):
        draw_module(nn.Sequential(*pair), (1, 8), detail="op").shown  # noqa: B018
