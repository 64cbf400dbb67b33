"""One row of a comparison: what stands in the same place of two structures, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from resnet_core.bilingual import Language
from resnet_core.compare.align import partners
from resnet_core.compare.gist import examples, kinds
from resnet_core.diagram.form import plain
from resnet_core.graph.model import Node, Shape
from resnet_core.language.notation import call_title, shape_text, title
from resnet_core.language.terms import say

Change = Literal["same", "changed", "reshaped", "added", "removed", "unreached"]
Fate = Literal["", "earlier", "later", "replaced"]

# Sizes that follow from the tensor that comes in: where they differ, the shape says so.
_DERIVED = frozenset(
    {"in_channels", "in_features", "num_features", "num_channels", "normalized_shape", "padding",
     "inplanes"}
)  # fmt: skip
_SAID = {"kernel_size": "kernel", "out_channels": "channels", "out_features": "features"}
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
    return node.type if node.role not in ("input", "output") else node.role


def _own(a: Node, b: Node, language: Language) -> Iterator[Difference]:
    """What somebody has decided differently: the kind, and the hyper-parameters."""
    if a.kind == b.kind == "group":
        yield from _boxes(a, b, language)
        return
    if kind(a) != kind(b):
        yield Difference("", call_title(a, language), call_title(b, language))
        if a.role == b.role == "conv":
            yield from _attributes(a.attributes, b.attributes, language)
        return
    yield from _attributes(a.attributes, b.attributes, language)
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
        (part.type, part.lane, sorted((k, str(v)) for k, v in part.attributes.items()
                                      if k not in _DERIVED))
        for part in node.parts
    )  # fmt: skip


def _parts(a: Node, b: Node, language: Language) -> Iterator[Difference]:
    """What follows a convolution in the same box."""
    before, after = ([call_title(part, language) for part in graph.parts[1:]] for graph in (a, b))
    if [_bare(part) for part in a.parts[1:]] != [_bare(part) for part in b.parts[1:]]:
        yield Difference("", " · ".join(before) or "–", " · ".join(after) or "–")


def _bare(node: Node) -> str:
    return f"{node.role} {node.type}"


def _attributes(
    a: Mapping[str, Any], b: Mapping[str, Any], language: Language
) -> Iterator[Difference]:
    for name in dict.fromkeys([*a, *b]):
        if name in _DERIVED or a.get(name) == b.get(name):
            continue
        before, after = (_value(name, graph.get(name)) for graph in (a, b))
        yield Difference(say(_SAID.get(name, name.replace("_", " ")), language), before, after)


def _value(name: str, value: Any) -> str:
    """A hyper-parameter as the picture writes it: ``3×3``, ``2``."""
    if value is None:
        return "–"
    if name in _PER_AXIS and isinstance(value, list | tuple):
        sides = [str(part) for part in value]
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
