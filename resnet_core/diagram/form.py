"""Values from outside → a form, or a ParameterError that says what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from resnet_core.bilingual import Text, clauses, same
from resnet_core.errors import ParameterError, did_you_mean, nearest
from resnet_core.params import Hint, MayBeEmpty

NO_CHOICE = Text("it is not one of the choices", "不在可选值之中")
Form = TypeVar("Form", bound=BaseModel)


def fill(form: type[Form], values: Mapping[str, Any]) -> Form:
    """The form filled in with ``values``, given as texts: ``"2"``, ``"true"``, ``"3,4,6,3"``.

    Raises ParameterError for the first value that does not fit. Names are the caller's business:
    an unknown one is for whoever knows all the names that could have been meant.
    """
    texts = {name: plain(value) for name, value in values.items() if value is not None}
    for name, text in texts.items():
        if not text.strip() and not _may_be_empty(form, name):
            raise refusal(form, name, text, Text("it is empty", "值为空"))
    known = properties(form)
    try:
        return form.model_validate(
            {name: _choice(known.get(name, {}), text) for name, text in texts.items()}
        )
    except ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, ParameterError):
            raise cause from None
        raise refusal(form, str(first["loc"][0]), first["input"]) from None


def refusal(
    form: type[BaseModel], name: str, value: Any, reason: Text | None = None
) -> ParameterError:
    """The error for a value of a knob that is known: with the legal values and the nearest."""
    schema = properties(form)[name]
    choices = choices_of(schema)
    default = form.model_fields[name].default
    suggestion: Any = default
    if choices:
        allowed: Text | list[Any] = choices
        suggestion, near = _nearest_choice(value, choices, default)
        reason = reason or clauses(NO_CHOICE, did_you_mean(near))
    elif "minimum" in schema:
        low, high = schema["minimum"], schema["maximum"]
        allowed = Text("a whole number from {:,} to {:,}", "{:,} 到 {:,} 的整数").format(low, high)
        number = _number(value)
        suggestion = default if number is None else min(max(number, low), high)
        if number is None:
            reason = reason or Text("it is not a whole number", "不是整数")
        outside = Text("it is not from {:,} to {:,}", "不在 {:,} 到 {:,} 之间")
        reason = reason or outside.format(low, high)
    else:
        allowed = _hint(form, name) or same(schema.get("pattern") or schema.get("type"))
        reason = reason or Text("it is not {}", "不是{}").format(allowed)
    return ParameterError(name, value, reason, allowed=allowed, suggestion=suggestion)


def _may_be_empty(form: type[BaseModel], name: str) -> bool:
    return any(isinstance(mark, MayBeEmpty) for mark in form.model_fields[name].metadata)


def _hint(form: type[BaseModel], name: str) -> Text | None:
    hints = (mark.text for mark in form.model_fields[name].metadata if isinstance(mark, Hint))
    return next(hints, None)


def _choice(schema: Mapping[str, Any], text: str) -> Any:
    """The choice that a text spells; pydantic would not find the number 16 in ``"16"``."""
    return next((item for item in choices_of(schema) if plain(item) == text), text)


@cache
def properties(form: type[BaseModel]) -> Mapping[str, Any]:
    """The knobs of a form as JSON Schema."""
    found: dict[str, Any] = form.model_json_schema()["properties"]
    return MappingProxyType(found)


def choices_of(schema: Mapping[str, Any]) -> list[Any]:
    """The legal values where there are only so many; else nothing."""
    if schema.get("type") == "boolean":
        return ["true", "false"]
    if "anyOf" in schema:
        return next((choices_of(item) for item in schema["anyOf"] if "enum" in item), [])
    return list(schema.get("enum", ()))


def _nearest_choice(value: Any, choices: list[Any], default: Any) -> tuple[Any, str | None]:
    """What was probably meant, and the same as a word if the guess is worth a question."""
    number = _number(value)
    if number is not None and all(isinstance(choice, int) for choice in choices):
        return min(choices, key=lambda choice: abs(choice - number)), None
    near = nearest(str(value), [plain(choice) for choice in choices])
    return next((choice for choice in choices if plain(choice) == near), default), near


def _number(value: Any) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def plain(value: Any) -> str:
    """A value as a query string spells it."""
    if isinstance(value, list | tuple):
        return ",".join(plain(part) for part in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
