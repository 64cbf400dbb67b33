"""Views: what is closed, joined, folded and expanded, and that nothing is lost."""

from __future__ import annotations

import pytest
import torch.nn.functional as F
from torch import nn

from resnet_core import draw, draw_module
from resnet_core.language.notation import title


def names(**parameters) -> list[str]:
    return [call.id for call in draw(**parameters).shown.calls]


def test_block_detail_folds_equal_neighbours_and_says_which():
    shown = draw(model="resnet50").shown
    box = shown.node["layer3.1"]
    assert box.folded == ("layer3.2", "layer3.3", "layer3.4", "layer3.5")
    assert box.attributes["shortcut"] == "identity"
    assert shown.node["layer3.0"].attributes["shortcut"] == "projection"
    assert not shown.node["layer3.0"].folded


def test_folded_boxes_see_as_far_as_the_last_of_them():
    folded = draw(model="resnet50").shown.node["layer4.1"]
    last = draw(model="resnet50", fold=False).shown.node["layer4.2"]
    assert folded.receptive_field == last.receptive_field == 427


def test_without_fold_every_block_has_its_box():
    blocks = [
        node for node in draw(model="resnet50", fold=False).shown.nodes if node.kind == "group"
    ]
    assert len(blocks) == 3 + 4 + 6 + 3


def test_layer_detail_joins_convolution_norm_and_activation():
    node = draw(block="bottleneck", detail="layer").shown.node["conv1"]
    assert [part.type for part in node.parts] == ["Conv2d", "BatchNorm2d", "ReLU"]
    assert node.params == 16384 + 128


def test_stage_detail_shows_four_stages():
    assert names(model="resnet50", detail="stage") == [
        "conv1", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "fc",
    ]  # fmt: skip


def test_expand_opens_one_group_and_breaks_the_fold_around_it():
    found = names(model="resnet50", expand="layer3.2")
    assert "layer3.2.conv1" in found
    assert "layer3.1" in found
    assert "layer3.3" in found
    assert "layer3.2" not in found


def test_expanding_a_stage_shows_its_blocks():
    found = names(model="resnet50", detail="stage", expand="layer2")
    assert found[3:5] == ["layer2.0", "layer2.1"]
    assert "layer3" in found


def test_stage_detail_closes_whatever_is_a_group_at_the_outermost_level():
    shown = draw(model="vgg16", detail="stage").shown
    assert names(model="vgg16", detail="stage") == ["features", "avgpool", "classifier"]
    assert title(shown.node["features"]) == "13 × conv · 5 × max pool"
    assert title(shown.node["features"], "zh") == "13 × 卷积 · 5 × 最大池化"
    stem = draw(model="hornet", detail="stage").shown.node["downsample_layers.0"]
    assert title(stem) == "4×4 conv, 64, /4"


@pytest.mark.parametrize("asked", [{"model": "hornet"}, {"model": "resnet", "block": "res2net"}])
def test_a_closed_block_of_several_additions_says_which_shortcut_it_has(asked):
    boxes = [node for node in draw(**asked).shown.nodes if node.role == "block"]
    assert {box.attributes["shortcut"] for box in boxes} <= {"identity", "projection"}


def test_dropout_stands_in_the_box_of_the_activation_before_it():
    linear = draw(model="vgg16").shown.node["classifier.0"]
    assert [part.role for part in linear.parts] == ["linear", "activation", "dropout"]


@pytest.mark.parametrize("detail", ["stage", "block", "layer", "op"])
@pytest.mark.parametrize("fold", [True, False])
def test_no_view_loses_a_parameter(detail, fold):
    shown = draw(model="resnet50", detail=detail, fold=fold).shown
    total = 0
    for node in shown.nodes:
        times = 1 + len(node.folded)
        for path in shown.lineage(node.group):
            times *= 1 + len(shown.group[path].folded)
        total += times * node.params
    assert total == 25_557_032


def test_layers_that_do_nothing_are_not_drawn_but_are_recorded():
    diagram = draw(block="bottleneck", norm_layer="none")
    assert "bn1" in diagram.graph.node
    assert "bn1" not in diagram.shown.node


def test_a_group_that_fails_stays_open():
    shown = draw(model="resnet50", shortcut="identity").shown
    assert shown.problem.node in shown.node


def test_blocks_with_parameters_of_their_own_fold_too():
    assert len(draw(model="hornet_tiny_7x7").shown.node["stages.2.0"].folded) == 17


def test_a_closed_stage_says_what_it_is_made_of():
    assert title(draw(model="resnet50", detail="stage").shown.node["layer3"]) == "6 × Bottleneck"
    assert title(draw(model="hornet", detail="stage").shown.node["stages.2"]) == "18 × HorBlock"


FAILING = [
    {"model": "resnet18", "norm_layer": "instance", "input": "1"},
    {"model": "stage", "norm_layer": "instance", "input": "2"},
    {"model": "resnet20", "norm_layer": "group", "input": "1"},
    {"block": "residual_attention", "padding": 15},
    {"model": "hornet", "input": "1"},
]


@pytest.mark.slow
@pytest.mark.parametrize("detail", ["stage", "block", "layer", "op"])
@pytest.mark.parametrize("asked", FAILING, ids=lambda asked: next(iter(asked.values())))
def test_a_call_that_failed_keeps_its_box_at_every_detail(asked, detail):
    drawing = draw(**asked, detail=detail)
    problem = drawing.shown.problem
    if problem is not None and problem.node:
        assert problem.node in drawing.shown.node
    for format in ("svg", "txt", "mmd", "json"):
        assert drawing.render(format)


def test_two_structures_of_which_one_fails_are_compared():
    from resnet_core import compare

    failing = draw(model="resnet", norm_layer="instance", input="1")
    assert compare(failing, draw(model="resnet")).render("svg")


class ConvNorm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class Around(nn.Module):
    """Adds its input to what another module makes of it."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x) + x


def mixer() -> nn.Module:
    """A block with something behind it: the pair is what is repeated."""
    depthwise = nn.Sequential(nn.Conv2d(8, 8, 5, groups=8, padding=2), nn.GELU())
    return nn.Sequential(Around(depthwise), nn.Conv2d(8, 8, 1), nn.GELU())


def test_equal_groups_without_an_addition_are_drawn_once():
    for made in (ConvNorm, lambda: nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.ReLU())):
        module = nn.Sequential(nn.Conv2d(3, 8, 3), *[made() for _ in range(6)], nn.Conv2d(8, 2, 1))
        drawing = draw_module(module, (1, 3, 16, 16), detail="layer")
        assert [len(node.folded) for node in drawing.shown.calls] == [0, 5, 0]
        assert "× 6" in drawing.txt
        assert "× 6" in drawing.svg
        assert len(draw_module(module, (1, 3, 16, 16), detail="layer", fold=False).shown.calls) == 8


def test_a_block_with_something_behind_it_is_repeated_with_that():
    module = nn.Sequential(*[mixer() for _ in range(5)])
    drawing = draw_module(module, (1, 8, 16, 16))
    assert [group.folded for group in drawing.shown.groups if group.path] == [("1", "2", "3", "4")]
    assert len(drawing.shown.calls) == 2
    assert "× 5" in drawing.txt


@pytest.mark.parametrize(
    "second",
    [
        nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, dilation=1, groups=2), nn.ReLU()),
        nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.Tanh()),
        nn.Sequential(nn.Conv2d(8, 8, 3, padding=1)),
    ],
)
def test_groups_that_differ_are_drawn_each(second):
    first = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.ReLU())
    shown = draw_module(nn.Sequential(first, second), (1, 8, 16, 16)).shown
    assert not any(node.folded for node in shown.nodes)


def rows(*widths: int) -> nn.Sequential:
    """Convolution, norm and activation over and over, all in one flat row; 0 is a pooling."""
    layers: list[nn.Module] = []
    given = 3
    for width in widths:
        if width:
            conv = nn.Conv2d(given, width, 3, padding=1)
            layers += [conv, nn.BatchNorm2d(width), nn.ReLU()]
            given = width
        else:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


def test_equal_rows_of_a_flat_sequential_are_drawn_once():
    drawing = draw_module(rows(8, 8, 8, 0, 8, 16, 16), (1, 3, 16, 16), detail="layer")
    told = [title(box.node) for box in drawing.sheet.boxes if box.node.params]
    counted = [len(box.node.folded) + 1 for box in drawing.sheet.boxes if box.node.params]
    assert counted == [1, 2, 1, 1, 1], told
    assert "3×3 conv, 8  × 2" in drawing.txt
    # Who wants to see each asks for it.
    assert "× 2" not in draw_module(rows(8, 8, 8), (1, 3, 16, 16), detail="layer", fold=False).txt


def test_rows_that_have_names_of_their_own_are_each_drawn():
    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(8, 8), nn.Linear(8, 8)

        def forward(self, x):
            return F.relu(self.second(F.relu(self.first(x))))

    assert "×" not in draw_module(Named(), (1, 8)).txt


def test_functions_between_the_layers_of_a_list_fold_with_them():
    class Deep(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(5))

        def forward(self, x):
            for layer in self.layers:
                x = F.relu(layer(x))
            return x

    assert "linear, 8  × 5" in draw_module(Deep(), (1, 8)).txt


def test_the_catalogue_shows_every_layer_of_a_flat_network():
    assert all(not box.node.folded for box in draw(model="vgg16_bn").sheet.boxes)


class DropPath(nn.Module):
    """Left out by chance in training, as most write it: nothing at all for a rate of 0."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        return x * self.p if self.training else x


class Leaving(nn.Module):
    def __init__(self, p, leave):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1)
        self.drop = leave(p) if p else nn.Identity()

    def forward(self, x):
        return x + self.drop(self.conv(x))


@pytest.mark.parametrize("leave", [DropPath, nn.Dropout])
@pytest.mark.parametrize("detail", ["block", "op"])
def test_a_block_whose_rate_is_0_is_equal_to_the_next(leave, detail):
    deep = nn.Sequential(*[Leaving(depth / 10, leave) for depth in range(4)])
    shown = draw_module(deep, (1, 8, 8, 8), detail=detail)
    assert sum(box.node.params > 0 for box in shown.sheet.boxes) == 1
