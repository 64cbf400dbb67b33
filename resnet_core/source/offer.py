"""What can be drawn of a source: classes, functions and modules, as forms with first values."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from resnet_core.bilingual import Words
from resnet_core.source.makers import made, makers
from resnet_core.source.program import Program

# First values by the parameter's name; the name is compared without underscores.
_FIRST: Mapping[str, str] = {
    **dict.fromkeys(
        ("inplanes", "inplane", "inchannels", "inchannel", "inp", "inch", "cin", "c1", "infilters",
         "inputchannels", "channels", "channel", "dim", "inplanes1", "nin", "ninputs", "filters",
         "planes", "outplanes", "outchannels", "outchannel", "oup", "outch", "cout", "c2",
         "outputchannels", "nfeat", "width", "hiddendim", "embeddim", "dmodel", "indim", "outdim",
         "nf", "hidden", "outfilters", "c", "ch", "midchannels", "embedim", "w", "inc", "outc",
         "cin", "cout", "ic", "oc", "inchans", "outsize", "basewidth", "inputdim", "outputdim",
         "numchannels", "numfeatures", "features", "nfilters", "numfilters"), "64"
    ),
    **dict.fromkeys(("inchans", "imgchannels", "nchannels", "imagechannels"), "3"),
    **dict.fromkeys(("numclasses", "numclass", "nclasses", "classes", "nclass"), "10"),
    **dict.fromkeys(("kernelsize", "kernel", "ksize"), "3"),
    **dict.fromkeys(("stride", "s", "dilation", "groups", "rate", "padding", "n"), "1"),
    **dict.fromkeys(("numheads", "heads", "nhead", "nheads", "growthrate", "reduction"), "8"),
    **dict.fromkeys(("expandratio", "expansion", "mlpratio"), "4"),
    **dict.fromkeys(("vocabsize", "vocab", "ntoken", "ntokens", "numembeddings"), "1000"),
    **dict.fromkeys(("layers", "blocksnum", "numblocks", "blocks", "nblocks"), "[3, 4, 6, 3]"),
    **dict.fromkeys(("depths", "depth"), "[2, 2, 6, 2]"),
    "dimbase": "64",
    "index": "0",
    "returnintermlayers": "True",
    "name": "'vgg16'",
    "backbone": "models.vgg16()",
    "blocknum": "2",
}  # fmt: skip
# How a parameter is called that takes the class of a block.
BLOCK_NAMES = ("block", "blocktype", "resblock", "unit")
# The same where names are Chinese: part of the name, and the value.
_FIRST_ZH = {
    Words("classes", "类别"): "10",
    Words("kernel", "核"): "3",
    Words("stride", "步长"): "1",
    Words("step", "步幅"): "1",
    Words("padding", "填充"): "1",
    Words("channels", "通道"): "64",
    Words("width", "维"): "64",
    Words("layers", "层数"): "2",
    Words("heads", "头"): "8",
}
# An object of settings that the source does not have: its settings are read from the constructor.
_SETTINGS = ("cfg", "config", "conf", "args", "opt", "opts", "hparams", "configs", "settings")


@dataclass(frozen=True)
class Knob:
    """A parameter of a constructor: its first value, and its default where it has one."""

    name: str
    value: str
    default: str | None = None


@dataclass(frozen=True)
class Offer:
    """A class of the source with its constructor's parameters, or a function that gives a module.

    A name that is a module already is one without parameters, and is not called.
    """

    name: str
    line: int
    knobs: tuple[Knob, ...]
    kind: Literal["class", "function", "module"] = "class"
    guessed: bool = True

    @property
    def needed(self) -> list[str]:
        """The parameters that have no default."""
        return [knob.name for knob in self.knobs if not knob.default]

    def call(self, values: Mapping[str, str] | None = None) -> str:
        """The call with these values, or with the first ones; what is the default is left out."""
        if self.kind == "module":
            return self.name
        said = []
        for knob in self.knobs:
            value = (values or {}).get(knob.name, knob.value)
            if value != knob.default:
                said.append(value if knob.default is None else f"{knob.name}={value}")
        return f"{self.name}({', '.join(said)})"


def offers(program: Program) -> list[Offer]:
    """What can be drawn, the likeliest first.

    That is the last class that no other one uses. Where its values had to be guessed, what the
    source itself makes of it goes before: a function that needs nothing, or a name. Then come
    functions and names that are modules, and the classes that others use.
    """
    # Of a name that is defined twice, the last counts.
    nodes = list({node.name: node for node in program.modules}.values())
    names = [node.name for node in nodes]
    functions = makers(program.tree, names)
    given = made(program.tree, [*names, *(node.name for node in functions)])
    inner = _used([*nodes], names)
    given_names = [node.targets[0].id for node in given]  # type: ignore[attr-defined]
    outer = _used(
        [*functions, *(node.value for node in given)],
        [*(node.name for node in functions), *given_names],
    )
    classes = {node.name: node for node in nodes}
    found = [_as_called(_offer(node, classes), program.tree) for node in nodes]
    rest = [_of_arguments(node, node.args.args, node, classes) for node in functions]
    ready = [Offer(node.targets[0].id, node.lineno, (), "module") for node in given]  # type: ignore[attr-defined]
    first = sorted(
        [offer for offer in found if offer.name not in inner], key=lambda offer: -offer.line
    )
    last = sorted([offer for offer in found if offer.name in inner], key=lambda offer: -offer.line)
    between = sorted(
        [*ready, *rest], key=lambda offer: (offer.name in outer, offer.kind != "module", offer.line)
    )
    front = [offer for offer in between if offer.name not in outer and not offer.needed][-1:]
    if first and not (first[0].needed and first[0].guessed):
        front = []
    return [*front, *first, *(offer for offer in between if offer not in front), *last]


def offer_of(made: Sequence[Offer], names: Sequence[str]) -> Offer | None:
    """The first of the offers that has one of these names; None where there is none."""
    return next((offer for offer in made if offer.name in names), None)


def _used(nodes: Sequence[ast.AST], names: Sequence[str]) -> set[str]:
    """The names that are used by something else than what they name."""
    return {
        name
        for node in nodes
        for name in names
        if name != getattr(node, "name", "")
        and any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))
    }


def _offer(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> Offer:
    start = _constructor(node, classes)
    if start is None:
        return Offer(node.name, node.lineno, ())
    args = [*start.args.posonlyargs, *start.args.args][1:]
    found = _of_arguments(start, args, node, classes)
    return replace(
        found, name=node.name, line=node.lineno, kind="class",
        knobs=tuple(_fitting([*found.knobs], _expansion(node))),
    )  # fmt: skip


def _of_arguments(
    start: ast.FunctionDef,
    args: Sequence[ast.arg],
    owner: ast.ClassDef | ast.FunctionDef,
    classes: Mapping[str, ast.ClassDef],
) -> Offer:
    defaults = [ast.unparse(default) for default in start.args.defaults]
    blank: list[str | None] = [None] * (len(args) - len(defaults))
    # More defaults than parameters: self has one too.
    pairs = zip(args, [*blank, *defaults][-len(args) :] if args else [], strict=True)
    knobs = [
        Knob(arg.arg, default or _first(arg, owner, classes, start), default)
        for arg, default in pairs
    ]
    for arg, given in zip(start.args.kwonlyargs, start.args.kw_defaults, strict=True):
        value = ast.unparse(given) if given else _first(arg, owner, classes, start)
        knobs.append(Knob(arg.arg, value, ast.unparse(given) if given else ""))
    return Offer(owner.name, owner.lineno, tuple(knobs), "function")


def _as_called(offer: Offer, tree: ast.Module) -> Offer:
    """With the values of the first call that the source itself makes outside of classes."""
    wanted = [knob for knob in offer.knobs if knob.default is None]
    if not wanted:
        return offer
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            continue
        for call in ast.walk(statement):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id == offer.name
                and (values := _literals(call, offer)) is not None
            ):
                knobs = [replace(knob, value=values.get(knob.name, knob.value))
                         for knob in offer.knobs]  # fmt: skip
                return replace(offer, knobs=tuple(knobs), guessed=False)
    return offer


def _literals(call: ast.Call, offer: Offer) -> dict[str, str] | None:
    """What a call gives the parameters; None where a value is no number, text or list of such."""
    if len(call.args) > len(offer.knobs) or any(word.arg is None for word in call.keywords):
        return None
    pairs = [
        *((knob.name, arg) for knob, arg in zip(offer.knobs, call.args, strict=False)),
        *((word.arg or "", word.value) for word in call.keywords),
    ]
    found = {}
    for name, value in pairs:
        try:
            ast.literal_eval(value)
        except (ValueError, TypeError, MemoryError, RecursionError):
            return None
        found[name] = ast.unparse(value)
    needed = {knob.name for knob in offer.knobs if knob.default is None}
    return found if needed <= set(found) <= {knob.name for knob in offer.knobs} else None


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


def _first(
    arg: ast.arg,
    owner: ast.ClassDef | ast.FunctionDef,
    classes: Mapping[str, ast.ClassDef],
    start: ast.FunctionDef,
) -> str:
    """A sensible first value of a parameter that has no default."""
    plain = arg.arg.lower().replace("_", "")
    if plain in BLOCK_NAMES:
        others = [
            name
            for name, node in classes.items()
            if name != owner.name
            and (_says_expansion(node, classes) or not _asks_expansion(owner, arg.arg))
        ]
        return others[0] if others else "Bottleneck"
    if plain in _SETTINGS and (settings := _settings(arg.arg, start)):
        values = ", ".join(f"{name}={first_value(name)}" for name in settings)
        return f"SimpleNamespace({values})"
    return first_value(arg.arg, ast.unparse(arg.annotation) if arg.annotation else "")


def _asks_expansion(owner: ast.AST, name: str) -> bool:
    """Whether the expansion of a block is asked for: ``block.expansion``."""
    return any(
        isinstance(part, ast.Attribute)
        and part.attr == "expansion"
        and isinstance(part.value, ast.Name)
        and part.value.id == name
        for part in ast.walk(owner)
    )


def _says_expansion(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> bool:
    """Whether a class says its expansion, or may have it from one that is not in the source."""
    rest, met = [node], {node.name}
    while rest:
        owner = rest.pop()
        stored = [part for part in ast.walk(owner) if isinstance(part, ast.Name)]
        if any(part.id == "expansion" and isinstance(part.ctx, ast.Store) for part in stored):
            return True
        for base in map(ast.unparse, owner.bases):
            if base not in classes and base.rpartition(".")[2] != "Module":
                return True
            if base in classes and base not in met:
                met.add(base)
                rest.append(classes[base])
    return False


def _settings(name: str, start: ast.FunctionDef) -> list[str]:
    """What a function reads of an object of settings: ``cfg.width``."""
    found = [
        part.attr
        for part in ast.walk(start)
        if isinstance(part, ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id == name
    ]
    return list(dict.fromkeys(found))


def first_value(name: str, hint: str = "") -> str:
    """A sensible first value of a parameter of this name and type, as Python spells it."""
    plain = name.lower().replace("_", "")
    if plain in _FIRST:
        return _FIRST[plain]
    if hint == "bool" or plain.startswith(("use", "is", "has", "with", "include")):
        return "True"
    if hint == "float" or plain.endswith(("rate", "prob", "ratio")):
        return "0.0"
    if any(part in plain for part in ("channel", "plane", "dim", "width", "feature", "filter")):
        return "64"
    return next((value for part, value in _FIRST_ZH.items() if part.zh in plain), "1")
