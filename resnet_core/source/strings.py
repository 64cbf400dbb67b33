"""Strings made of values: f-strings, ``%`` and ``format``, without a way into any object."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn

from resnet_core.bilingual import Text
from resnet_core.source.budget import Refused, bounded, light
from resnet_core.source.values import Class, Exceptional, Function, Instance, Native

_FORM = re.compile(r"([^{}]?[<>=^])?[+\- ]?#?0?\d{0,2}[_,]?(\.\d{1,2})?[bcdeEfFgGnosxX%]?")
_PERCENT = re.compile(r"%(%|[-+ 0#]*\d{0,2}(?:\.\d{1,2})?[diouxXeEfFgGrs])")
_BRACES = re.compile(r"\{\{|\}\}|\{(\w*)(?:!([rs]))?(?::([^{}]*))?\}")


def formatted(value: Any, form: str = "", quoted: bool = False) -> str:
    """A value in a string. Raises Refused for a format that says more than width and kind."""
    said = repr(value) if quoted and isinstance(value, str) else value
    if not isinstance(said, bool | int | float | str):
        said = shown(said)
    if not _FORM.fullmatch(form):
        raise Refused(Text("the format {!r} is not followed", "不支持格式 {!r}").format(form))
    try:
        return format(said, form)
    except (ValueError, TypeError) as error:
        raise Refused(Text("Python says: {}", "Python 说：{}").format(error)) from None


def shown(value: Any) -> str:
    """What a value prints as; of what is ours and torch's the kind alone."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float | None):
        return str(value)
    if isinstance(value, torch.Tensor):
        return f"tensor{tuple(value.shape)}"
    if isinstance(value, nn.Module):
        return type(value).__name__
    if isinstance(value, Class | Function | Native):
        return value.name
    if isinstance(value, Exceptional):
        return value.said or value.name
    if isinstance(value, Instance):
        return value.cls.name
    light(value)
    if isinstance(value, list | tuple | set | frozenset):
        inside = ", ".join(_quoted(part) for part in value)
        left, right = ("[", "]") if isinstance(value, list) else ("(", ")")
        return str(bounded(left + inside + right))
    if isinstance(value, dict):
        pairs = (f"{_quoted(name)}: {_quoted(part)}" for name, part in value.items())
        return str(bounded("{" + ", ".join(pairs) + "}"))
    return type(value).__name__.lower()


def _quoted(value: Any) -> str:
    return repr(value) if isinstance(value, str) else shown(value)


def percent(pattern: str, values: Any) -> str:
    """``pattern % values``."""
    if len(pattern) > 1000:
        raise Refused(Text("the pattern is too long", "格式字符串太长"))
    rest = list(values) if isinstance(values, tuple) else [values]

    def put(found: re.Match[str]) -> str:
        if found[1] == "%":
            return "%"
        if not rest:
            raise Refused(Text("too few values for the string", "字符串需要的值不够"))
        value = light(rest).pop(0)
        plain = value if isinstance(value, int | float | str) else shown(value)
        try:
            return str(found[0] % (plain,))
        except (TypeError, ValueError, OverflowError) as error:
            raise Refused(Text("Python says: {}", "Python 说：{}").format(error)) from None

    return str(bounded(_PERCENT.sub(put, pattern)))


def braces(pattern: str, args: list[Any], kwargs: dict[str, Any]) -> str:
    """``pattern.format(*args, **kwargs)``, names and numbers alone in the braces."""
    count = iter(range(len(args)))

    def put(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        name = found[1]
        try:
            value = kwargs[name] if name in kwargs else args[int(name) if name else next(count)]
        except (ValueError, IndexError, StopIteration):
            raise Refused(Text("no value for {!r}", "{!r} 没有值").format(found[0])) from None
        return formatted(value, found[3] or "", quoted=found[2] == "r")

    light([*args, *kwargs.values()])
    if len(pattern) > 1000:
        raise Refused(Text("the pattern is too long", "格式字符串太长"))
    made = _BRACES.sub(put, pattern)
    if re.search(r"[{}]", _BRACES.sub("", pattern)):
        raise Refused(
            Text("format takes names and numbers alone", "format 的花括号里只能写名字和序号")
        )
    return str(bounded(made))
