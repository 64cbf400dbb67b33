"""Graph → the JSON of the contract: plain dicts and lists, every call whatever the view."""

from __future__ import annotations

import json
from typing import Any

from resnet_core.formats.registry import FORMATS, Drawable
from resnet_core.graph.model import (
    Edge,
    Graph,
    Group,
    Node,
)
from resnet_core.language.notation import Caption

SCHEMA = 1


@FORMATS.register("json", media="application/json", title="JSON", rank=5, quality=7)
def write(drawing: Drawable) -> bytes:
    """Every call with its shapes, parameters and costs."""
    return encoded(drawing.to_dict())


def encoded(data: dict[str, Any]) -> bytes:
    """Plain data as indented JSON in UTF-8, with a line break at its end."""
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def record(graph: Graph, caption: Caption) -> dict[str, Any]:
    """Everything that is known of a structure."""
    totals = graph.totals
    return {
        "schema": SCHEMA,
        "subject": {
            "kind": caption.kind,
            "name": caption.name,
            "title": caption.title,
            "formula": caption.formula,
            "paper": caption.paper,
        },
        "parameters": dict(caption.parameters),
        "input": {"shape": list(graph.inputs[0].shape)},
        "output": {"shape": list(graph.outputs[0].shape)} if graph.outputs else None,
        "inputs": [{"shape": list(node_input.shape)} for node_input in graph.inputs],
        "outputs": [{"shape": list(shape.shape)} for shape in graph.outputs],
        "url": caption.url,
        "totals": {
            "params": totals.params,
            "macs": totals.macs,
            "flops": totals.flops,
            "activations": totals.activations,
            "receptive_field": totals.receptive_field,
            "output_stride": totals.output_stride,
        },
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [_edge(edge) for edge in graph.edges],
        "groups": [_group(group) for group in graph.groups if group.path],
        "problem": _problem(graph, caption),
    }


def _node(node: Node) -> dict[str, Any]:
    source = node.source
    return {
        "id": node.id,
        "path": node.path,
        "call": node.call,
        "kind": node.kind,
        "type": node.type,
        "role": node.role,
        "group": node.group,
        "lane": node.lane,
        "inputs": [list(node_input) for node_input in node.inputs],
        "outputs": [list(shape) for shape in node.outputs],
        "params": node.params,
        "macs": node.macs,
        "activations": node.activations,
        "receptive_field": node.receptive_field,
        "attributes": dict(node.attributes),
        "source": {"file": source.file, "line": source.line} if source else None,
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "from": edge.source,
        "to": edge.target,
        "shape": list(edge.shape),
        "lane": edge.lane,
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "path": group.path,
        "type": group.type,
        "parent": group.parent,
        "level": group.level,
        "parameters": dict(group.attributes),
    }


def _problem(graph: Graph, caption: Caption) -> dict[str, Any] | None:
    problem = graph.problem
    if problem is None:
        return None
    return {
        "node": problem.node,
        "title": problem.title,
        "reason": problem.reason,
        "reason_zh": problem.text["zh"],
        "shapes": [list(shape) for shape in problem.shapes],
        "mend": dict(problem.fix),
        "fix": caption.fix,
    }
