"""A pasted bottleneck, compiled and traced, against the catalogue's of the same structure.

    python -m bench.pasted

Both take turns within one run, and the ratio is that of the fastest turns, in seconds of the
processor: what else runs on the machine has no part in them. The catalogue's module
is made and traced in full, as the pasted one is; nothing of either is kept from turn to turn.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from resnet_core import build, draw
from resnet_core.graph.model import Graph
from resnet_core.source.program import Program
from resnet_core.trace import trace

TURNS = 30
GOAL = 1.5
SHAPE = (1, 256, 56, 56)
SOURCE = """
import torch.nn as nn


def conv1x1(inplanes, planes, stride=1):
    return nn.Conv2d(inplanes, planes, kernel_size=1, stride=stride, bias=False)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inplanes, planes, stride=1, downsample=None, groups=1, base_width=64,
                 dilation=1, norm_layer=None):
        super().__init__()
        norm_layer = norm_layer or nn.BatchNorm2d
        width = int(planes * (base_width / 64.0)) * groups
        self.conv1 = conv1x1(inplanes, width)
        self.bn1 = norm_layer(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, dilation, dilation, groups, bias=False)
        self.bn2 = norm_layer(width)
        self.conv3 = conv1x1(width, planes * self.expansion)
        self.bn3 = norm_layer(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)
"""


def main() -> None:
    ways: dict[str, Callable[[], object]] = {"pasted": _pasted, "catalogue": _catalogue}
    for way in ways.values():
        way()  # imports are not what is measured
    assert _pasted().totals == draw(block="bottleneck").graph.totals
    gc.collect()
    gc.freeze()
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(TURNS):
        for name, way in ways.items():
            start = time.process_time()
            way()
            best[name] = min(best[name], time.process_time() - start)
    print(f"fastest of {TURNS} turns, milliseconds")
    for name, seconds in best.items():
        print(f"{name:<12}{1000 * seconds:>8.1f}")
    print(f"{'ratio':<12}{best['pasted'] / best['catalogue']:>8.2f}   ≤ {GOAL:g}")


def _pasted() -> Graph:
    program = Program(SOURCE)
    return trace(lambda: program.build("Bottleneck(256, 64)"), [SHAPE])


def _catalogue() -> Graph:
    return trace(lambda: build(block="bottleneck"), [SHAPE])


if __name__ == "__main__":
    main()
