"""What follows the addition: an activation, or nothing, and why."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.bilingual import Words
from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.explain.facts import ends_in_norm, normed, prepared
from resnet_core.graph.model import Node
from resnet_core.graph.structure import Anatomy, channels
from resnet_core.language.notation import call_title
from resnet_core.language.terms import Few, several

_NEVER_NEGATIVE = ("ReLU", "relu", "ReLU6", "relu6")


def ending(block: Anatomy, blocks: tuple[Anatomy, ...] = ()) -> Iterator[Passage]:
    """Why the last activation stands where it stands; in a network with all its blocks."""
    if not block.closed or block.graph.problem is not None:
        return
    if block.ending is not None:
        yield _after(block, block.ending)
    elif block.preactivated:
        yield _preactivated(block, blocks)
    else:
        yield from _linear(block)


def _after(block: Anatomy, last: Node) -> Passage:
    name = call_title(last)
    nodes = (*ids(block.joins[-1:]), last.id)
    claim = Said(
        f"The last {name} comes after the addition.", f"最后一个 {name} 放在相加之后。", nodes
    )
    enters = Words("as it comes out of its last norm", "经最后一个归一化直接参与相加")
    if not ends_in_norm(block):
        enters = Words("as it was computed", "算出来就直接参与相加")
    if last.type in _NEVER_NEGATIVE:
        rest = (
            Words("what the shortcut brings", "捷径的输出")
            if block.kind != "identity"
            else ("x", " x ")
        )
        grows = ("", "")
        if block.kind == "identity":
            grows = Words(
                ", and what runs along the shortcut could only grow",
                "，沿捷径传下去的值只增不减",
            )
        said = Said(
            f"So f is free to be negative and to take something away from {rest[0]}. With the "
            f"{name} at the end of f instead, every block could only add{grows[0]}.",
            f"这样 f 可以取负值，从{rest[1]}里减去东西。若把 {name} 放在 f 的末尾，"
            f"每一块就只能往上加{grows[1]}。",
            nodes,
        )
    else:
        said = Said(
            f"So f enters the addition {enters[0]}, negative or positive, and the {name} acts on "
            "the sum, not only on f.",
            f"f {enters[1]}，可正可负；{name} 作用在两者之和上，而不只是 f。",
            nodes,
        )
    return Passage(claim, (said,))


def _preactivated(block: Anatomy, blocks: tuple[Anatomy, ...]) -> Passage:
    nodes = ids(block.joins[-1:])
    first = ids(block.calls[:2])
    stand, after = (
        Words("Norm and activation stand", "归一化和激活"),
        Words("norm and activation", "归一化和激活"),
    )
    if not normed(block):
        stand, after = Words("The activation stands", "激活"), Words("activation", "激活")
    said = [
        Said(
            f"{stand[0]} before each convolution instead of after it, so the sum leaves the "
            "block untouched. In a row of such blocks whose shortcuts are the identity the output "
            "is x plus the sum of all f: a signal, and a gradient, can pass through the row "
            "without meeting a single non-linearity.",
            f"{stand[1]}放在每个卷积之前而不是之后，相加的结果原样交给下一块。"
            "捷径为恒等的这种块连成一串，输出就是 x 加上所有 f 之和：信号和梯度一路穿过，"
            "不经过任何非线性。",
            (*first, *nodes),
        )
    ]
    broken = [other for other in blocks or (block,) if prepared(other)]
    if broken:
        count = Few(len(broken))
        where = Words("At the shortcut of this block", "在这个块的捷径上，")
        if blocks:
            where = Words(f"At {count:en} of the shortcuts", f"在{count:zh}条捷径上，")
        said.append(
            Said(
                f"{where[0]} that straight way is broken off: like the main path, "
                f"{'it takes its' if len(broken) == 1 else 'they take their'} input after the "
                f"first {after[0]}.",
                f"{where[1]}这条直路会断开：它与主路一样，从第一个{after[1]}之后取输入。",
                tuple(node.id for other in broken for node in other.side),
            )
        )
    return Passage(
        Said("Nothing follows the addition.", "相加之后没有别的运算。", nodes), tuple(said)
    )


def _linear(block: Anatomy) -> Iterator[Passage]:
    """An addition at the end of a block whose narrow ends stay linear."""
    if block.type != "InvertedResidual":
        return
    nodes = ids(block.joins[-1:])
    width = channels(block.steps[-1])[1]
    yield Passage(
        Said("Nothing follows the addition.", "相加之后什么也没有。", nodes),
        (_lossy(block, width, width < channels(block.steps[-1])[0]),),
    )


def _lossy(block: Anatomy, width: int, wider: bool) -> Said:
    nodes = ids(block.joins[-1:])
    hard = any(call.type in _NEVER_NEGATIVE and call.lane == "main" for call in block.calls)
    does = Words("sets part of its input to zero", "把一部分输入变成零") if hard else Words(
        "squashes part of its input", "压缩一部分输入")  # fmt: skip
    if wider:
        return Said(
            f"An activation {does[0]}. In the wide middle the other channels can make up for it, "
            f"in {several(width, 'channel')} they cannot: so the narrow ends stay linear.",
            f"激活会{does[1]}。在宽的中段，别的通道还能补回来；"
            f"在 {width:,} 个通道里就补不回来了，所以窄的两头保持线性。",
            nodes,
        )
    return Said(
        f"An activation {does[0]}, and no layer here is wider than the {width:,} of the output to "
        "make up for it: so the output stays linear.",
        f"激活会{does[1]}，而块里没有哪一层比输出的 {width:,} 个通道更宽、能补回来，"
        "所以输出保持线性。",
        nodes,
    )
