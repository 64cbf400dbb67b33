"""Words of a command line → a Diagram, and a Diagram → the words that ask for it.

    bottleneck --stride 2 --no-fold   ⇄   /diagram?block=bottleneck&fold=false&stride=2

The subject comes first; everything after it is an option, in the names of the URL with dashes or
underscores. Which options there are depends on the subject.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from resnet_core.bilingual import Text, clauses, same
from resnet_core.diagram.diagram import Diagram, fixed_diagram
from resnet_core.diagram.form import Input, Options, choices_of, properties
from resnet_core.errors import (
    KINDS,
    ParameterError,
    ResnetDiagramError,
    UnknownParameter,
    UnknownSubject,
    did_you_mean,
    nearest,
    option,
    there_is_no,
)
from resnet_core.registry import BLOCKS, NETWORKS, Registry, Subject

if TYPE_CHECKING:
    from resnet_core.errors import ResnetDiagramError


SWITCH = ["true", "false"]


class NoSuchSubject(UnknownSubject):
    """Neither a block nor a model is called so."""

    def __init__(self, name: str, reason: Text, known: Iterable[str], near: str | None) -> None:
        ParameterError.__init__(self, "subject", name, reason, allowed=known, suggestion=near)


class StrayWord(ParameterError):
    """A word of the command line belongs to no option."""

    def __init__(self, word: str, subject: str) -> None:
        super().__init__(
            "",
            word,
            Text("{!r} belongs to no option of {}", "{!r} 不属于 {} 的任何选项").format(
                word, subject
            ),
            allowed=same("--name value, --name=value, --switch, --no-switch"),
            fix={},
        )


@dataclass(frozen=True)
class Request:
    """The words that follow ``render``: a subject and its options. ``kind`` narrows the search."""

    words: tuple[str, ...]
    kind: str | None = None

    @property
    def subject(self) -> Subject:
        """The subject; a block comes before a model of the same name. Raises NoSuchSubject."""
        places: list[Registry] = [BLOCKS, NETWORKS]
        places = [place for place in places if self.kind in (None, place.kind)]
        known = [name for place in places for name in place]
        if not self.words:
            raise NoSuchSubject(
                "", Text("name what to draw", "没有说明要画什么"), known, "bottleneck"
            )
        name, *rest = self.words
        for place in places:
            if name in place:
                return place[name]
        near = nearest(name, known)
        kind = KINDS[self.kind] if self.kind else Text("block or model", "块或网络")
        reason = clauses(there_is_no(kind, name), did_you_mean(near))
        if name.startswith("-"):
            near = next((item for item in rest if item in known), None)
            reason = Text(
                "the subject comes first, and its options follow: {!r} is no subject",
                "先写对象，再写它的选项：{!r} 不是对象",
            ).format(name)
        raise NoSuchSubject(name, reason, known, near)

    @property
    def name(self) -> str:
        """The subject's name. Raises NoSuchSubject."""
        return self.subject.name

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Names and values as a query string spells them. Raises ParameterError."""
        subject = self.subject
        schemas = {
            name: schema
            for form in (subject.params, Input, Options)
            for name, schema in properties(form).items()
        }
        fixed: dict[str, Any] = {name: {} for name, _ in subject.fixed}
        given = tuple(options(self.words[1:], schemas | fixed, subject.name))
        for name, value in given:
            if name in ("model", subject.kind):
                raise UnknownParameter(name, value, subject.name, schemas)
        return ((subject.kind, subject.name), *given)

    @cached_property
    def diagram(self) -> Diagram:
        """What is asked for. Raises ParameterError."""
        return Diagram.of(self.pairs)

    def fixed(self, error: ResnetDiagramError) -> tuple[str, ...] | None:
        """The nearest words that work, or None where there are none."""
        if isinstance(error, NoSuchSubject):
            return self._renamed(error.suggestion)
        if not isinstance(error, ParameterError) or error.parameter == "format":
            return None
        try:
            pairs = self.pairs
        except (UnknownParameter, StrayWord):
            return None
        diagram = fixed_diagram(pairs, error)
        return spelled(diagram) if diagram else None

    def _renamed(self, name: str | None) -> tuple[str, ...] | None:
        if name is None:
            return None
        rest = self.words[1:]
        if name in rest:
            rest = tuple(word for word in self.words if word != name)
        other = replace(self, words=(name, *rest))
        try:
            return spelled(other.diagram)
        except StrayWord:
            return None
        except ParameterError as error:
            return other.fixed(error)


def options(
    words: Sequence[str], schemas: Mapping[str, Mapping[str, Any]], subject: str
) -> Iterator[tuple[str, str]]:
    """Names and values of ``--name value``, ``--name=value``, ``--switch`` and ``--no-switch``.

    ``schemas`` are the knobs that there are; other names pass as they are, for whoever fills the
    forms refuses them, and so do knobs without a value. Raises StrayWord for a word that belongs to
    no option.
    """
    rest = deque(words)
    while rest:
        word = rest.popleft()
        name, equals, value = word.removeprefix("--").partition("=")
        name = name.replace("-", "_")
        positive = name.removeprefix("no_")
        if not word.startswith("--") or not name:
            raise StrayWord(word, subject)
        if not equals and name not in schemas and _is_switch(schemas, positive):
            yield positive, "false"
            continue
        if not equals and rest and not rest[0].startswith("--"):
            value = rest.popleft()
        elif not equals and _is_switch(schemas, name):
            value = "true"
        yield name, value


def spelled(diagram: Diagram) -> tuple[str, ...]:
    """The words that ask for a diagram, defaults left out."""
    subject = diagram.subject
    return (subject.name, *_spelled(diagram.query, subject))


def _spelled(query: Iterable[tuple[str, str]], subject: Subject) -> Iterator[str]:
    for name, value in query:
        if (name, value) == (subject.kind, subject.name):
            continue
        if value in SWITCH:
            yield option(name if value == "true" else f"no_{name}")
        else:
            yield option(name)
            yield value


def _is_switch(schemas: Mapping[str, Mapping[str, Any]], name: str) -> bool:
    return name in schemas and choices_of(schemas[name]) == SWITCH
