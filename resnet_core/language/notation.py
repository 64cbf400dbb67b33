"""What a picture says: boxes their notation, path and shape; the caption title, facts and sums."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resnet_core.bilingual import Language, Text
from resnet_core.graph.loose_ends import loose_ends
from resnet_core.graph.model import Graph, Group, Node, Shape
from resnet_core.language.terms import amount, ordinal, say

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
    "setitem": "write a part",
}
_SHORT = {"batch norm": "BN", "group norm": "GN", "instance norm": "IN", "layer norm": "LN"}

_CONTAINERS = ("Sequential", "ModuleList")

# What has happened to a call between two structures.
SIGNS = {"added": "+", "removed": "−", "changed": "≠", "reshaped": "≈"}

# What a label can tell; what it tells unless asked otherwise.
LABELS = ("path", "params", "macs", "rf", "shape", "memory")
DEFAULT_LABELS = ("path", "params", "shape")


@dataclass(frozen=True)
class Label:
    """The texts of one box. ``accent`` says in words which ``shortcut`` a closed block has."""

    title: str
    accent: str = ""
    count: str = ""
    small: str = ""
    shape: str = ""
    bold: bool = False
    shortcut: str = ""


def label(node: Node, wanted: Collection[str] = DEFAULT_LABELS, language: Language = "en") -> Label:
    """The label of a node as the picture shows it; ``wanted`` are some of ``LABELS``."""
    shapes = " · ".join(shape_text(shape) for shape in dict.fromkeys(node.outputs))
    return Label(
        title=title(node, language),
        accent=_shortcut(node, language),
        count=f"× {len(node.folded) + 1}" if node.folded else "",
        small=small(node, wanted, language),
        shape=shapes if "shape" in wanted else "",
        bold=node.reshapes,
        shortcut=_kind(node),
    )


def title(node: Node, language: Language = "en") -> str:
    """``3×3 conv, 128, /2`` and the like; joined calls follow after a dot."""
    if node.kind == "group":
        return _group_title(node, language)
    first, *rest = node.parts or (node,)
    return " · ".join([call_title(first, language), *(_short(item, language) for item in rest)])


def call_title(node: Node, language: Language = "en") -> str:
    """One call in the paper's notation."""
    values = node.attributes
    if node.role == "conv" and "kernel_size" in values:
        kind = say(_conv_kind(node), language)
        details = _conv_details(values, language)
        if "Transpose" in node.type:  # its step is one of the output: the map grows by it
            details = [detail.replace("/", "×") for detail in details]
        one = node.type.lower().endswith(
            "1d"
        )  # 3 alone before "1-D conv" reads as a number of them
        named = say("{} of {}", language, kind, _kernel(values)) if one else ""
        return ", ".join([named or f"{_kernel(values)} {kind}", *details])
    if node.role == "pool":
        return _pool(node, language)
    if node.role == "linear" and "out_features" in values:
        return f"{say('linear', language)}, {values['out_features']}"
    if node.role in ("input", "output"):
        return end_name(node, language)
    if node.type in ("add", "mul") and len(node.inputs) < 2:
        return _with_constant(node, language)
    if node.type == "getitem":
        return _selection(node, language)
    if node.type == "pad":
        return _padding(node, language)
    if node.type == "GroupNorm" and values.get("num_groups") == 1:
        return say("layer norm", language)
    name = say(_NAMES.get(node.type, node.type), language)
    if node.type == "GroupNorm":
        return f"{name}, {say('{} groups', language, values['num_groups'])}"
    return name


def end_name(node: Node, language: Language = "en") -> str:
    """``input`` or ``output``, with its number where there are several."""
    return say(node.role, language) + node.id.removeprefix(node.role)


def small(node: Node, wanted: Collection[str] = DEFAULT_LABELS, language: Language = "en") -> str:
    """The small print: where it is in the module, what it costs, how far it sees."""
    if node.kind in ("input", "output"):
        return ""
    told = [fact(node, language) for name, fact in _SMALL.items() if name in wanted]
    return "  ·  ".join([text for text in told if text])


def _where(node: Node, language: Language) -> str:
    where = node.path
    if node.folded:
        where = f"{node.path} … {node.folded[-1]}"
    elif len(node.parts) > 1 and node.kind != "group":
        where = " ".join(_relative(part, node.parts[0]) for part in node.parts)
    if node.call == 1:
        return where
    return f"{where} {say('({} call)', language, ordinal(node.call, language))}"


def _macs(node: Node, language: Language) -> str:
    return say("{} MACs", language, amount(node.macs, language)) if node.macs else ""


# What the small print may tell, in this order.
_SMALL: dict[str, Callable[[Node, Language], str]] = {
    "path": _where,
    "params": lambda node, language: params_text(node.params, language),
    "macs": _macs,
    "rf": lambda node, language: say("RF {}", language, node.receptive_field),
    "memory": lambda node, _: binary_amount(4 * node.activations),
}


def frame_texts(
    group: Group, params: int, blocks: int, language: Language = "en"
) -> tuple[str, str]:
    """Name and figures of a framed group."""
    name = group.path
    if group.folded:
        name = f"{group.path} … {group.folded[-1]}"
    figures = [f"× {len(group.folded) + 1}"] if group.folded else []
    if blocks:
        figures.append(_blocks(blocks, language))
    elif group.type not in _CONTAINERS:
        figures.insert(0, group.type)
    figures.append(params_text(params, language))
    return name, "  ·  ".join(figure for figure in figures if figure)


def _blocks(count: int, language: Language) -> str:
    return say("{} block" if count == 1 else "{} blocks", language, count)


def shape_text(shape: Shape) -> str:
    """``64×56×56``; the batch is shown only where it is not 1, or where it is a formula."""
    if len(shape) > 1 and shape[0] == 1 and not hasattr(shape[0], "symbol"):
        shape = shape[1:]
    return "×".join([str(getattr(size, "symbol", size)) for size in shape])


def params_text(count: int, language: Language = "en") -> str:
    """``16,384 params``; nothing where there are none."""
    return say("{} param" if count == 1 else "{} params", language, f"{count:,}") if count else ""


def binary_amount(count: int) -> str:
    """Bytes as memory is counted: ``3.1 MiB``."""
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"


def _kernel(values: Mapping[str, Any]) -> str:
    size = values["kernel_size"]
    sides = size if isinstance(size, list | tuple) else (size, size)
    return "×".join(str(side) for side in sides)


def _conv_kind(node: Node) -> str:
    if "Transpose" in node.type:
        return "transposed conv"
    return "1-D conv" if node.type.endswith("1d") else "conv"


def _conv_details(values: Mapping[str, Any], language: Language) -> list[str]:
    found = [str(values["out_channels"])]
    if _step(values):
        found.append(_step(values))
    groups = values.get("groups", 1)
    if groups != 1:
        depthwise = groups == values["in_channels"] == values["out_channels"]
        found.append(say("depthwise" if depthwise else "{} groups", language, groups))
    dilation = _pair(values.get("dilation", 1))
    if dilation != (1, 1):
        found.append(say("dilation {}", language, _one(dilation)))
    return found


def _pool(node: Node, language: Language) -> str:
    values = node.attributes
    kind = _pool_kind(node, language)
    if node.type.startswith("Adaptive"):
        target = _pair(values.get("output_size", 1))
        if target == (1, 1):
            return say("global {}", language, kind)
        return say("{} to {}", language, kind, _one(target))
    if "kernel_size" not in values:
        return _reduction(node, language)
    return ", ".join(value for value in (f"{_kernel(values)} {kind}", _step(values)) if value)


def _reduction(node: Node, language: Language) -> str:
    """A mean or a maximum over whole axes, or a pool to a size that the output has."""
    kind, values = _pool_kind(node, language), node.attributes
    given = node.inputs[0] if node.inputs else ()
    sides = len(given)
    if node.type not in ("mean", "amax"):
        left = node.shape[2:]
        if all(side == 1 for side in left):
            return say("global {}", language, kind)
        return say("{} to {}", language, kind, "×".join(map(str, left)))
    dim = values.get("dim", list(range(sides)))
    axes = {axis % max(sides, 1) for axis in (dim if isinstance(dim, list | tuple) else [dim])}
    if sides in (4, 5) and axes == set(range(2, sides)):
        return say("global {}", language, kind)
    word = "mean" if node.type == "mean" else "maximum"
    if len(axes) == sides:
        return say(f"{word} of all", language)
    if sides in (4, 5) and axes == {1}:
        return say(f"{word} over channels", language)
    # What an axis of a sequence is, positions or channels, is for its model to say.
    named = ", ".join(map(str, sorted(axes)))
    axis = "axis" if len(axes) == 1 else "axes"
    return say(f"{word} over {axis} {{}}", language, named)


def _pool_kind(node: Node, language: Language) -> str:
    return say("max pool" if "max" in node.type.lower() else "average pool", language)


def _with_constant(node: Node, language: Language) -> str:
    """``× gamma``: an operation with a parameter or buffer of the module itself, or a number."""
    sign = {"add": "+", "mul": "×"}[node.type]
    own = [*node.attributes.get("parameters", ()), *node.attributes.get("buffers", ())]
    names = [item.rpartition(".")[2] for item in own]
    number = node.attributes.get("other", "")
    what = ", ".join(names) or (f"{number:.4g}" if isinstance(number, float) else str(number))
    return f"{sign} {what or say('a tensor', language)}"


def _selection(node: Node, language: Language) -> str:
    """Indexing: every n-th position, or a part."""
    given, made = node.inputs[0] if node.inputs else (), node.shape
    cut = node.attributes.get("cut")
    whole = len(given) == len(made) == 4 and given[1] == made[1] and given[2] > made[2] > 0
    if whole and not cut:
        step = -(-given[2] // made[2])
        return say("every {} position, /{}", language, ordinal(step, language), step)
    return say("select", language)


def _padding(node: Node, language: Language) -> str:
    given, made = node.inputs[0] if node.inputs else (), node.shape
    if len(given) == len(made) == 4 and made[1] > given[1] and made[2:] == given[2:]:
        return say("zeros for {} channels", language, made[1] - given[1])
    return say("pad", language)


def _step(values: Mapping[str, Any]) -> str:
    stride = _pair(values.get("stride") or values.get("kernel_size", 1))
    return "" if stride == (1, 1) else f"/{_one(stride)}"


def _short(node: Node, language: Language) -> str:
    """BN and the like: what follows in a joined box is written short in every language."""
    name = call_title(node)
    return _SHORT.get(name.split(",")[0], call_title(node, language))


def _group_title(node: Node, language: Language) -> str:
    values = node.attributes
    if node.role == "stage":
        return f"{values['blocks']} × {values['made_of']}" if "made_of" in values else node.type
    if node.type in _CONTAINERS:
        return _contents(node, language) or node.type
    found = node.type + (f" {values['planes']}" if "planes" in values else "")
    stride = values.get("stride", 1)
    return found if stride == 1 else f"{found}, /{stride}"


def _contents(node: Node, language: Language) -> str:
    """What a container holds, for its type says nothing: ``13 × conv · 5 × max pool``."""
    parts = [part for part in node.parts if part.role in ("conv", "linear", "pool")]
    if len(parts) == 1:
        return call_title(parts[0], language)
    counted = Counter(
        _pool_kind(part, language) if part.role == "pool" else say(part.role, language)
        for part in parts
    )
    return " · ".join(f"{count} × {name}" for name, count in counted.items())


def _kind(node: Node) -> str:
    return node.attributes.get("shortcut", "") if node.kind == "group" else ""


def _shortcut(node: Node, language: Language) -> str:
    kind = _kind(node)
    return say("no shortcut" if kind == "none" else kind, language) if kind else ""


def _relative(node: Node, first: Node) -> str:
    """The path after what it shares with the group of the first."""
    prefix = f"{first.path.rpartition('.')[0]}."
    return node.path.removeprefix(prefix) if node is not first else node.path


def _pair(value: Any) -> tuple[Any, Any]:
    both: Sequence[Any] = value if isinstance(value, list | tuple) else (value,)
    return both[0], both[-1]


def _one(pair: tuple[Any, Any]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}×{pair[1]}"


@dataclass(frozen=True)
class Caption:
    """What is known of a structure beside its graph.

    ``parameters`` are all knobs with their values; ``notable`` those worth a word above the
    picture: what a preset fixes and what differs from the defaults. ``note`` says how the graph
    came about, where that is not as always.
    """

    name: str
    title: str
    kind: str = ""
    formula: str = ""
    paper: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    notable: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    fix: str | None = None
    own_title: str | None = None
    language: Language = "en"
    note: str = ""

    @property
    def above(self) -> str:
        """The title above the picture: the reader's own, empty where none is wanted."""
        return self.called(self.language) if self.own_title is None else self.own_title

    @property
    def named(self) -> str:
        """What the document is called, for those who do not see it: never empty."""
        return self.above.strip() or self.called(self.language)

    def called(self, language: Language) -> str:
        """The title in a language; a class of the reader's own keeps its name."""
        return say(self.title, language) if self.kind in ("block", "model") else self.title


def spoken(name: str, language: Language) -> str:
    """A title, with knobs in brackets behind it or without."""
    found = re.fullmatch(r"(.+?) \((\w+=.*)\)", name)
    if language == "en" or found is None:
        return say(name, language)
    title, knobs = found.groups()
    return Text("{} ({})", "{}（{}）").format(say(title, language), knobs.replace(", ", "，"))[
        language
    ]


def facts(caption: Caption, graph: Graph, language: Language = "en") -> list[str]:
    """What this structure is: channels, notable knobs, the kind of shortcut, the input."""
    notable = dict(caption.notable)
    found = []
    if caption.kind == "block":
        for known in ("inplanes", "planes", "outplanes", "shortcut"):
            notable.pop(known, None)
        given = graph.inputs[0].shape
        if graph.outputs:
            made = graph.outputs[0].shape
            found.append(say("{} → {} channels", language, given[1], made[1]))
        else:
            found.append(say("{} channels", language, given[1]))
    found += [_words(name, value) for name, value in notable.items()]
    if caption.kind == "block":
        found += _said_of_shortcut(graph, language)
    else:
        sizes = ["×".join(map(str, node_input.shape[2:])) for node_input in graph.inputs]
        found += [say("{} input", language, size) for size in dict.fromkeys(sizes) if size]
    if not graph.outputs and graph.problem is None:
        found.append(say("no tensor comes out", language))
    if caption.kind not in ("block", "model"):
        found += _loose(graph, language)
    batch = graph.inputs[0].shape[0]
    found += [say("batch {}", language, batch)] if batch != 1 and _batch_first(graph) else []
    return found + ([say(caption.note, language)] if caption.note else [])


def _loose(graph: Graph, language: Language) -> list[str]:
    """What does not hang together: the explanation says more of it."""
    ends = loose_ends(graph)
    found = [say("no way from the input to the output", language)] if ends.cut else []
    for nodes, one, many in (
        (ends.unfed, "{} layer without input", "{} layers without input"),
        (ends.unused, "{} layer of no use", "{} layers of no use"),
    ):
        if count := sum(node.kind == "module" for node in nodes):
            found.append(say(one if count == 1 else many, language, count))
    return found


def _batch_first(graph: Graph) -> bool:
    """Whether the first axis of the input is the batch: not where steps of time come first."""
    takers = [graph.node[edge.target] for edge in graph.outgoing[graph.inputs[0].id]]
    return not any(taker.attributes.get("batch_first") is False for taker in takers)


def sums(graph: Graph, language: Language = "en") -> list[str]:
    """Parameters, multiply-adds, receptive field."""
    totals = graph.totals
    found = [say("{} parameters", language, f"{totals.params:,}")]
    if graph.problem:
        return found
    found.append(say("{} multiply-adds", language, amount(totals.macs, language)))
    if not graph.mixes:
        found.append(say("receptive field {}", language, totals.receptive_field))
    return found


def _said_of_shortcut(graph: Graph, language: Language) -> list[str]:
    """The kinds of shortcut that the block's own additions close."""
    joins = [node for node in graph.nodes if node.role == "add" and not node.group]
    kinds = [
        item for item in map(graph.shortcut_into, (join.id for join in joins)) if item != "none"
    ]
    found = [
        say("{} shortcut", language, say(kind, language))
        if count == 1
        else say("{} {} shortcuts", language, count, say(kind, language))
        for kind, count in Counter(kinds).items()
    ]
    return found or ([] if graph.problem else [say("no shortcut", language)])


def _words(name: str, value: Any) -> str:
    """A knob as people say it: ``stride 2``, ``no top``, ``bottleneck``.

    Names of knobs are the same in every language: they are what one types.
    """
    if isinstance(value, bool):
        plain = name.removeprefix("include_").replace("_", " ")
        return plain if value else f"no {plain}"
    if name == "block":
        return str(value)
    if name == "layers":
        return f"layers {str(value).replace(',', ', ')}"
    if name == "norm_layer":
        return "no norm" if value == "none" else f"{value} norm"
    if name in ("activation", "shortcut"):
        return f"{value} {name}" if name == "shortcut" else str(value)
    return f"{name.replace('_', ' ')} {value}"
