"""Where the time of a picture goes: tracing, laying out, painting, and what the caches save.

    python -m bench.render        or: make bench

All ways are measured in turns within one run, so that a busy machine slows them alike; the table
shows the median and the fastest turn in milliseconds. Cold means a new process, imports included.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from shutil import which
from typing import Any

from resnet_core import Diagram, draw
from resnet_core.diagram import diagram as requests
from resnet_core.formats import graphviz as layout

TURNS = 3
COLD_TURNS = 2
SUBJECTS: tuple[dict[str, Any], ...] = (
    {"block": "bottleneck", "stride": 2},
    {"model": "resnet50"},
    {"model": "resnet152", "detail": "op", "fold": False},
)
COLD = {
    "import torch": "import torch",
    "import resnet_core": "import resnet_core",
    "first picture": "from resnet_core import draw; draw(block='bottleneck', stride=2).svg",
}

Way = tuple[str, Callable[[], object]]


def main() -> None:
    print(f"new process, {COLD_TURNS} turns")
    _table(_measured([(name, _process(code)) for name, code in COLD.items()], COLD_TURNS))
    for query in SUBJECTS:
        diagram = draw(**query)
        boxes = len(diagram.shown.nodes)
        print(f"\n{diagram.url} ({boxes:,} boxes), {TURNS} turns")
        _table(_measured(list(_ways(diagram)), TURNS))


def _ways(diagram: Diagram) -> Iterator[Way]:
    """What can be done about one diagram, each step with all steps before it done already."""
    ready = replace(diagram)
    dot = ready.dot
    yield "trace (build, run on meta, read)", lambda: _untraced(diagram).graph
    yield "trace, asked again (cache)", lambda: replace(diagram).graph
    yield "view (fold, close groups)", lambda: replace(diagram).shown
    yield "view and arrange", lambda: replace(diagram).sheet
    yield "view, arrange and DOT", lambda: replace(diagram).dot
    yield "paint SVG, Graphviz in process", lambda: layout.draw(dot, "svg")
    if which("neato") or which("dot"):
        yield (
            "paint SVG, Graphviz as a command",
            lambda: layout._by_command(dot, "svg", "not tried"),
        )
    yield "paint PNG", lambda: layout.draw(dot, "png")
    yield "SVG from nothing", lambda: _untraced(diagram).svg
    yield "SVG, traced before", lambda: replace(diagram).svg
    yield "SVG, drawn before", lambda: ready.svg
    yield "JSON, traced before", lambda: replace(diagram).render("json")


def _untraced(diagram: Diagram) -> Diagram:
    requests._graph.cache_clear()
    return replace(diagram)


def _process(code: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def _measured(ways: list[Way], turns: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name, _ in ways}
    for _ in range(turns):
        for name, way in ways:
            start = time.perf_counter()
            way()
            times[name].append(1000 * (time.perf_counter() - start))
    return times


def _table(times: dict[str, list[float]]) -> None:
    wide = max(len(name) for name in times)
    print(f"  {'':<{wide}}  {'median':>10}  {'fastest':>10}")
    for name, found in times.items():
        print(f"  {name:<{wide}}  {statistics.median(found):>10,.2f}  {min(found):>10,.2f}")


if __name__ == "__main__":
    main()
