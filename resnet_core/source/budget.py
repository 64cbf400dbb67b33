"""What ends the reading of a source: what cannot be followed, and what takes more than it may."""

from __future__ import annotations

import time
from typing import Any

from resnet_core.bilingual import Text


class Refused(Exception):
    """What cannot be followed, why, and what to do; the interpreter says where it stands.

    ``kind`` is set where Python itself would raise an exception of that kind: a source may catch
    it. What is only beyond this reading is caught by nothing.
    """

    def __init__(self, reason: Text, todo: Text | list[str] | None = None, kind: str = "") -> None:
        super().__init__(reason.en)
        self.reason, self.todo, self.kind = reason, todo, kind


LONGEST_SOURCE = 32_768
STEPS = 20_000
MODULES = 1_000
SECONDS = 2.0
DEEPEST_CALL = 60
LONGEST_VALUE = 10_000
LARGEST_NUMBER = 2**62


class Exceeded(Exception):
    """More than a source may cost; ``reason`` says what of."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class Budget:
    """What is left while one source is read; the time is that of this thread alone."""

    def __init__(self) -> None:
        self.steps = 0
        self.modules = 0
        self.depth = 0
        self.began = time.thread_time()

    def step(self, several: int = 1) -> None:
        """One statement, one turn of a loop. Raises Exceeded."""
        self.steps += several
        if self.steps > STEPS:
            raise Exceeded(Text("it takes more than {:,} steps", "步数超过了 {:,}").format(STEPS))
        if self.steps % 64 == 0 and time.thread_time() - self.began > SECONDS:
            raise Exceeded(Text("it takes more than {:g} s", "超过了 {:g} 秒").format(SECONDS))

    def module(self) -> None:
        """One module more. Raises Exceeded."""
        self.modules += 1
        if self.modules > MODULES:
            raise Exceeded(
                Text("it makes more than {:,} modules", "模块超过了 {:,} 个").format(MODULES)
            )

    def enter(self) -> None:
        """A call inside a call. Raises Exceeded."""
        self.depth += 1
        if self.depth > DEEPEST_CALL:
            reason = Text("calls are nested more than {} deep", "调用嵌套超过了 {} 层")
            raise Exceeded(reason.format(DEEPEST_CALL))

    def leave(self) -> None:
        """The end of a call."""
        self.depth -= 1


def bounded(value: Any) -> Any:
    """The value itself. Raises Exceeded where a number or a sequence is too large to keep."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        raise Exceeded(Text("the number is too large", "这个数太大了"))
    if isinstance(value, str | list | tuple | dict | set | frozenset) and (
        len(value) > (LONGEST_SOURCE if isinstance(value, str) else LONGEST_VALUE)
    ):
        reason = Text("the value has more than {:,} parts", "这个值的元素超过了 {:,} 个")
        raise Exceeded(reason.format(LONGEST_VALUE))
    return value


def light(value: Any) -> Any:
    """The value itself. Raises Exceeded where a nest of lists says far more than it holds.

    A list that holds itself, or holds another twice, again and again, takes for ever to compare,
    to hash or to print.
    """
    left, rest = LONGEST_VALUE, [value]
    while rest:
        part = rest.pop()
        left -= 1 + (len(part) // 16 if isinstance(part, str) else 0)
        if left < 0:
            reason = Text("the value has more than {:,} parts", "这个值的元素超过了 {:,} 个")
            raise Exceeded(reason.format(LONGEST_VALUE))
        if isinstance(part, list | tuple | set | frozenset):
            if len(part) > left:
                left = 0
            rest.extend(part)
        elif isinstance(part, dict):
            rest.extend(part.keys())
            rest.extend(part.values())
    return value
