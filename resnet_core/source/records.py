"""Classes whose objects are their fields: dataclasses, named tuples and enumerations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resnet_core.bilingual import Text
from resnet_core.source.budget import Refused
from resnet_core.source.values import MISSING, Class, Descriptor, Instance, Native

_FIELDS = "__fields__"


def fields_of(cls: Class) -> list[str]:
    """The names of its fields, those that it inherits first."""
    found = (name for owner in reversed(cls.mro) for name in owner.members.get(_FIELDS, ()))
    return list(dict.fromkeys(found))


def fill(reader: Any, cls: Class, made: Instance, args: list[Any], kwargs: dict[str, Any]) -> None:
    """What a dataclass or a named tuple does with its arguments. Raises Refused."""
    names = fields_of(cls)
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    for name in names:
        value = given.pop(name, cls.find(name))
        if value is MISSING:
            raise Refused(Text("{} is not told its {!r}", "{} 缺少 {!r}").format(cls.name, name))
        made_by = isinstance(value, Descriptor) and value.kind == "factory"
        made.members[name] = reader.call(value.function, [], {}) if made_by else value
    if given or len(args) > len(names):
        raise Refused(Text("{} takes {}", "{} 接受 {}").format(cls.name, ", ".join(names)))
    after = cls.find("__post_init__")
    if after is not MISSING:
        reader.call(after, [made], {})


def namedtuple(
    reader: Any, name: Any, fields: Any, *, defaults: Any = (), **_: Any
) -> Class:  # fmt: skip
    """``collections.namedtuple(name, fields)`` as a class of the source."""
    names = fields.replace(",", " ").split() if isinstance(fields, str) else reader.iterate(fields)
    names = [part if isinstance(part, str) else reader.iterate(part)[0] for part in names]
    if not all(isinstance(part, str) and part.isidentifier() for part in (name, *names)):
        raise Refused(Text("a name is a string", "名字必须是字符串"))
    members: dict[str, Any] = {_FIELDS: names}
    given = reader.iterate(defaults) if defaults else []
    members.update(zip(names[len(names) - len(given) :], given, strict=True))
    made = Class(name, (), members, kind="namedtuple")
    made.mro = (made,)
    return made


def values_of(value: Any) -> list[Any] | None:
    """What a named tuple holds, in order; None of anything else."""
    if isinstance(value, Instance) and value.cls.kind == "namedtuple":
        return [value.members[name] for name in fields_of(value.cls)]
    return None


def enumerated(cls: Class) -> None:
    """Make each value of an enumeration's body one of its members."""
    kept = [
        name
        for name, value in cls.members.items()
        if not name.startswith("_") and isinstance(value, bool | int | float | str | tuple)
    ]
    cls.members[_FIELDS] = kept
    for name in kept:
        cls.members[name] = Instance(cls, {"name": name, "value": cls.members[name]})


def unwrapped(value: Any) -> Any:
    """The value of an enumeration's member that is a string or a number too; else itself."""
    if isinstance(value, Instance) and value.cls.kind == "enum":
        names = {getattr(base, "name", "") for cls in value.cls.mro for base in cls.bases}
        if names & {"str", "int", "PlainEnum"}:
            return value.members["value"]
    return value


def members_of(cls: Class) -> list[Instance]:
    """The members of an enumeration."""
    return [cls.members[name] for name in cls.members[_FIELDS]]


def member_of_value(cls: Class, args: list[Any]) -> Instance:
    """``Colour(value)``. Raises Refused."""
    for found in members_of(cls):
        if len(args) == 1 and (args[0] is found or found.members["value"] == args[0]):
            return found
    raise Refused(
        Text("{} has no such member", "{} 没有这个成员").format(cls.name),
        [str(found.members["value"]) for found in members_of(cls)],
    )


def _replaced(reader: Any, value: Instance, **changes: Any) -> Any:
    return reader.call(value.cls, [], {**_own(value), **changes})


def _own(value: Instance) -> dict[str, Any]:
    return {name: value.members[name] for name in fields_of(value.cls)}


def as_dict(value: Any) -> dict[str, Any]:
    """``dataclasses.asdict``. Raises Refused."""
    if not isinstance(value, Instance) or value.cls.kind not in METHODS:
        raise Refused(Text("this has no fields", "它没有字段"))
    return {
        name: as_dict(part) if isinstance(part, Instance) and part.cls.kind in METHODS else part
        for name, part in _own(value).items()
    }


# What the objects of each kind can do beside what their class says.
METHODS: Mapping[str, Mapping[str, Native]] = {
    "namedtuple": {
        "_asdict": Native("_asdict", _own, "method"),
        "_replace": Native("_replace", _replaced, "method", reads=True),
    },
    "dataclass": {},
}


def replaced(reader: Any, value: Any, **changes: Any) -> Any:
    """``dataclasses.replace``. Raises Refused."""
    as_dict(value)
    return _replaced(reader, value, **changes)
