"""Models that no one here wrote: every classifier of torchvision, one model of each timm family.

    python -m bench.outside [SECONDS]

Each is drawn by ``draw_module`` and held against torch: the shape that comes out against an
ordinary forward, parameters against ``numel``, multiply-adds against half of torch's counter. What
differs is printed by name. Where neither library can be imported there is nothing to measure.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from resnet_core import draw_module
from resnet_core.trace.hollow import hollow

SECONDS = 120.0
# Too many numbers to make at random: these are made without data or not at all.
_HUGE = ("128gf", "vit_h_14", "giant", "huge")
Made = tuple[str, Callable[[], nn.Module], tuple[int, ...]]


def main() -> None:
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    began, counts = time.perf_counter(), {"equal": 0, "different": 0}
    for name, make, size in [*_torchvision(), *_timm()]:
        if time.perf_counter() - began > limit:
            print(f"stopped after {limit:g} s, before {name}")
            break
        said = _differences(make, (1, *size))
        counts["different" if said else "equal"] += 1
        if said:
            print(f"{name}: {said}")
    if not any(counts.values()):
        print("bench.outside needs torchvision or timm, and there is neither")
        return
    print(f"{counts['equal']} equal to torch, {counts['different']} different")


def _differences(make: Callable[[], nn.Module], size: tuple[int, ...]) -> str:
    """What is not as torch has it; nothing where all is."""
    try:
        module = make().eval()
        graph = draw_module(module, size).graph
        twin = hollow(module)
        counter = FlopCounterMode(display=False)
        with torch.device("meta"), torch.no_grad(), counter:
            out = twin(torch.empty(size))
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:100]}"
    params = sum(part.numel() for part in module.parameters() if part.requires_grad)
    pairs: dict[str, tuple[Any, Any]] = {
        "problem": (graph.problem, None),
        "parameters": (graph.totals.params, params),
        "multiply-adds": (graph.totals.macs, counter.get_total_flops() // 2),
        "shape": (graph.outputs[0].shape if graph.outputs else (), tuple(out.shape)),
    }
    return ", ".join(f"{what} {a} for {b}" for what, (a, b) in pairs.items() if a != b)


def _torchvision() -> Iterator[Made]:
    try:
        from torchvision import models
    except (ImportError, RuntimeError):  # a build for another torch raises the latter
        return
    for name in models.list_models(module=models):
        side = 299 if name == "inception_v3" else 224
        more = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}

        def make(name: str = name, more: dict[str, Any] = more) -> nn.Module:
            try:
                with torch.device("meta"):
                    return models.get_model(name, weights=None, **more)
            except NotImplementedError:  # its constructor asks for numbers
                if any(part in name for part in _HUGE):
                    raise
                return models.get_model(name, weights=None, **more)

        yield f"torchvision {name}", make, (3, side, side)


def _timm() -> Iterator[Made]:
    try:
        import timm
    except (ImportError, RuntimeError):
        return
    for family in timm.list_modules():
        names = [name for name in timm.list_models(module=family) if _is_small(name)]
        if names:
            name = names[0]
            size = timm.get_pretrained_cfg(name).input_size or (3, 224, 224)
            yield f"timm {name}", lambda name=name: timm.create_model(name), size


def _is_small(name: str) -> bool:
    return not any(part in name for part in _HUGE)


if __name__ == "__main__":
    main()
