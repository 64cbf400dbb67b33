"""What is particular about one call of a block; most calls need no word."""

from __future__ import annotations

from resnet_core.draw.label import call_title
from resnet_core.explain.anatomy import (
    Anatomy,
    channels,
    groups,
    is_depthwise,
    kernel,
    size_of,
    stride,
    weights,
)
from resnet_core.explain.beside import in_gate, on_shortcut
from resnet_core.explain.moves import moved
from resnet_core.explain.said import Said, whole
from resnet_core.graph import Node

_CANCELLING = ("BatchNorm2d", "InstanceNorm2d")


def note(block: Anatomy, node: Node) -> Said | None:
    """What there is to say of a call inside a block, if anything."""
    if not node.outputs:
        return Said("Here it fails.", "到这里就走不下去了。")
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
    parts = [each for each in (_duty(block, node), _bias(block, node)) if each]
    if not parts:
        return None
    return Said(" ".join(each[0] for each in parts), "".join(each[1] for each in parts))


def _duty(block: Anatomy, node: Node) -> tuple[str, str] | None:
    given, made = channels(node)
    if block.spatial and node in block.spatial:
        return _spatial(block, node)
    behind = block.steps[block.steps.index(node) + 1 :]
    if node is block.steps[-1] and len(block.steps) > 1:
        if not block.closed:
            return None
        return (
            f"Gives {made:,} channels, as many as wait on the shortcut.",
            f"给出 {made:,} 个通道，与捷径那一边一样多。",
        )
    if behind and kernel(behind[0]) > 1:
        if made < given and channels(behind[0])[0] == made:
            return (
                f"Narrows first, so that the {size_of(behind[0])} behind it has only {made:,} "
                "channels to work on.",
                f"先压窄，好让后面的 {size_of(behind[0])} 只在 {made:,} 个通道上算。",
            )
        if made > given and is_depthwise(behind[0]):
            return (
                f"Widens first: the depthwise {size_of(behind[0])} behind it mixes no channels, so "
                "many of them cost little.",
                f"先放宽：后面逐通道的 {size_of(behind[0])} 不混合通道，通道再多也不贵。",
            )
    return None


def _spatial(block: Anatomy, node: Node) -> tuple[str, str] | None:
    if len(block.spatial) == 1:
        gated = any(each.lane == "gate" and kernel(each) > 1 for each in block.calls)
        english = f"The only layer {'on the main path' if gated else 'of this block'} that sees " \
                  "neighbouring positions"  # fmt: skip
        chinese = f"{'主路上' if gated else '整个块里'}，只有这一层看得到相邻的位置"
        if stride(node) > 1:
            return f"{english}, and the one that shrinks the map.", f"{chinese}，缩小也由它来做。"
        if groups(node) > 1 and not is_depthwise(node):
            count = groups(node)
            return (
                f"{english}; {count:,} groups keep to themselves in it.",
                f"{chinese}；{count:,} 个组在这里各管各的。",
            )
        return f"{english}.", f"{chinese}。"
    first, second = block.spatial[0], block.spatial[1]
    return _beyond(first, second) if node is second and len(block.steps) == 2 else None


def _beyond(first: Node, second: Node) -> tuple[str, str]:
    reach = kernel(first) + (kernel(second) - 1) * stride(first)
    return (
        f"Looks at what the layers before it have found, and so at {reach}×{reach} positions of "
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
        return (
            f"Its {made:,} biases do nothing: the norm behind it subtracts the mean, and the bias "
            "with it.",
            f"它的 {made:,} 个偏置白费了：后面的归一化减去均值，偏置也一起被减掉。",
        )
    if not block.path and node is block.steps[0]:
        return (
            "It has no bias, for the norm behind it would subtract it again.",
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
            f"Both ways arrive with {shape}, number is added to number; nothing is put side by "
            "side, so the channels do not grow.",
            f"两条路都带着 {shape} 到这里，逐个数相加；不是拼接，所以通道不会变多。",
        )
    if block.type == "Res2NetBlock" and node not in block.joins:
        return Said(
            "The slice before hands on what it has seen.",
            "前一片把它看到的交给这一片。",
        )
    return None


def _activation(block: Anatomy, node: Node) -> Said | None:
    if node is block.ending and block.closed:
        return Said(
            "The only activation that the shortcut passes as well.",
            "捷径也要经过的，只有这一个激活。",
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
    return Said(
        f"Its one task is to make the shapes agree. {bias[0]}".rstrip(),
        f"它只有一个任务：让形状对得上。{bias[1]}",
    )


def _next(block: Anatomy, node: Node) -> Node | None:
    """The call that takes the output of this one; None where there is not exactly one."""
    outgoing = block.graph.outgoing[node.id]
    return block.graph.node[outgoing[0].target] if len(outgoing) == 1 else None
