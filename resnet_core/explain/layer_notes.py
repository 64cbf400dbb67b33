"""A note on each call: what is particular about it, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from resnet_core.bilingual import Language, Text, Words, same
from resnet_core.explain.explanation import LayerNote, Said
from resnet_core.explain.facts import asked_for, one_in, only_middle, ragged
from resnet_core.explain.positions import window
from resnet_core.graph.formulas import Derivation, derivations
from resnet_core.graph.model import Node
from resnet_core.graph.structure import (
    Anatomy,
    Outline,
    channels,
    groups,
    is_depthwise,
    kernel,
    size_of,
    stride,
    weights,
)
from resnet_core.language.notation import call_title
from resnet_core.language.terms import Few, several, side, whole

_NAMES = {
    "params": Text("parameters", "参数量"),
    "macs": Text("multiply-adds", "乘加次数"),
    "rf": Text("receptive field", "感受野"),
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
            call.id,
            told[call.id].sentence(language).text if call.id in told else "",
            tuple(_sum(one, language) for one in sums[call.id]),
        )
        for call in graph.calls
    )


def _told(outline: Outline) -> dict[str, Said]:
    """What there is to say, by call."""
    blocks = [block for block in outline.blocks if block.group.level == "block"]
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
    if node.role == "pool" and node.inputs[0][2:] == (1, 1):
        return Said(
            "Changes nothing here: the map has one position only.",
            "这里什么也不改变：特征图只有一个位置。",
        )
    if node.role == "pool" and node.shape[2:] == (1, 1):
        return Said(
            "From here on position no longer counts, only strength: "
            f"{side(node.inputs[0])} "
            "positions become one.",
            f"从这里起不再管特征在哪里，只看有多强：{side(node.inputs[0])} 个位置合成一个。",
        )
    if node.role == "pool" and kernel(node) > 1 and "max" in node.type.lower():
        return Said(
            "Keeps the strongest response of each window; no weight is spent on shrinking.",
            "每个窗口只留最强的响应；缩小尺寸，一个权重也不用。",
        )
    if node.type == "flatten":
        return Said("Computes nothing: it drops the sides of length 1."
                    if node.inputs and node.inputs[0][2:] == (1, 1)
                    else "Computes nothing: it writes the map as one long row.",
                    "什么也不算：只去掉长度为 1 的两维。"
                    if node.inputs and node.inputs[0][2:] == (1, 1)
                    else "什么也不算：只把特征图展平成一个向量。")  # fmt: skip
    if node.role == "dropout":
        return Said(
            "Active in training only; here it passes everything.",
            "只在训练时起作用，这里原样放行。",
        )
    return None


def _sum(derivation: Derivation, language: Language) -> str:
    name = _NAMES.get(derivation.name, same(derivation.name))[language]
    return f"{name} = {derivation.formula}"


_CANCELLING = ("BatchNorm2d", "InstanceNorm2d")


def note(block: Anatomy, node: Node) -> Said | None:
    """What there is to say of a call inside a block, if anything."""
    if not node.outputs:
        return Said("Here it fails.", "运行到这里就出错了。")
    if node.lane == "gate":
        return in_gate(node)
    if node.lane == "shortcut":
        return _projection(block, node) if weights(node) else on_shortcut(node)
    match node.role:
        case "conv":
            return _conv(block, node)
        case "norm":
            return _norm(block, node)
        case "add":
            return _add(block, node)
        case "activation":
            return _activation(block, node)
        case "pool":
            return _pool(block, node)
    return moved(node)


def _conv(block: Anatomy, node: Node) -> Said | None:
    if not weights(node):
        return None
    parts = [value for value in (_duty(block, node), _bias(block, node)) if value]
    if not parts:
        return None
    return Said(" ".join(part[0] for part in parts), "".join(part[1] for part in parts))


def _duty(block: Anatomy, node: Node) -> tuple[str, str] | None:
    given, made = channels(node)
    if only_middle(node):
        return Words(
            "Here it works as a 1×1: only one of its points ever meets the map, the others meet "
            "padding.",
            "在这里等于一个 1×1：只有一个采样点落在图内，其余都落在补的零上。",
        )
    if block.spatial and node in block.spatial:
        return _spatial(block, node)
    behind = block.steps[block.steps.index(node) + 1 :]
    if node is block.steps[-1] and len(block.steps) > 1:
        if not block.closed:
            return None
        return Words(
            f"Gives {several(made, 'channel')}, as many as wait on the shortcut.",
            f"输出 {made:,} 个通道，与捷径分支一致。",
        )
    if behind and kernel(behind[0]) > 1:
        if made < given and channels(behind[0])[0] == made:
            return Words(
                f"Narrows first, so that the {size_of(behind[0])} after it has only "
                f"{several(made, 'channel')} to work on.",
                f"先降维，好让后面的 {size_of(behind[0])} 只在 {made:,} 个通道上算。",
            )
        if made > given and is_depthwise(behind[0]):
            return Words(
                f"Widens first: the depthwise {size_of(behind[0])} after it mixes no channels, so "
                "many of them cost little.",
                f"先升维：后面逐通道的 {size_of(behind[0])} 不混合通道，通道再多也不贵。",
            )
    return None


def _spatial(block: Anatomy, node: Node) -> tuple[str, str] | None:
    if len(block.spatial) == 1:
        gated = any(call.lane == "gate" and kernel(call) > 1 for call in block.calls)
        where = Words("on the main path", "主路上") if gated else Words("of this block", "整个块里")
        english, chinese = Words(
            f"The only convolution {where.en} that sees neighbouring positions",
            f"{where.zh}，只有这个卷积看得到相邻的位置",
        )
        if node.shape[2:] != node.inputs[0][2:] and stride(node) > 1:
            return Words(
                f"{english}, and the one that shrinks the map.", f"{chinese}，缩小也由它来做。"
            )
        if groups(node) > 1 and not is_depthwise(node):
            count = groups(node)
            return Words(
                f"{english}; in it {count:,} groups of channels do not mix.",
                f"{chinese}；{count:,} 个组在这里互不相通。",
            )
        return Words(f"{english}.", f"{chinese}。")
    first, second = block.spatial[0], block.spatial[1]
    return _beyond(first, second) if node is second and len(block.steps) == 2 else None


def _beyond(first: Node, second: Node) -> tuple[str, str] | None:
    one, other = window(first), window(second)
    if one is None or other is None or not (one.square and other.square):
        return None
    reach = one.reach + (other.reach - 1) * one.stride
    if reach > min(first.inputs[0][2:]):
        return None  # most of what it spans is padding
    return Words(
        f"Looks at what the layer before it has found, and so spans {reach}×{reach} positions of "
        "the block's input.",
        f"看的是前面几层的结果，因而看到这个块输入上 {reach}×{reach} 的范围。",
    )


def _bias(block: Anatomy, node: Node) -> tuple[str, str] | None:
    """A bias before a norm that subtracts the mean is wasted; its absence has a reason."""
    after = _next(block, node)
    if after is None or after.type not in _CANCELLING:
        return None
    made = channels(node)[1]
    if node.attributes.get("bias"):
        return Words(
            f"{'Its bias does' if made == 1 else f'Its {made:,} biases do'} nothing in training: "
            "the norm after it subtracts the mean, and the bias with it.",
            f"它的{'' if made == 1 else f' {made:,} 个'}偏置在训练时不起作用："
            "后面的归一化减去均值，偏置也一起被减掉。",
        )
    if not block.path and node is block.steps[0]:
        return Words(
            "It has no bias, because the norm after it would subtract it again.",
            "它不带偏置，因为后面的归一化反正会把偏置减掉。",
        )
    return None


def _norm(block: Anatomy, node: Node) -> Said | None:
    after = _next(block, node)
    if block.closed and after is block.join and block.ending is not None:
        name = call_title(block.ending)
        return Said(
            f"No {name} follows here, so that f can be negative too.",
            f"这里后面没有 {name}，f 才可以取负值。",
        )
    return None


def _add(block: Anatomy, node: Node) -> Said | None:
    if node is block.join and len(node.inputs) > 1:
        shape = whole(node.shape)
        return Said(
            f"Both paths deliver {shape}, added element by element, not concatenated: the "
            "channels do not grow.",
            f"两条路径的输出都是 {shape}，逐元素相加；不是拼接，所以通道不会变多。",
        )
    if block.type == "Res2NetBlock" and node not in block.joins:
        return Said(
            "The slice before hands on what it has seen.",
            "把前一片的结果加到这一片上。",
        )
    return None


def _activation(block: Anatomy, node: Node) -> Said | None:
    if node is block.ending and block.closed:
        return Said(
            "The only activation that the shortcut passes as well.",
            "捷径一路上只经过这一个激活。",
        )
    if node.call == 2 and node.kind == "module" and not block.path:
        return Said(
            f"The same module as {node.path}, called again: having no weights, it can be shared.",
            f"与 {node.path} 是同一个模块，又调用了一次：它没有权重，可以共用。",
        )
    return None


def _pool(block: Anatomy, node: Node) -> Said | None:
    if node in block.side or block.type != "Res2NetBlock":
        return None
    return Said(
        "Averages the first slice, so that it shrinks like the others.",
        "给第一片取平均，让它与其他片一样缩小。",
    )


def _projection(block: Anatomy, node: Node) -> Said:
    bias = _bias(block, node) or ("", "")
    task = Words("Its one task is to make the shapes agree.", "它只有一个任务：让形状对得上。")
    if not asked_for(block):
        task = Words("No shape asks for it: what comes in would fit as it is.",
                "形状并不需要它：进来的原样就合得上。")  # fmt: skip
    return Said(f"{task[0]} {bias[0]}".rstrip(), f"{task[1]}{bias[1]}")


def _next(block: Anatomy, node: Node) -> Node | None:
    """The call that takes the output of this one; None where there is not exactly one."""
    outgoing = block.graph.outgoing[node.id]
    return block.graph.node[outgoing[0].target] if len(outgoing) == 1 else None


def on_shortcut(node: Node) -> Said | None:
    """What there is to say of a call on a shortcut, its convolutions apart."""
    match node.role:
        case "norm":
            return Said(
                "Brings the projection to the scale of f, so that both count in the sum.",
                "把投影的输出调到与 f 相近的大小，相加时谁也不会盖过谁。",
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
    if ragged(node):
        return Said(
            "All positions of a window count here, fewer at the edge.",
            "窗口里的位置在这里都算数，边上的窗口小一些。",
        )
    return Said(
        f"All {count:en} positions of a window count here.",
        f"窗口里的{count:zh}个位置在这里都算数。",
    )


def _side_reshape(node: Node) -> Said | None:
    given, made = node.inputs[0], node.shape
    if len(given) != 4 or len(made) != 4:
        return None
    if given[1] != made[1]:
        new = made[1] - given[1]
        return Said(
            f"{several(new, 'new channel')}, all zero." if new > 1 else "One new channel, zero.",
            f"新添{f' {new:,} 个' if new > 1 else '一个'}通道，全是零。",
        )
    kept = one_in(prod(made[2:]), prod(given[2:]))
    return Said(f"Keeps {kept[0]}.", f"{kept[1].replace('读', '留')}。")


def _gate_pool(node: Node) -> Said | None:
    if node.shape[2:] == (1, 1):
        most = "Max" in node.type
        return Said(
            "One number per channel: its strongest response anywhere."
            if most
            else "One number per channel: how strong it is on the whole map.",
            "每个通道一个数：它在整张图上的最强响应。"
            if most
            else "每个通道一个数：它在整张图上的平均强度。",
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
        f"一个常数 {number:.2g}：让乘积在训练之初不至于过大。",
    )


def _gate_conv(node: Node) -> Said | None:
    if not is_depthwise(node) or only_middle(node):
        return None
    return Said(
        "One look around for all products together.",
        "每一次相乘，用的都是这里提取的邻域信息。",
    )


def moved(node: Node) -> Said | None:
    """What there is to say of such a call, if anything."""
    rule = {"multiply": _multiply, "reshape": _reshape, "concat": _concat}.get(node.role)
    return rule(node) if rule else None


def _multiply(node: Node) -> Said | None:
    if node.params == 1:
        return Said("One learned number for all of f.", "整个 f 共用一个可学习的数。")
    if node.params:
        return Said(
            "A learned factor for each channel.",
            "每个通道一个可学习的系数。",
        )
    if len(node.inputs) < 2:
        return None
    given, gate = node.inputs[0], node.inputs[-1]
    if gate == given and gate[2:] == (1, 1):
        return None  # with one position nothing tells a gate of channels from one of positions
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
        sizes = [f"{shape[1]:,}" for shape in node.outputs]
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
        f"把{count:zh}张特征图沿通道拼接起来，共 {node.shape[1]:,} 个通道。",
    )
