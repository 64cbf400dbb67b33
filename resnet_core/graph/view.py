"""Graph → Graph: how much of a structure one picture shows.

``op`` shows every call, ``layer`` joins convolution, norm and activation, ``block`` closes each
residual block into one box and ``stage`` each stage and whatever else is a group at the outermost
level. ``expand`` opens single groups, ``fold`` shows one of several equal neighbours and says how
many there are. Totals never change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from resnet_core.bilingual import Text
from resnet_core.errors import ParameterError, nearest
from resnet_core.graph.model import (
    Edge,
    Graph,
    Group,
    Node,
    Shape,
)

Detail = Literal["stage", "block", "layer", "op"]

_CLOSED: dict[str, tuple[str, ...]] = {"stage": ("stage", "block"), "block": ("block",)}
_FOLLOWS = {
    "conv": ("norm", "activation"),
    "linear": ("norm", "activation"),
    "norm": ("activation",),
    "activation": ("dropout",),
    "pool": ("reshape",),
}
_LEAVING_OUT = ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "DropPath", "StochasticDepth")


def view(
    graph: Graph, detail: Detail = "op", *, fold: bool = True, expand: Sequence[str] = ()
) -> Graph:
    """The graph as it is drawn at ``detail``. Raises ParameterError for an unknown group."""
    _check(graph, expand)
    shown = _without_identities(graph)
    closed = _closed(shown, detail, expand)
    shown = _close(shown, closed)
    if detail != "op":
        shown = _join(shown, expand)
    return folded(shown) if fold else shown


def _check(graph: Graph, expand: Sequence[str]) -> None:
    known = [group.path for group in graph.groups if group.path]
    for path in expand:
        if path not in known:
            near = nearest(path, known)
            raise ParameterError(
                "expand",
                path,
                Text(
                    "there is no group {!r} in this structure", "这个结构里没有 {!r} 这一组"
                ).format(path),
                allowed=known,
                suggestion=near,
            )


def _closed(graph: Graph, detail: Detail, expand: Sequence[str]) -> set[str]:
    """The groups drawn as one box: the outermost of the levels that this detail closes."""
    levels = _CLOSED.get(detail, ())
    opened = {one_path for path in expand for one_path in graph.lineage(path)}
    if graph.problem:
        opened.update(graph.lineage(graph.node[graph.problem.node].group))
        opened.add("")
    # A group of which a failing run has reached no call has nothing to be closed around.
    reached = {path for node in graph.nodes for path in (*graph.lineage(node.group), "")}
    wanted = {group.path for group in graph.groups if group.level in levels} & reached
    if detail == "stage":
        stages = {one_path for path in wanted for one_path in graph.lineage(path)}
        outermost = {group.path for group in graph.groups if group.path and not group.parent}
        wanted |= (outermost - stages) & reached
    wanted -= opened
    if expand:
        wanted.discard("")
    if "" in wanted:
        return {""}
    return {name for name in wanted if not wanted & set(graph.lineage(name)[1:])}


def _close(graph: Graph, closed: set[str]) -> Graph:
    """Replace each closed group by one node."""
    inside: dict[str, list[Node]] = {item: [] for item in closed}
    box_of: dict[str, str] = {}
    for node in graph.nodes:
        box = next((path for path in (*graph.lineage(node.group), "") if path in closed), None)
        if box is not None and node.kind not in ("input", "output"):
            inside[box].append(node)
            box_of[node.id] = box
    boxes = {path: _box(graph, graph.group[path], parts) for path, parts in inside.items()}
    name = {node: boxes[box].id for node, box in box_of.items()}
    nodes: dict[str, Node] = {}
    for node in graph.nodes:
        shown = boxes[box_of[node.id]] if node.id in box_of else node
        nodes.setdefault(shown.id, shown)
    gone = {group.path for group in graph.groups if _is_inside(graph, group.path, closed)}
    return replace(
        graph,
        nodes=tuple(nodes.values()),
        edges=_renamed(graph.edges, lambda node: name.get(node, node)),
        groups=tuple(group for group in graph.groups if group.path not in gone or not group.path),
    )


def _is_inside(graph: Graph, path: str, closed: set[str]) -> bool:
    return "" in closed or any(one_path in closed for one_path in graph.lineage(path))


def _box(graph: Graph, group: Group, parts: Sequence[Node]) -> Node:
    """A closed group as a node: its shapes are those that cross its border."""
    members = {part.id for part in parts}
    entering = [e for part in parts for e in graph.incoming[part.id] if e.source not in members]
    leaving = [e for part in parts for e in graph.outgoing[part.id] if e.target not in members]
    return Node(
        id=group.path or group.type,
        path=group.path,
        call=1,
        kind="group",
        type=group.type,
        role="stage" if group.level == "stage" else "block",
        group=group.parent,
        inputs=_shapes({edge.source: edge.shape for edge in entering}),
        outputs=_shapes({edge.source: edge.shape for edge in leaving}),
        params=sum(part.params for part in parts),
        macs=sum(part.macs for part in parts),
        receptive_field=parts[-1].receptive_field,
        attributes={**group.attributes, **_shortcut(graph, parts), **_blocks(graph, group)},
        parts=tuple(parts),
    )


def _shapes(by_source: Mapping[str, Shape]) -> tuple[Shape, ...]:
    return tuple(by_source.values())


def _blocks(graph: Graph, group: Group) -> dict[str, Any]:
    """What a closed stage is made of, where that is one kind of block."""
    if group.level != "stage":
        return {}
    kinds = [inner.type for inner in graph.groups if inner.parent == group.path and inner.path]
    if len(set(kinds)) != 1:
        return {}
    return {"made_of": kinds[0], "blocks": len(kinds)}


def _shortcut(graph: Graph, parts: Sequence[Node]) -> dict[str, Any]:
    """What kind of shortcut a closed block has: read from the trace, not from the parameters."""
    kinds = {graph.shortcut_into(part.id) for part in parts if part.role == "add"}
    # Of several additions some may join branches (Res2Net) and some close a shortcut.
    found = sorted(kinds - {"none"}) or sorted(kinds)
    return {"shortcut": found[0]} if len(found) == 1 else {}


def _without_identities(graph: Graph) -> Graph:
    """Leave out layers that pass their input on unchanged (``norm_layer=none``, say)."""
    name: dict[str, str] = {}
    for node in graph.nodes:
        before = graph.incoming[node.id]
        if node.role == "identity" and node.outputs and len(before) == 1:
            name[node.id] = name.get(before[0].source, before[0].source)
    edges = tuple(
        _between(edge, name.get(edge.source, edge.source), edge.target)
        for edge in graph.edges
        if edge.target not in name
    )
    nodes = tuple(node for node in graph.nodes if node.id not in name)
    return replace(graph, nodes=nodes, edges=edges)


def _join(graph: Graph, expand: Sequence[str]) -> Graph:
    """Join convolution, norm and activation in a row into one node; likewise pool and flatten.

    Inside an expanded group every call keeps its box: whoever opens a group wants to see it. So
    does a call that failed, which is drawn with its shapes and its reason.
    """
    failed = graph.problem.node if graph.problem else ""
    head: dict[str, str] = {}
    parts: dict[str, list[Node]] = {}
    for node in graph.nodes:
        before = graph.incoming[node.id]
        opened = node.id == failed or set(expand) & set(graph.lineage(node.group))
        if len(before) == 1 and not opened:
            previous = graph.node[before[0].source]
            first = head.get(previous.id, previous.id)
            row = parts.get(first, [previous])
            alone = len(graph.outgoing[previous.id]) == 1
            same = (previous.group, previous.lane) == (node.group, node.lane)
            if alone and same and node.role in _FOLLOWS.get(row[-1].role, ()):
                head[node.id] = first
                parts[first] = [*row, node]
    nodes = tuple(
        _joined(node, parts[node.id]) if node.id in parts else node
        for node in graph.nodes
        if node.id not in head
    )
    edges = _renamed(graph.edges, lambda node: head.get(node, node))
    return replace(graph, nodes=nodes, edges=edges)


def _joined(first: Node, parts: Sequence[Node]) -> Node:
    return replace(
        first,
        outputs=parts[-1].outputs,
        params=sum(part.params for part in parts),
        macs=sum(part.macs for part in parts),
        receptive_field=parts[-1].receptive_field,
        parts=tuple(parts),
    )


def _renamed(edges: Iterable[Edge], name: Callable[[str], str]) -> tuple[Edge, ...]:
    """Edges between the nodes that are left; of several between the same two the main one."""
    found: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        source, target = name(edge.source), name(edge.target)
        if source == target:
            continue
        known = found.get((source, target))
        if known is None or edge.lane == "main":
            found[source, target] = _between(edge, source, target)
    return tuple(found.values())


def _between(edge: Edge, source: str, target: str) -> Edge:
    """The edge between these two: mostly it is that already."""
    if edge.source == source and edge.target == target:
        return edge
    return replace(edge, source=source, target=target)


def folded(graph: Graph) -> Graph:
    """Show one of several equal neighbours: boxes, and open groups of blocks."""
    units = _units(graph)
    if not units:
        return graph
    keep: dict[str, str] = {}
    rows: dict[str, list[str]] = {}
    last = ""
    for path, members in units.items():
        alike = last and _parent(graph, last) == _parent(graph, path)
        if alike and _continues(graph, units[last], members):
            keep[path] = keep.get(last, last)
            rows[keep[path]].append(path)
        else:
            rows[path] = [path]
        last = path
    return _folded(graph, units, keep, rows)


def _units(graph: Graph) -> dict[str, list[Node]]:
    """What may be folded, with its nodes: boxes, open blocks, groups beside an equal one.

    So are the rows of a flat ``nn.Sequential``, convolution, norm and activation in one box; not
    those of the catalogue (its subjects have knobs), where each layer is there to be looked at.
    """
    root = graph.group.get("")
    flat = root is None or not (root.level == "block" or root.attributes)
    units: dict[str, list[Node]] = {}
    blocks = {group.path for group in graph.groups if group.level == "block" and group.path}
    beside = _repeated(graph, blocks)
    for node in graph.nodes:
        around = graph.lineage(node.group)
        outer = [path for path in around if path in beside]
        block = next((path for path in around if path in blocks), None)
        if outer:
            units.setdefault(outer[-1], []).append(node)
        elif node.kind == "group":
            units[node.id] = [node]
        elif block:
            units.setdefault(block, []).append(node)
        elif flat and node.parts and node.params and not _place(node):
            units[node.id] = [node]
    return units


def _place(node: Node) -> str:
    """The last part of a path; of a layer that is one of many in a list nothing: it has no name."""
    name = node.path.rsplit(".", 1)[-1]
    return "" if name.isdigit() else name


def _repeated(graph: Graph, blocks: set[str]) -> set[str]:
    """The groups outside of blocks that are equal to the group before or behind them."""
    members = graph.members
    last: dict[str, str] = {}
    found: set[str] = set()
    for group in graph.groups:
        path, parent = group.path, group.parent
        if path not in members or group.level or blocks & set(graph.lineage(path)):
            continue
        before = last.get(parent)
        last[parent] = path
        if (
            before is not None
            and len(members[before]) == len(members[path])
            and _continues(graph, members[before], members[path])
        ):
            found |= {before, path}
    return found


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
    return _signatures(before, before[0]) == _signatures(after, after[0])


def _parent(graph: Graph, unit: str) -> str:
    """What a closed box or an open group stands in."""
    return graph.group[unit].parent if unit in graph.group else graph.node[unit].group


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


def _decided(node: Node) -> Mapping[str, Any]:
    """What makes a call another one; how often training leaves something out does not.

    Deep networks leave out the more the deeper a block is, and their blocks are equal all the same.
    """
    return {} if node.type in _LEAVING_OUT else node.attributes


def _signatures(nodes: Sequence[Node], first: Node | None = None) -> tuple[Any, ...]:
    """Those of several nodes, less what leaves something out: with p = 0 many write an identity."""
    kept = [node for node in nodes if node.type not in _LEAVING_OUT]
    return tuple(_signature(node, first or node) for node in kept or nodes)


def _signature(node: Node, first: Node) -> tuple[Any, ...]:
    """All that makes a node what it is, but not where it stands."""
    return (
        _place(node) if node.kind != "group" else "",
        node.call if first.kind != "group" and node.kind != "function" else 0,
        node.type,
        node.inputs,
        node.outputs,
        node.params,
        node.macs,
        node.lane,
        tuple(sorted((key, str(value)) for key, value in _decided(node).items())),
        _signatures(node.parts),
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
        _between(edge, leave.get(edge.source, edge.source), edge.target)
        for edge in graph.edges
        if edge.target not in gone and (edge.source not in gone or edge.source in leave)
    )
    alone = {unit[0].id: path for path, unit in units.items() if len(unit) == 1}
    nodes = tuple(
        _row(node, units, rows.get(alone[node.id], [])) if node.id in alone else node
        for node in graph.nodes
        if node.id not in gone
    )
    lost = {
        group.path
        for group in graph.groups
        if any(path in keep for path in graph.lineage(group.path))
    }
    # Of a group of one box the box says how many there are.
    open_ = set(rows) - set(alone.values())
    groups = tuple(
        replace(group, folded=tuple(rows[group.path][1:])) if group.path in open_ else group
        for group in graph.groups
        if group.path not in lost
    )
    return replace(graph, nodes=nodes, edges=edges, groups=groups)


def _row(node: Node, units: Mapping[str, Sequence[Node]], row: Sequence[str]) -> Node:
    """A box that stands for a row of equal ones: it sees as far as the last of them."""
    others = [units[path][0] for path in row[1:]]
    seen = others[-1].receptive_field if others else node.receptive_field
    return replace(node, folded=tuple(other.id for other in others), receptive_field=seen)
