"""A trace of plain sizes loads no sympy, and leaves torch as it was."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

REAL = "torch.fx.experimental.symbolic_shapes"


def answer(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["basic", "bottleneck"])
def test_a_trace_loads_no_sympy_and_leaves_the_real_module_to_others(name):
    code = (
        "import sys; from resnet_core import draw; "
        f"graph = draw(block={name!r}).graph; loaded = 'sympy' in sys.modules; "
        f"from {REAL} import ShapeEnv, guard_or_false; "
        "print(loaded, guard_or_false.__module__, graph.problem)"
    )
    assert answer(code) == f"False {REAL} None"


@pytest.mark.slow
def test_the_graph_is_the_same_with_the_real_module():
    parts = (
        "from resnet_core import draw; "
        "print([draw(block='basic', stride=2, inplanes=n).render('json') for n in (8, 64)], "
        "draw(block='basic', shortcut='identity', stride=2).graph.problem)"
    )
    assert answer(parts) == answer(f"import {REAL}; {parts}")


@pytest.mark.slow
def test_another_name_is_the_real_modules():
    code = (
        "import sys; import torch; from resnet_core.trace import plain_sizes\n"
        "with plain_sizes():\n"
        f"    from {REAL} import guard_or_true, ShapeEnv\n"
        f"print(ShapeEnv.__module__, type(sys.modules[{REAL!r}]).__name__)"
    )
    assert answer(code) == f"{REAL} module"


@pytest.mark.parametrize("value", [True, False])
def test_the_stand_in_answers_as_the_real_module_does(value):
    from resnet_core.trace import _PlainSizes

    real, stand_in = importlib.import_module(REAL), _PlainSizes(REAL)
    for name in ("guard_or_false", "guard_or_true", "expect_true",
                 "statically_known_true"):  # fmt: skip
        assert getattr(stand_in, name)(value) == getattr(real, name)(value), name
    for other in (True, False):
        for name in ("sym_or", "sym_and", "sym_eq"):
            assert getattr(stand_in, name)(value, other) == getattr(real, name)(value, other)
    for size in (0, 1, 7):
        for name in ("is_nested_int", "has_guarding_hint", "guarding_hint_or_throw"):
            assert getattr(stand_in, name)(size) == getattr(real, name)(size), name
