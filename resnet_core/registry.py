"""A registry: names to subjects. A subject is a constructor and what is known about it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import BaseModel
from torch import nn

from resnet_core.errors import UnknownSubject
from resnet_core.params import params_of

Kind = Literal["block", "model"]
Module = TypeVar("Module", bound=type[nn.Module])


@dataclass(frozen=True)
class Subject:
    """Something that can be drawn: a constructor, its name, and the knobs a preset has fixed."""

    kind: Kind
    name: str
    title: str
    factory: type[nn.Module]
    input_size: int
    fixed: tuple[tuple[str, Any], ...] = ()
    base: str = ""

    @property
    def params(self) -> type[BaseModel]:
        """The form: the constructor's signature less what is fixed."""
        factory: Any = self.factory
        return params_of(factory, frozenset(dict(self.fixed)))

    @property
    def formula(self) -> str:
        """The first paragraph of the docstring: what the subject computes."""
        return " ".join(self._doc.split("\n\n")[0].split())

    @property
    def paper(self) -> str:
        """The first link of the docstring: where the subject comes from."""
        found = re.search(r"https?://[^\s,)]+", self._doc)
        return found.group().rstrip(".") if found else ""

    @property
    def _doc(self) -> str:
        return inspect.getdoc(self.factory) or ""

    def build(self, parameters: BaseModel) -> nn.Module:
        """The module itself. Raises ParameterError where the values do not go together."""
        return self.factory(**dict(self.fixed), **parameters.model_dump())

    @property
    def expansion(self) -> int:
        """Channels out over planes; nought for what no stage can be made of."""
        return int(getattr(self.factory, "expansion", 0))

    @property
    def preact(self) -> bool:
        """Whether norm and activation come first, so that a network must end with both."""
        return bool(getattr(self.factory, "preact", False))

    def input_channels(self, parameters: BaseModel) -> int:
        """Channels of the input that this subject takes at these parameters.

        ``inplanes`` where there is such a knob, 3 for an image, or what the class itself says.
        """
        rule = getattr(self.factory, "input_channels", None)
        if rule is not None:
            values = {**dict(self.fixed), **parameters.model_dump()}
            return int(rule(**{name: values[name] for name in inspect.signature(rule).parameters}))
        return int(getattr(parameters, "inplanes", 3))


class Registry(Mapping[str, Subject]):
    """Subjects of one kind by name, in order of registration."""

    def __init__(self, kind: Kind, input_size: int) -> None:
        self.kind = kind
        self.input_size = input_size
        self._subjects: dict[str, Subject] = {}
        self._aliases: dict[str, str] = {}

    def register(
        self, name: str, *, title: str = "", input_size: int = 0
    ) -> Callable[[Module], Module]:
        """Decorator: enter a module class under ``name``. Its signature becomes the form."""

        def enter(cls: Module) -> Module:
            size = input_size or self.input_size
            setattr(cls, "subject_kind", self.kind)  # noqa: B010  mypy knows no such attribute
            subject = Subject(self.kind, name, title or cls.__name__, cls, size)
            subject.params  # noqa: B018  a signature that is no form fails here, not later
            self._subjects[name] = subject
            self._aliases[cls.__name__.lower()] = name
            return cls

        return enter

    def preset(self, name: str, base: str, *, title: str, **fixed: Any) -> None:
        """Enter ``base`` under another name, with some of its knobs fixed."""
        origin = self[base]
        self._subjects[name] = Subject(
            self.kind,
            name,
            title,
            origin.factory,
            origin.input_size,
            tuple(fixed.items()),
            base,
        )

    @contextmanager
    def temporary(self) -> Iterator[None]:
        """What is registered inside is forgotten at the end."""
        before = dict(self._subjects), dict(self._aliases)
        try:
            yield
        finally:
            self._subjects, self._aliases = before

    def __getitem__(self, name: str) -> Subject:
        """The subject of this name, or of the class of this name: ``Bottleneck``."""
        known = name if name in self._subjects else self._aliases.get(name.lower())
        if known is None:
            raise UnknownSubject(self.kind, name, self)
        return self._subjects[known]

    def __contains__(self, name: object) -> bool:
        return name in self._subjects or str(name).lower() in self._aliases

    def __iter__(self) -> Iterator[str]:
        return iter(self._subjects)

    def __len__(self) -> int:
        return len(self._subjects)


BLOCKS = Registry("block", input_size=56)
NETWORKS = Registry("model", input_size=224)
