"""The patterns of ``match``: whether a value is of one, and which names it gives."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from resnet_core.bilingual import Text
from resnet_core.source.budget import Refused
from resnet_core.source.values import Scope

Found = dict[str, Any]


def matched(reader: Any, pattern: ast.pattern, value: Any, scope: Scope) -> Found | None:
    """The names that the pattern binds, None where the value is not of it. Raises Refused."""
    handler = _HANDLERS.get(type(pattern))
    if handler is None:
        raise reader.error(
            pattern,
            Text("this pattern is not followed", "不支持这种模式"),
            Text("write if and elif", "改写成 if 和 elif"),
        )
    return handler(reader, pattern, value, scope)


def _value(reader: Any, pattern: ast.MatchValue, value: Any, scope: Scope) -> Found | None:
    return {} if reader.equal(value, reader.evaluate(pattern.value, scope)) else None


def _singleton(_: Any, pattern: ast.MatchSingleton, value: Any, __: Scope) -> Found | None:
    return {} if value is pattern.value else None


def _either(reader: Any, pattern: ast.MatchOr, value: Any, scope: Scope) -> Found | None:
    for part in pattern.patterns:
        found = matched(reader, part, value, scope)
        if found is not None:
            return found
    return None


def _named(reader: Any, pattern: ast.MatchAs, value: Any, scope: Scope) -> Found | None:
    found = matched(reader, pattern.pattern, value, scope) if pattern.pattern else {}
    if found is not None and pattern.name:
        found[pattern.name] = value
    return found


def _sequence(reader: Any, pattern: ast.MatchSequence, value: Any, scope: Scope) -> Found | None:
    if not isinstance(value, list | tuple):
        return None
    parts = pattern.patterns
    star = next((i for i, part in enumerate(parts) if isinstance(part, ast.MatchStar)), None)
    if len(value) < len(parts) - 1 if star is not None else len(value) != len(parts):
        return None
    values: list[Any] = list(value)
    if star is not None:
        after = len(parts) - star - 1
        middle = values[star : len(values) - after]
        values = [*values[:star], middle, *values[len(values) - after :]]
    found: Found = {}
    for part, one_value in zip(parts, values, strict=True):
        if isinstance(part, ast.MatchStar):
            inner: Found | None = {part.name: one_value} if part.name else {}
        else:
            inner = matched(reader, part, one_value, scope)
        if inner is None:
            return None
        found.update(inner)
    return found


def _class(reader: Any, pattern: ast.MatchClass, value: Any, scope: Scope) -> Found | None:
    """``int()``, ``Config(depth=2)``: a class and what its objects hold."""
    kind = reader.evaluate(pattern.cls, scope)
    if not reader.call(reader.builtins["isinstance"], [value, kind], {}):
        return None
    if pattern.patterns:
        raise Refused(Text("name what the object holds", "请写出对象各属性的名字"))
    found: Found = {}
    for name, part in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        held = reader.call(reader.builtins["getattr"], [value, name, None], {})
        inner = matched(reader, part, held, scope)
        if inner is None:
            return None
        found.update(inner)
    return found


_HANDLERS: dict[type[ast.pattern], Callable[[Any, Any, Any, Scope], Found | None]] = {
    ast.MatchValue: _value,
    ast.MatchSingleton: _singleton,
    ast.MatchOr: _either,
    ast.MatchAs: _named,
    ast.MatchSequence: _sequence,
    ast.MatchClass: _class,
}
