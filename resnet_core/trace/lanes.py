"""Which path is the main one: where two meet, one did the work and the other is the shortcut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from resnet_core.graph.model import Edge, Lane, Node, changed


def with_lanes(
    nodes: Sequence[Node], edges: Sequence[Edge]
) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """Nodes and edges with their lane.

    At an addition the operand whose own branch (what does not lead to the other operand too)
    does less work is the shortcut; not so where the paths begin with different tensors, as the
    slices of a split do. At a multiplication an operand that comes straight from the fork is the
    feature map, and the branch beside it is its gate, with all that is in it.
    """
    preds = _predecessors(nodes, edges)
    bit = {node.id: 1 << index for index, node in enumerate(nodes)}
    past: dict[str, int] = {}
    for node in nodes:
        past[node.id] = bit[node.id]
        for pred in preds[node.id]:
            past[node.id] |= past[pred]
    lane_of: dict[str, Lane] = {}
    into: dict[tuple[str, str], Lane] = {}
    for node in nodes:
        operands = preds[node.id]
        if node.role not in ("add", "multiply") or len(operands) < 2:
            continue
        shared, branches = _branches(nodes, operands, past)
        if node.role == "add" and len(shared.outputs) > 1:
            continue  # the operands are different tensors: nothing is taken past anything
        side: Lane = "shortcut" if node.role == "add" else "gate"
        for operand in _sides(node, operands, branches, lane_of):
            into[operand, node.id] = side
            for member in branches[operand]:
                if side == "gate" or member.id not in lane_of:
                    lane_of[member.id] = side
    inner = {edge for edge in into if lane_of.get(edge[1]) == "gate"}
    into.update(dict.fromkeys(inner, "gate"))
    return (
        tuple(changed(node, lane=lane_of.get(node.id, "main")) for node in nodes),
        tuple(_led(edge, _lane(edge, into, lane_of)) for edge in edges),
    )


def _sides(
    node: Node,
    operands: Sequence[str],
    branches: Mapping[str, Sequence[Node]],
    lane_of: Mapping[str, Lane],
) -> list[str]:
    """The operands that do not come along the main path."""
    if node.role == "add":
        work = {operand: _work(branches[operand]) for operand in operands}
        main = max(operands, key=lambda operand: (work[operand], -operands.index(operand)))
        return [operand for operand in operands if operand != main]
    gates = [operand for operand in operands if lane_of.get(operand) == "gate"]
    if gates and len(gates) < len(operands):
        return gates
    straight = [operand for operand in operands if not branches[operand]]
    return [operand for operand in operands if operand not in straight] if straight else []


def _branches(
    nodes: Sequence[Node], operands: Sequence[str], past: Mapping[str, int]
) -> tuple[Node, dict[str, list[Node]]]:
    """The last node that all operands come from, and for each what leads only to it."""
    shared = ~0
    for operand in operands:
        shared &= past[operand]
    fork = nodes[shared.bit_length() - 1] if shared else nodes[0]
    return fork, {operand: _members(nodes, past[operand] & ~shared) for operand in operands}


def _members(nodes: Sequence[Node], bits: int) -> list[Node]:
    found = []
    while bits:
        lowest = bits & -bits
        found.append(nodes[lowest.bit_length() - 1])
        bits ^= lowest
    return found


def _work(branch: Sequence[Node]) -> tuple[int, int, int]:
    """Layers that see neighbours, layers with weights, calls: in this order of importance."""
    weighted = [node for node in branch if node.role in ("conv", "linear")]
    spatial = [item for item in weighted if _sees_neighbours(item)]
    return len(spatial), len(weighted), len(branch)


def _sees_neighbours(node: Node) -> bool:
    kernel = node.attributes.get("kernel_size", ())
    return any(item != 1 for item in (kernel if isinstance(kernel, list | tuple) else (kernel,)))


def _lane(edge: Edge, into: Mapping[tuple[str, str], Lane], lane_of: Mapping[str, Lane]) -> Lane:
    """An edge runs in the lane of the branch that it enters, follows or brings home."""
    return into.get((edge.source, edge.target)) or lane_of.get(edge.target, "main")


def _led(edge: Edge, lane: Lane) -> Edge:
    return edge if edge.lane == lane else replace(edge, lane=lane)


def _predecessors(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {node.id: [] for node in nodes}
    for edge in edges:
        found[edge.target].append(edge.source)
    return found
