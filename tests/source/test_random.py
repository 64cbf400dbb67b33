"""Syntax trees that nobody wrote: read without a crash, a hang, or a traceback."""

from __future__ import annotations

import ast
import copy
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet_core.errors import ParameterError, TraceError
from resnet_core.source.copied_page import restored
from resnet_core.source.program import Program
from resnet_core.trace import trace
from tests.conftest import hunting
from tests.source.executed import IMPORTS
from tests.source.styles import STYLES
from tests.source.trees import Grower
from tests.source.watching import EDGE, watched

SOURCES = [source for source, _, _ in STYLES.values()]
EXPRESSIONS = [
    node
    for source in SOURCES
    for node in ast.walk(ast.parse(source))
    if isinstance(node, ast.expr)
    and not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
]


class Shuffled(ast.NodeTransformer):
    """Puts parts of other sources where this one has parts of the same kind."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def visit(self, node: ast.AST) -> ast.AST:
        plain = not isinstance(getattr(node, "ctx", ast.Load()), ast.Store | ast.Del)
        if isinstance(node, ast.expr) and plain and self.chance.random() < 0.02:
            return copy.deepcopy(self.chance.choice(EXPRESSIONS))
        return self.generic_visit(node)


@pytest.mark.slow
@settings(max_examples=2_000 if hunting() else 60, deadline=None)
@given(st.sampled_from(list(STYLES)), st.integers(0, 2**32))
def test_shuffled_sources_are_drawn_or_refused(name: str, seed: int) -> None:
    source, call, shapes = STYLES[name]
    tree = Shuffled(seed).visit(ast.parse(source))
    try:
        text = ast.unparse(ast.fix_missing_locations(tree))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return  # no source has such a tree
    with watched(EDGE), within(seconds=20):
        read(text, call, shapes)


def read(text: str, call: str, shapes: list[tuple[int, ...]]) -> None:
    """Draw it, or be refused; anything else that is raised is a defect."""
    try:
        program = Program(text)
        trace(lambda: program.build(call), shapes)
    except (ParameterError, TraceError):
        pass


@pytest.mark.slow
@settings(max_examples=20_000 if hunting() else 200, deadline=None)
@given(st.integers(0, 2**32))
def test_grown_trees_are_drawn_or_refused(seed: int) -> None:
    try:
        text = IMPORTS + Grower(seed).source()
    except (ValueError, RecursionError):
        return  # no source has such a tree
    with watched(EDGE), within(seconds=20):
        read(text, "Net()", [(1, 3, 4, 4)])


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """What hangs in here fails; seconds of work, for a busy machine is no fault of the source."""

    def ring(*_: object) -> None:
        raise AssertionError(f"it takes more than {seconds} s")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SOURCES), st.data())
def test_a_torn_listing_is_restored_or_left(source: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    torn = source[start:end].replace("\n", data.draw(st.sampled_from([" ", "\n", "\n\n", "。"])))
    found = restored(torn)
    assert found.text == torn or ast.parse(found.text)
