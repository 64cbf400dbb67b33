"""The parts of a block and of a network: main path, shortcut, gate; stem, stages, head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import Any

from resnet_core.graph.model import (
    Edge,
    Graph,
    Group,
    Node,
    Shape,
)


@dataclass(frozen=True)
class Anatomy:
    """One block: the group at ``path``, with its calls in execution order."""

    graph: Graph
    path: str
    calls: tuple[Node, ...]

    @property
    def group(self) -> Group:
        return self.graph.group.get(self.path) or Group(self.path, self.calls[0].type, "")

    @property
    def type(self) -> str:
        return self.group.type

    @property
    def knobs(self) -> dict[str, Any]:
        return dict(self.group.attributes)

    @cached_property
    def joins(self) -> tuple[Node, ...]:
        """The additions that a shortcut leads into; not those of slices or inside a gate."""
        return tuple(
            call
            for call in self.calls
            if call.role == "add" and call.lane != "gate" and self._side(call) is not None
        )

    @property
    def join(self) -> Node | None:
        """The addition that closes the block."""
        return self.joins[-1] if self.joins else None

    @property
    def given(self) -> Shape:
        """The shape that comes in."""
        return self.calls[0].inputs[0]

    @cached_property
    def closed(self) -> bool:
        """Whether the shortcut spans the block: from its input to an addition at its end."""
        if self.join is None or (not self.path and len(self.graph.inputs) > 1):
            return False
        behind = self.calls[self.calls.index(self.join) + 1 :]
        quiet = ("norm", "activation", "identity", "dropout", "reshape")
        fork = self.fork(self.join)
        if any(node.role not in quiet for node in behind):
            return False
        if fork in self.joins or fork not in self.calls:
            return True
        return not any(weights(call) for call in self.calls[: self.calls.index(fork) + 1])

    @cached_property
    def chained(self) -> bool:
        """Whether each layer with weights works on what the one before it made."""
        return all(one.id in self._before(other) for one, other in pairwise(self.steps))

    def _before(self, node: Node) -> set[str]:
        """The ids of all nodes that a node's result depends on."""
        found: set[str] = set()
        open_ = [node.id]
        while open_:
            for edge in self.graph.incoming[open_.pop()]:
                if edge.source not in found:
                    found.add(edge.source)
                    open_.append(edge.source)
        return found

    def fork(self, join: Node) -> Node:
        """Where the shortcut into an addition begins."""
        edge = self._side(join)
        way = list(self._back(edge)) if edge else []
        first = way[-1].id if way else ""
        edges = self.graph.incoming[first] if first else (edge,) if edge else ()
        return self.graph.node[edges[0].source] if edges else join

    @property
    def summed(self) -> Shape:
        """The shape at the closing addition; () where nothing is added."""
        return self.join.shape if self.join else ()

    @property
    def made(self) -> Shape:
        """The shape that goes out; () where the block cannot run."""
        return self.calls[-1].shape

    @cached_property
    def side(self) -> tuple[Node, ...]:
        """What stands on the shortcut into the closing addition, in order."""
        edge = self._side(self.join) if self.join else None
        return tuple(reversed(list(self._back(edge)))) if edge else ()

    @property
    def kind(self) -> str:
        """What the shortcut is: the kind that the picture draws it as."""
        return self.graph.shortcut_into(self.join.id) if self.join else "none"

    @cached_property
    def steps(self) -> tuple[Node, ...]:
        """The layers with weights on the main path: convolutions and linear layers."""
        return tuple(
            call
            for call in self.calls
            if call.role in ("conv", "linear") and call.lane == "main" and weights(call)
        )

    @cached_property
    def spatial(self) -> tuple[Node, ...]:
        """The convolutions of the main path that see neighbours."""
        return tuple(step for step in self.steps if kernel(step) > 1)

    @cached_property
    def gates(self) -> tuple[Group, ...]:
        """The innermost groups inside this block that hold a gate and its multiplication."""
        held = {call.group for call in self.calls if call.role == "multiply" and self._gated(call)}
        return tuple(group for group in self.graph.groups if group.path in held)

    @property
    def ending(self) -> Node | None:
        """The activation behind the closing addition, if there is one."""
        return self._after(self.join) if self.join else self._last_activation()

    @property
    def preactivated(self) -> bool:
        """Whether an activation comes before the first convolution."""
        return bool(self.steps) and any(
            call.role == "activation" for call in self.calls[: self.calls.index(self.steps[0])]
        )

    @property
    def params(self) -> int:
        return sum(call.params for call in self.calls)

    @property
    def macs(self) -> int:
        return sum(call.macs for call in self.calls)

    def inside(self, path: str) -> tuple[Node, ...]:
        """The calls of a group inside this block."""
        return tuple(call for call in self.calls if path in self.graph.lineage(call.group))

    def _gated(self, node: Node) -> bool:
        return any(edge.lane == "gate" for edge in self.graph.incoming[node.id])

    def _after(self, node: Node) -> Node | None:
        following = self.calls[self.calls.index(node) + 1 :]
        return next((node for node in following if node.role == "activation"), None)

    def _last_activation(self) -> Node | None:
        last = self.calls[-1]
        return last if last.role == "activation" else None

    def _side(self, join: Node) -> Edge | None:
        return next((e for e in self.graph.incoming[join.id] if e.lane == "shortcut"), None)

    def _back(self, edge: Edge) -> Iterator[Node]:
        node = self.graph.node[edge.source]
        while node.lane == "shortcut" and node in self.calls:
            yield node
            before = self.graph.incoming[node.id]
            if not before:
                return
            node = self.graph.node[before[0].source]


def anatomies(graph: Graph) -> dict[str, Anatomy]:
    """The outermost blocks of a graph by path; a graph that is one block is found under ``""``."""
    calls: dict[str, list[Node]] = {}
    for node in graph.calls:
        above = [path for path in graph.lineage(node.group) if graph.group[path].level == "block"]
        if above:
            calls.setdefault(above[-1], []).append(node)
    if not calls or any(not group.path and group.level == "block" for group in graph.groups):
        return {"": Anatomy(graph, "", graph.calls)}
    return {path: Anatomy(graph, path, tuple(inside)) for path, inside in calls.items()}


def weights(node: Node) -> int:
    """The weights of a convolution or linear layer, its bias not counted."""
    values = node.attributes
    if "kernel_size" in values and "in_channels" in values:
        per_group = values["in_channels"] // values["groups"]
        return int(values["out_channels"] * per_group * prod(values["kernel_size"]))
    return int(values["in_features"] * values["out_features"]) if "in_features" in values else 0


def kernel(node: Node) -> int:
    """The larger side of a convolution's or pool's kernel; 1 for a linear layer."""
    size = node.attributes.get("kernel_size", 1)
    return max(size) if isinstance(size, list | tuple) else int(size)


def stride(node: Node) -> int:
    """The larger step of a convolution or a pool."""
    step = node.attributes.get("stride") or node.attributes.get("kernel_size", 1)
    return max(step) if isinstance(step, list | tuple) else int(step)


def channels(node: Node) -> tuple[int, int]:
    """Channels in and out of a convolution or linear layer."""
    values = node.attributes
    if "in_channels" in values:
        return values["in_channels"], values["out_channels"]
    if "in_features" in values:
        return values["in_features"], values["out_features"]
    return node.inputs[0][1], node.shape[1] if node.shape else 0


def groups(node: Node) -> int:
    return int(node.attributes.get("groups", 1))


def is_depthwise(node: Node) -> bool:
    """One filter per channel: as many groups as channels, more than one."""
    return 1 < groups(node) == channels(node)[0] == channels(node)[1]


def size_of(node: Node) -> str:
    """``3×3``; in one dimension ``1×3``."""
    sides = node.attributes["kernel_size"]
    both = sides if isinstance(sides, list | tuple) else (sides, sides)
    return "×".join(str(half) for half in (both if len(both) > 1 else (1, *both)))


@dataclass(frozen=True)
class Stage:
    """Blocks in a row with one parent, and what stands before them since the last stage."""

    path: str
    before: tuple[Node, ...]
    blocks: tuple[Anatomy, ...]

    @property
    def calls(self) -> tuple[Node, ...]:
        return (*self.before, *(node for block in self.blocks for node in block.calls))

    @property
    def given(self) -> Shape:
        return self.calls[0].inputs[0]

    @property
    def made(self) -> Shape:
        return self.blocks[-1].made

    @property
    def name(self) -> str:
        """The path; of the only stage of a graph that is one, its blocks' numbers."""
        return self.path or f"{self.blocks[0].path} … {self.blocks[-1].path}"


@dataclass(frozen=True)
class Outline:
    """A network: what stands before the first block, the stages, and what stands after."""

    graph: Graph

    @cached_property
    def blocks(self) -> tuple[Anatomy, ...]:
        return tuple(anatomies(self.graph).values())

    @cached_property
    def _parts(self) -> tuple[tuple[Node, ...], tuple[Stage, ...], tuple[Node, ...]]:
        block_of = {node.id: block for block in self.blocks for node in block.calls}
        loose: list[Node] = []
        stem: tuple[Node, ...] | None = None
        stages: list[Stage] = []
        seen: set[str] = set()
        for node in self.graph.calls:
            block = block_of.get(node.id)
            if block is None:
                loose.append(node)
            elif block.path not in seen:
                seen.add(block.path)
                if stem is None:
                    stem, loose = tuple(loose), []
                parent = block.group.parent
                last = stages[-1] if stages else None
                if last and last.path == parent and not loose:
                    stages[-1] = Stage(parent, last.before, (*last.blocks, block))
                else:
                    stages.append(Stage(parent, tuple(loose), (block,)))
                    loose = []
        return stem or (), tuple(stages), tuple(loose)

    @property
    def stem(self) -> tuple[Node, ...]:
        return self._parts[0]

    @property
    def stages(self) -> tuple[Stage, ...]:
        return self._parts[1]

    @property
    def head(self) -> tuple[Node, ...]:
        return self._parts[2]

    @property
    def typical(self) -> Anatomy:
        """A block that stands for most: the last of the first stage."""
        return self.stages[0].blocks[-1]

    @property
    def failing(self) -> Anatomy | None:
        """The block in which the structure fails, if it does and inside a block."""
        at = self.graph.problem.node if self.graph.problem else ""
        blocks = [block for block in self.blocks if block.group.level == "block"]
        return next((block for block in blocks if any(n.id == at for n in block.calls)), None)

    @property
    def layers(self) -> tuple[Node, ...]:
        """The layers with weights on the main path: what the depth in a name counts."""
        return tuple(weighted(self.graph.calls))


def in_a_row(graph: Graph, nodes: Iterable[Node]) -> int:
    """How many layers with weights the longest way through these nodes meets.

    Layers that stand side by side count once.
    """
    depths: dict[str, int] = {}
    for node in nodes:
        before = [depths.get(edge.source, 0) for edge in graph.incoming[node.id]]
        depths[node.id] = max(before, default=0) + len(list(weighted([node])))
    return max(depths.values(), default=0)


def weighted(nodes: Iterable[Node]) -> Iterator[Node]:
    """Convolutions and linear layers that stand neither on a shortcut nor in a gate."""
    return (node for node in nodes if node.role in ("conv", "linear") and node.lane == "main")
