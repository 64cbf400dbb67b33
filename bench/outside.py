"""Models that no one here wrote: the classifiers of torchvision and timm, held against torch.

    python -m bench.outside [SECONDS] [--only WORD] [--all] [--pictures] [--log FILE]

Each is drawn by ``draw_module``. Against an ordinary run of the same module are held: the shape
that comes out, the shapes out of every layer as forward hooks see them, parameters against
``numel``, multiply-adds against half of torch's counter. With ``--pictures`` the default picture
is laid out too: no wire through a box, the boxes of the main path in one column. What differs is
printed by name. Of timm one model of each file is taken, with ``--all`` every one. With ``--log``
each result is a line of that file too, and what stands there is not tried again: a long list goes
on where it was stopped. Where neither library can be imported there is nothing to measure.
"""

from __future__ import annotations

import argparse
import importlib
import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import library, nn
from torch.utils.flop_counter import FlopCounterMode

from resnet_core import draw_module
from resnet_core.diagram.module import ModuleDrawing
from resnet_core.layout.coordinates import tracks
from resnet_core.trace import unfilled
from resnet_core.trace.hollow import hollow

SECONDS = 1200.0
SECONDS_EACH = 120
# The largest of a file.
_HUGE = ("128gf", "vit_h_14", "giant", "huge", "gigantic", "enormous", "_7b", "xlarge", "xxlarge")
_SMALL = ("atto", "femto", "pico", "nano", "xxs", "xx_small", "test", "tiny", "_ti", "xs",
          "x_small", "small", "_s", "18", "b0", "26", "_t")  # fmt: skip
Made = tuple[str, Callable[[], nn.Module], tuple[int, ...]]


def main() -> None:
    asked = _arguments()
    warnings.simplefilter("ignore")
    began, counts = time.perf_counter(), Counter[str]()
    known, _kept = _logged(asked.log), [*_without_kernels()]
    counts.update(known.values())
    for name, make, size in [*_torchvision(), *_timm(asked.all)]:
        if name in known or (asked.only and asked.only not in name):
            continue
        if time.perf_counter() - began > asked.seconds:
            print(f"stopped after {asked.seconds:g} s, before {name}")
            break
        said = _differences(make, (1, *size), asked.pictures)
        counts["different" if said else "equal"] += 1
        print(f"{name}: {said or 'equal'}", flush=True)
        if asked.log:
            with asked.log.open("a") as log:
                log.write(f"{name}: {said or 'equal'}\n")
    if not counts:
        why = f"no name has {asked.only!r} in it" if asked.only else "it needs torchvision or timm"
        print(f"nothing was drawn: {why}")
        return
    print(f"{counts['equal']} equal to torch, {counts['different']} different")


def _arguments() -> argparse.Namespace:
    asking = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asking.add_argument("seconds", nargs="?", type=float, default=SECONDS)
    asking.add_argument("--only", default="", help="names with this in them")
    asking.add_argument("--all", action="store_true", help="every model of timm")
    asking.add_argument("--pictures", action="store_true", help="lay each picture out too")
    asking.add_argument("--log", type=Path, help="a file of results, to be gone on with")
    return asking.parse_args()


def _logged(path: Path | None) -> dict[str, str]:
    """What a log has: names, each with whether it was equal."""
    if path is None or not path.exists():
        return {}
    lines = (line.partition(": ") for line in path.read_text().splitlines())
    return {name: "equal" if said == "equal" else "different" for name, _, said in lines}


def _differences(make: Callable[[], nn.Module], size: tuple[int, ...], pictures: bool) -> str:
    """What is not as torch has it; nothing where all is."""
    signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, SECONDS_EACH)  # of the processor: others may be at work
    try:
        module = make().eval()
        drawing = draw_module(module, size)
        found = _figures(drawing, module, size)
        if pictures:
            found += _picture(drawing)
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return ", ".join(found)


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"not done after {SECONDS_EACH} s of the processor")


def _figures(drawing: ModuleDrawing, module: nn.Module, size: tuple[int, ...]) -> list[str]:
    graph = drawing.graph
    twin = hollow(module).requires_grad_(False)  # torch's counter follows gradients otherwise
    counter = FlopCounterMode(display=False)
    layers = _hooked(twin)
    with torch.device("meta"), torch.no_grad(), counter:
        out = twin(torch.empty(size))
    params = sum(part.numel() for part in module.parameters() if part.requires_grad)
    pairs: dict[str, tuple[Any, Any]] = {
        "problem": (graph.problem and graph.problem.text["en"], None),
        "parameters": (graph.totals.params, params),
        "multiply-adds": (graph.totals.macs, counter.get_total_flops() // 2),
        "shape": (graph.outputs[0].shape if graph.outputs else (), tuple(out.shape)),
    }
    found = [f"{what} {a} for {b}" for what, (a, b) in pairs.items() if a != b]
    drawn = Counter((node.path, shape) for node in graph.nodes for shape in node.outputs)
    # A layer that is written as a function is drawn as a frame around the call that it makes.
    inside = {(node.group, shape) for node in graph.nodes for shape in node.outputs}
    missed = [item for item in layers - drawn if item not in inside]
    if missed:
        path, shape = missed[0]
        found.append(f"{len(missed)} layers not as hooks see them, such as {path} {shape}")
    return found


def _hooked(module: nn.Module) -> Counter[tuple[str, tuple[int, ...]]]:
    """The calls of layers that call no other layer: path and shape, filled in as it runs."""
    found: Counter[tuple[str, tuple[int, ...]]] = Counter()
    depth: list[bool] = []

    def before(*_: Any) -> None:
        if depth:
            depth[-1] = True
        depth.append(False)

    for path, part in module.named_modules():

        def after(_: nn.Module, __: Any, out: Any, path: str = path, part: Any = part) -> None:
            inner = depth.pop()
            # What makes nothing is drawn only where something else hangs on it.
            empty = isinstance(part, nn.Identity | nn.Sequential)
            if not inner and isinstance(out, torch.Tensor) and not empty:
                found[path, tuple(out.shape)] += 1

        part.register_forward_pre_hook(before)
        part.register_forward_hook(after)
    return found


def _picture(drawing: ModuleDrawing) -> list[str]:
    """What is not readable in the picture as it is drawn by default."""
    found = []
    sheet = drawing.sheet
    column = tracks(drawing.shown).column
    main = [box.x for box in sheet.boxes if column[box.node.id] == 0]
    if max(main) - min(main) >= 1:
        found.append("main path not straight")
    crossed = [
        (wire.edge.source, wire.edge.target, box.node.id)
        for wire in sheet.wires
        for box in sheet.boxes
        if box.node.id not in (wire.edge.source, wire.edge.target)
        and any(_meets(box, a, b) for a, b in pairwise(wire.points))
    ]
    if crossed:
        found.append(f"{len(crossed)} wires through boxes, such as {crossed[0]}")
    if len(sheet.boxes) > 150:
        found.append(f"{len(sheet.boxes)} boxes")
    return found


def _meets(box: Any, a: tuple[float, float], b: tuple[float, float]) -> bool:
    wide, high = box.width / 2, box.height / 2
    return bool(
        max(a[0], b[0]) > box.x - wide
        and min(a[0], b[0]) < box.x + wide
        and max(a[1], b[1]) > box.y - high
        and min(a[1], b[1]) < box.y + high
    )


def _without_kernels() -> Iterator[Any]:
    """For a torchvision built for another torch: the names that its import wants to find.

    No classifier calls them. What is yielded must be kept: they go when it goes.
    """
    if find_spec("torchvision") is None:
        return
    with suppress(ImportError, RuntimeError):
        importlib.import_module("torchvision.extension")
    for name in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, name):
            names = library.Library("torchvision", "FRAGMENT")
            names.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            yield names


def _torchvision() -> Iterator[Made]:
    try:
        from torchvision import models
    except (ImportError, RuntimeError):  # a build for another torch raises the latter
        return
    for name in models.list_models(module=models):
        side = 299 if name == "inception_v3" else 224
        more = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}

        def make(name: str = name, more: dict[str, Any] = more) -> nn.Module:
            return _without_data(lambda: models.get_model(name, weights=None, **more))

        yield f"torchvision {name}", make, (3, side, side)


def _without_data(make: Callable[[], nn.Module]) -> nn.Module:
    try:
        with torch.device("meta"):
            return make()
    except (NotImplementedError, RuntimeError):  # its constructor asks for numbers
        with unfilled():  # what nobody writes to takes no memory, however large
            return make()


def _timm(whole: bool) -> Iterator[Made]:
    try:
        import timm
    except (ImportError, RuntimeError):
        return
    for family in timm.list_modules():
        names = sorted(timm.list_models(module=family), key=_size)
        for name in names if whole else names[:1]:
            config = timm.get_pretrained_cfg(name)
            size = (config and config.input_size) or (3, 224, 224)

            def make(name: str = name) -> nn.Module:
                return _without_data(lambda: timm.create_model(name))

            yield f"timm {family} {name}", make, tuple(size)


def _size(name: str) -> tuple[int, str]:
    """About how large a model of this name is among those of its file."""
    if any(part in name for part in _HUGE):
        return len(_SMALL) + 1, name
    found = (rank for rank, part in enumerate(_SMALL) if part in name)
    return next(found, len(_SMALL)), name


if __name__ == "__main__":
    main()
