"""Shortcuts inside a module that lead past some of its layers."""

from __future__ import annotations

from resnet_core.explain.anatomy import Anatomy, weights
from resnet_core.explain.said import Few, Passage, Said, ids, several, whole
from resnet_core.graph import Node

# So many shortcuts of one module are told one by one.
MOST = 6


def inner(block: Anatomy) -> Passage:
    """Shortcuts that lead past some layers of a module and not past all."""
    shown = block.joins[:MOST]
    count = Few(len(block.joins))
    verb = "addition joins" if count == 1 else "additions join"
    return Passage(
        Said(
            f"{f'{count:en}'.capitalize()} {verb} two ways.",
            f"有{count:zh}处相加，各把两条路合在一起。",
            ids(block.joins),
        ),
        tuple(_past(block, each) for each in shown),
    )


def _past(block: Anatomy, join: Node) -> Said:
    fork = block.fork(join)
    start = block.calls.index(fork) + 1 if fork in block.calls else 0
    passed = block.calls[start : block.calls.index(join)]
    layers = [each for each in passed if weights(each) and each.lane == "main"]
    shape = whole(fork.shape)
    return Said(
        f"At {join.id} comes in {fork.id}, {shape}, past "
        f"{several(len(layers), 'layer')} with weights.",
        f"到 {join.id} 处加进来的是 {fork.id}（{shape}），它绕过了 {len(layers):,} 个带权重的层。",
        (join.id,),
    )
