"""Two networks of different families: told by their stages and blocks, not call by call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from resnet_core.bilingual import Language, Text, Words
from resnet_core.compare.changes import Pair
from resnet_core.explain.main_path import plural
from resnet_core.graph.model import Graph, Node
from resnet_core.graph.structure import Anatomy, Outline
from resnet_core.language.terms import Few, listed, percent, several, side

# Of so many calls at least one in two has a partner where networks are of one family.
_FEWEST = 40


def apart(a: Graph, b: Graph, pairs: Iterable[Pair]) -> bool:
    """Whether two networks share neither a kind of block nor most of their calls."""
    types = [{block.type for block in _blocks(graph)} for graph in (a, b)]
    if types[0] & types[1] or max(len(a.calls), len(b.calls)) < _FEWEST:
        return False
    partners = sum(1 for pair in pairs if pair.a and pair.b)
    return bool(types[0] or types[1]) and 2 * partners < max(len(a.calls), len(b.calls))


def clauses(a: Graph, b: Graph, language: Language) -> Iterator[str]:
    """What each is made of, what becomes of an image in it, and where its weights are."""
    yield f"{_made_of(a, language)} → {_made_of(b, language)}"
    maps = [_last_map(graph) for graph in (a, b)]
    if all(maps) and maps[0] != maps[1]:
        told = Text("last map {} → {}", "最后的特征图 {} → {}").format(*maps)
        yield told[language]
    yield Text("largest layer {} → {}", "参数最多的层 {} → {}").format(
        _largest(a, language), _largest(b, language)
    )[language]


def _blocks(graph: Graph) -> list[Anatomy]:
    return [block for block in Outline(graph).blocks if block.path and block.group.level == "block"]


def _made_of(graph: Graph, language: Language) -> str:
    """``16 bottlenecks in four stages``, or ``13 convolutions and 3 linear layers in a row``."""
    blocks = _blocks(graph)
    if blocks:
        outline = Outline(graph)
        named, stages = plural(outline.typical, len(blocks)), Few(len(outline.stages))
        if len(outline.stages) == 1:
            return Text(f"{len(blocks):,} {named[0]}", f"{len(blocks):,} 个{named[1]}")[language]
        return Text(
            f"{len(blocks):,} {named[0]} in {stages:en} stages",
            f"{stages:zh}个阶段、{len(blocks):,} 个{named[1]}",
        )[language]
    layers = {
        Words("convolution", "卷积"): [call for call in graph.calls if call.role == "conv"],
        Words("linear layer", "全连接层"): [call for call in graph.calls if call.role == "linear"],
    }
    told = [
        Text(several(len(found), name), f"{len(found):,} 个{chinese}")[language]
        for (name, chinese), found in layers.items()
        if found
    ]
    return Text("{} in a row", "依次相接的 {}").format(listed(told, language))[language]


def _last_map(graph: Graph) -> str:
    """Channels and sides of the last map that is more than one position."""
    maps = [call.shape for call in graph.calls if len(call.shape) == 4 and max(call.shape[2:]) > 1]
    return f"{maps[-1][1]:,}×{side(maps[-1])}" if maps else ""


def _largest(graph: Graph, language: Language) -> str:
    node = max(graph.calls, key=lambda call: call.params)
    share = percent(node.params, graph.totals.params)
    return Text(
        f"{_named(node)} ({node.params:,} parameters, {share} of all)",
        f"{_named(node)}（{node.params:,} 个参数，占全部的 {share}）",
    )[language]


def _named(node: Node) -> str:
    return node.path or node.id
