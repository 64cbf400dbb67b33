"""What follows the addition: an activation, or on purpose nothing."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.draw.label import call_title
from resnet_core.explain.anatomy import Anatomy, channels
from resnet_core.explain.said import Passage, Said, ids
from resnet_core.graph import Node

_NEVER_NEGATIVE = ("ReLU", "relu", "ReLU6", "relu6")


def ending(block: Anatomy) -> Iterator[Passage]:
    """Why the last activation stands where it stands."""
    if not block.closed or block.graph.problem is not None:
        return
    if block.ending is not None:
        yield _after(block, block.ending)
    elif block.preactivated:
        yield _preactivated(block)
    else:
        yield from _linear(block)


def _after(block: Anatomy, last: Node) -> Passage:
    name = call_title(last)
    nodes = (*ids(block.joins[-1:]), last.id)
    claim = Said(
        f"The last {name} comes after the addition.", f"最后一个 {name} 放在相加之后。", nodes
    )
    if last.type in _NEVER_NEGATIVE:
        said = Said(
            "So f is free to be negative and to take something away from x. With the "
            f"{name} at the end of f instead, every block could only add, and what runs along the "
            "shortcut could only grow.",
            f"这样 f 可以取负值，从 x 里减去东西。若把 {name} 放在 f 的末尾，"
            "每一块就只能往上加，沿捷径传下去的值只增不减。",
            nodes,
        )
    else:
        said = Said(
            "So f enters the addition as it comes out of its last norm, negative or positive, and "
            f"the {name} bends the sum, not f alone.",
            f"f 就以最后一个归一化给出的样子参加相加，可正可负；{name} 弯的是两者之和，而不只是 f。"
            "",
            nodes,
        )
    return Passage(claim, (said,))


def _preactivated(block: Anatomy) -> Passage:
    nodes = ids(block.joins[-1:])
    first = ids(block.calls[:2])
    said = [
        Said(
            "Norm and activation stand before each convolution instead of behind it, so the sum "
            "leaves the block untouched. In a row of such blocks the output is x plus the sum of "
            "all f: a signal, and a gradient, can pass from end to end without meeting a single "
            "non-linearity.",
            "归一化和激活放在每个卷积之前而不是之后，和一出来就原样交给下一块。"
            "这样的块连成一串，输出就是 x 加上所有 f 之和：信号和梯度从头走到尾，"
            "一次非线性也不会碰上。",
            (*first, *nodes),
        )
    ]
    if block.kind in ("projection", "pooled"):
        said.append(
            Said(
                "Where the shape changes that straight way is broken off: the projection takes its "
                "input behind the first norm and activation, like the main path.",
                "形状改变的地方，这条直路会断一次：投影与主路一样，从第一个归一化和激活之后取输入。"
                "",
                ids(block.side),
            )
        )
    return Passage(
        Said("Nothing follows the addition.", "相加之后什么也没有。", nodes), tuple(said)
    )


def _linear(block: Anatomy) -> Iterator[Passage]:
    """An addition at the end of a block whose narrow ends stay linear."""
    if block.type != "InvertedResidual":
        return
    nodes = ids(block.joins[-1:])
    width = channels(block.steps[-1])[1]
    yield Passage(
        Said("Nothing follows the addition.", "相加之后什么也没有。", nodes),
        (_lossy(nodes, width, width < channels(block.steps[-1])[0]),),
    )


def _lossy(nodes: tuple[str, ...], width: int, wider: bool) -> Said:
    if wider:
        return Said(
            "An activation sets part of its input to zero. In the wide middle the other channels "
            f"can make up for it, in {width:,} channels they cannot: so the narrow ends stay "
            "linear.",
            "激活会把一部分输入变成零。在宽的中段，别的通道还能补回来；"
            f"在 {width:,} 个通道里就补不回来了，所以窄的两头保持线性。",
            nodes,
        )
    return Said(
        f"An activation sets part of its input to zero, and {width:,} channels are too few to "
        "make up for it: so the output stays linear.",
        f"激活会把一部分输入变成零，而 {width:,} 个通道太少，补不回来，所以输出保持线性。",
        nodes,
    )
