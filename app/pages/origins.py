"""Where a call's channels come from: the call that set their number, its formula, its knobs.

A norm, an activation, a pooling or a sum passes on as many channels as it gets; the number was set
by a convolution before it. Its formula names the knobs; the page lights them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]
# These give as many channels as they get.
PASSING = ("norm", "activation", "pool", "dropout", "identity", "add", "multiply", "output")
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Origin:
    """The call that set a number of channels; ``formula`` is empty where there is none to show."""

    call: str
    formula: str = ""
    knobs: tuple[str, ...] = ()


def origins(record: Record, notes: Sequence[Record]) -> dict[str, Origin]:
    """The origin of each call's channels, by the call's id."""
    formulas = {note["node"]: line for note in notes for line in note["sums"] if line[:4] == "C = "}
    before: dict[str, list[str]] = {}
    # At a sum the main path counts, not what came in beside it.
    for edge in sorted(record["edges"], key=lambda edge: bool(edge["lane"] != "main")):
        before.setdefault(edge["to"], []).append(edge["from"])
    found: dict[str, Origin] = {}
    width: dict[str, Any] = {}
    for node in record["nodes"]:
        name = node["id"]
        if not node["outputs"] or not _channels_first(node):
            continue
        width[name] = node["outputs"][0][1]
        same = [item for item in before.get(name, ()) if width.get(item) == width[name]]
        if node["role"] in PASSING and same and name not in formulas:
            found[name] = found[same[0]]
        else:
            formula = formulas.get(name, "")
            found[name] = Origin(name, formula, _knobs(record, node, formula))
    return found


def _channels_first(node: Record) -> bool:
    """Whether the first side behind the batch counts channels: a linear layer's last one does."""
    sides = len(node["outputs"][0])
    return sides == 2 if node["role"] == "linear" else sides > 1


def _knobs(record: Record, node: Record, formula: str) -> tuple[str, ...]:
    """The knobs of the subject that a formula names, or that are the number itself."""
    knobs, width = record["parameters"], node["outputs"][0][1]
    if node["role"] == "input":
        return ("inplanes",) if knobs.get("inplanes") == width else ()
    if node["role"] == "linear" and node["group"] == "" and knobs.get("num_classes") == width:
        return ("num_classes",)
    # ``C = rule = the rule with its numbers = result``: only the rule has names.
    rule = formula.split(" = ")[1] if formula else ""
    named = dict.fromkeys(_WORD.findall(rule))
    return tuple(name for name in named if name in knobs and not isinstance(knobs[name], bool))
