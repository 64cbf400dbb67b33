"""Shortcuts inside a module that lead past some of its layers."""

from __future__ import annotations

from resnet_core.explain.anatomy import Anatomy, weights
from resnet_core.explain.said import Few, Passage, Said, ids, whole
from resnet_core.graph import Node

# So many shortcuts of one module are told one by one.
MOST = 6


def inner(block: Anatomy) -> Passage:
    """Shortcuts that lead past some layers of a module and not past all."""
    shown = block.joins[:MOST]
    count = Few(len(block.joins))
    noun = "shortcut leads" if count == 1 else "shortcuts lead"
    return Passage(
        Said(
            f"{f'{count:en}'.capitalize()} {noun} past some of its layers.",
            f"其中有{count:zh}条捷径，绕过若干层。",
            ids(block.joins),
        ),
        tuple(_past(block, each) for each in shown),
    )


def _past(block: Anatomy, join: Node) -> Said:
    fork = block.fork(join)
    start = block.calls.index(fork) + 1 if fork in block.calls else 0
    passed = block.calls[start : block.calls.index(join)]
    layers = [each for each in passed if weights(each) and each.lane == "main"]
    named, chinese = f"{fork.id}, {whole(fork.shape)}", f"{fork.id}（{whole(fork.shape)}）"
    return Said(
        f"At {join.id} the output of {named}, is added again, past {len(layers):,} layers with "
        "weights.",
        f"到 {join.id} 处，{chinese}的结果又加了进来，绕过 {len(layers):,} 个带权重的层。",
        (join.id,),
    )
