"""What differs between two structures, as plain data: graphs, rows, sums, and the views to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from resnet_core.bilingual import Language
from resnet_core.compare.alignment import Alignment, align
from resnet_core.compare.changes import Pair, rows
from resnet_core.compare.union import Views, same_wires, views
from resnet_core.diagram.form import Options
from resnet_core.graph.model import Graph
from resnet_core.graph.view import Detail
from resnet_core.language.notation import Caption, spoken

SIDES = ("a", "b")
SUMS = ("params", "macs", "flops", "activations", "receptive_field", "output_stride")


@dataclass(frozen=True)
class Subject:
    """One of the two structures: its graph, its caption, and what to call it."""

    graph: Graph
    caption: Caption
    name: str


@dataclass(frozen=True)
class Diff:
    """Everything that a writer of a comparison reads.

    ``pairs`` are the calls of both, aligned by role, in words of ``language``; ``view`` and
    ``detail`` say what a picture shows of them.
    """

    subjects: tuple[Subject, Subject]
    options: Options
    view: str
    detail: Detail
    url: str
    language: Language
    alignment: Alignment
    pairs: tuple[Pair, ...]

    @classmethod
    def of(
        cls,
        subjects: tuple[Subject, Subject],
        options: Options,
        view: str,
        detail: Detail,
        url: str,
    ) -> Diff:
        """Align two structures and classify their calls."""
        a, b = (subject.graph for subject in subjects)
        alignment = align(a, b)
        pairs = rows(a, b, alignment, options.lang)
        return cls(subjects, options, view, detail, url, options.lang, alignment, pairs)

    def told(self, language: Language) -> Diff:
        """The same, its rows in words of another language."""
        if language == self.language:
            return self
        pairs = rows(self.a, self.b, self.alignment, language)
        return replace(self, language=language, pairs=pairs)

    @property
    def a(self) -> Graph:
        return self.subjects[0].graph

    @property
    def b(self) -> Graph:
        return self.subjects[1].graph

    @property
    def names(self) -> tuple[str, str]:
        return self.subjects[0].name, self.subjects[1].name

    @property
    def title(self) -> str:
        return " → ".join(spoken(name, self.language) for name in self.names)

    @cached_property
    def same(self) -> bool:
        """Whether both compute the same: equal calls on equal shapes, connected alike."""
        return (
            all(pair.same for pair in self.pairs)
            and bool(self.a.problem) == bool(self.b.problem)
            and same_wires(self.a, self.b, self.pairs)
        )

    @property
    def only_sizes(self) -> bool:
        """Whether nothing but shapes differs: the same calls on another input."""
        return all(pair.change in ("same", "reshaped") for pair in self.pairs)

    @property
    def deltas(self) -> Mapping[str, int]:
        """What the second has more than the first, by the name of the sum."""
        a, b = self.a.totals, self.b.totals
        return {name: getattr(b, name) - getattr(a, name) for name in SUMS}

    @cached_property
    def views(self) -> Views:
        """The two views that are drawn. Raises TooLarge where nobody could read them."""
        one = self.view == "one"
        return views((self.a, self.b), self.names, self.options, self.detail, one)
