"""Answers torch's questions about symbolic sizes at once: while we trace, every size is a number.

torch's meta kernels ask ``torch.fx.experimental.symbolic_shapes`` whether a condition holds. That
module imports sympy, half a second at the first convolution of a process, to reason about sizes
that are symbols. There are none here, and of a plain condition the answer is the condition itself.
Until somebody imports the real module, a stand-in answers; any other name is the real module's.
"""

from __future__ import annotations

import importlib
import operator
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_REAL = "torch.fx.experimental.symbolic_shapes"


class _PlainSizes(ModuleType):
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

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what an import statement asks of any module
            raise AttributeError(name)
        if sys.modules.get(_REAL) is self:
            del sys.modules[_REAL]
        return getattr(importlib.import_module(_REAL), name)


@contextmanager
def plain_sizes() -> Iterator[None]:
    """While it lasts, the questions are answered without sympy where it is not loaded yet."""
    if _REAL in sys.modules:
        yield
        return
    stand_in = _PlainSizes(_REAL)
    sys.modules[_REAL] = stand_in
    try:
        yield
    finally:
        if sys.modules.get(_REAL) is stand_in:
            del sys.modules[_REAL]
