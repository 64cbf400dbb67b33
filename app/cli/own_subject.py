"""Somebody's own module as a subject of a server: its constructor's parameters become knobs."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin, get_type_hints

from pydantic import BaseModel, Field
from torch import nn

from app.cli.errors import Refusal
from app.cli.load_module import LOADED_AS, Making, arguments_of, found_at, shape_of, with_place
from app.pages import source
from app.pages.fields import OWN_KNOB as ABOUT
from app.workers.own_module import Entered
from resnet_core.bilingual import Text
from resnet_core.errors import ParameterError
from resnet_core.registry import BLOCKS, NETWORKS, Kind, Origin, Subject
from resnet_core.source.offer import first_value
from resnet_core.trace.hollow import hollow

MOST = 1_000_000
# What people call the channels that come in; the first of these that fits turns with the input.
_CHANNELS_IN = re.compile(
    r"(c_?)?in(p|put)?(_?(c|ch|channels?|planes?|dims?|features))?|n_?in|dim|channels?|planes"
)
_INTEGERS = r"^-?[0-9]{1,6}(,-?[0-9]{1,6})*$"
# From so many modules on it is drawn block by block, as a network is.
NETWORK = 60


@dataclass(frozen=True)
class OwnSubject(Subject):
    """A class of one's own, a function that makes one, or a module that is there already.

    ``given`` are the arguments that are no knobs, ``lists`` the knobs that are spelled with
    commas and what they are in Python, ``channels`` those of the input, which follow the knob
    ``channel_knob`` where there is one; ``typed`` is what was typed to name it.
    """

    given: Mapping[str, Any] = field(default_factory=dict, compare=False)
    lists: Mapping[str, type] = field(default_factory=dict, compare=False)
    channels: int = 3
    channel_knob: str = ""
    typed: str = ""

    @property
    def ours(self) -> bool:
        return False

    @property
    def target(self) -> str:
        return self.typed

    def build(self, parameters: BaseModel) -> nn.Module:
        made: Any = self.factory
        if isinstance(made, nn.Module):
            return hollow(made)
        values = self._values(parameters)
        try:
            module: nn.Module = made(**values)
        except Exception as error:  # whatever somebody's constructor raises
            turned = parameters.model_dump(exclude_defaults=True) or parameters.model_dump()
            knob, value = next(reversed(turned.items()), ("block", self.name))
            failed = Text("the constructor of {} raises {}: {}", "{} 的构造函数抛出 {}：{}")
            said = failed.format(self.name, type(error).__name__, error)
            raise ParameterError(knob, value, with_place(said, error), fix={knob: None}) from error
        return module

    def arguments(self, parameters: BaseModel) -> dict[str, Any]:
        if isinstance(self.factory, nn.Module):
            return {}
        own = inspect.signature(self.factory).parameters
        return {
            name: value
            for name, value in self._values(parameters).items()
            if own[name].default is inspect.Parameter.empty or own[name].default != value
        }

    def _values(self, parameters: BaseModel) -> dict[str, Any]:
        turned = {
            name: self.lists[name](map(int, value.split(","))) if name in self.lists else value
            for name, value in parameters.model_dump().items()
        }
        return {**self.given, **turned}

    def input_channels(self, parameters: BaseModel) -> int:
        return int(getattr(parameters, self.channel_knob, self.channels))


@dataclass(frozen=True)
class Entry:
    """How a server gets at the module: ``my_block.py:Net``, its arguments, its input."""

    target: str
    making: Making
    input: str

    def __call__(self) -> Entered:
        """Run the file, register what it names. Raises Refusal."""
        _forget(self.target)
        found, names = found_at(self.target, self.making)
        files = tuple(_files(names))
        subject = self._subject(found, names)
        for registry in (BLOCKS, NETWORKS):
            for earlier in [one for one in registry.values() if isinstance(one, OwnSubject)]:
                registry.leave(earlier.name)
        (BLOCKS if subject.kind == "block" else NETWORKS).enter(subject)
        source.show(files)
        return Entered(subject.kind, subject.name, files)

    def _subject(self, found: Any, names: Mapping[str, Any]) -> OwnSubject:
        _, channels, height, _ = self._sides()
        knobs = dict(_knobs(found, arguments_of(found, self.making, names, self.target)))
        free = {name: knob for name, knob in knobs.items() if knob.hint is not None}
        hints = {f"{LOADED_AS}.{name}": knob.hint for name, knob in free.items()}
        signature = tuple((name, f"{LOADED_AS}.{name}", knob.value) for name, knob in free.items())
        name = _name(found)
        origin = Origin(
            getattr(found, "__module__", LOADED_AS), name, _said_of(found), 0, False,
            signature, hints, found,
        )  # fmt: skip
        subject = OwnSubject(
            "block", name, name, origin, height,
            given={name: knob.made for name, knob in knobs.items() if knob.hint is None},
            lists={name: type(knob.made) for name, knob in free.items() if knob.is_list},
            channels=channels,
            typed=self.target if ":" in self.target else f"{self.target}:{name}",
            channel_knob=next(
                (knob for knob, told in free.items()
                 if _CHANNELS_IN.fullmatch(knob.lower()) and told.made == channels), "",
            ),
        )  # fmt: skip
        return _as_its_size(subject)

    def _sides(self) -> tuple[int, ...]:
        shape = shape_of(self.input)
        if len(shape) != 4:
            raise Refusal(
                f"--input {self.input}: the explorer shows what takes one image or feature map",
                allowed="four sizes, batch first, such as 1x64x56x56; of anything else "
                f"`resnet-diagram draw {self.target}` draws a picture",
            )
        return shape

    @property
    def view(self) -> tuple[tuple[str, str], ...]:
        """What an address needs beside the subject, where the input is no single square."""
        batch, _, height, width = self._sides()
        found = {"batch": str(batch)} if batch != 1 else {}
        return tuple((found | ({"input": f"{height}x{width}"} if height != width else {})).items())


@dataclass(frozen=True)
class _Knob:
    """A parameter: what it is at first, in Python and in a form; without a hint it is no knob."""

    made: Any
    hint: Any = None
    value: Any = None
    is_list: bool = False


def _knobs(found: Any, given: Mapping[str, Any]) -> Iterator[tuple[str, _Knob]]:
    if isinstance(found, nn.Module):
        return
    hints = _hints(found)
    free = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    for name, parameter in inspect.signature(found).parameters.items():
        if parameter.kind in free:
            continue
        hint = hints.get(name)
        if name in given:
            value = given[name]
        elif parameter.default is not inspect.Parameter.empty:
            value = parameter.default
        else:
            value = _first(name, getattr(hint, "__name__", ""))
        yield name, _knob(value, hint)


def _knob(value: Any, hint: Any) -> _Knob:
    told = Field(description=ABOUT)
    if get_origin(hint) is Literal:
        return _Knob(value, Annotated[hint, told], value)
    if isinstance(value, bool):
        return _Knob(value, Annotated[bool, told], value)
    if isinstance(value, int):
        bounds = Field(ge=min(0, value), le=max(MOST, value), description=ABOUT)
        return _Knob(value, Annotated[int, bounds], value)
    if isinstance(value, float):
        return _Knob(value, Annotated[float, told], value)
    if isinstance(value, str):
        return _Knob(value, Annotated[str, Field(max_length=200, description=ABOUT)], value)
    if isinstance(value, list | tuple) and value and all(type(part) is int for part in value):
        spelled = Annotated[str, Field(pattern=_INTEGERS, description=ABOUT)]
        return _Knob(value, spelled, ",".join(map(str, value)), is_list=True)
    return _Knob(value)


def _first(name: str, hint: str) -> Any:
    try:
        return ast.literal_eval(first_value(name, hint))
    except ValueError:
        raise Refusal(f"the parameter {name} has no default", allowed=f"--arg {name}=…") from None


def _hints(found: Any) -> dict[str, Any]:
    try:
        return get_type_hints(found.__init__ if inspect.isclass(found) else found)
    except Exception:  # an annotation that names what is not there is no hint
        return {}


def _name(found: Any) -> str:
    """Its own name; another one where the catalogue has that."""
    name: str = type(found).__name__ if isinstance(found, nn.Module) else found.__name__
    taken = [registry[name] for registry in (BLOCKS, NETWORKS) if name in registry]
    return f"own_{name}" if any(not isinstance(subject, OwnSubject) for subject in taken) else name


def _as_its_size(subject: OwnSubject) -> OwnSubject:
    """A network where it is as large as one. Raises Refusal where it cannot be made at all."""
    import torch

    from resnet_core.trace import one_at_a_time

    try:
        with one_at_a_time, torch.device("meta"):
            made = subject.build(subject.params())
    except ParameterError as error:
        raise Refusal(error.reason) from None
    kind: Kind = "model" if sum(1 for _ in made.modules()) > NETWORK else "block"
    return replace(subject, kind=kind)


def _files(names: Mapping[str, Any]) -> Iterator[Path]:
    """The file of the module, and those beside it that it has imported."""
    file = names.get("__file__")
    if not file:
        return
    own = Path(file).resolve()
    yield own
    if names.get("__name__") == LOADED_AS:
        yield from (path for path in _neighbours(own).values() if path != own)


def _neighbours(own: Path) -> dict[str, Path]:
    """The modules that are loaded from the folder of a file, by name."""
    files = {
        name: Path(file)
        for name, loaded in list(sys.modules.items())
        if (file := getattr(loaded, "__file__", None)) and Path(file).is_absolute()
    }
    return {name: path for name, path in files.items() if path.parent == own.parent}


def _forget(target: str) -> None:
    """What was imported from beside the file is read again, as the file is."""
    place = target.rpartition(":")[0] or target
    if place.endswith(".py"):
        for name in _neighbours(Path(place).resolve()):
            del sys.modules[name]


def _said_of(found: object) -> str:
    """What a class or function says of itself; what it has from nn.Module says nothing of it."""
    said = inspect.getdoc(found) or ""
    return "" if said == inspect.getdoc(nn.Module) else said
