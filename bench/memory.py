"""Memory of the server and of each worker, while thousands of different diagrams are drawn.

    python -m bench.memory              10,000 small and 100 large ones
    python -m bench.memory 1000 10

What a process holds shall be level after the first of them: a row is printed after each tenth, and
the last line says by how much the second half differs from the first. Ends with status 1 where a
process holds more than it may.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from bench._servers import Server, serving
from bench.pictures import queries

SMALL, LARGE = 10_000, 100
ROWS = 10
CLIENTS = 4
# Megabytes that the server may hold, and each of its workers.
FRONT, WORKER = 350, 600


def small() -> Iterator[str]:
    """Different blocks without end, as pictures."""
    for query, _ in queries():
        yield f"/diagram.svg?{urlencode(query)}"


def large() -> Iterator[str]:
    """Different networks of more than a thousand boxes without end."""
    for size in itertools.count(64, 8):
        yield f"/diagram.svg?model=resnet152&detail=op&fold=false&input={size}"


def children(pid: int) -> list[int]:
    """The processes that this one has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return sorted(int(child) for task in tasks for child in task.read_text().split())


def held(pid: int) -> float:
    """Megabytes of memory that a process holds, those that it shares included."""
    said = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(said.partition("VmRSS:")[2].split()[0]) / 1024


def row(server: Server) -> tuple[float, list[float]]:
    """Megabytes of the server, and of each worker."""
    front = server.process.pid
    return held(front), [held(pid) for forker in children(front) for pid in children(forker)]


def ask(server: Server, paths: list[str]) -> None:
    """Have all of these drawn."""

    def one(path: str) -> None:
        with urlopen(server.url + path, timeout=60) as answer:
            answer.read()

    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(one, paths))


def watched(server: Server, what: str, paths: Iterator[str], count: int) -> list[list[float]]:
    """Ask for so many, and tell after each tenth what is held."""
    rows = []
    for turn in range(1, ROWS + 1):
        asked = count * turn // ROWS - count * (turn - 1) // ROWS
        ask(server, list(itertools.islice(paths, asked)))
        front, workers = row(server)
        rows.append([front, max(workers)])
        told = "  ".join(f"{megabytes:4.0f}" for megabytes in workers)
        print(f"{count * turn // ROWS:>7,} {what:<6} {front:7.0f}   {told}", flush=True)
    return rows


def main() -> None:
    counts = [int(argument) for argument in sys.argv[1:]] or [SMALL, LARGE]
    begun = time.perf_counter()
    fronts, largest = most(counts)
    print(f"at most: server {fronts:.0f} of {FRONT}, worker {largest:.0f} of {WORKER} MB; "
          f"{time.perf_counter() - begun:.0f} s")  # fmt: skip
    raise SystemExit(fronts > FRONT or largest > WORKER)


def most(counts: Sequence[int] = (SMALL, LARGE)) -> tuple[float, float]:
    """The most megabytes that the server and any of its workers held; told as they go on."""
    with serving(timeout=60, trace=0, layout=0) as server:
        front, workers = row(server)
        print("MB               server   each worker")
        print(f"      0        {front:7.0f}   " + "  ".join(f"{used:4.0f}" for used in workers))
        rows = []
        for what, paths, count in zip(("small", "large"), (small(), large()), counts, strict=True):
            told = watched(server, what, paths, count)
            half = len(told) // 2
            grown = [max(column[half:]) - max(column[:half]) for column in zip(*told, strict=True)]
            print(f"second half − first: server {grown[0]:+.0f}, largest worker {grown[1]:+.0f}")
            rows += told
    fronts, largest = (max(column) for column in zip(*rows, strict=True))
    return fronts, largest


if __name__ == "__main__":
    main()
