"""What can be drawn of a source: its classes, constructors as forms, sensible first values."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from torch import nn

from resnet_core.source.program import Program

Shape = tuple[int, ...]

# First values by the parameter's name; the name is compared without underscores.
_FIRST: Mapping[str, str] = {
    **dict.fromkeys(
        ("inplanes", "inplane", "inchannels", "inchannel", "inp", "inch", "cin", "c1", "infilters",
         "inputchannels", "channels", "channel", "dim", "inplanes1", "nin", "ninputs", "filters",
         "planes", "outplanes", "outchannels", "outchannel", "oup", "outch", "cout", "c2",
         "outputchannels", "nfeat", "width", "hiddendim", "embeddim", "dmodel", "indim", "outdim",
         "nf", "hidden", "outfilters", "c", "ch", "midchannels", "embedim"), "64"
    ),
    **dict.fromkeys(("inchans", "imgchannels", "nchannels", "imagechannels"), "3"),
    **dict.fromkeys(("numclasses", "numclass", "nclasses", "classes", "nclass"), "10"),
    **dict.fromkeys(("kernelsize", "kernel", "ksize"), "3"),
    **dict.fromkeys(("stride", "s", "dilation", "groups", "rate", "padding", "n"), "1"),
    **dict.fromkeys(("numheads", "heads", "nhead", "nheads", "growthrate", "reduction"), "8"),
    **dict.fromkeys(("expandratio", "expansion", "mlpratio"), "4"),
    **dict.fromkeys(("layers", "blocksnum", "numblocks", "blocks", "nblocks"), "[3, 4, 6, 3]"),
    **dict.fromkeys(("depths", "depth"), "[2, 2, 6, 2]"),
    "dimbase": "64",
    "index": "0",
    "returnintermlayers": "True",
    "name": "'vgg16'",
    "backbone": "models.vgg16()",
    "blocknum": "2",
}  # fmt: skip
_BLOCKS = ("block", "blocktype", "resblock", "unit")


@dataclass(frozen=True)
class Knob:
    """A parameter of a constructor: its first value, and its default where it has one."""

    name: str
    value: str
    default: str | None = None


@dataclass(frozen=True)
class Offer:
    """A class of the source with its constructor's parameters."""

    name: str
    line: int
    knobs: tuple[Knob, ...]

    def call(self, values: Mapping[str, str] | None = None) -> str:
        """The call with these values, or with the first ones; what is the default is left out."""
        said = []
        for knob in self.knobs:
            value = (values or {}).get(knob.name, knob.value)
            if value != knob.default:
                said.append(value if knob.default is None else f"{knob.name}={value}")
        return f"{self.name}({', '.join(said)})"


def offers(program: Program) -> list[Offer]:
    """The classes that can be drawn, the likeliest first: the last that no other one uses."""
    nodes = program.modules
    names = [node.name for node in nodes]
    used = {
        name
        for node in nodes
        for name in names
        if name != node.name
        and any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))
    }
    made = [_offer(node, {node.name: node for node in nodes}, names) for node in nodes]
    return sorted(made, key=lambda offer: (offer.name in used, -offer.line))


def _offer(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef], names: list[str]) -> Offer:
    start = _constructor(node, classes)
    if start is None:
        return Offer(node.name, node.lineno, ())
    args = [*start.args.posonlyargs, *start.args.args][1:]
    defaults = [ast.unparse(default) for default in start.args.defaults]
    blank: list[str | None] = [None] * (len(args) - len(defaults))
    # More defaults than parameters: self has one too.
    pairs = zip(args, [*blank, *defaults][-len(args) :] if args else [], strict=True)
    knobs = [Knob(arg.arg, default or _first(arg, node, names), default) for arg, default in pairs]
    for arg, given in zip(start.args.kwonlyargs, start.args.kw_defaults, strict=True):
        value = ast.unparse(given) if given else _first(arg, node, names)
        knobs.append(Knob(arg.arg, value, ast.unparse(given) if given else ""))
    return Offer(node.name, node.lineno, tuple(_fitting(knobs, _expansion(node))))


def _expansion(node: ast.ClassDef) -> int:
    """How many times its planes a block gives out, as the class says it; 1 where it does not."""
    for part in node.body:
        if (
            isinstance(part, ast.Assign)
            and isinstance(part.value, ast.Constant)
            and isinstance(part.value.value, int)
            and any(isinstance(name, ast.Name) and name.id == "expansion" for name in part.targets)
        ):
            return part.value.value
    return 1


def _fitting(knobs: list[Knob], expansion: int) -> list[Knob]:
    """A block that does not project by itself takes as many channels as it gives out."""
    names = [knob.name for knob in knobs]
    if expansion == 1 or "downsample" not in names:
        return knobs
    first = knobs[0]
    return [replace(first, value=str(64 * expansion)), *knobs[1:]]


def _constructor(
    node: ast.ClassDef, classes: Mapping[str, ast.ClassDef], depth: int = 0
) -> ast.FunctionDef | None:
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            return part
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in classes and depth < 20:
            return _constructor(classes[base.id], classes, depth + 1)
    return None


def _first(arg: ast.arg, node: ast.ClassDef, names: Sequence[str]) -> str:
    """A sensible first value of a parameter that has no default."""
    plain = arg.arg.lower().replace("_", "")
    if plain in _BLOCKS:
        others = [name for name in names if name != node.name]
        return others[0] if others else "Bottleneck"
    return first_value(arg.arg, ast.unparse(arg.annotation) if arg.annotation else "")


def first_value(name: str, hint: str = "") -> str:
    """A sensible first value of a parameter of this name and type, as Python spells it."""
    plain = name.lower().replace("_", "")
    if plain in _FIRST:
        return _FIRST[plain]
    if hint == "bool" or plain.startswith(("use", "is", "has", "with", "include")):
        return "True"
    if hint == "float" or plain.endswith(("rate", "prob", "ratio")):
        return "0.0"
    if "channel" in plain or "plane" in plain or "dim" in plain:
        return "64"
    return "1"


def first_input(module: nn.Module) -> Shape:
    """An input that the first layer takes."""
    for layer in module.modules():
        name = type(layer).__name__
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            channels = int(layer.in_channels)
            return (1, channels, *(2 * (224 if channels == 3 else 56,)))
        if isinstance(layer, nn.BatchNorm2d | nn.InstanceNorm2d):
            return (1, layer.num_features, 56, 56)
        if isinstance(layer, nn.Conv1d):
            return (1, layer.in_channels, 128)
        if isinstance(layer, nn.Conv3d):
            return (1, layer.in_channels, 16, 56, 56)
        if isinstance(layer, nn.BatchNorm1d):
            return (1, layer.num_features)
        if isinstance(layer, nn.LayerNorm) and name == "LayerNorm":
            sides = tuple(layer.normalized_shape)
            return (1, sides[0], 56, 56) if _channels_first(layer) else (1, 16, *sides)
        if isinstance(layer, nn.Linear):
            if any(isinstance(other, nn.LayerNorm) for other in module.modules()):
                return (1, 16, layer.in_features)
            return (1, layer.in_features)
    return (1, 3, 224, 224)


def _channels_first(layer: nn.LayerNorm) -> bool:
    return type(layer).forward is not nn.LayerNorm.forward
