"""What a call is: role, hyper-parameters, its group's level, and its lane: main path or shortcut.

Where two paths meet, one did the work and the other is the shortcut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import torch
from torch import nn

from resnet_core.graph.model import (
    Edge,
    Group,
    Lane,
    Level,
    Node,
    Role,
    changed,
)

_MODULES: tuple[tuple[str, Role], ...] = (
    ("Conv", "conv"),
    ("LazyConv", "conv"),
    ("BatchNorm", "norm"),
    ("SyncBatchNorm", "norm"),
    ("GroupNorm", "norm"),
    ("InstanceNorm", "norm"),
    ("LayerNorm", "norm"),
    ("LocalResponseNorm", "norm"),
    ("RMSNorm", "norm"),
    ("MaxPool", "pool"),
    ("AvgPool", "pool"),
    ("AdaptiveAvgPool", "pool"),
    ("AdaptiveMaxPool", "pool"),
    ("LPPool", "pool"),
    ("Linear", "linear"),
    ("Bilinear", "linear"),
    ("MultiheadAttention", "linear"),
    ("Flatten", "reshape"),
    ("Unflatten", "reshape"),
    ("PixelShuffle", "reshape"),
    ("Upsample", "reshape"),
    ("ZeroPad", "reshape"),
    ("Dropout", "dropout"),
    ("AlphaDropout", "dropout"),
    ("Identity", "identity"),
)

_FUNCTIONS: dict[str, Role] = {
    "add": "add",
    "sub": "add",
    "mul": "multiply",
    "div": "multiply",
    "cat": "concat",
    "concat": "concat",
    "stack": "concat",
    "flatten": "reshape",
    "reshape": "reshape",
    "view": "reshape",
    "permute": "reshape",
    "transpose": "reshape",
    "chunk": "reshape",
    "split": "reshape",
    "squeeze": "reshape",
    "unsqueeze": "reshape",
    "pad": "reshape",
    "getitem": "reshape",
    "setitem": "reshape",
    "interpolate": "reshape",
    "expand": "reshape",
    "expand_as": "reshape",
    "contiguous": "identity",
    "clone": "identity",
    "dropout": "dropout",
    "matmul": "linear",
    "bmm": "linear",
    "linear": "linear",
    "conv1d": "conv",
    "conv2d": "conv",
    "conv3d": "conv",
    "batch_norm": "norm",
    "layer_norm": "norm",
    "group_norm": "norm",
    "instance_norm": "norm",
    "mean": "pool",
    "amax": "pool",
    "relu": "activation",
    "relu6": "activation",
    "sigmoid": "activation",
    "hardsigmoid": "activation",
    "tanh": "activation",
    "silu": "activation",
    "gelu": "activation",
    "softmax": "activation",
    "leaky_relu": "activation",
    "elu": "activation",
    "hardswish": "activation",
    "mish": "activation",
}

_HYPERPARAMETERS = (
    "in_channels", "out_channels", "in_features", "out_features", "kernel_size", "stride",
    "padding", "dilation", "groups", "num_features", "num_groups", "num_channels",
    "normalized_shape", "output_size", "eps", "negative_slope", "p", "ceil_mode", "scale_factor",
    "mode", "batch_first",
)  # fmt: skip
# Those of a window, which a map has one of for each axis; and what a hyper-parameter may be.
_WINDOW = frozenset({"kernel_size", "stride", "padding", "dilation"})
_PLAIN = (bool, int, float, str, tuple, list)


def of_module(module: nn.Module) -> Role:
    """The role of one of torch's own layers; ``other`` for any that is not known."""
    name = torch_name(module)
    for start, role in _MODULES:
        if name.startswith(start):
            return role
    if any(item.__module__ == "torch.nn.modules.activation" for item in type(module).__mro__):
        return "activation"
    return "other"


def torch_name(module: nn.Module) -> str:
    """The name of the torch layer that a module is or is derived from; else its own."""
    for kind in type(module).__mro__:
        if is_torchs_own(kind) and kind is not nn.Module:
            return kind.__name__
    return type(module).__name__


def is_torchs_own(kind: type) -> bool:
    """Whether a class is one of torch's layers, or what they are made of."""
    return kind.__module__.startswith("torch.nn.modules.")


def of_function(name: str) -> Role:
    """The role of a torch function by its plain name."""
    if name.endswith(("pool1d", "pool2d", "pool3d")):
        return "pool"
    return _FUNCTIONS.get(name, "other")


def function_name(recorded: str) -> str:
    """A function's plain name: ``add_`` and ``__iadd__`` are additions."""
    plain = recorded.strip("_")
    if plain != recorded and plain[:1] == "i" and plain[1:] in ("add", "sub", "mul", "div"):
        return plain[1:]
    return {"multiply": "mul", "subtract": "sub", "truediv": "div"}.get(plain, plain)


def attributes(module: nn.Module) -> dict[str, Any]:
    """The hyper-parameters of a layer, read from the live module."""
    found = {}
    given = vars(module)
    kind: Any = type(module)
    held = _held(kind)
    flat = _is_2d(module)
    for name in _HYPERPARAMETERS:
        # What a module has not, torch looks for in its layers and buffers first, which takes long.
        if held is not None and name not in given and name not in held:
            continue
        value = getattr(module, name, None)
        if isinstance(value, _PLAIN):
            found[name] = _per_axis(value) if flat and name in _WINDOW else _plain(value)
    # Padding is zeros unless a convolution says otherwise.
    if getattr(module, "padding_mode", "zeros") != "zeros":
        found["padding_mode"] = module.padding_mode
    if hasattr(module, "bias"):
        found["bias"] = isinstance(module.bias, torch.Tensor)
    return found


@lru_cache(256)
def _held(kind: Any) -> frozenset[str] | None:
    """The hyper-parameters that a class has itself; None where it has its own way to look."""
    if kind.__getattr__ is not nn.Module.__getattr__:
        return None
    return frozenset(name for name in _HYPERPARAMETERS if hasattr(kind, name))


def knobs(module: nn.Module) -> dict[str, Any]:
    """What a registered subject was made of; of other containers nothing is known."""
    return dict(vars(module).get("knobs", {}))


def level(module: nn.Module) -> Level:
    """``block`` for what is registered as a block; the rest follows from the structure."""
    return "block" if _is_registered(module) else ""


def of_block(module: nn.Module, name: str, default: Any) -> Any:
    """What the class of a registered block says of itself; of another module the default.

    A module of one's own may have an attribute of that name which means something else, and one
    that is derived from a registered block may have another forward.
    """
    return getattr(type(module), name, default) if _is_registered(module) else default


def _is_registered(module: nn.Module) -> bool:
    """Whether its very class is a registered block; one derived from it is somebody's own."""
    return vars(type(module)).get("subject_kind") == "block"


def with_levels(groups: Sequence[Group], nodes: Sequence[Node]) -> list[Group]:
    """Groups with their level.

    A block is a registered block, or else the outermost group that adds or concatenates by
    itself and holds no two groups that do: those are the blocks then, and what joins around them
    (a position that is added at the start, the skips of a U-Net) makes no block of them all. One of
    which there are several may hold any number of small ones, such as a position that each block
    adds by a layer of its own. A stage is a group that contains nothing but blocks.
    """
    levels = {group.path: group.level for group in groups}
    parents = {group.path: group.parent for group in groups}
    joining = {node.group for node in nodes if node.role in ("add", "concat")}
    inner = Counter(
        box
        for path in joining | {path for path, level in levels.items() if level == "block"}
        if path
        for box in _above(path, parents)
    )
    blocks = {path for path in joining if inner[path] < 2}
    blocks |= _repeated(groups, nodes, joining, parents)
    for group in groups:
        inside_block = any(levels[box] == "block" for box in _above(group.path, parents))
        if inside_block:
            levels[group.path] = ""
        elif group.path in blocks:
            levels[group.path] = "block"
    direct = {node.group for node in nodes if node.kind in ("module", "function")}
    inside: dict[str, list[str]] = {}
    for group in groups:
        if group.path:
            inside.setdefault(group.parent, []).append(group.path)
    for group in groups:
        children = inside.get(group.path)
        if (
            levels[group.path] == ""
            and children
            and group.path not in direct
            and all(levels[child] == "block" for child in children)
        ):
            levels[group.path] = "stage"
    return [changed(group, level=levels[group.path]) for group in groups]


def _repeated(
    groups: Sequence[Group], nodes: Sequence[Node], joining: set[str], parents: dict[str, str]
) -> set[str]:
    """The groups that join, of which there are several, and in which only small ones join."""
    large = joining - _small(groups, nodes)
    holding = {box for path in large if path for box in _above(path, parents)}
    sorts = Counter(group.type for group in groups if group.path in joining)
    several = {group.path for group in groups if sorts[group.type] > 1}
    return (several & joining) - holding - {""}


def _small(groups: Sequence[Group], nodes: Sequence[Node]) -> set[str]:
    """The groups with at most one layer that has parameters, those inside included."""
    parents = {group.path: group.parent for group in groups}
    layers: Counter[str] = Counter()
    for node in nodes:
        if node.params:
            layers.update([node.group, *_above(node.group, parents)])
    return {path for path in parents if layers[path] <= 1}


def _above(path: str, parents: dict[str, str]) -> Iterable[str]:
    while path:
        path = parents[path]
        yield path


def _is_2d(module: nn.Module) -> bool:
    return torch_name(module).endswith("2d")


def _per_axis(value: Any) -> Any:
    return [value, value] if isinstance(value, int) else _plain(value)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value


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
    given = sum(bit[node.id] for node in nodes if node.kind == "input")
    lane_of: dict[str, Lane] = {}
    into: dict[tuple[str, str], Lane] = {}
    for node in nodes:
        operands = preds[node.id]
        if node.role not in ("add", "multiply") or len(operands) < 2:
            continue
        if node.role == "add" and not all(past[operand] & given for operand in operands):
            continue  # a constant, or what is made of a buffer, comes from no fork
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
