"""Stand-ins for two modules of torch that take long to load and have nothing to do in a trace.

Torch's meta kernels ask ``torch.fx.experimental.symbolic_shapes`` whether a condition holds. That
module imports sympy, half a second at the first convolution of a process, to reason about sizes
that are symbols. There are none here, and of a plain condition the answer is the condition itself.

What counts multiply-adds, and torch's own kernels that are written in Python, are marked as nothing
to compile, for which torch loads ``torch._dynamo``: a second at the first call. Nothing is compiled
here. A function that was marked meanwhile is marked in earnest once somebody loads the compiler.

Until somebody imports the real module a stand-in answers; any other name is the real module's.
"""

from __future__ import annotations

import importlib
import operator
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

SYMBOLS = "torch.fx.experimental.symbolic_shapes"
COMPILER = "torch._dynamo"


class _StandIn(ModuleType):
    """A module that gives way to the real one when it is asked for what it has not."""

    # Where the parts of a package are, which is asked before one of them is loaded.
    asked: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in self.asked:  # what an import asks of any module
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


class PlainSizes(_StandIn):
    """The questions that meta kernels ask, answered for what is no symbol."""

    guard_or_false = guard_or_true = guard_size_oblivious = staticmethod(bool)
    expect_true = statically_known_true = staticmethod(bool)
    guarding_hint_or_throw = staticmethod(int)
    sym_eq = staticmethod(operator.eq)

    @staticmethod
    def sym_or(*conditions: bool) -> bool:
        return any(conditions)

    @staticmethod
    def sym_and(*conditions: bool) -> bool:
        return all(conditions)

    @staticmethod
    def has_guarding_hint(_size: int) -> bool:
        return True

    @staticmethod
    def is_nested_int(_size: int) -> bool:
        return False


class NoCompiler(_StandIn):
    """The mark that keeps a function out of compiled code, put off until there is a compiler."""

    asked = ("__path__",)

    def disable(self, function: Any = None, *args: Any, **more: Any) -> Any:
        if not callable(function):
            return self.__getattr__("disable")(function, *args, **more)
        marked: list[Callable[..., Any]] = []

        def run(*values: Any, **named: Any) -> Any:
            if not marked:
                real = sys.modules.get(COMPILER)
                mark = None if isinstance(real, NoCompiler) else getattr(real, "disable", None)
                if mark is None:  # not there, or still on its way
                    return function(*values, **named)
                marked.append(mark(function, *args, **more))
            return marked[0](*values, **named)

        return run


@contextmanager
def quick_kernels() -> Iterator[None]:
    """While it lasts, torch's kernels do without what is not loaded yet."""
    stand_ins = {
        name: kind(name)
        for name, kind in ((SYMBOLS, PlainSizes), (COMPILER, NoCompiler))
        if name not in sys.modules
    }
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]
