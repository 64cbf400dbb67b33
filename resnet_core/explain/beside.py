"""What is particular about a call beside the main path: on the shortcut, or in a gate."""

from __future__ import annotations

from resnet_core.explain.anatomy import is_depthwise, kernel
from resnet_core.explain.said import Few, Said
from resnet_core.graph import Node


def on_shortcut(node: Node) -> Said | None:
    """What there is to say of a call on a shortcut, its convolutions apart."""
    match node.role:
        case "norm":
            return Said(
                "Brings the projection to the scale of f, so that neither drowns the other in the "
                "sum.",
                "把投影调到与 f 相近的大小，相加时谁也不会盖过谁。",
            )
        case "pool":
            return _side_pool(node)
        case "reshape":
            return _side_reshape(node)
    return None


def in_gate(node: Node) -> Said | None:
    """What there is to say of a call in a gate."""
    match node.role:
        case "conv":
            return _gate_conv(node)
        case "pool":
            return _gate_pool(node)
        case "activation":
            return _gate_activation(node)
        case "multiply":
            return _gate_multiply(node)
    return None


def _side_pool(node: Node) -> Said | None:
    count = Few(kernel(node) ** 2)
    return Said(
        f"All {count:en} positions of a window count here.",
        f"窗口里的{count:zh}个位置在这里都算数。",
    )


def _side_reshape(node: Node) -> Said | None:
    given, made = node.inputs[0], node.shape
    if len(given) != 4 or len(made) != 4:
        return None
    if given[1] != made[1]:
        return Said(
            f"{made[1] - given[1]:,} new channels, all zero.",
            f"新添 {made[1] - given[1]:,} 个通道，全是零。",
        )
    step = -(-given[2] // max(1, made[2]))
    return Said(
        f"Keeps one position in {Few(step * step):en}.",
        f"每{Few(step * step):zh}个位置留一个。",
    )


def _gate_pool(node: Node) -> Said | None:
    if node.shape[2:] == (1, 1):
        most = "Max" in node.type
        return Said(
            "One number per channel: its strongest response anywhere."
            if most
            else "One number per channel: how strong it is on the whole image.",
            "每个通道一个数：它在任何地方的最强响应。"
            if most
            else "每个通道一个数：它在整张图上有多强。",
        )
    return None


def _gate_activation(node: Node) -> Said | None:
    if node.type != "Sigmoid" or node.call > 1:
        return None
    return Said(
        "Between 0 and 1: it can weaken, never strengthen.",
        "在 0 与 1 之间：只能减弱，不能加强。",
    )


def _gate_multiply(node: Node) -> Said | None:
    number = node.attributes.get("other")
    if not isinstance(number, float):
        return None
    return Said(
        f"A constant, {number:.2g}: it keeps the products small at the start of training.",
        f"一个常数 {number:.2g}：训练之初让乘积不致过大。",
    )


def _gate_conv(node: Node) -> Said | None:
    if not is_depthwise(node):
        return None
    return Said(
        "One look around for all products together.",
        "所有的相乘共用这一次看邻域的结果。",
    )
