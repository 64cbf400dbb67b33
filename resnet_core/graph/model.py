"""The middle of the house: what a structure computes, as plain frozen data without torch.

A Graph is made once per structure by ``trace``; every picture, table and number is read from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeVar

from resnet_core.bilingual import Noun, Text

T = TypeVar("T")
Shape = tuple[int, ...]
NodeKind = Literal["module", "function", "input", "output", "group"]
Lane = Literal["main", "shortcut", "gate"]
Level = Literal["", "stage", "block"]
Role = Literal[
    "input", "output", "conv", "norm", "activation", "pool", "linear", "add", "multiply",
    "concat", "reshape", "dropout", "identity", "block", "stage", "constant", "other",
]  # fmt: skip

# Calls that cut, pad or join a map: a shortcut of these alone is option A of the ResNet paper.
_PADDING = {
    "getitem", "setitem", "narrow", "pad", "cat", "concat", "concatenate",
    *(f"{name}Pad{sides}d" for name in ("Zero", "Constant") for sides in (1, 2, 3)),
}  # fmt: skip


# What lets every position see every other; products do where both factors are made of the input.
_MIXING = frozenset(
    {"MultiheadAttention", "scaled_dot_product_attention", "LSTM", "GRU", "RNN"}
)  # fmt: skip
_PRODUCTS = frozenset({"matmul", "bmm", "einsum", "baddbmm"})


def changed(item: T, **values: Any) -> T:
    """The same with other values: what ``dataclasses.replace`` gives, in a tenth of the time.

    A trace and its layout ask for it thousands of times, of plain data that has a ``__dict__`` and
    nothing to check.
    """
    made = object.__new__(type(item))
    vars(made).update(vars(item), **values)
    return made


@dataclass(frozen=True, slots=True)
class Source:
    """The line of code that made a call."""

    file: str
    line: int


@dataclass(frozen=True)
class Node:
    """One call of one leaf module or function; in a view also several, drawn as one box.

    ``params`` counts the learnable parameters that this call is the first to use, so that sums
    are right. ``macs`` counts multiply-adds,
    ``activations`` the elements of the outputs, ``receptive_field`` the largest side over all
    paths, in input pixels.
    """

    id: str
    path: str
    call: int
    kind: NodeKind
    type: str
    role: Role
    group: str
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    params: int = 0
    macs: int = 0
    receptive_field: int = 1
    lane: Lane = "main"
    attributes: Mapping[str, Any] = field(default_factory=dict)
    source: Source | None = None
    parts: tuple[Node, ...] = ()
    folded: tuple[str, ...] = ()

    @property
    def activations(self) -> int:
        return sum(_elements(shape) for shape in self.outputs)

    @property
    def shape(self) -> Shape:
        """The output's shape; of several outputs the first."""
        return self.outputs[0] if self.outputs else ()

    @property
    def reshapes(self) -> bool:
        """Whether the output's shape differs from the input's."""
        return not self.inputs or self.outputs[:1] != self.inputs[:1]


@dataclass(frozen=True, slots=True)
class Edge:
    """A tensor on its way from the call that made it to one that takes it."""

    source: str
    target: str
    shape: Shape
    lane: Lane = "main"


@dataclass(frozen=True)
class Group:
    """A call of a module that contains other calls. ``path`` is its id; the root's is empty.

    ``noun`` and ``widths`` are what its class says of itself: what it is called, and how the
    channels of its layers follow from its parameters.
    """

    path: str
    type: str
    parent: str
    level: Level = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    folded: tuple[str, ...] = ()
    noun: Noun | None = None
    widths: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Why a structure cannot run: the failing call, the shapes it met, and the reason.

    ``fix`` names the parameters that fix it, with their values; nothing where none was found.
    """

    node: str
    title: str
    text: Text
    shapes: tuple[Shape, ...]
    fix: tuple[tuple[str, str], ...] = ()

    @property
    def mend(self) -> tuple[tuple[str, str], ...]:
        """``fix`` by the name that it has in JSON."""
        return self.fix

    @property
    def reason(self) -> str:
        """The reason in English."""
        return self.text["en"]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the whole structure, whatever the view shows of it."""

    params: int
    macs: int
    activations: int
    receptive_field: int
    output_stride: int

    @property
    def flops(self) -> int:
        return 2 * self.macs


@dataclass(frozen=True)
class Graph:
    """Nodes in execution order, edges, nested groups and totals of one structure."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...]
    totals: Totals
    problem: Problem | None = None

    @property
    def inputs(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.kind == "input")

    @property
    def outputs(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.kind == "output")

    @property
    def calls(self) -> tuple[Node, ...]:
        """The nodes that compute something."""
        return tuple(node for node in self.nodes if node.kind not in ("input", "output"))

    @cached_property
    def node(self) -> Mapping[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def group(self) -> Mapping[str, Group]:
        return {group.path: group for group in self.groups}

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Edge, ...]]:
        """Edges by target, in the order of the operands."""
        return _by(self.edges, "target", self.nodes)

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Edge, ...]]:
        return _by(self.edges, "source", self.nodes)

    @cached_property
    def mixes(self) -> bool:
        """Whether a call lets every position see every other: attention, recurrence, a spectrum.

        There a receptive field that counts windows says nothing.
        """
        return any(
            node.type in _MIXING
            or node.type.startswith("fft_")
            or (node.type in _PRODUCTS and len(node.inputs) > 1 and node.lane != "gate")
            for node in self.nodes
        )

    def lineage(self, path: str) -> tuple[str, ...]:
        """The group itself and all that contain it, innermost first, without the root."""
        known = self._lineages
        if path not in known:
            known[path] = (path, *self.lineage(self.group[path].parent))
        return known[path]

    @cached_property
    def members(self) -> Mapping[str, Sequence[Node]]:
        """Nodes by each of the groups that they stand in, the root left out."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            for path in self.lineage(node.group):
                found.setdefault(path, []).append(node)
        return found

    @cached_property
    def _lineages(self) -> dict[str, tuple[str, ...]]:
        """Those asked for so far: a view asks for each once a node."""
        return {"": ()}

    def shortcut_into(self, join: str) -> str:
        """What stands on the shortcut into an addition.

        ``identity``, ``projection`` (a layer with weights), ``pooled`` (with or without one
        behind the pooling), ``padded`` (only cut, padded or joined with zeros, nothing learned),
        ``other`` (a norm, an activation, a scale: whatever is none of these), or ``none``.
        """
        kinds = (self.shortcuts[e] for e in self.incoming[join] if e.lane == "shortcut")
        return next(kinds, "none")

    @cached_property
    def shortcuts(self) -> Mapping[Edge, str]:
        """The kind of shortcut that each edge between a fork and an addition is part of."""
        past = self._past
        ways = [
            tuple(self._back_along(edge, past))
            for edge in self.edges
            if edge.lane == "shortcut" and self.node[edge.target].role == "add"
        ]
        # A branch that holds additions of its own is a way of the outer one too: the inner counts.
        return {edge: self._kind(way) for way in reversed(ways) for edge in way}

    def _kind(self, way: tuple[Edge, ...]) -> str:
        nodes = [self.node[edge.target] for edge in way[1:]]
        nodes = [node for node in nodes if node.role != "identity"]
        roles = {node.role for node in nodes}
        if "pool" in roles:
            return "pooled"
        if "conv" in roles or "linear" in roles:
            return "projection"
        if not nodes:
            return "identity"
        padding = all(node.type in _PADDING and not node.params for node in nodes)
        return "padded" if padding else "other"

    @cached_property
    def _past(self) -> Mapping[str, int]:
        """For each node the bits of those that lead to it, and its own."""
        found: dict[str, int] = {}
        for place, node in enumerate(self.nodes):
            bits = 1 << place
            for edge in self.incoming[node.id]:
                bits |= found.get(edge.source, 0)
            found[node.id] = bits
        return found

    def _back_along(self, edge: Edge, past: Mapping[str, int]) -> Iterator[Edge]:
        """The shortcut from its addition back to the fork, from which the other operands come."""
        others = [one.source for one in self.incoming[edge.target] if one != edge]
        shared = ~0
        for other in others:
            shared &= past[other]
        yield edge
        while self.node[edge.source].lane == "shortcut" and self.incoming[edge.source]:
            if others and past[edge.source] & ~shared == 0:
                return
            edge = self.incoming[edge.source][0]
            yield edge


def _by(edges: tuple[Edge, ...], end: str, nodes: tuple[Node, ...]) -> dict[str, tuple[Edge, ...]]:
    found: dict[str, list[Edge]] = {node.id: [] for node in nodes}
    for edge in edges:
        found[getattr(edge, end)].append(edge)
    return {name: tuple(item) for name, item in found.items()}


def _elements(shape: Shape) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


# Attributes of a node in a graph of two structures: so equal neighbours are folded only where
# the same has happened to them.
_CHANGE, _DIFFERENCES = "change", "differences"


@dataclass(frozen=True, slots=True)
class MarkedEdge(Edge):
    """An edge of two structures: one that both have, or that was added or removed."""

    change: str = "same"


def marked_node(node: Node, change: str, differences: Sequence[str]) -> Node:
    """The node with its change, and the words for it that stand in its box."""
    return replace(
        node, attributes={**node.attributes, _CHANGE: change, _DIFFERENCES: [*differences]}
    )


def change_of(part: Node | Edge) -> str:
    """The change of a node or an edge; ``same`` where it has none."""
    if isinstance(part, Node):
        return str(part.attributes.get(_CHANGE, "same"))
    return part.change if isinstance(part, MarkedEdge) else "same"


def differences_of(node: Node) -> Sequence[str]:
    """The words for the change of a node."""
    found: Sequence[str] = node.attributes.get(_DIFFERENCES, ())
    return found


def unmarked(node: Node) -> Node:
    """The node as it is in one structure alone."""
    plain = {k: v for k, v in node.attributes.items() if k not in (_CHANGE, _DIFFERENCES)}
    return replace(node, attributes=plain)
