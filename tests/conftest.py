"""What several tests share: published numbers, snapshots, random searches, fresh interpreters."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from resnet_core.graph.model import Graph

PUBLISHED = Path(__file__).parent / "published.json"

# A test's tensors are small, and another process of tests takes the next core.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The suite meets the same examples every time, so that it fails for a change and for nothing else;
# `make hunt` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("hunt", deadline=None, max_examples=150, print_blob=True)
settings.load_profile("repeatable")


def many(examples: int) -> settings:
    """More examples than a profile gives; a hunt takes ten times as many, at random."""
    return settings(max_examples=examples * (10 if hunting() else 1))


def cases(examples: int, operations: int = 1) -> settings:
    """As many examples each; a hunt takes HUNT_CASES of them over all operations, if that is more.

    ``make hunt CASES=…`` sets it.
    """
    asked = -(-int(os.environ.get("HUNT_CASES") or 0) // operations)
    return settings(max_examples=max(10 * examples, asked) if hunting() else examples)


def hunting() -> bool:
    """Whether this is a search at random."""
    return settings.get_current_profile_name() == "hunt"


def pytest_collection() -> None:
    """Nothing that is made while tests are collected is ever let go: do not look for it."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Modules and ten thousand tests stay: a search for garbage passes them by."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write new snapshots, then fail")
    parser.addoption("--snapshots", type=Path, help="another folder of snapshots")


@pytest.fixture(scope="session")
def published() -> dict[str, Any]:
    """Figures that others have published; ``_`` in the file says where."""
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))


def answer(code: str) -> str:
    """What a fresh interpreter prints for ``code``."""
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def pairs(graph: Graph) -> list[tuple[str, str]]:
    """The edges of a graph, by the ids of their ends."""
    return [(edge.source, edge.target) for edge in graph.edges]
