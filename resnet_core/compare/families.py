"""Two networks of different families: told by their stages and blocks, not call by call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from resnet_core.bilingual import Language, Text, Words
from resnet_core.compare.changes import Pair, kinds
from resnet_core.explain.main_path import plural
from resnet_core.graph.model import Graph, Node
from resnet_core.graph.structure import Anatomy, Outline
from resnet_core.language.terms import Few, listed, percent, say, several, side

# Of so many calls at least one in two has a partner where networks are of one family.
_FEWEST = 40


def apart(a: Graph, b: Graph, pairs: Iterable[Pair]) -> bool:
    """Whether two networks differ in their stages, or share neither blocks nor most calls."""
    counts = [len(Outline(graph).stages) if _blocks(graph) else 0 for graph in (a, b)]
    if min(counts) and max(counts) > 1 and counts[0] != counts[1]:
        return True
    types = [{block.type for block in _blocks(graph)} for graph in (a, b)]
    if types[0] & types[1] or max(len(a.calls), len(b.calls)) < _FEWEST:
        return False
    partners = sum(1 for pair in pairs if pair.a and pair.b)
    return bool(types[0] or types[1]) and 2 * partners < max(len(a.calls), len(b.calls))


def clauses(a: Graph, b: Graph, language: Language) -> Iterator[str]:
    """What each is made of, what becomes of an image in it, and where its weights are."""
    yield f"{_made_of(a, language)} → {_made_of(b, language)}"
    yield from _differing(_stem(a, language), _stem(b, language), Text("stem {} → {}",
                          "stem（起始层）{} → {}")[language])  # fmt: skip
    yield from _differing(_counts(a), _counts(b), Text("blocks by stage {} → {}",
                          "各阶段的块数 {} → {}")[language])  # fmt: skip
    yield from _differing(_widths(a), _widths(b), Text("channels by stage {} → {}",
                          "各阶段的通道数 {} → {}")[language])  # fmt: skip
    yield from _differing(_shortcuts(a, language), _shortcuts(b, language), "{} → {}")
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


def _differing(one: str, other: str, told: str) -> Iterator[str]:
    """The clause where both have the thing and it is not the same."""
    if one and other and one != other:
        yield told.format(one, other)


def _stem(graph: Graph, language: Language) -> str:
    """What looks around before the first block: ``7×7 conv and 3×3 max pool``."""
    found = [call for call in Outline(graph).stem if call.role in ("conv", "pool")]
    return listed((kinds([call], language) for call in found), language) if _blocks(graph) else ""


def _counts(graph: Graph) -> str:
    """How many blocks each stage has: ``3–4–6–3``."""
    stages = Outline(graph).stages
    return "–".join(f"{len(stage.blocks)}" for stage in stages) if len(stages) > 1 else ""


def _widths(graph: Graph) -> str:
    """How many channels each stage gives out: ``64–128–256–512``."""
    made = [stage.made for stage in Outline(graph).stages]
    is_map = len(made) > 1 and all(len(shape) == 4 for shape in made)
    return "–".join(f"{shape[1]:,}" for shape in made) if is_map else ""


def _shortcuts(graph: Graph, language: Language) -> str:
    """The shortcuts that do something, by what they do: ``3 projection shortcuts``."""
    found = Counter(graph.shortcut_into(join.id) for block in _blocks(graph)
                    for join in block.joins)  # fmt: skip
    told = [
        say("{} {} shortcut" if count == 1 else "{} {} shortcuts", language, count,
            say(kind, language))
        for kind, count in found.items() if kind not in ("identity", "none")
    ]  # fmt: skip
    return listed(told, language)


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
