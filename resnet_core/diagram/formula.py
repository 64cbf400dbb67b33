"""What a subject computes at its knobs, in a line: the docstring's formula, made to fit them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from resnet_core.registry import Subject

_NORMS = {"batch": "BN", "group": "GN", "instance": "IN", "layer": "LN", "none": ""}
_ACTIVATIONS = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "silu": "SiLU",
    "gelu": "GELU",
    "hardswish": "Hardswish",
    "mish": "Mish",
}


def formula(subject: Subject, values: Mapping[str, Any]) -> str:
    """The subject's formula where its knobs, those a preset fixes among them, have these values."""
    text = subject.formula
    if not subject.ours:
        return text
    if subject.origin.name == "ResNet":
        text = _network(values)
    elif subject.name == "inverted_residual":
        text = _inverted(text, values)
    elif subject.name == "res2net":
        text = _slices(text, values)
    elif subject.name == "downsample":
        text = _shrinking(values)
    elif subject.preact:
        text = _prepared(text, subject, values)
    if not values.get("layer_scale", True):
        text = re.sub(r"γ[₁₂]? · ", "", text)
    if "expand_ratio" in values:
        text = text.replace("linear to 4×", f"linear to {values['expand_ratio']}×")
    return " ".join(_parts(_sums(text, values), values).split())


def _sums(text: str, values: Mapping[str, Any]) -> str:
    """The addition as it is: with a gate before it, or without a shortcut."""
    if values.get("attention", "none") != "none" and "attention(" not in text:
        text = re.sub(r"\+ f\(x\)", "+ attention(f(x))", text)
    elif values.get("attention") == "none":
        text = text.replace("attention(f(x))", "f(x)")
    return text.replace("shortcut(x) + ", "") if values.get("shortcut") == "none" else text


def _parts(text: str, values: Mapping[str, Any]) -> str:
    """Norms and activations by the names of those that are chosen."""
    norm = _NORMS.get(values.get("norm_layer", "batch"), "")
    text = re.sub(r"\bBN\b", norm, text) if norm else _bare(text)
    if "activation" in values:
        name = _ACTIVATIONS[values["activation"]]
        text = re.sub(r"\bReLU6?\b", name, text)
        text = re.sub(r"\b(?:relu|act)\((?=[^)])", f"{name.lower()}(", text)
    return text


def _bare(text: str) -> str:
    """The formula without its norms: ``BN(x)`` is x, and in a chain nothing stands for it."""
    text = re.sub(r"\bBN\((x|3×3[^)]*\))\)", r"\1", text)
    return re.sub(r", BN\b|\bBN, ", "", text)


def _network(values: Mapping[str, Any]) -> str:
    """head(stages(stem(x))) with the stem and the head that the knobs make."""
    convs = ["7×7 conv /2"]
    if values["stem"] == "deep":
        convs = ["3×3 conv /2", "BN", "ReLU", "3×3 conv", "BN", "ReLU", "3×3 conv"]
    preact = values["preact"] or str(values["block"]).startswith("preact")
    after = [] if preact else ["BN", "ReLU"]
    first = ", ".join([*convs, *after, "3×3 max pool /2"])
    last = ", ".join([*(["BN", "ReLU"] if preact else []),
                      *(["pool", "linear"] if values["include_top"] else [])])  # fmt: skip
    if not last:
        return f"stages(stem(x)),  stem = {first}"
    return f"head(stages(stem(x))),  stem = {first},  head = {last}"


def _inverted(text: str, values: Mapping[str, Any]) -> str:
    """The inverted residual's, which adds x only where the shapes agree."""
    same = values["stride"] == 1 and values["inplanes"] == values["outplanes"]
    text = text.replace("x + f(x), or f(x) where the shapes differ", "x + f(x)" if same else "f(x)")
    return text.replace("1×1, BN, ReLU6, ", "", 1) if values["expand_ratio"] == 1 else text


def _slices(text: str, values: Mapping[str, Any]) -> str:
    """Res2Net's slices: where the shape changes, they do not feed one another."""
    if values["stride"] == 1 and values["inplanes"] == 4 * values["planes"]:
        return text
    return text.replace("y₁ = x₁, y₂ = K₂(x₂), yᵢ = Kᵢ(xᵢ + yᵢ₋₁)", "y₁ = pool(x₁), yᵢ = Kᵢ(xᵢ)")


def _prepared(text: str, subject: Subject, values: Mapping[str, Any]) -> str:
    """A pre-activation block's: what changes the shape takes what the first norm has made."""
    same = values["stride"] == 1 and values["inplanes"] == values["planes"] * subject.expansion
    kind = values["shortcut"]
    if kind in ("identity", "none") or (same and kind != "projection"):
        return text
    text = text.replace("shortcut(x)", "shortcut(a)")
    return text.replace("f = BN, ReLU", "a = ReLU(BN(x)),  f = BN, ReLU", 1)


def _shrinking(values: Mapping[str, Any]) -> str:
    """One of the three ways to shrink."""
    stride = f" /{values['stride']}" if values["stride"] > 1 else ""
    if values["mode"] != "conv":
        return f"{values['mode']}pool(x)"
    inner = f"3×3{stride} (x)"
    return f"act(BN({inner}))" if values["norm_layer"] != "none" else f"act({inner})"
