"""A trace loads neither sympy nor torch's compiler, and leaves torch as it was."""

from __future__ import annotations

import importlib
import sys
import threading

import pytest
import torch
from torch import nn

from resnet_core.trace import unfilled
from tests.conftest import answer

REAL = "torch.fx.experimental.symbolic_shapes"


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
        "import sys; import torch; from resnet_core.trace import quick_kernels\n"
        "with quick_kernels():\n"
        f"    from {REAL} import guard_or_true, ShapeEnv\n"
        f"print(ShapeEnv.__module__, type(sys.modules[{REAL!r}]).__name__)"
    )
    assert answer(code) == f"{REAL} module"


@pytest.mark.parametrize("value", [True, False])
def test_the_stand_in_answers_as_the_real_module_does(value):
    from resnet_core.trace import PlainSizes

    real, stand_in = importlib.import_module(REAL), PlainSizes(REAL)
    for name in ("guard_or_false", "guard_or_true", "expect_true",
                 "statically_known_true"):  # fmt: skip
        assert getattr(stand_in, name)(value) == getattr(real, name)(value), name
    for other in (True, False):
        for name in ("sym_or", "sym_and", "sym_eq"):
            assert getattr(stand_in, name)(value, other) == getattr(real, name)(value, other)
    for size in (0, 1, 7):
        for name in ("is_nested_int", "has_guarding_hint", "guarding_hint_or_throw"):
            assert getattr(stand_in, name)(size) == getattr(real, name)(size), name


@pytest.mark.slow
def test_a_module_of_ones_own_loads_no_compiler_and_leaves_it_whole():
    code = (
        "import sys, torch; from torch import nn; from resnet_core import draw_module\n"
        "layers = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.SiLU(), nn.Conv2d(8, 8, 1)\n"
        "net = nn.Sequential(*layers)\n"
        "macs = draw_module(net, (1, 3, 8, 8)).graph.totals.macs\n"
        "loaded = 'torch._dynamo' in sys.modules\n"
        "compiled = torch.compile(nn.functional.silu, backend='eager', fullgraph=True)\n"
        "print(loaded, macs, float(compiled(torch.zeros(1))), torch._dynamo.disable.__module__)"
    )
    assert answer(code) == "False 10080 0.0 torch._dynamo.decorators"


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "__import__('importlib').import_module('torch._dynamo.config').recompile_limit",
        "torch._dynamo.graph_break()",
        "torch.compiler.disable(lambda x: x)(x)",
        "torch.compile(lambda x: x, backend='eager')",
    ],
)
def test_a_forward_that_asks_for_the_compiler_gets_it(line):
    code = (
        "import torch; from torch import nn; from resnet_core import draw_module\n"
        "class Asking(nn.Linear):\n"
        "    def forward(self, x):\n"
        f"        {line}\n"
        "        return super().forward(x)\n"
        "print(draw_module(Asking(8, 2), (1, 8)).graph.totals.macs)"
    )
    assert answer(code) == "16"


def test_a_mark_that_was_put_off_is_made_once_there_is_a_compiler(monkeypatch):
    from resnet_core.trace import COMPILER, NoCompiler

    class Compiler:
        disable = staticmethod(lambda function, *_, **__: lambda x: -function(x))

    stand_in = NoCompiler(COMPILER)
    monkeypatch.setitem(sys.modules, COMPILER, stand_in)
    run = stand_in.disable(lambda x: x + 1, True, wrapping=False)
    assert run(1) == 2
    monkeypatch.setitem(sys.modules, COMPILER, Compiler)
    assert run(1) == -2


def test_what_is_built_unfilled_costs_nobody_else_his_first_numbers() -> None:
    """Somebody may build a network to train in another thread meanwhile."""
    made: list[nn.Module] = []

    def elsewhere() -> None:
        torch.manual_seed(1)
        made.extend([nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 2)])

    before = nn.init.kaiming_uniform_, nn.Conv2d.reset_parameters, nn.BatchNorm2d.reset_parameters
    with unfilled():
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        with torch.device("meta"):
            own = nn.BatchNorm2d(4)
    assert own.running_var is not None
    assert own.running_var._version == 0
    torch.manual_seed(1)
    expected = [nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 2)]
    for module, same in zip(made, expected, strict=True):
        found = module.state_dict()
        assert all(torch.equal(found[name], value) for name, value in same.state_dict().items())
    after = nn.init.kaiming_uniform_, nn.Conv2d.reset_parameters, nn.BatchNorm2d.reset_parameters
    assert after == before
