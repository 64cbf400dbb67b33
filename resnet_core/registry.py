"""A registry: names to subjects. A subject is a constructor and what is known about it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
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
    en: str = ""
    zh: str = ""
    cites: str = ""

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
        found = re.search(r"https?://[^\s,)]+", self.cites or self._doc)
        return found.group().rstrip(".") if found else ""

    @property
    def year(self) -> int | None:
        """The first year that the docstring names: when the subject was published."""
        found = re.search(r"\b(19|20)\d\d\b(?=,)", self.cites or self._doc)
        return int(found.group()) if found else None

    @property
    def _doc(self) -> str:
        return inspect.getdoc(self.factory) or ""

    @property
    def ours(self) -> bool:
        """Whether it is part of this package, rather than registered by somebody else."""
        return _is_ours(self.factory)

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
        self, name: str, *, title: str = "", input_size: int = 0, en: str = "", zh: str = ""
    ) -> Callable[[Module], Module]:
        """Decorator: enter a module class under ``name``. Its signature becomes the form.

        ``en`` and ``zh`` say in one sentence what it is for.
        """

        def enter(cls: Module) -> Module:
            size = input_size or self.input_size
            _remember_knobs(cls, self.kind)
            subject = Subject(self.kind, name, title or cls.__name__, cls, size, en=en, zh=zh)
            subject.params  # noqa: B018  a signature that is no form fails here, not later
            self._subjects[name] = subject
            self._aliases[cls.__name__.lower()] = name
            return cls

        return enter

    def preset(
        self, name: str, base: str, *, title: str, cites: str = "", fixed: Mapping[str, Any]
    ) -> None:
        """Enter ``base`` under another name, with some of its knobs fixed.

        ``cites`` is its own paper, with year and link, where that is not the base's.
        """
        origin = self[base]
        self._subjects[name] = Subject(
            self.kind,
            name,
            title,
            origin.factory,
            origin.input_size,
            tuple(fixed.items()),
            base,
            origin.en,
            origin.zh,
            cites,
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

    def get(self, name: str, default: Any = None) -> Any:
        """The subject of this name, or ``default``; UnknownSubject is no KeyError."""
        return self[name] if name in self else default  # noqa: SIM401  this is that get

    def __contains__(self, name: object) -> bool:
        return name in self._subjects or str(name).lower() in self._aliases

    def __iter__(self) -> Iterator[str]:
        return iter(self._subjects)

    def __len__(self) -> int:
        return len(self._subjects)


_sketching: ContextVar[bool] = ContextVar("sketching", default=False)


@contextmanager
def sketching() -> Iterator[None]:
    """Blocks that are made inside know their knobs and hold no layers.

    A network made of them is an outline: enough to ask which blocks stand where, in a hundredth
    of the time.
    """
    token = _sketching.set(True)
    try:
        yield
    finally:
        _sketching.reset(token)


_twins: ContextVar[dict[Any, nn.Module] | None] = ContextVar("twins", default=None)


@contextmanager
def twinning() -> Iterator[None]:
    """Of the blocks that are made inside with equal knobs, only the first holds layers.

    ``twin_of`` tells the first from each of the others. Blocks that are no part of this package
    are made in full, for nobody has looked at what becomes of them behind their constructor.
    """
    token = _twins.set({})
    try:
        yield
    finally:
        _twins.reset(token)


def twin_of(module: nn.Module) -> nn.Module | None:
    """The block with layers that this outline of ``twinning`` is equal to."""
    twin: nn.Module | None = vars(module).get("twin")
    return twin


def _is_ours(cls: type[nn.Module]) -> bool:
    return cls.__module__.split(".")[0] == __package__


def _make_or_outline(self: nn.Module, knobs: dict[str, Any], make: Callable[[], None]) -> None:
    """Make a block, or an outline of it where one with the same knobs has been made.

    What stands inside of a block is always made.
    """
    twins = _twins.get()
    twin = self if twins is None else twins.setdefault((type(self), *knobs.items()), self)
    if twin is not self:
        nn.Module.__init__(self)
        vars(self)["twin"] = twin
        return
    token = _twins.set(None)
    try:
        make()
    finally:
        _twins.reset(token)


def _remember_knobs(cls: Any, kind: Kind) -> None:
    """Let every instance of ``cls`` know what it was made of, wherever it stands.

    So a block inside a network can be told by its parameters, drawn by itself, and found again.
    """
    make = cls.__init__
    signature = inspect.signature(make)

    @wraps(make)
    def remembering(self: nn.Module, *args: Any, **kwargs: Any) -> None:
        bound = signature.bind(self, *args, **kwargs)
        bound.apply_defaults()
        knobs = dict(list(bound.arguments.items())[1:])
        if kind == "block" and _sketching.get():
            nn.Module.__init__(self)
        elif kind == "block" and type(self) is cls and _is_ours(cls):
            _make_or_outline(self, knobs, lambda: make(self, *args, **kwargs))
        else:
            make(self, *args, **kwargs)
        vars(self)["knobs"] = knobs

    cls.__init__ = remembering
    cls.subject_kind = kind


BLOCKS = Registry("block", input_size=56)
NETWORKS = Registry("model", input_size=224)
