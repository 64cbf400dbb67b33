"""What a node says in the text form, and how it says it in a narrow column."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from resnet_core.bilingual import Language
from resnet_core.graph.model import Graph, Node
from resnet_core.language.notation import (
    DEFAULT_LABELS,
    call_title,
    end_name,
    label,
    shape_text,
    small,
)
from resnet_core.language.terminal import (
    ascii_words,
    columns,
    listed,
    wrapped,
)
from resnet_core.language.terms import say

Kind = Literal["box", "glyph", "line", "end"]

GLYPHS = {"add": "⊕", "mul": "⊗"}
# Room for both borders and a blank beside each.
FRAME = 4
# The wire runs this far from a column's left side.
INSET = 2
_LONGEST_WORD = 22
_LINE = 56


@dataclass(frozen=True)
class Manner:
    """What is told, in which language, and in which letters. ASCII knows no Chinese."""

    labels: Collection[str] = DEFAULT_LABELS
    language: Language = "en"
    ascii: bool = False

    @property
    def spoken(self) -> Language:
        return "en" if self.ascii else self.language

    def say(self, english: str, *values: object) -> str:
        return self.spell(say(english, self.spoken, *values))

    def spell(self, text: str) -> str:
        return ascii_words(text) if self.ascii else text


@dataclass(frozen=True)
class Panel:
    """The texts of a node. A ``line`` stands beside the wire, an ``end`` has no border.

    ``head`` and ``shape`` share a line where they can; ``rest`` follows below.
    """

    node: Node
    kind: Kind
    head: str
    shape: str = ""
    rest: tuple[str, ...] = ()

    @property
    def natural(self) -> int:
        """The width at which nothing but whole sentences has to be wrapped."""
        if self.kind == "glyph":
            return self.floor
        first = columns(self.head) + (columns(self.shape) + 2 if self.shape else 0)
        return self._around + max(first, *(min(columns(name), _LINE) for name in ("", *self.rest)))

    @property
    def floor(self) -> int:
        """The least width, at which only words of unusual length are cut."""
        if self.kind == "glyph":
            return 2 * INSET + max((columns(item) for item in self.rest), default=1)
        words = " ".join((self.head, self.shape, *self.rest)).split()
        longest = max((columns(word) for word in words), default=1)
        return self._around + min(longest, _LONGEST_WORD)

    def lines(self, width: int) -> list[str]:
        """The lines between the borders of a panel so wide, without blanks at their ends."""
        inner = width - self._around
        if self.kind == "end":
            one = f"{self.head} {self.shape}".strip()
            return [one] if columns(one) <= inner else wrapped(one, inner)
        lines = wrapped(self.head, inner)
        if self.shape:
            room = inner - columns(lines[-1]) - columns(self.shape)
            if room >= 2:
                lines[-1] += " " * room + self.shape
            else:
                shapes = wrapped(self.shape, inner)
                lines += [" " * (inner - columns(shape)) + shape for shape in shapes]
        return lines + [line for item in self.rest for line in listed(item, inner)]

    def height(self, width: int) -> int:
        if self.kind == "glyph":
            return 1
        return len(self.lines(width)) + 2 * (self.kind == "box")

    def side(self, width: int) -> int:
        """How far from its left side a wire from the right ends."""
        match self.kind:
            case "box":
                return width
            case "glyph":
                return INSET + 2
        return self._around + columns(self.lines(width)[0]) + 1

    def entered_by(self, text: str) -> Panel:
        """The same panel, with a word for the wires that are not drawn."""
        return replace(self, rest=(*self.rest, text))

    @property
    def _around(self) -> int:
        return {"box": FRAME, "line": INSET + 2, "end": 0, "glyph": 0}[self.kind]


def panel(graph: Graph, node: Node, manner: Manner) -> Panel:
    """The panel of a node."""
    found = _panel(graph, node, manner.labels, manner.spoken)
    spell = manner.spell
    rest = tuple(spell(item) for item in found.rest if item)
    return Panel(node, found.kind, spell(found.head), spell(found.shape), rest)


def _panel(graph: Graph, node: Node, wanted: Collection[str], language: Language) -> Panel:
    if graph.problem and graph.problem.node == node.id:
        return _problem(graph, node, language)
    if node.kind in ("input", "output"):
        name = end_name(node, language)
        return Panel(node, "end", name + " " * (6 - columns(name)), shape_text(node.shape))
    if node.type in GLYPHS and len(graph.incoming[node.id]) > 1:
        return Panel(node, "glyph", GLYPHS[node.type])
    if _is_aside(graph, node):
        return Panel(node, "line", call_title(node, language))
    texts = label(node, wanted, language)
    if node.kind == "group":
        head = "  ".join(text for text in (texts.title, texts.accent, texts.count) if text)
        return Panel(node, "box", head, texts.shape, (_even(texts.small),))
    first, *others = node.parts or (node,)
    rest = [" · ".join(call_title(other, language) for other in others)]
    if set(wanted) != set(DEFAULT_LABELS):
        rest.append(_even(small(node, wanted, language)))
    head = "  ".join(filter(None, (call_title(first, language), texts.count)))
    return Panel(node, "box", head, texts.shape, tuple(rest))


def _is_aside(graph: Graph, node: Node) -> bool:
    """What changes neither shape nor sums is a word beside the wire."""
    alone = not node.parts and not node.folded
    plain = node.role in ("activation", "dropout") and alone and not node.params
    return plain and not node.reshapes and len(graph.incoming[node.id]) == 1


def _problem(graph: Graph, node: Node, language: Language) -> Panel:
    """The operation that fails: what met what, why that cannot be, and what would fix it."""
    problem = graph.problem
    assert problem is not None
    names = ["main path" if edge.lane == "main" else edge.lane for edge in graph.incoming[node.id]]
    if len(problem.shapes) == 1:
        names = ["input"]
    met = [
        f"{say(name, language)} {shape_text(shape)}"
        for name, shape in zip(names, problem.shapes, strict=False)
    ]
    fix = ", ".join(f"{name}={value}" for name, value in problem.fix)
    rest = [
        ", ".join(met),
        problem.text[language],
        say("fix: ", language) + fix if fix else "",
    ]
    sign = GLYPHS.get(node.type) or call_title(node, language)
    return Panel(node, "box", f"✗ {sign} {say(problem.title, language)}", rest=tuple(rest))


def _even(text: str) -> str:
    """In a font where all letters are equally wide, one blank beside a dot is enough."""
    return text.replace("  ·  ", " · ")
