"""What a box says: the paper's notation first, the attribute path below, the shape beside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resnet_core.graph import Group, Node, Shape

_NAMES = {
    "ReLU": "ReLU",
    "relu": "ReLU",
    "ReLU6": "ReLU6",
    "LeakyReLU": "leaky ReLU",
    "GELU": "GELU",
    "SiLU": "SiLU",
    "ELU": "ELU",
    "Hardswish": "hard-swish",
    "Sigmoid": "sigmoid",
    "Hardsigmoid": "hard sigmoid",
    "BatchNorm1d": "batch norm",
    "BatchNorm2d": "batch norm",
    "GroupNorm": "group norm",
    "InstanceNorm2d": "instance norm",
    "LayerNorm": "layer norm",
    "add": "add",
    "mul": "multiply",
    "cat": "concatenate",
    "flatten": "flatten",
    "Flatten": "flatten",
    "layer_norm": "layer norm",
    "getitem": "select",
}
_SHORT = {"batch norm": "BN", "group norm": "GN", "instance norm": "IN", "layer norm": "LN"}

# What a label can tell; what it tells unless asked otherwise.
LABELS = ("path", "params", "macs", "rf", "shape", "memory")
DEFAULT_LABELS = ("path", "params", "shape")


@dataclass(frozen=True)
class Label:
    """The texts of one box. ``accent`` is written in the shortcut's colour."""

    title: str
    accent: str = ""
    count: str = ""
    small: str = ""
    shape: str = ""
    bold: bool = False


def label(node: Node, wanted: Collection[str] = DEFAULT_LABELS) -> Label:
    """The label of a node as the picture shows it; ``wanted`` are some of ``LABELS``."""
    shapes = " · ".join(shape_text(each) for each in dict.fromkeys(node.outputs))
    return Label(
        title=title(node),
        accent=_shortcut(node),
        count=f"× {len(node.folded) + 1}" if node.folded else "",
        small=small(node, wanted),
        shape=shapes if "shape" in wanted else "",
        bold=node.reshapes,
    )


def title(node: Node) -> str:
    """``3×3 conv, 128, /2`` and the like; joined calls follow after a dot."""
    if node.kind == "group":
        return _group_title(node)
    first, *rest = node.parts or (node,)
    return " · ".join([call_title(first), *(_short(each) for each in rest)])


def call_title(node: Node) -> str:
    """One call in the paper's notation."""
    values = node.attributes
    if node.role == "conv" and "kernel_size" in values:
        kind = "1-D conv" if node.type.endswith("1d") else "conv"
        return ", ".join([f"{_kernel(values)} {kind}", *_conv_details(values)])
    if node.role == "pool":
        return _pool(node)
    if node.role == "linear" and "out_features" in values:
        return f"linear, {values['out_features']}"
    if node.role in ("input", "output"):
        return node.id
    if node.type in ("add", "mul") and len(node.inputs) < 2:
        return _with_constant(node)
    if node.type == "getitem":
        return _selection(node)
    if node.type == "pad":
        return _padding(node)
    name = _NAMES.get(node.type, node.type)
    if node.type == "GroupNorm":
        groups = values.get("num_groups")
        return "layer norm" if groups == 1 else f"{name}, {groups} groups"
    return name


def small(node: Node, wanted: Collection[str] = DEFAULT_LABELS) -> str:
    """The small print: where it is in the module, what it costs, how far it sees."""
    if node.kind in ("input", "output"):
        return ""
    facts = {
        "path": _where(node),
        "params": params_text(node.params),
        "macs": f"{amount(node.macs)} MACs" if node.macs else "",
        "rf": f"RF {node.receptive_field}",
        "memory": f"{binary_amount(4 * node.activations)}",
    }
    return "  ·  ".join(text for name, text in facts.items() if text and name in wanted)


def _where(node: Node) -> str:
    where = node.path
    if node.folded:
        where = f"{node.path} … {node.folded[-1]}"
    elif len(node.parts) > 1 and node.kind != "group":
        where = " ".join(_relative(each, node.parts[0]) for each in node.parts)
    return where + (f" ({ordinal(node.call)} call)" if node.call > 1 else "")


def frame_texts(group: Group, params: int, blocks: int) -> tuple[str, str]:
    """Name and figures of a framed group."""
    name = group.path
    if group.folded:
        name = f"{group.path} … {group.folded[-1]}"
    figures = [f"× {len(group.folded) + 1}"] if group.folded else []
    if blocks:
        figures.append(f"{blocks} block" + "s" * (blocks > 1))
    elif group.type not in ("Sequential", "ModuleList"):
        figures.insert(0, group.type)
    figures.append(params_text(params))
    return name, "  ·  ".join(each for each in figures if each)


def shape_text(shape: Shape) -> str:
    """``64×56×56``; the batch is shown only where it is not 1, or where it is a formula."""
    if shape[:1] == (1,) and len(shape) > 1 and not hasattr(shape[0], "symbol"):
        shape = shape[1:]
    return "×".join(str(getattr(each, "symbol", each)) for each in shape)


def params_text(count: int) -> str:
    return f"{count:,} param{'s' * (count != 1)}" if count else ""


def amount(count: int) -> str:
    """``372.5 M`` and ``4.09 G``: four digits, as papers write them."""
    for unit, size in (("T", 10**12), ("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= size:
            digits = 2 if count < 10 * size else 1
            return f"{count / size:.{digits}f} {unit}"
    return str(count)


def binary_amount(count: int) -> str:
    """Bytes as memory is counted: ``3.1 MiB``."""
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"


def ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in (11, 12, 13) else 0)
    return f"{number}{ending or 'th'}"


def _kernel(values: Mapping[str, Any]) -> str:
    size = values["kernel_size"]
    sides = size if isinstance(size, list | tuple) else (size, size)
    return "×".join(str(each) for each in sides)


def _conv_details(values: Mapping[str, Any]) -> list[str]:
    found = [str(values["out_channels"])]
    if _step(values):
        found.append(_step(values))
    groups = values.get("groups", 1)
    if groups != 1:
        depthwise = groups == values["in_channels"] == values["out_channels"]
        found.append("depthwise" if depthwise else f"{groups} groups")
    dilation = _pair(values.get("dilation", 1))
    if dilation != (1, 1):
        found.append(f"dilation {_one(dilation)}")
    return found


def _pool(node: Node) -> str:
    kind = "max pool" if "max" in node.type.lower() else "average pool"
    if node.type.startswith("Adaptive"):
        target = _pair(node.attributes.get("output_size", 1))
        return f"global {kind}" if target == (1, 1) else f"{kind} to {_one(target)}"
    if "kernel_size" not in node.attributes:
        over = _pair(node.attributes.get("dim", (2, 3)))
        plain = "mean" if node.type == "mean" else "maximum"
        return f"{plain} over channels" if over == (1, 1) else f"global {kind}"
    values = node.attributes
    return ", ".join(each for each in (f"{_kernel(values)} {kind}", _step(values)) if each)


def _with_constant(node: Node) -> str:
    """``× gamma``: an operation with a parameter of the module itself, or with a number."""
    sign = {"add": "+", "mul": "×"}[node.type]
    names = [each.rpartition(".")[2] for each in node.attributes.get("parameters", ())]
    number = node.attributes.get("other", "")
    what = ", ".join(names) or (f"{number:.4g}" if isinstance(number, float) else str(number))
    return f"{sign} {what}".strip()


def _selection(node: Node) -> str:
    """Indexing: every n-th position, or a part."""
    given, made = node.inputs[0] if node.inputs else (), node.shape
    if len(given) == len(made) == 4 and given[1] == made[1] and given[2] > made[2] > 0:
        step = -(-given[2] // made[2])
        return f"every {ordinal(step)} position, /{step}"
    return "select"


def _padding(node: Node) -> str:
    given, made = node.inputs[0] if node.inputs else (), node.shape
    if len(given) == len(made) == 4 and made[1] > given[1] and made[2:] == given[2:]:
        return f"zeros for {made[1] - given[1]} channels"
    return "pad"


def _step(values: Mapping[str, Any]) -> str:
    stride = _pair(values.get("stride") or values.get("kernel_size", 1))
    return "" if stride == (1, 1) else f"/{_one(stride)}"


def _short(node: Node) -> str:
    name = call_title(node)
    return _SHORT.get(name.split(",")[0], name)


def _group_title(node: Node) -> str:
    values = node.attributes
    if node.role == "stage":
        blocks = len({each.group for each in node.parts if each.role == "add"})
        return f"{blocks} blocks" if blocks else node.type
    found = node.type + (f" {values['planes']}" if "planes" in values else "")
    stride = values.get("stride", 1)
    return found if stride == 1 else f"{found}, /{stride}"


def _shortcut(node: Node) -> str:
    kind = node.attributes.get("shortcut", "") if node.kind == "group" else ""
    return "no shortcut" if kind == "none" else kind


def _relative(node: Node, first: Node) -> str:
    """The path after what it shares with the group of the first."""
    prefix = f"{first.path.rpartition('.')[0]}."
    return node.path.removeprefix(prefix) if node is not first else node.path


def _pair(value: Any) -> tuple[Any, Any]:
    both: Sequence[Any] = value if isinstance(value, list | tuple) else (value,)
    return both[0], both[-1]


def _one(pair: tuple[Any, Any]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}×{pair[1]}"
