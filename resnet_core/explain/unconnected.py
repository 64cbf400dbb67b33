"""What does not hang together in a run: layers without an input, results without a taker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from resnet_core.bilingual import LANGUAGES, Words
from resnet_core.explain.explanation import Passage, Said, ids
from resnet_core.graph.loose_ends import loose_ends
from resnet_core.graph.model import Graph, Node
from resnet_core.language.terms import listed

# So many are named; of more it is said how many.
_NAMED = 4


def unconnected(graph: Graph) -> Iterator[Passage]:
    """The paragraph on the loose ends of a graph, where there are any."""
    ends = loose_ends(graph)
    reading = [node for node in ends.unfed if _read(node)]
    # Where the way is lost, so much is said; what lies before and behind the gap follows from it.
    made = [] if ends.cut else [node for node in ends.unfed if not _read(node)]
    said = [*_cut(ends.cut), *_same(reading), *_anew(made)]
    said += [] if ends.cut else _unused(ends.unused)
    if said:
        yield Passage(
            Said(
                "Not everything in the picture hangs together.",
                "图上并不是每一步都连在一起。",
                ids((*ends.cut, *ends.unfed, *ends.unused)),
            ),
            tuple(said),
        )


def _cut(outputs: Sequence[Node]) -> Iterator[Said]:
    if outputs:
        names = _named(outputs)
        yield Said(
            f"No way leads from the input to {names.en}: either the result does not depend on the "
            "input, or a tensor left torch on its way (numpy, a list of numbers) and came back as "
            "another, which nobody can follow.",
            f"从输入没有路通到 {names.zh}：要么结果与输入无关，"
            "要么张量中途离开了 torch（变成 numpy 数组或普通的列表），"
            "回来时已是另一个张量，无法跟踪。",
            ids(outputs),
        )


def _same(nodes: Sequence[Node]) -> Iterator[Said]:
    """Calls of the module's own buffers and parameters alone."""
    if nodes:
        names, one = _named(nodes), len(nodes) == 1
        read = _listed(list(dict.fromkeys(name for node in nodes for name in _read(node))))
        yield Said(
            f"{names.en} {'takes' if one else 'take'} nothing from the input and "
            f"{'works' if one else 'work'} on {read.en}: what comes of it is the same for every "
            "input.",
            f"{names.zh} 不接收输入，只处理 {read.zh}：无论输入是什么，结果都一样。",
            ids(nodes),
        )


def _anew(nodes: Sequence[Node]) -> Iterator[Said]:
    if nodes:
        names, one = _named(nodes), len(nodes) == 1
        yield Said(
            f"{names.en} {'takes' if one else 'take'} nothing from the input that could be "
            "followed: a tensor that the forward makes anew, or one that went through numpy or a "
            "list.",
            f"{names.zh} 的输入无法追溯到网络的输入：它是 forward 里新建的张量，"
            "或者经过了 numpy 数组或普通的列表。",
            ids(nodes),
        )


def _unused(nodes: Sequence[Node]) -> Iterator[Said]:
    if nodes:
        names, one = _named(nodes), len(nodes) == 1
        yield Said(
            f"What {names.en} {'gives' if one else 'give'} goes into nothing that is drawn: it is "
            "not used, or Python alone looks at it (an if, a number that is read).",
            f"{names.zh} 的结果没有流向图上的任何一步：要么没有用到，"
            "要么只有 Python 自己看它（例如 if 判断或读出一个数）。",
            ids(nodes),
        )


def _read(node: Node) -> list[str]:
    kinds = ("reads", "buffers", "parameters")
    return [name for kind in kinds for name in node.attributes.get(kind, ())]


def _named(nodes: Sequence[Node]) -> Words:
    return _listed([node.id for node in nodes])


def _listed(names: Sequence[str]) -> Words:
    shown, more = names[:_NAMED], len(names) - _NAMED
    if more <= 0:
        return Words(*(listed(shown, language) for language in LANGUAGES))
    return Words(
        listed([*shown, f"{more:,} more"], "en"),
        f"{listed(shown, 'zh')} 等 {len(names):,} 处",
    )
