"""Names and shapes of weights: torchvision's, so that its files would load."""

from __future__ import annotations

import pytest
import torch

from resnet_core import build


def expected_keys(block: str, layers: list[int], width: int = 64, groups: int = 1) -> dict:
    """torchvision's state_dict, derived from its naming rules and not from our code."""
    found = {"conv1.weight": (64, 3, 7, 7)} | norm("bn1", 64)
    inplanes, expansion = 64, 4 if block == "bottleneck" else 1
    for stage, count in enumerate(layers):
        planes = 64 * 2**stage
        middle = int(planes * width / 64) * groups
        for index in range(count):
            at = f"layer{stage + 1}.{index}"
            if block == "bottleneck":
                shapes = [
                    (middle, inplanes, 1, 1),
                    (middle, middle // groups, 3, 3),
                    (planes * 4, middle, 1, 1),
                ]
            else:
                shapes = [(planes, inplanes, 3, 3), (planes, planes, 3, 3)]
            for number, shape in enumerate(shapes, start=1):
                found[f"{at}.conv{number}.weight"] = shape
                found |= norm(f"{at}.bn{number}", shape[0])
            out = planes * expansion
            if index == 0 and (stage > 0 or inplanes != out):
                found[f"{at}.downsample.0.weight"] = (out, inplanes, 1, 1)
                found |= norm(f"{at}.downsample.1", out)
            inplanes = out
    return found | {"fc.weight": (1000, inplanes), "fc.bias": (1000,)}


def norm(name: str, channels: int) -> dict:
    each = ("weight", "bias", "running_mean", "running_var")
    return {f"{name}.{part}": (channels,) for part in each} | {f"{name}.num_batches_tracked": ()}


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("resnet18", expected_keys("basic", [2, 2, 2, 2])),
        ("resnet50", expected_keys("bottleneck", [3, 4, 6, 3])),
        ("resnext50_32x4d", expected_keys("bottleneck", [3, 4, 6, 3], width=4, groups=32)),
        ("wide_resnet50_2", expected_keys("bottleneck", [3, 4, 6, 3], width=128)),
    ],
)
def test_state_dict_has_torchvisions_keys_and_shapes(name, keys):
    with torch.device("meta"):
        net = build(model=name)
    assert {key: tuple(value.shape) for key, value in net.state_dict().items()} == keys


def test_convolutions_start_as_kaiming_says():
    torch.manual_seed(0)
    weight = build(model="resnet18").layer1[0].conv1.weight
    expected = (2 / (64 * 9)) ** 0.5
    assert weight.std().item() == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("block", ["basic", "bottleneck"])
def test_zero_init_residual_starts_each_block_as_its_shortcut(block):
    stage = build(
        model="stage", block=block, inplanes=64, planes=64 if block == "basic" else 16,
        blocks=2, stride=1, zero_init_residual=True,
    ).eval()  # fmt: skip
    x = torch.rand(1, 64, 8, 8)
    with torch.no_grad():
        torch.testing.assert_close(stage(x), x)


@pytest.mark.slow
@pytest.mark.parametrize("block", ["basic", "bottleneck"])
@pytest.mark.parametrize("knobs", [{"preact": True}, {"norm_layer": "none"},
                                   {"preact": True, "norm_layer": "none"}])  # fmt: skip
def test_zero_init_residual_does_so_without_a_norm_at_the_end(block, knobs):
    stage = build(
        model="stage", block=block, inplanes=64, planes=64 if block == "basic" else 16,
        blocks=2, stride=1, zero_init_residual=True, **knobs,
    ).eval()  # fmt: skip
    x = torch.rand(1, 64, 8, 8)
    with torch.no_grad():
        torch.testing.assert_close(stage(x), x)


@pytest.mark.parametrize("block", ["basic", "bottleneck"])
@pytest.mark.parametrize("norm_layer", ["batch", "group", "instance", "layer", "none"])
@pytest.mark.slow
def test_blocks_train_on_real_tensors(block, norm_layer):
    module = build(block=block, inplanes=16, planes=8, stride=2, norm_layer=norm_layer)
    x = torch.rand(2, 16, 9, 9, requires_grad=True)
    module(x).sum().backward()
    assert x.grad is not None
    assert all(parameter.grad is not None for parameter in module.parameters())
