"""The receptive field of the last map: in the middle, in the corner, and past gates and norms."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.bilingual import Words
from resnet_core.explain.explanation import Passage, Said
from resnet_core.explain.facts import pixels, whole_image
from resnet_core.explain.positions import window
from resnet_core.graph.model import Graph, Node
from resnet_core.graph.structure import Outline
from resnet_core.language.terms import side

Span = tuple[int, int]


def sight(outline: Outline) -> Iterator[Passage]:
    """How far a position of the last map sees, beside the size of what came in."""
    graph = outline.graph
    given = graph.inputs[0].shape
    if len(given) != 4 or len(graph.inputs) > 1:
        return
    unit = (
        Words("pixels", "像素")
        if pixels(outline)
        else Words("positions of its input", "个输入位置")
    )
    maps = _maps(graph)
    if not maps or graph.mixes or any(_grows(call) for call in graph.calls):
        return  # how far is seen is reckoned through maps that keep their size or shrink
    gates, norms = whole_image(outline)
    if gates or norms:
        yield _everything(graph, maps[-1], unit, gates)
        return
    field = graph.totals.receptive_field
    if field < max(given[2:]):
        yield _a_part(graph, maps[-1], unit)
        return
    middle = spans(graph, maps[-1], [size // 2 for size in maps[-1].shape[2:]])
    corner = spans(graph, maps[-1], [0, 0])
    yield _far(graph, maps[-1], unit, middle, corner)


def _maps(graph: Graph) -> list[Node]:
    """The calls that give a map, up to where it is averaged or flattened."""
    elsewhere, found = channels_last(graph), []
    for call in graph.calls:
        is_end = call.role == "pool" and call.lane != "gate" and window(call) is None
        if is_end and call.shape[2:] == (1, 1):
            break
        if len(call.shape) == 4 and call.lane != "gate" and call.id not in elsewhere:
            found.append(call)
    return found


def _grows(call: Node) -> bool:
    """Whether a call gives a larger map than it takes: transposed, upsampled."""
    given = call.inputs[0] if call.inputs else ()
    if len(given) != 4 or len(call.shape) != 4 or call.type in ("pad", "permute"):
        return False
    return call.shape[2] > given[2]


def channels_last(graph: Graph) -> frozenset[str]:
    """The calls whose second and third number are height and width: between two permutations."""
    found: set[str] = set()
    for node in graph.nodes:
        turned = any(edge.source in found for edge in graph.incoming[node.id])
        if turned != (node.type == "permute"):
            found.add(node.id)
    return frozenset(found)


def spans(graph: Graph, last: Node, position: list[int]) -> Span:
    """The sides of the part of the input that one position of a map depends on, padding cut off."""
    return _along(graph, last, position[0], 0), _along(graph, last, position[1], 1)


def _along(graph: Graph, last: Node, position: int, axis: int) -> int:
    """The same along one side: windows are followed back from call to call."""
    ends: dict[str, Span] = {last.id: (position, position)}
    elsewhere = channels_last(graph)
    source = graph.inputs[0]
    order = graph.nodes[: graph.nodes.index(last) + 1]
    for node in reversed(order):
        if node.id not in ends or node.id == source.id:
            continue
        low, high = ends[node.id]
        found = window(node)
        if found is not None:
            one = found.sides[axis]
            low, high = low * one.stride - one.padding, high * one.stride - one.padding
            high += one.reach - 1
        for edge in graph.incoming[node.id]:
            if len(edge.shape) != 4:
                continue
            sides = edge.shape[1:] if edge.source in elsewhere else edge.shape[2:]
            mine = (max(0, low), min(sides[axis] - 1, high))
            known = ends.get(edge.source, mine)
            ends[edge.source] = (min(known[0], mine[0]), max(known[1], mine[1]))
    first, final = ends.get(source.id, (0, -1))
    return final - first + 1


def _far(graph: Graph, last: Node, unit: tuple[str, str], middle: Span, corner: Span) -> Passage:
    field, image = graph.totals.receptive_field, side(graph.inputs[0].shape)
    ends = [side((0, 0, *span)) for span in (middle, corner)]
    if ends[1] == image:
        return _all_of_it(last, field, image, unit)
    claim = Said(
        f"In the middle, the last map reaches over {ends[0]} of {image} {unit[0]}.",
        f"最后的特征图，中间的位置能看到 {image} {unit[1]}中的 {ends[0]}。",
        (last.id,),
    )
    if max(last.shape[2:]) == 1:
        return _only_one(last, field, ends[0], image, unit)
    if ends[0] == image:
        claim = Said(
            f"In the middle, the last map sees all {image} {unit[0]}.",
            f"最后的特征图，中间的位置看得到全部 {image} {unit[1]}。",
            (last.id,),
        )
    return Passage(
        claim,
        (
            Said(
                f"By its convolutions and pooling layers one position spans {field:,}×{field:,}, "
                "part of "
                f"it on padding: a position in the corner sees {ends[1]}. That is how far it can "
                "see, not how evenly: what lies near the middle reaches it by far more paths than "
                "what lies at the edge.",
                f"按卷积和池化算，一个位置的感受野是 {field:,}×{field:,}，其中一部分落在补的零上："
                f"角上的位置只看到 {ends[1]}。这说的是能看多远，不是看得多均匀："
                "靠近中心的内容通到它的路径，比边上的多得多。",
                (last.id,),
            ),
        ),
    )


def _only_one(last: Node, field: int, seen: str, image: str, unit: tuple[str, str]) -> Passage:
    """A last map of one position that does not see all."""
    return Passage(
        Said(
            f"The one position of the last map sees {seen} of {image} {unit[0]}.",
            f"最后的特征图只有一个位置，它看得到 {image} {unit[1]}中的 {seen}。",
            (last.id,),
        ),
        (
            Said(
                f"By its convolutions and pooling layers it spans {field:,}×{field:,}, part of it "
                "on padding; what lies at the far edge, no window reaches.",
                f"按卷积和池化算，它的感受野是 {field:,}×{field:,}，其中一部分落在补的零上；"
                "最边上的位置没有窗口够得着。",
                (last.id,),
            ),
        ),
    )


def _all_of_it(last: Node, field: int, image: str, unit: tuple[str, str]) -> Passage:
    """Where even the corner of the last map reaches the other end of the input."""
    return Passage(
        Said(
            f"Every position of the last map sees all {image} {unit[0]}.",
            f"最后的特征图上，每个位置都看得到全部 {image} {unit[1]}。",
            (last.id,),
        ),
        (
            Said(
                f"By its convolutions and pooling layers one position spans {field:,}×{field:,}, "
                "so even "
                "one in the corner reaches the far end. That is how far it can see, not how "
                "evenly: what lies near the middle of its window reaches it by far more paths than "
                "what lies at the edge.",
                f"按卷积和池化算，一个位置的感受野是 {field:,}×{field:,}，"
                "连角上的位置也看得到另一头。这说的是能看多远，不是看得多均匀："
                "靠近窗口中心的内容通到它的路径，比边上的多得多。",
                (last.id,),
            ),
        ),
    )


def _a_part(graph: Graph, last: Node, unit: tuple[str, str]) -> Passage:
    field, image = graph.totals.receptive_field, side(graph.inputs[0].shape)
    return Passage(
        Said("The last map sees a part of the input.", "最后的特征图只看得到输入的一部分。",
             (last.id,)),
        (
            Said(
                f"The receptive field of one of its positions is {field:,}×{field:,} of {image} "
                f"{unit[0]}; it learns of what lies further away only where something "
                "global follows, an average or a linear layer over the whole map.",
                f"它的一个位置，感受野是 {image} {unit[1]}中的 {field:,}×{field:,}；"
                "更远的内容，要等后面有全局的运算（对整张特征图取平均，或全连接）才能知道。",
                (last.id,),
            ),
        ),
    )  # fmt: skip


def _everything(graph: Graph, last: Node, unit: tuple[str, str], gates: bool) -> Passage:
    field, image = graph.totals.receptive_field, side(graph.inputs[0].shape)
    through = Words("gates", "门控") if gates else Words("norms", "归一化")
    return Passage(
        Said("Every position of the last map depends on the whole input.",
             "最后的特征图上，每个位置都与整个输入有关。", (last.id,)),
        (
            Said(
                f"By its convolutions and pooling layers one position spans {field:,}×{field:,}, "
                "the "
                f"input has {image} {unit[0]}; but the {through[0]} average over whole maps, and "
                "through them everything has a say.",
                f"按卷积和池化算，一个位置的感受野是 {field:,}×{field:,}，"
                f"输入共 {image} {unit[1]}；"
                f"而{through[1]}对整张特征图取平均，通过它，每个位置都受全图影响。",
                (last.id,),
            ),
        ),
    )  # fmt: skip
