"""A note on each call: what is particular about it, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resnet_core.derive import Derivation, derivations
from resnet_core.draw.words import Language
from resnet_core.explain.anatomy import kernel
from resnet_core.explain.explanation import LayerNote
from resnet_core.explain.notes import note
from resnet_core.explain.outline import Outline
from resnet_core.explain.said import Said, side
from resnet_core.graph import Node

_NAMES = {
    "params": {"en": "parameters", "zh": "参数量"},
    "macs": {"en": "multiply-adds", "zh": "乘加次数"},
    "rf": {"en": "receptive field", "zh": "感受野"},
}


def layer_notes(
    outline: Outline, values: Mapping[str, Any], language: Language
) -> tuple[LayerNote, ...]:
    """One note for every call, in execution order."""
    graph = outline.graph
    sums = derivations(graph, values)
    told = _told(outline)
    return tuple(
        LayerNote(
            each.id,
            told[each.id].sentence(language).text if each.id in told else "",
            tuple(_sum(one, language) for one in sums[each.id]),
        )
        for each in graph.calls
    )


def _told(outline: Outline) -> dict[str, Said]:
    """What there is to say, by call."""
    blocks = [each for each in outline.blocks if each.group.level == "block"]
    found = {
        node.id: said
        for block in blocks
        for node in block.calls
        if (said := note(block, node)) is not None
    }
    ends = [*outline.stem, *outline.head] if blocks else outline.graph.calls
    for node in ends:
        if (said := _at_an_end(node)) is not None:
            found[node.id] = said
    return found


def _at_an_end(node: Node) -> Said | None:
    """What there is to say of a call that stands in no block."""
    if node.role == "pool" and node.shape[2:] == (1, 1):
        return Said(
            "Where something is no longer counts, only how much of it there is: "
            f"{side(node.inputs[0])} "
            "positions become one.",
            f"从这里起不再管东西在哪里，只管有多少：{side(node.inputs[0])} 个位置合成一个。",
        )
    if node.role == "pool" and kernel(node) > 1 and "max" in node.type.lower():
        return Said(
            "Keeps the strongest response of each window; no weight is spent on shrinking.",
            "每个窗口只留最强的响应；缩小不花一个权重。",
        )
    if node.type == "flatten":
        return Said("Computes nothing: it drops the sides of length 1."
                    if node.inputs and node.inputs[0][2:] == (1, 1)
                    else "Computes nothing: it writes the map as one long row.",
                    "什么也不算：只去掉长度为 1 的两维。"
                    if node.inputs and node.inputs[0][2:] == (1, 1)
                    else "什么也不算：只把特征图写成长长一行。")  # fmt: skip
    if node.role == "dropout":
        return Said(
            "Active in training only; here it passes everything.",
            "只在训练时起作用，这里原样放行。",
        )
    return None


def _sum(derivation: Derivation, language: Language) -> str:
    name = _NAMES.get(derivation.name, {}).get(language, derivation.name)
    return f"{name} = {derivation.formula}"
