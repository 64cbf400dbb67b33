"""The methods of strings, lists, tuples, dicts and sets that a source may call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from resnet_core.bilingual import Text
from resnet_core.source.budget import LONGEST_SOURCE, Exceeded, bounded, light
from resnet_core.source.strings import braces
from resnet_core.source.values import Cursor, Native


def _plain(kind: type, names: str) -> dict[str, Native]:
    """Methods that are as Python has them, their result bounded."""
    return {name: Native(name, _bounding(getattr(kind, name)), "method") for name in names.split()}


_COMPARING = ("index", "count", "remove")


def _bounding(method: Callable[..., Any]) -> Callable[..., Any]:
    def run(receiver: Any, *args: Any, **kwargs: Any) -> Any:
        args = tuple(arg.rest() if isinstance(arg, Cursor) else arg for arg in args)
        # Whatever is compared or hashed must not say more than it holds.
        light(args)
        if method.__name__ in _COMPARING:
            light(receiver)
        found = method(receiver, *args, **kwargs)
        bounded(receiver)
        return bounded(found)

    return run


def _join(receiver: str, parts: Any) -> str:
    values = light(parts.rest() if isinstance(parts, Cursor) else list(parts))
    return str(bounded(receiver.join(values)))


def _replace(receiver: str, old: str, new: str, *count: int) -> str:
    if len(receiver) * (len(new) + 1) > LONGEST_SOURCE * 8:
        raise Exceeded(Text("the string is too long", "字符串太长"))
    return str(bounded(receiver.replace(old, new, *count)))


def _sort(reader: Any, receiver: list[Any], key: Any = None, reverse: bool = False) -> None:
    receiver[:] = sorted_by(reader, receiver, key, reverse)


def sorted_by(reader: Any, values: Any, key: Any = None, reverse: bool = False) -> list[Any]:
    """``sorted(values, key, reverse)`` with a key of the source's own."""
    found = light(reader.iterate(values))
    if key is None:
        return sorted(found, reverse=bool(reverse))
    keyed = [(reader.call(key, [part], {}), part) for part in found]
    return [part for _, part in sorted(keyed, key=lambda pair: pair[0], reverse=bool(reverse))]


def _extend(reader: Any, receiver: list[Any], values: Any) -> None:
    reader.extended(receiver, values)


def _update(receiver: dict[Any, Any], other: Any = (), **named: Any) -> None:
    receiver.update(light(other.rest() if isinstance(other, Cursor) else other), **named)
    bounded(receiver)


def _views(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda receiver: list(method(receiver))


METHODS: Mapping[type, Mapping[str, Native]] = {
    str: {
        **_plain(
            str,
            "split rsplit strip lstrip rstrip lower upper title startswith endswith find count "
            "isdigit isalpha capitalize partition rpartition",
        ),
        "join": Native("join", _join, "method"),
        "replace": Native("replace", _replace, "method"),
        "format": Native(
            "format", lambda receiver, *args, **named: braces(receiver, list(args), named), "method"
        ),
    },
    list: {
        **_plain(list, "append insert pop index count reverse copy clear remove"),
        "extend": Native("extend", _extend, "method", reads=True),
        "sort": Native("sort", _sort, "method", reads=True),
    },
    tuple: _plain(tuple, "index count"),
    dict: {
        **_plain(dict, "get pop setdefault copy clear popitem"),
        "keys": Native("keys", _views(dict.keys), "method"),
        "values": Native("values", _views(dict.values), "method"),
        "items": Native("items", _views(dict.items), "method"),
        "update": Native("update", _update, "method"),
    },
    set: _plain(set, "add remove discard union intersection difference copy issubset issuperset"),
}
