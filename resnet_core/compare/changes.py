"""Classifies each call: same, changed, reshaped, moved, replaced, added, removed, not reached.

A ``Pair`` is one row of a comparison: what stands in the same place of two structures, and what
differs there.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from resnet_core.bilingual import Language, Text
from resnet_core.compare.alignment import Alignment, partners, replaced
from resnet_core.diagram.form import plain
from resnet_core.diagram.lookalike import computed
from resnet_core.graph.model import Graph, Node, Shape
from resnet_core.language.notation import call_title, shape_text, title
from resnet_core.language.terms import say

Change = Literal["same", "changed", "reshaped", "added", "removed", "unreached"]
Fate = Literal["", "earlier", "later", "replaced"]

# Sizes that follow from the tensor that comes in: where they differ, the shape says so.
_DERIVED = frozenset(
    {"in_channels", "in_features", "num_features", "num_channels", "normalized_shape", "padding",
     "inplanes"}
)  # fmt: skip
# Where a result is written changes nothing of what is computed.
_PLACE = "inplace"
_SAID = {"kernel_size": "kernel", "out_channels": "channels", "out_features": "features"}
# Whether something is there, which Chinese says otherwise than whether something is so.
_YES_OR_NO = (Text("false", "否"), Text("true", "是"))
_SWITCHES = {"bias": (Text("false", "无"), Text("true", "有"))}
_PER_AXIS = frozenset({"kernel_size", "stride", "padding", "dilation", "output_size"})


@dataclass(frozen=True)
class Difference:
    """One thing that differs: its name, and its value before and after.

    ``of_shape`` is said of a shape, which follows from what stands above.
    """

    name: str
    before: str
    after: str
    of_shape: bool = False

    @property
    def text(self) -> str:
        values = f"{self.before} → {self.after}" if self.after else self.before
        return f"{self.name} {values}".strip()


@dataclass(frozen=True)
class Pair:
    """The node of the first structure and that of the second; None where there is no partner.

    What was ``unreached`` would have come after the call at which the other structure fails.
    ``fate`` says of a call added or removed that it has moved, or was replaced.
    """

    a: Node | None
    b: Node | None
    change: Change
    differences: tuple[Difference, ...] = ()
    fate: Fate = ""

    @property
    def node(self) -> Node:
        """The node as it is afterwards; of one that was removed, as it was."""
        found = self.b or self.a
        assert found is not None
        return found

    @property
    def same(self) -> bool:
        return self.change == "same"

    @property
    def words(self) -> str:
        """What differs, in words: ``stride 1 → 2, 64×56×56 → 64×28×28``."""
        return ", ".join(difference.text for difference in self.differences)


def pair(a: Node | None, b: Node | None, language: Language = "en") -> Pair:
    """The row for two nodes that have been aligned, or for one without a partner."""
    if a is None:
        return Pair(a, b, "added")
    if b is None:
        return Pair(a, b, "removed")
    own = tuple(_own(a, b, language))
    moved = tuple(_shapes(a, b, language))
    if own:
        return Pair(a, b, "changed", (*own, *moved))
    return Pair(a, b, "reshaped" if moved else "same", moved)


def kind(node: Node) -> str:
    """What sort of thing it is, beside its numbers."""
    return computed(node) if node.role not in ("input", "output") else node.role


def _own(a: Node, b: Node, language: Language) -> Iterator[Difference]:
    """What somebody has decided differently: the kind, and the hyper-parameters."""
    if a.kind == b.kind == "group":
        yield from _boxes(a, b, language)
        return
    if kind(a) != kind(b):
        titles = call_title(a, language), call_title(b, language)
        if titles[0] == titles[1] and a.kind != b.kind:
            # torch has it twice: as a module and as a function.
            titles = say(a.kind, language), say(b.kind, language)
        yield Difference("", *titles)
        if a.role == b.role == "conv":
            yield from _attributes(a.attributes, b.attributes, language)
        return
    for found in _attributes(a.attributes, b.attributes, language):
        slides = a.role == "pool" and found.name == say("kernel", language)
        yield replace(found, name=say("window", language)) if slides else found
    yield from _parts(a, b, language)


def _boxes(a: Node, b: Node, language: Language) -> Iterator[Difference]:
    """Two closed groups differ by what is inside; their knobs are words for it.

    A knob that changes nothing inside (``stride_on`` where the stride is 1) is no difference.
    """
    if _inside(a) == _inside(b):
        return
    found = [] if kind(a) == kind(b) else [Difference("", title(a), title(b))]
    if kind(a) == kind(b):
        found += _attributes(a.attributes, b.attributes, language)
    if not found:
        yield from _insides(a, b, language)
    elif a.params != b.params:
        found.append(Difference(say("parameters", language), f"{a.params:,}", f"{b.params:,}"))
    yield from found


def _insides(a: Node, b: Node, language: Language) -> Iterator[Difference]:
    """What no knob tells: the calls that are new, gone or different inside."""
    matches = partners(a.parts, b.parts, (a.path, b.path))
    found = [pair(one, other, language) for one, other in matches]
    for change, sign in (("added", "+"), ("removed", "−")):
        if own := [row.node for row in found if row.change == change]:
            yield Difference("", f"{sign} {kinds(own, language)}", "")
    if changed := [row for row in found if row.change == "changed"]:
        yield Difference("", examples(changed, language), "")


def _inside(node: Node) -> tuple[Any, ...]:
    """What a closed group computes, without its names and shapes."""
    return tuple(
        (computed(part), part.lane, sorted((k, str(v)) for k, v in part.attributes.items()
                                      if k not in _DERIVED and k != _PLACE))
        for part in node.parts
    )  # fmt: skip


def _parts(a: Node, b: Node, language: Language) -> Iterator[Difference]:
    """What follows a convolution in the same box."""
    before, after = ([call_title(part, language) for part in node.parts[1:]] for node in (a, b))
    if [_bare(part) for part in a.parts[1:]] != [_bare(part) for part in b.parts[1:]]:
        yield Difference("", " · ".join(before) or "–", " · ".join(after) or "–")


def _bare(node: Node) -> str:
    return f"{node.role} {computed(node)}"


def _attributes(
    a: Mapping[str, Any], b: Mapping[str, Any], language: Language
) -> Iterator[Difference]:
    for name in dict.fromkeys([*a, *b]):
        if name in _DERIVED or a.get(name) == b.get(name) or name == _PLACE:
            continue
        before, after = (_value(name, values.get(name), language) for values in (a, b))
        yield Difference(say(_SAID.get(name, name.replace("_", " ")), language), before, after)


def _value(name: str, value: Any, language: Language) -> str:
    """A hyper-parameter as the picture writes it: ``3×3``, ``2``."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _SWITCHES.get(name, _YES_OR_NO)[value][language]
    if name in _PER_AXIS and isinstance(value, list | tuple):
        sides = [str(side) for side in value]
        one = len(set(sides)) == 1 and name != "kernel_size"
        return sides[0] if one else "×".join(sides)
    return plain(value)


def _shapes(a: Node, b: Node, language: Language) -> Iterator[Difference]:
    """The shapes that differ: those that come out, or else those that go in."""
    if a.outputs != b.outputs:
        yield Difference("", _text(a.outputs), _text(b.outputs), True)
    elif a.inputs != b.inputs:
        yield Difference(say("input", language), _text(a.inputs), _text(b.inputs), True)


def _text(shapes: tuple[Shape, ...]) -> str:
    return ", ".join(dict.fromkeys(shape_text(shape) for shape in shapes)) or "–"


_Place = tuple[str, ...]


def rows(a: Graph, b: Graph, alignment: Alignment, language: Language) -> tuple[Pair, ...]:
    """A row for every call of both, in the order of the alignment."""
    found = [pair(one, other, language) for one, other in alignment.matches]
    _end(found, a, b)
    _replace(found, a, b, language)
    _move(found, a, b, alignment, language)
    return tuple(found)


def _end(found: list[Pair], a: Graph, b: Graph) -> None:
    """Where one structure fails, nothing is known of what would have come after."""
    for side, graph in (("a", a), ("b", b)):
        if graph.problem:
            last = max(index for index, row in enumerate(found) if getattr(row, side))
            for index in range(last + 1, len(found)):
                found[index] = replace(found[index], change="unreached")


def _replace(found: list[Pair], a: Graph, b: Graph, language: Language) -> None:
    """One call, and the module that stands in its place, are told of each other."""
    places = [({name}, _within(b, path)) for name, path in replaced(a, b).items()]
    places += [(_within(a, path), {name}) for name, path in replaced(b, a).items()]
    for before, after in places:
        was, became = (
            kinds((node for node in graph.nodes if node.id in names), language)
            for graph, names in ((a, before), (b, after))
        )
        for index, row in enumerate(found):
            if row.a and row.b is None and row.a.id in before:
                found[index] = _told(row, "replaced", "replaced by", became, language)
            elif row.b and row.a is None and row.b.id in after:
                found[index] = _told(row, "replaced", "in place of", was, language)


def _within(graph: Graph, path: str) -> set[str]:
    return {node.id for node in graph.nodes if path in graph.lineage(node.group)}


def _move(found: list[Pair], a: Graph, b: Graph, alignment: Alignment, language: Language) -> None:
    """What is gone from one place of a block and new in another has moved."""
    waiting: dict[_Place | None, deque[int]] = {}
    for index, row in enumerate(found):
        if row.a and row.change == "removed" and not row.fate:
            place = _place(a, row.a, alignment.groups)
            waiting.setdefault(place, deque()).append(index)
    own = {path: path for path in alignment.groups.values()}
    for index, row in enumerate(found):
        if row.b and row.change == "added" and not row.fate:
            place = _place(b, row.b, own)
            if place and (gone := waiting.get(place)):
                where = gone.popleft()
                way: Fate = "earlier" if index < where else "later"
                for one in (index, where):
                    found[one] = _told(found[one], way, f"moved {way}", "", language)


def _place(graph: Graph, node: Node, partner: Mapping[str, str]) -> _Place | None:
    """Where a call may move: in the lane of its block; none where that has no partner."""
    lineage = graph.lineage(node.group)
    block = next((path for path in lineage if graph.group[path].level), "")
    if block not in partner:
        return None
    return partner[block], node.lane, node.role, title(node)


def _told(row: Pair, fate: Fate, words: str, what: str, language: Language) -> Pair:
    return replace(row, fate=fate, differences=(Difference(say(words, language), what, ""),))


_MULTIPLES = {
    Fraction(2): Text("{} doubled", "{}加倍"),
    Fraction(1, 2): Text("{} halved", "{}减半"),
}
_MOST = 3


def kinds(nodes: Iterable[Node], language: Language) -> str:
    """What sorts of call these are, the most frequent first: ``2 × batch norm, ReLU``."""
    return listed((call_title(node, language).split(", ")[0] for node in nodes), language)


def listed(names: Iterable[str], language: Language) -> str:
    """Names with their number, the most frequent first, as many as a reader takes in."""
    found = Counter(names)
    shown = [f"{count} × {name}" if count > 1 else name for name, count in found.most_common(4)]
    more = ["…"] if len(found) > 4 else []
    return Text(", ", "、")[language].join(shown + more)


def examples(pairs: Iterable[Pair], language: Language) -> str:
    """What differs in calls of one name, the most frequent first: ``3 × conv1: stride 2 → 1``."""
    alike: dict[tuple[str, ...], list[list[Difference]]] = {}
    for pair in pairs:
        # Its shape follows from what differs in the call itself.
        own = [one for one in pair.differences if not one.of_shape]
        alike.setdefault((_last(pair), *(one.name for one in own)), []).append(own)
    found = sorted(alike.items(), key=lambda group: -len(group[1]))
    shown = []
    comma, colon = Text(", ", "，")[language], Text(": ", "：")[language]
    for (name, *_), rows in found[:_MOST]:
        texts = comma.join(_common(column, language) for column in zip(*rows, strict=True))
        many = f"{len(rows)} × {name}{colon}{texts}"
        shown.append(many if len(rows) > 1 else f"{name} {texts}")
    return Text("; ", "；")[language].join([*shown, *["…"] * (len(found) > _MOST)])


def _common(differences: Sequence[Difference], language: Language) -> str:
    """One difference for all of them: their values, or what each was multiplied by."""
    first = differences[0]
    if all(one.text == first.text for one in differences):
        return first.text
    if all(one.before.isdigit() and one.after.isdigit() for one in differences):
        factors = {Fraction(int(one.after), int(one.before)) for one in differences}
        if len(factors) == 1:
            (factor,) = factors
            times = f"{{}} × {float(factor):.3g}"
            return _MULTIPLES.get(factor, Text(times, times))[language].format(first.name)
    if all(one.before == first.before for one in differences):
        counted = Counter(one.after for one in differences)
        each = Text("{} ({}×)", "{}（{} 个）")
        told = Text(", ", "、")[language].join(
            each.format(*item)[language] for item in sorted(counted.items())
        )
        if len(counted) <= _MOST:
            return f"{first.name} {first.before} → {told}".strip()
    return f"{first.text} …"


def _last(pair: Pair) -> str:
    """The name inside its block; of one in a row the row's name too."""
    parts = pair.node.path.split(".")
    return ".".join(parts[-2:] if parts[-1].isdigit() else parts[-1:]) or pair.node.id
