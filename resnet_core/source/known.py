"""Names that pasted code uses and does not define, and what they usually stand for.

What is simple is one of this package's own layers; the rest is read from ``library.txt``, which is
source like any other: read by the interpreter and never run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from resnet_core import layers
from resnet_core.bilingual import Text
from resnet_core.errors import SourceError
from resnet_core.source.functions import INITIALISERS
from resnet_core.source.syntax import tree_of
from resnet_core.source.values import MISSING, Namespace, Native, Scope

if TYPE_CHECKING:
    from resnet_core.source.interpreter import Interpreter

_LIBRARY = Path(__file__).with_name("library.txt")


@dataclass(frozen=True)
class Assumption:
    """A name that the source does not define, what it was taken for, and what else it may be."""

    name: str
    taken: str
    line: int
    choices: tuple[str, ...] = ()

    def said(self) -> Text:
        """It in one sentence."""
        if self.taken == self.name:
            return Text(
                "{} is not defined in the source: the well-known one is taken",
                "源码里没有定义 {}：采用众所周知的那一个",
            ).format(self.name)
        return Text(
            "{} is not defined in the source: {} is taken", "源码里没有定义 {}：采用 {}"
        ).format(self.name, self.taken)


# What a name stands for that is defined nowhere: the first is taken, the others are offered.
_ATTENTIONS = ("SELayer", "CBAM", "ECALayer", "Identity")
CHOICES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("AttentionModule", "Attention", "AttentionBlock", "AttentionLayer"), _ATTENTIONS
    ),
    **dict.fromkeys(
        ("SEBlock", "SEModule", "SeModule", "SELayer", "SE", "SqueezeExcite", "SE_Block"),
        ("SELayer",),
    ),
    **dict.fromkeys(("h_swish", "HSwish", "Hswish"), ("hswish",)),
    **dict.fromkeys(("h_sigmoid", "HSigmoid", "Hsigmoid"), ("hsigmoid",)),
    **dict.fromkeys(("MemoryEfficientSwish", "swish"), ("Swish",)),
    **dict.fromkeys(("ChannelGate", "CAM"), ("ChannelAttention",)),
    **dict.fromkeys(("SpatialGate", "SAM"), ("SpatialAttention",)),
    **dict.fromkeys(("double_conv", "ConvBlock2x"), ("DoubleConv",)),
    **dict.fromkeys(("CBAM", "CBAMBlock"), ("CBAM",)),
    **dict.fromkeys(("ECALayer", "ECA", "eca_layer", "ECABlock"), ("ECALayer",)),
    "HorLayerNorm": ("LayerNormOf",),
    "LayerNorm": ("LayerNormOf",),
    "LayerNorm2d": ("ChannelLayerNorm",),
    "StochasticDepth": ("DropPath",),
    "ConvNormActivation": ("Conv2dNormActivation",),
}
_NATIVE: Mapping[str, Callable[..., nn.Module]] = {
    "conv3x3": layers.conv3x3,
    "conv1x1": layers.conv1x1,
    "SELayer": layers.SqueezeExcitation,
    "CBAM": layers.ConvolutionalBlockAttention,
    "ECALayer": layers.EfficientChannelAttention,
    "ChannelLayerNorm": layers.LayerNorm,
}


@cache
def _library() -> tuple[ast.Module, frozenset[str]]:
    tree = tree_of(_LIBRARY.read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    return tree, frozenset(names)


def library() -> ast.Module:
    """The classes and functions that pasted code often leaves out, as a source."""
    return _library()[0]


def names() -> list[str]:
    """Every name that is known without being defined."""
    return sorted({*_NATIVE, *CHOICES, *_library()[1]})


class WellKnown:
    """Looks names up for one reading, and notes which were taken.

    ``chosen`` says what a name shall stand for where there are choices.
    """

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        self.chosen = dict(chosen or {})
        self.assumed: dict[str, Assumption] = {}
        self._scope: Scope | None = None

    def __call__(self, reader: Interpreter, name: str, node: ast.AST | None) -> Any:
        """What the name stands for, or MISSING."""
        if reader.quiet:
            return self._inside(reader, name)
        choices = CHOICES.get(name, ())
        if name == "Bottleneck" and _is_of_a_detector(reader.at):
            choices = ("DetectorBottleneck", "Bottleneck")
        taken = self.chosen.get(name, choices[0] if choices else name)
        if name in self.chosen and taken not in (*choices, *names(), "Identity"):
            raise SourceError(
                f"{name}={taken}",
                Text("{} is no known layer", "没有名为 {} 的层").format(taken),
                allowed=[*choices] or names(),
                parameter="known",
            )
        found = self._inside(reader, taken)
        if found is not MISSING and found is not self._layer(reader, name):
            line = getattr(node, "lineno", getattr(reader.at, "lineno", 0))
            self.assumed.setdefault(name, Assumption(name, taken, line, choices))
        return found

    def _inside(self, reader: Interpreter, name: str) -> Any:
        if name in _NATIVE:
            made = _NATIVE[name]
            return Native(name, made, "layer", made if isinstance(made, type) else None)
        if name == "Identity":
            return reader.builtins["nn"].members["Identity"]
        if name in INITIALISERS:
            return INITIALISERS[name]
        if name == "models":
            return self._models(reader)
        if name == "torchvision":
            return Namespace("torchvision", {"models": self._models(reader)})
        if name in _library()[1]:
            return self._read(reader).names[name]
        return self._layer(reader, name)

    def _layer(self, reader: Interpreter, name: str) -> Any:
        """``Conv2d`` alone, where the line that imports it was not pasted along, or MISSING."""
        layers = reader.builtins["nn"].members
        return layers[name] if name[:1].isupper() and name in layers else MISSING

    def _models(self, reader: Interpreter) -> Namespace:
        scope = self._read(reader)
        return Namespace("models", {name: scope.names[name] for name in _library()[1]})

    def _read(self, reader: Interpreter) -> Scope:
        """The names of the library, which is read once a reading; its lines are not told."""
        if self._scope is None:
            self._scope = Scope({"__name__": "library"})
            quiet, reader.quiet = reader.quiet, 1
            spent = reader.budget.steps
            reader.block(_library()[0].body, self._scope)
            reader.quiet, reader.budget.steps = quiet, spent
        return self._scope


def _is_of_a_detector(statement: ast.AST | None) -> bool:
    """Whether a bottleneck is called as detectors call theirs: ``Bottleneck(c, c, add, e=1)``."""
    calls = [] if statement is None else [
        node for node in ast.walk(statement)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Bottleneck"
    ]  # fmt: skip
    return any(word.arg in ("e", "k", "g", "shortcut") for call in calls for word in call.keywords)
