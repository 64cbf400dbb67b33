"""A registry: names to subjects. A subject is a constructor and what is known about it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, fields
from functools import cache, wraps
from importlib import import_module
from threading import RLock
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from resnet_core import index
from resnet_core.bilingual import Language, Text
from resnet_core.errors import ParameterError, UnknownSubject, nearest
from resnet_core.params import VOCABULARY, form_of, signature_of

if TYPE_CHECKING:
    from torch import nn

Kind = Literal["block", "model"]
Module = TypeVar("Module", bound="type[nn.Module]")


@dataclass(frozen=True)
class Origin:
    """A constructor and all that is known of it without importing it.

    Origins of one constructor are equal whether read from the index or from the class itself.
    ``knobs`` are the signature: name, type, default. A type is named as in ``params``; one of
    another module is in ``types`` itself.
    """

    module: str
    name: str
    doc: str
    expansion: int
    preact: bool
    knobs: tuple[tuple[str, str, Any], ...]
    types: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    loaded: type[nn.Module] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, factory: type[nn.Module]) -> Origin:
        """What the class says of itself. Raises TypeError for a signature that is no form."""
        signature = signature_of(factory)
        named = {id(hint): name for name, hint in _types().items()}
        knobs, types = [], {}
        for name, (hint, default) in signature.items():
            known = named.get(id(hint))
            if known is None:
                known = f"{factory.__module__}.{name}"
                types[known] = hint
            knobs.append((name, known, default))
        return cls(
            factory.__module__,
            factory.__name__,
            inspect.getdoc(factory) or "",
            int(getattr(factory, "expansion", 0)),
            bool(getattr(factory, "preact", False)),
            tuple(knobs),
            types,
            factory,
        )

    @property
    def factory(self) -> type[nn.Module]:
        """The constructor itself, imported at first use."""
        if self.loaded is not None:
            return self.loaded
        factory: type[nn.Module] = getattr(import_module(self.module), self.name)
        return factory

    @property
    def fields(self) -> dict[str, tuple[Any, Any]]:
        """The signature as pydantic takes it: name → type and default."""
        known = {**_types(), **self.types}
        if not {hint for _, hint, _ in self.knobs} <= set(known):
            # A type that is the class's own is in its module.
            known |= Origin.of(self.factory).types
        return {name: (known[hint], default) for name, hint, default in self.knobs}


@cache
def _form(origin: Origin, fixed: frozenset[str]) -> type[BaseModel]:
    return form_of(origin.name, origin.fields, fixed)


@dataclass(frozen=True)
class Subject:
    """Something that can be drawn: a constructor, its name, and the knobs a preset has fixed."""

    kind: Kind
    name: str
    title: str
    origin: Origin
    input_size: int
    fixed: tuple[tuple[str, Any], ...] = ()
    base: str = ""
    summary: Text | None = None
    cites: str = ""
    computes: str = ""
    sized: tuple[str, tuple[int, ...]] = ("", ())
    fed: tuple[str, tuple[tuple[int, int], ...]] = ("", ())

    @property
    def factory(self) -> type[nn.Module]:
        """The constructor. torch is imported with it."""
        return self.origin.factory

    def about(self, language: Language) -> str:
        """In one sentence what it is for; empty where nobody has said so."""
        return self.summary[language] if self.summary else ""

    @property
    def params(self) -> type[BaseModel]:
        """The form: the constructor's signature less what is fixed."""
        return _form(self.origin, frozenset(dict(self.fixed)))

    @property
    def formula(self) -> str:
        """What the subject computes: the first paragraph of the docstring, or a preset's own."""
        return self.computes or " ".join(self.origin.doc.split("\n\n")[0].split())

    @property
    def paper(self) -> str:
        """The first link of the docstring: where the subject comes from."""
        found = re.search(r"https?://[^\s,)]+", self.cites or self.origin.doc)
        return found.group().rstrip(".") if found else ""

    @property
    def year(self) -> int | None:
        """The first year that the docstring names: when the subject was published."""
        found = re.search(r"\b(19|20)\d\d\b(?=,)", self.cites or self.origin.doc)
        return int(found.group()) if found else None

    @property
    def ours(self) -> bool:
        """Whether it is part of this package, rather than registered by somebody else."""
        return self.origin.module.split(".")[0] == __package__

    def build(self, parameters: BaseModel) -> nn.Module:
        """The module itself. Raises ParameterError where the values do not go together."""
        return self.factory(**dict(self.fixed), **parameters.model_dump())

    @property
    def target(self) -> str:
        """Of a module of whoever started the server where it stands: ``my_block.py:Net``."""
        return ""

    @property
    def yours(self) -> bool:
        """Whether it stands in the file of whoever started the server."""
        return bool(self.target)

    @property
    def expansion(self) -> int:
        """Channels out over planes; zero for what no stage can be made of."""
        return self.origin.expansion

    @property
    def preact(self) -> bool:
        """Whether norm and activation come first, so that a network must end with both."""
        return self.origin.preact

    def input_side(self, values: Mapping[str, Any]) -> int:
        """Height and width of the input that nobody has chosen, where the knobs have these values.

        A stage of a network by its index gets the map that the stage before it has made.
        """
        knob, sizes = self.sized
        number = str(values.get(knob, ""))
        if not number.isdigit() or int(number) >= len(sizes):
            return self.input_size
        return sizes[int(number)]

    def arguments(self, parameters: BaseModel) -> dict[str, Any]:
        """What the constructor is called with, less what are its defaults."""
        return {**dict(self.fixed), **parameters.model_dump(exclude_defaults=True)}

    def input_channels(self, parameters: BaseModel) -> int:
        """Channels of the input that this subject takes at these parameters.

        What it is ``fed``, or else ``inplanes`` where there is such a knob, or 3 for an image.
        """
        values = {**dict(self.fixed), **parameters.model_dump()}
        width, shares = self.fed
        if width:
            own, times = shares[int(values[self.sized[0]])]
            return int(own + times * values[width])
        return int(values.get("inplanes", 3))


_one_at_a_time = RLock()


class Registry(Mapping[str, Subject]):
    """Subjects of one kind by name, in order of registration."""

    def __init__(self, kind: Kind, input_size: int) -> None:
        self.kind = kind
        self.input_size = input_size
        self._subjects: dict[str, Subject] = {}
        self._aliases: dict[str, str] = {}
        self._filled = self._filling = False

    def register(
        self,
        name: str,
        *,
        title: str = "",
        input_size: int = 0,
        sized: tuple[str, tuple[int, ...]] = ("", ()),
        fed: tuple[str, tuple[tuple[int, int], ...]] = ("", ()),
        en: str = "",
        zh: str = "",
    ) -> Callable[[Module], Module]:
        """Decorator: enter a module class under ``name``. Its signature becomes the form.

        ``en`` and ``zh`` say in one sentence what it is for. ``sized`` names a knob that counts
        from zero, and the input's side for each of its values. ``fed`` names a knob of widths, and
        for each of those values the channels that come in: so many, and so many times that width.
        """

        def enter(cls: Module) -> Module:
            size = input_size or self.input_size
            _remember_knobs(cls, self.kind)
            origin = Origin.of(cls)
            # Who says it in one language only is quoted in the others.
            summary = Text(en or zh, zh or en) if en or zh else None
            subject = Subject(
                self.kind, name, title or cls.__name__, origin, size,
                summary=summary, sized=sized, fed=fed,
            )  # fmt: skip
            subject.params  # noqa: B018  a signature that is no form fails here, not later
            self._subjects[name] = subject
            self._aliases[cls.__name__.lower()] = name
            return cls

        return enter

    def preset(
        self,
        name: str,
        base: str,
        *,
        title: str,
        fixed: Mapping[str, Any],
        cites: str = "",
        about: Text | None = None,
        computes: str = "",
    ) -> None:
        """Enter ``base`` under another name, with some of its knobs fixed.

        ``cites`` is its own paper, with year and link, ``about`` its own sentence and
        ``computes`` its own formula, where they are not the base's.
        """
        # Not self[base]: a preset is registered while its file is imported, perhaps by `_fill`.
        origin = self._subjects.get(base) or self[base]
        self._subjects[name] = Subject(
            self.kind,
            name,
            title,
            origin.origin,
            origin.input_size,
            tuple(fixed.items()),
            base,
            about or origin.summary,
            cites,
            computes,
            origin.sized,
            origin.fed,
        )

    def enter(self, subject: Subject) -> None:
        """Enter a subject as it is, in the place of one of the same name."""
        self._fill()
        self._subjects[subject.name] = subject

    def leave(self, name: str) -> None:
        """Forget a subject."""
        self._subjects.pop(name, None)

    def rows(self) -> list[dict[str, Any]]:
        """The subjects that are part of this package as plain data, for the index."""
        return [_row(subject) for subject in self.values() if subject.ours]

    def _fill(self) -> None:
        """Enter what the catalogue's folders hold, from the index or by importing them."""
        if self._filled:
            return
        # Another thread waits until the registry is whole; this one may look into it meanwhile.
        with _one_at_a_time:
            if not self._filled and not self._filling:
                self._filling = True
                self._enter_all()
                self._filled = True

    def _enter_all(self) -> None:
        known = index.read()
        if known is None:
            for folder in ("resnet_core.blocks", "resnet_core.networks"):
                import_module(folder)
            return
        for row in known[self.kind]:
            subject = _subject(row)
            # What was registered before this first look is newer than the index.
            self._subjects.setdefault(subject.name, subject)
            if not subject.base:
                self._aliases.setdefault(subject.origin.name.lower(), subject.name)

    @contextmanager
    def temporary(self) -> Iterator[None]:
        """What is registered inside is forgotten at the end."""
        self._fill()
        before = dict(self._subjects), dict(self._aliases)
        try:
            yield
        finally:
            self._subjects, self._aliases = before

    def __getitem__(self, name: str) -> Subject:
        """The subject of this name, or of the class of this name: ``Bottleneck``."""
        self._fill()
        known = name if name in self._subjects else self._aliases.get(name.lower())
        if known is None:
            raise UnknownSubject(self.kind, name, self)
        return self._subjects[known]

    def get(self, name: str, default: Any = None) -> Any:
        """The subject of this name, or ``default``; UnknownSubject is no KeyError."""
        return self[name] if name in self else default  # noqa: SIM401  this is that get

    def __contains__(self, name: object) -> bool:
        self._fill()
        return name in self._subjects or str(name).lower() in self._aliases

    def __iter__(self) -> Iterator[str]:
        self._fill()
        return iter(self._subjects)

    def __len__(self) -> int:
        self._fill()
        return len(self._subjects)


def _row(subject: Subject) -> dict[str, Any]:
    """A subject as plain data."""
    row = {item.name: getattr(subject, item.name) for item in fields(Subject)}
    origin = {
        item.name: getattr(subject.origin, item.name) for item in fields(Origin) if item.compare
    }
    return row | {"origin": origin, "summary": subject.summary and asdict(subject.summary)}


def _subject(row: dict[str, Any]) -> Subject:
    """A subject from plain data: of lists the tuples that they were."""
    origin = row["origin"]
    known = Origin(**origin | {"knobs": tuple(map(tuple, origin["knobs"]))})
    summary = row["summary"] and Text(**row["summary"])
    fixed = tuple(map(tuple, row["fixed"]))
    (counter, sizes), (width, shares) = row["sized"], row["fed"]
    sized, fed = (counter, tuple(sizes)), (width, tuple(map(tuple, shares)))
    told = {"origin": known, "fixed": fixed, "summary": summary, "sized": sized, "fed": fed}
    return Subject(**row | told)


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


def _bare(module: nn.Module) -> None:
    """Make a module without layers."""
    from torch import nn

    nn.Module.__init__(module)


def _make_or_outline(self: nn.Module, knobs: dict[str, Any], make: Callable[[], None]) -> None:
    """Make a block, or an outline of it where one with the same knobs has been made.

    What stands inside of a block is always made.
    """
    twins = _twins.get()
    twin = self if twins is None else twins.setdefault((type(self), *knobs.items()), self)
    if twin is not self:
        _bare(self)
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
            _bare(self)
        elif kind == "block" and type(self) is cls and _is_ours(cls):
            _make_or_outline(self, knobs, lambda: make(self, *args, **kwargs))
        else:
            make(self, *args, **kwargs)
        vars(self)["knobs"] = knobs

    cls.__init__ = remembering
    cls.subject_kind = kind


BLOCKS = Registry("block", input_size=56)
NETWORKS = Registry("model", input_size=224)


class _Stackable:
    """Annotation: the name of a block that stages can be made of, as the registry stands now."""

    @staticmethod
    def names() -> list[str]:
        blocks = BLOCKS.items()
        return [name for name, block in blocks if block.expansion and not block.preact]

    def check(self, name: str) -> str:
        names = self.names()
        if name in names:
            return name
        if name in BLOCKS:
            raise _unfit(name, names)
        raise UnknownSubject("block", name, names)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(schema) | {"enum": self.names()}


def _unfit(name: str, names: list[str]) -> ParameterError:
    """The error for a block that there is and that no stage can be made of."""
    block = BLOCKS[name]
    plain = block.name.removeprefix("preact_")
    if block.preact and plain in names:
        return ParameterError(
            "block",
            name,
            Text(
                "here the pre-activation form of {!r} is chosen by preact=true",
                "这里用 preact=true 来选 {!r} 的预激活形式",
            ).format(plain),
            allowed=names,
            suggestion=plain,
            fix={"block": plain, "preact": True},
        )
    return ParameterError(
        "block",
        name,
        Text(
            "no stage can be made of {!r}: stages set their channels by planes and expansion, and "
            "it has no expansion",
            "{!r} 不能用来组成阶段：阶段的通道数由 planes 和 expansion 决定，而它没有 expansion",
        ).format(name),
        allowed=names,
        suggestion=nearest(name, names) or "bottleneck",
    )


BlockName = Annotated[str, _Stackable(), Field(description="the residual block it is made of")]


@cache
def _types() -> dict[str, Any]:
    """Every type of knob by its name."""
    return {**VOCABULARY, "BlockName": BlockName}
