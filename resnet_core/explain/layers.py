"""A note on each call: what is particular about it, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resnet_core.derive import Derivation, derivations
from resnet_core.draw.words import Language
from resnet_core.explain.explanation import LayerNote
from resnet_core.graph import Graph

_NAMES = {
    "params": {"en": "parameters", "zh": "参数量"},
    "macs": {"en": "multiply-adds", "zh": "乘加次数"},
    "rf": {"en": "receptive field", "zh": "感受野"},
}


def layer_notes(
    graph: Graph, values: Mapping[str, Any], language: Language
) -> tuple[LayerNote, ...]:
    """One note for every call, in execution order."""
    sums = derivations(graph, values)
    return tuple(
        LayerNote(each.id, "", tuple(_sum(one, language) for one in sums[each.id]))
        for each in graph.calls
    )


def _sum(derivation: Derivation, language: Language) -> str:
    name = _NAMES.get(derivation.name, {}).get(language, derivation.name)
    return f"{name} = {derivation.formula}"
