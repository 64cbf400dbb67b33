"""Pairs of structures that every kind of test of a comparison goes through."""

from __future__ import annotations

import pytest

from resnet_core import draw

V15, V1 = {"model": "resnet50"}, {"model": "resnet50", "stride_on": "conv1"}
PLAIN, SE = {"block": "bottleneck"}, {"block": "bottleneck", "attention": "se"}
WORKED = {
    "v1.5 and v1": (V15, V1),
    "50 and 50-D": (V15, {"model": "resnet50d"}),
    "ResNet and ResNeXt": (V15, {"model": "resnext50_32x4d"}),
    "bottleneck and basic": (PLAIN, {"block": "basic"}),
    "with and without SE": (PLAIN, SE),
    "identity and projection": (PLAIN, {"block": "bottleneck", "shortcut": "projection"}),
    "34 and 50": ({"model": "resnet34"}, V15),
    "50 and 152": (V15, {"model": "resnet152"}),
    "pre-activation": ({"block": "basic"}, {"block": "preact_basic"}),
    "one that cannot run": (PLAIN, {"block": "bottleneck", "stride": 2, "shortcut": "identity"}),
    "a block and a network": ({"block": "basic"}, {"model": "resnet18"}),
}
# Those that say most are quick; these are deep.
DEEP = {"50 and 152", "50 and 50-D", "ResNet and ResNeXt", "34 and 50"}


@pytest.fixture(
    params=[pytest.param(name, marks=[pytest.mark.slow] if name in DEEP else []) for name in WORKED]
)
def worked(request):
    return tuple(draw(**item) for item in WORKED[request.param])
