"""What is particular about a call that cuts, moves, joins or scales numbers."""

from __future__ import annotations

from resnet_core.explain.said import Few, Said
from resnet_core.graph import Node


def moved(node: Node) -> Said | None:
    """What there is to say of such a call, if anything."""
    rule = {"multiply": _multiply, "reshape": _reshape, "concat": _concat}.get(node.role)
    return rule(node) if rule else None


def _multiply(node: Node) -> Said | None:
    if node.params:
        return Said(
            "A learned factor for each channel.",
            "每个通道一个可学的系数。",
        )
    if len(node.inputs) < 2:
        return None
    given, gate = node.inputs[0], node.inputs[-1]
    if given == gate:
        return Said(
            "Feature times feature: here the neighbourhood decides how much passes.",
            "特征乘特征：由邻域决定放行多少。",
        )
    if len(gate) == 4 and gate[1] == 1:
        return Said(
            "The same factor for all channels of a position.",
            "同一位置的所有通道乘同一个系数。",
        )
    return Said(
        "The same factor at all positions of a channel.",
        "同一通道的所有位置乘同一个系数。",
    )


def _reshape(node: Node) -> Said | None:
    if node.type == "permute":
        if node.attributes.get("dims", [0])[-1] == 1:
            return Said(
                "Computes nothing: it puts the channels last, where the next layers expect them.",
                "什么也不算：只是把通道放到最后，后面几层要在那里找它。",
            )
        return Said("Puts the channels back in their place.", "把通道放回原来的位置。")
    if node.type in ("chunk", "split"):
        sizes = [f"{each[1]:,}" for each in node.outputs]
        count = Few(len(sizes))
        return Said(
            f"Cuts the channels in {count:en}: {', '.join(sizes)}.",
            f"把通道切成{count:zh}份：{'、'.join(sizes)}。",
        )
    return None


def _concat(node: Node) -> Said | None:
    count = Few(len(node.inputs))
    return Said(
        f"Puts {count:en} maps side by side, {node.shape[1]:,} channels in all.",
        f"把{count:zh}张特征图并排放在一起，共 {node.shape[1]:,} 个通道。",
    )
