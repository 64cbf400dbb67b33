"""Facts of a block that sentences rest on: its norms, its gate, what its shortcut begins with."""

from __future__ import annotations

from resnet_core.bilingual import Words
from resnet_core.explain.positions import window
from resnet_core.graph.model import Node
from resnet_core.graph.structure import Anatomy, Outline, groups, kernel
from resnet_core.language.terms import Few

_ATTENTION = ("SqueezeExcitation", "EfficientChannelAttention", "ConvolutionalBlockAttention")
_OVER_THE_IMAGE = ("GroupNorm", "InstanceNorm2d")


def normed(block: Anatomy) -> bool:
    """Whether a norm stands on the main path."""
    return any(call.role == "norm" and call.lane == "main" for call in block.calls)


def gated(block: Anatomy) -> bool:
    """Whether a gate weighs what the main path has made."""
    return any(group.type in _ATTENTION for group in block.gates)


def ends_in_norm(block: Anatomy) -> bool:
    """Whether a norm stands behind the last layer with weights, before the addition."""
    if not block.steps:
        return False
    behind = block.calls[block.calls.index(block.steps[-1]) + 1 :]
    if block.join in behind:
        behind = behind[: behind.index(block.join)]
    return any(call.role == "norm" and call.lane == "main" for call in behind)


def prepared(block: Anatomy) -> tuple[Node, ...]:
    """The calls that x has passed before the shortcut branches off; none where it takes x."""
    if block.join is None or not block.side:
        return ()
    fork = block.fork(block.join)
    return block.calls[: block.calls.index(fork) + 1] if fork in block.calls else ()


def taken(block: Anatomy) -> str:
    """What the shortcut takes: x, or a, which the first norm and activation have made of it."""
    return "a" if prepared(block) else "x"


def original(block: Anatomy) -> bool:
    """Whether the block has a place for the stride that was moved: the plain bottleneck's."""
    return (
        block.type in ("Bottleneck", "ResDown")
        and all(groups(step) == 1 for step in block.steps)
        and block.knobs.get("stride", 2) == 2
    )


def asked_for(block: Anatomy) -> bool:
    """Whether the shapes ask for something on the shortcut."""
    return block.given != block.summed


def only_middle(node: Node) -> bool:
    """Whether all points of a larger kernel but one always meet padding: it works as a 1×1."""
    found = window(node)
    return found is not None and found.points > 1 == found.live


def one_in(read: int, size: int) -> tuple[str, str]:
    """``one position in four`` where that is exact, else ``64 of 225 positions``."""
    if read and size % read == 0:
        places = Few(size // read)
        return Words(f"one position in {places:en}", f"每{places:zh}个位置只读一个")
    return Words(f"{read:,} of {size:,} positions", f"{size:,} 个位置只读 {read:,} 个")


def ragged(pool: Node) -> bool:
    """Whether the last windows of a pooling stick out over the edge of the map."""
    size = kernel(pool)
    return any(side % size for side in pool.inputs[0][2:])


def same_positions(one: Node, other: Node) -> bool:
    """Whether two windows read the same positions of one map."""
    first, second = window(one), window(other)
    if first is None or second is None or one.inputs[0][2:] != other.inputs[0][2:]:
        return False
    return [side.read for side in first.sides] == [side.read for side in second.sides]


def whole_image(outline: Outline) -> tuple[bool, bool]:
    """Whether gates, and whether norms, let every position depend on the whole map."""
    calls = outline.graph.calls
    pools = [call for call in calls if call.lane == "gate" and call.role == "pool"]
    norms = [call for call in calls if call.type in _OVER_THE_IMAGE]
    return any(call.shape[2:] == (1, 1) for call in pools), bool(norms)


def pixels(outline: Outline) -> bool:
    """Whether an image comes in, and no map that other layers have made."""
    given = outline.graph.inputs[0].shape
    is_first = outline.stem or not outline.stages or not outline.blocks[0].path
    return len(given) == 4 and given[1] in (1, 3) and bool(is_first)
