"""Where a call's numbers come from: each as a formula with the real numbers in it.

The formulas are those of torch's documentation and of ``resnet_core.measure``; the tests evaluate
every one and hold it equal to what the Graph says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, prod
from typing import Any, Literal

from resnet_core.graph.costs import Sight, sights, widest
from resnet_core.graph.model import Graph, Node, Shape

Name = Literal["H", "W", "C", "params", "macs", "rf"]

# ``expansion`` is a constant of a class and no knob; a rule shows its name.
_OUT, _EXPANDED = "planes · 4", "planes · expansion"


@dataclass(frozen=True)
class Derivation:
    """One number: its name, the formula as a chain of equalities that ends in it, and its value.

    In a formula ⌊ ⌋ round down, ⌈ ⌉ round up, · multiplies and − subtracts.
    """

    name: Name
    formula: str
    value: int


def derivations(graph: Graph, values: Mapping[str, Any]) -> dict[str, tuple[Derivation, ...]]:
    """For every call what can be derived, by its id. ``values`` are the subject's parameters."""
    seen = sights(graph.nodes, graph.edges)
    found = {}
    for node in graph.calls:
        before = [seen[edge.source] for edge in graph.incoming[node.id]]
        chains = [*_shape(graph, node, values), *_costs(node)]
        chains += [] if graph.mixes else [*_sight(node, before)]
        found[node.id] = tuple(chains)
    return found


def length(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> str:
    """The length of a side behind a sliding window: ``⌊(56 + 2·1 − 3)/2⌋ + 1``."""
    if dilation == 1:
        return f"⌊({size} + 2·{padding} − {kernel})/{stride}⌋ + 1"
    return f"⌊({size} + 2·{padding} − {dilation}·({kernel} − 1) − 1)/{stride}⌋ + 1"


def size_formulas(node: Node) -> tuple[str, ...]:
    """Height as a formula with its result, and width where it is made otherwise.

    Nothing for a call that made no map or whose size is no such formula.
    """
    return tuple(side.formula for side in _sides(node)) if len(node.shape) == 4 else ()


def _shape(graph: Graph, node: Node, values: Mapping[str, Any]) -> Iterator[Derivation]:
    if not node.inputs or not node.outputs:
        return
    if len(node.inputs[0]) == len(node.shape) == 4 and node.role in ("conv", "pool"):
        yield from _sides(node)
    if node.role == "concat":
        axis = int(node.attributes.get("dim", 0))
        if axis == 1 and len(node.shape) == 4:
            parts = " + ".join(str(node_input[1]) for node_input in node.inputs)
            yield _said("C", parts, node.shape[1])
    elif node.type == "chunk" and node.attributes.get("dim") == 1:
        yield _said("C", f"⌈{node.inputs[0][1]}/{node.attributes['chunks']}⌉", node.shape[1])
    elif node.type == "pad" and node.shape[1:2] != node.inputs[0][1:2]:
        added = node.shape[1] - node.inputs[0][1]
        yield _said("C", f"{node.inputs[0][1]} + {added}", node.shape[1])
    elif node.role in ("conv", "linear"):
        yield from _width(graph, node, values)


def _sides(node: Node) -> Iterator[Derivation]:
    """Height, and width where it is made otherwise."""
    made = [_side(node, axis) for axis in (0, 1)]
    for name, formula, value in zip(("H", "W"), made, node.shape[2:], strict=True):
        if formula and (name == "H" or formula != made[0]):
            yield _said("H" if name == "H" else "W", formula, value)


def _side(node: Node, axis: int) -> str:
    """One side's formula; empty where the call has none that is said in a line."""
    values, size = node.attributes, node.inputs[0][2 + axis]
    if node.type.startswith(("ConvTranspose", "Lazy")) or "kernel_size" not in values:
        return ""
    kernel = _axis(values["kernel_size"], axis)
    padding = _axis(values.get("padding", 0), axis)
    if isinstance(padding, str):
        return ""
    stride = _axis(values.get("stride") or values["kernel_size"], axis)
    formula = length(size, kernel, stride, padding, _axis(values.get("dilation", 1), axis))
    if values.get("ceil_mode"):
        return formula.replace("⌊", "⌈").replace("⌋", "⌉")
    return formula


def _width(graph: Graph, node: Node, values: Mapping[str, Any]) -> Iterator[Derivation]:
    """The channels going out, from the parameters of the block around."""
    made = node.attributes.get("out_channels", node.attributes.get("out_features"))
    lineage = [path for path in (*graph.lineage(node.group), "") if path in graph.group]
    for group in map(graph.group.__getitem__, lineage):
        rules = group.widths
        if not rules:
            continue
        inside = node.path.removeprefix(f"{group.path}.") if group.path else node.path
        rule = rules.get(inside.split(".")[0])
        knobs = dict(group.attributes) or dict(values)
        if rule and all(word in knobs for word in _words(rule)):
            yield _said("C", f"{rule.replace(_OUT, _EXPANDED)} = {_filled(rule, knobs)}", made)
        return


def _words(rule: str) -> list[str]:
    """The names of knobs in a rule."""
    cleaned = rule.replace("int(", " ").replace(")", " ")
    return [part for part in cleaned.split() if part[0].isalpha()]


def _filled(rule: str, knobs: Mapping[str, Any]) -> str:
    for word in _words(rule):
        rule = rule.replace(word, str(knobs[word]), 1)
    return rule


def _costs(node: Node) -> Iterator[Derivation]:
    yield from _params(node)
    yield from _macs(node)


def _params(node: Node) -> Iterator[Derivation]:
    """Learnable numbers, of a call that is the first to use them."""
    values, count = node.attributes, node.params
    if not count:
        return
    if node.role == "conv" and "kernel_size" in values:
        formula = _weights(values)
        if values.get("bias"):
            formula += f" + {values['out_channels']}"
    elif "in_features" in values and "out_features" in values:
        formula = f"{values['in_features']} · {values['out_features']}"
        if values.get("bias"):
            formula += f" + {values['out_features']}"
    elif node.role == "norm":
        per = 2 if values.get("bias", True) else 1
        formula = f"{per} · {count // per}"
    elif "parameters" in values:
        formula = f"{count:,}"
    else:
        return
    yield _said("params", formula, count)


def _weights(values: Mapping[str, Any]) -> str:
    made, given, groups = values["out_channels"], values["in_channels"], values["groups"]
    each = f"{given}" if groups == 1 else f"{given}/{groups}"
    return " · ".join([f"{made}", each, *(str(side) for side in values["kernel_size"])])


def _macs(node: Node) -> Iterator[Derivation]:
    values = node.attributes
    if not node.macs or not node.outputs or not node.inputs:
        return
    if node.role == "conv" and "kernel_size" in values:
        if node.type.startswith("ConvTranspose"):
            return
        per_place, places = _weights(values), node.shape[2:]
    elif "in_features" in values and "out_features" in values:
        per_place, places = f"{values['in_features']} · {values['out_features']}", node.shape[1:-1]
    else:
        return
    batch = node.shape[:1] if node.shape[0] != 1 else ()
    formula = " · ".join([per_place, *(str(place) for place in (*places, *batch))])
    yield _said("macs", formula, node.macs)


def _sight(node: Node, before: Sequence[Sight]) -> Iterator[Derivation]:
    """The receptive field, where this call changes it."""
    if len(before) > 1 and node.role in ("add", "concat", "multiply"):
        sides = [item.side for item in before if not item.whole] or [e.side for e in before]
        if len(sides) > 1:
            yield _said("rf", f"max({', '.join(map(str, sides))})", max(sides))
        return
    shape = node.inputs[0] if node.inputs else ()
    met = widest(before)
    axis = 0 if met.extent[0] >= met.extent[1] else 1
    window = _window(node, shape, axis)
    if window is None or node.type.startswith("ConvTranspose"):
        return
    kernel, dilation = window
    start, step = met.extent[axis], met.step[axis]
    if kernel == 1 or start != int(start) or step != int(step):
        return
    spread = f"({kernel} − 1)" if dilation == 1 else f"{dilation}·({kernel} − 1)"
    value = int(start) + (kernel - 1) * dilation * int(step)
    if value == node.receptive_field:
        yield _said("rf", f"{int(start)} + {spread} · {int(step)}", value)


def _window(node: Node, shape: Shape, axis: int) -> tuple[int, int] | None:
    """Kernel and dilation on one axis; a global pooling's kernel is the map itself."""
    values = node.attributes
    if len(shape) != 4:
        return None
    if node.type.startswith("Adaptive"):
        target = _axis(values.get("output_size", 1), axis)
        return ceil(shape[2 + axis] / (target or shape[2 + axis])), 1
    if node.type == "mean" and prod(node.shape[2:]) == 1:
        return shape[2 + axis], 1
    if "kernel_size" not in values:
        return None
    return _axis(values["kernel_size"], axis), _axis(values.get("dilation", 1), axis)


def _axis(value: Any, axis: int) -> Any:
    return value[axis if len(value) > 1 else 0] if isinstance(value, list | tuple) else value


def _said(name: Name, formula: str, value: int) -> Derivation:
    """The formula with its value behind it, unless it is nothing but that value."""
    shown = f"{value:,}"
    return Derivation(name, formula if formula == shown else f"{formula} = {shown}", value)
