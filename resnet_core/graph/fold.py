"""Graph → Graph: of several equal neighbours one is shown, and says how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from resnet_core.graph.model import Graph, Node


def fold(graph: Graph) -> Graph:
    """Show one of several equal neighbours: boxes, and open groups of blocks."""
    units = _units(graph)
    if not units:
        return graph
    keep: dict[str, str] = {}
    rows: dict[str, list[str]] = {}
    last = ""
    for path, members in units.items():
        if last and _continues(graph, units[last], members):
            keep[path] = keep.get(last, last)
            rows[keep[path]].append(path)
        else:
            rows[path] = [path]
        last = path
    return _folded(graph, units, keep, rows)


def _units(graph: Graph) -> dict[str, list[Node]]:
    """What may be folded: boxes, and groups that are open blocks, with their nodes."""
    units: dict[str, list[Node]] = {}
    blocks = {group.path for group in graph.groups if group.level == "block" and group.path}
    for node in graph.nodes:
        if node.kind == "group":
            units[node.id] = [node]
        else:
            block = next((path for path in graph.lineage(node.group) if path in blocks), None)
            if block:
                units.setdefault(block, []).append(node)
    return units


def _continues(graph: Graph, before: Sequence[Node], after: Sequence[Node]) -> bool:
    """Whether ``after`` is equal to ``before`` and takes nothing but its output."""
    problem = graph.problem.node if graph.problem else None
    if any(value.id == problem for value in (*before, *after)):
        return False
    inside = {item.id for item in after}
    feeding = {
        edge.source
        for item in after
        for edge in graph.incoming[item.id]
        if edge.source not in inside
    }
    exits = _exits(graph, before)
    if len(exits) != 1 or feeding != exits or not _all_go_to(graph, before, inside):
        return False
    return [_signature(item, before[0]) for item in before] == [
        _signature(item, after[0]) for item in after
    ] and _parent(graph, before[0]) == _parent(graph, after[0])


def _parent(graph: Graph, node: Node) -> str:
    if node.kind == "group":
        return node.group
    block = next(e for e in graph.lineage(node.group) if graph.group[e].level == "block")
    return graph.group[block].parent


def _exits(graph: Graph, members: Sequence[Node]) -> set[str]:
    inside = {member.id for member in members}
    return {
        edge.source
        for member in members
        for edge in graph.outgoing[member.id]
        if edge.target not in inside
    }


def _all_go_to(graph: Graph, members: Sequence[Node], target: set[str]) -> bool:
    inside = {member.id for member in members}
    return all(
        edge.target in inside | target for member in members for edge in graph.outgoing[member.id]
    )


def _signature(node: Node, first: Node) -> tuple[Any, ...]:
    """All that makes a node what it is, but not where it stands."""
    name = node.path.rsplit(".", 1)[-1] if node.kind != "group" else ""
    return (
        name,
        node.call if first.kind != "group" else 0,
        node.type,
        node.inputs,
        node.outputs,
        node.params,
        node.macs,
        node.lane,
        tuple(sorted((key, str(value)) for key, value in node.attributes.items())),
        tuple(_signature(part, part) for part in node.parts),
    )


def _folded(
    graph: Graph,
    units: Mapping[str, Sequence[Node]],
    keep: Mapping[str, str],
    rows: Mapping[str, Sequence[str]],
) -> Graph:
    gone = {unit.id for path in keep for unit in units[path]}
    leave = {}
    for path, first in keep.items():
        (exit_,) = _exits(graph, units[path]) or {""}
        (kept,) = _exits(graph, units[first])
        leave[exit_] = kept
    edges = tuple(
        replace(edge, source=leave.get(edge.source, edge.source))
        for edge in graph.edges
        if edge.target not in gone and (edge.source not in gone or edge.source in leave)
    )
    nodes = tuple(
        _row(graph, node, rows) if node.kind == "group" else node
        for node in graph.nodes
        if node.id not in gone
    )
    lost = {
        group.path
        for group in graph.groups
        if any(path in keep for path in graph.lineage(group.path))
    }
    groups = tuple(
        replace(group, folded=tuple(rows[group.path][1:])) if group.path in rows else group
        for group in graph.groups
        if group.path not in lost
    )
    return replace(graph, nodes=nodes, edges=edges, groups=groups)


def _row(graph: Graph, node: Node, rows: Mapping[str, Sequence[str]]) -> Node:
    """A box that stands for a row of equal ones: it sees as far as the last of them."""
    row = rows.get(node.id, [node.id])
    return replace(node, folded=tuple(row[1:]), receptive_field=graph.node[row[-1]].receptive_field)
