"""A cold picture against what somebody would write by hand: torchview and a ``dot`` process.

    python -m bench.cold

Both ways take turns within one run, so that a busy machine slows them alike; a ratio is that of
the fastest turns. Both begin with the parameters, make the module, and end with the SVG; ours in
this process, theirs in the ``dot`` command. Theirs is on the meta device, or on the CPU as
torchview's README has it, with parameters that are initialised there.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from shutil import which
from typing import Any

import torch
from torchview import draw_graph

from app.workers.process import GARBAGE
from resnet_core import Diagram, build, draw
from resnet_core.diagram import diagram as requests
from resnet_core.trace.recorder import stand_by

TURNS = 5
# Of what takes milliseconds: a neighbour on the machine takes as many, now and then.
MANY = 40
NETWORK: dict[str, Any] = {"model": "resnet152"}
BLOCK: dict[str, Any] = {"block": "bottleneck", "stride": 2}
UNFOLDED = NETWORK | {"detail": "op", "fold": False}
# what is asked of us, the module of theirs and its device, and the most that the ratio may be
ROWS: tuple[tuple[str, Mapping[str, Any], Mapping[str, Any], str, float], ...] = (
    ("block, meta", BLOCK, BLOCK, "meta", 0.4),
    ("ResNet-152, every op, meta", UNFOLDED, NETWORK, "meta", 0.5),
    ("ResNet-152, every op, CPU", UNFOLDED, NETWORK, "cpu", 0.25),
    ("ResNet-152 by default, meta", NETWORK, NETWORK, "meta", 0.25),
)
GROWTH = ("resnet18", "resnet152", "resnet1202")


def main() -> None:
    if which("dot") is None:
        raise SystemExit("bench.cold compares with the command dot, and there is none")
    settle()
    print(f"fastest of {TURNS} turns, milliseconds")
    print(f"{'':<28}{'ours':>8}{'theirs':>9}{'ratio':>8}{'goal':>8}")
    for name, asked, module, device, goal in ROWS:
        ours, theirs = _fastest(_ours(asked), _theirs(module, device))
        ratio = ours / theirs
        print(f"{name:<28}{ours:>8.1f}{theirs:>9.1f}{ratio:>8.2f}{f'≤ {goal:g}':>8}")
    print(f"\n{'growth, by default':<28}{'ours':>8}{'nodes':>9}{'µs/node':>9}")
    for model, ours, nodes in growth():
        print(f"{model:<28}{ours:>8.1f}{nodes:>9,}{1000 * ours / nodes:>9.1f}")


def growth() -> list[tuple[str, float, int]]:
    """Networks of growing depth: milliseconds of each by default, and its calls."""
    return [
        (model, _fastest(_ours({"model": model}))[0], len(draw(model=model).graph.nodes))
        for model in GROWTH
    ]


def settle() -> None:
    """Let this process be as a worker is, all loaded and garbage seldom sought, for both alike."""
    stand_by()
    draw(block="basic").svg  # noqa: B018  fonts and imports are not what is measured
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _ours(asked: Mapping[str, Any]) -> Callable[[], object]:
    def way() -> object:
        requests._graph.cache_clear()
        return draw(**asked).svg

    return way


def _theirs(asked: Mapping[str, Any], device: str) -> Callable[[], object]:
    shape = Diagram.of(asked.items()).input_shape

    def way() -> object:
        with torch.device(device):
            module = build(**asked).eval()
            x = torch.empty(shape)
        return draw_graph(module, input_data=x, device=device).visual_graph.pipe(format="svg")

    return way


def _fastest(*ways: Callable[[], object], turns: int = TURNS) -> list[float]:
    """Milliseconds of each way in its fastest turn."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(turns):
        for way, found in zip(ways, times, strict=True):
            start = time.perf_counter()
            way()
            found.append(1000 * (time.perf_counter() - start))
    return [min(found) for found in times]


if __name__ == "__main__":
    main()
