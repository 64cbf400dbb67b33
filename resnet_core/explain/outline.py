"""The parts of a network as its graph shows them: stem, stages of blocks, head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from resnet_core.explain.anatomy import Anatomy, anatomies
from resnet_core.graph import Graph, Node, Shape


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
        blocks = [each for each in self.blocks if each.group.level == "block"]
        return next((each for each in blocks if any(n.id == at for n in each.calls)), None)

    @property
    def layers(self) -> tuple[Node, ...]:
        """The layers with weights on the main path: what the depth in a name counts."""
        return tuple(weighted(self.graph.calls))


def weighted(nodes: Iterable[Node]) -> Iterator[Node]:
    """Convolutions and linear layers that stand neither on a shortcut nor in a gate."""
    return (each for each in nodes if each.role in ("conv", "linear") and each.lane == "main")
