"""What has become of each call: partners compared; moved, replaced or never reached without one."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace

from resnet_core.bilingual import Language
from resnet_core.compare.align import Alignment, replaced
from resnet_core.compare.gist import kinds
from resnet_core.compare.pair import Difference, Fate, Pair, pair
from resnet_core.graph.model import Graph, Node
from resnet_core.language.notation import title
from resnet_core.language.terms import say

_Place = tuple[str, ...]


def rows(a: Graph, b: Graph, alignment: Alignment, language: Language) -> tuple[Pair, ...]:
    """A row for every call of both, in the order of the alignment."""
    found = [pair(one, other, language) for one, other in alignment.matches]
    _end(found, a, b)
    _replace(found, a, b, language)
    _move(found, a, b, alignment, language)
    return tuple(found)


def _end(found: list[Pair], a: Graph, b: Graph) -> None:
    """Where one structure fails, nothing is known of what would have come after."""
    for side, graph in (("a", a), ("b", b)):
        if graph.problem:
            last = max(index for index, entry in enumerate(found) if getattr(entry, side))
            for index in range(last + 1, len(found)):
                found[index] = replace(found[index], change="unreached")


def _replace(found: list[Pair], a: Graph, b: Graph, language: Language) -> None:
    """One call, and the module that stands in its place, are told of each other."""
    places = [({name}, _within(b, path)) for name, path in replaced(a, b).items()]
    places += [(_within(a, path), {name}) for name, path in replaced(b, a).items()]
    for before, after in places:
        was, became = (
            kinds((graph.node[item] for item in graph.node if item in names), language)
            for graph, names in ((a, before), (b, after))
        )
        for index, entry in enumerate(found):
            if entry.a and entry.b is None and entry.a.id in before:
                found[index] = _told(entry, "replaced", "replaced by", became, language)
            elif entry.b and entry.a is None and entry.b.id in after:
                found[index] = _told(entry, "replaced", "in place of", was, language)


def _within(graph: Graph, path: str) -> set[str]:
    return {node.id for node in graph.nodes if path in graph.lineage(node.group)}


def _move(found: list[Pair], a: Graph, b: Graph, alignment: Alignment, language: Language) -> None:
    """What is gone from one place of a block and new in another has moved."""
    waiting: dict[_Place | None, deque[int]] = {}
    for index, row in enumerate(found):
        if row.a and row.change == "removed" and not row.fate:
            place = _place(a, row.a, alignment.groups)
            waiting.setdefault(place, deque()).append(index)
    own = {group: group for group in alignment.groups.values()}
    for index, row in enumerate(found):
        if row.b and row.change == "added" and not row.fate:
            place = _place(b, row.b, own)
            if place and (gone := waiting.get(place)):
                where = gone.popleft()
                way: Fate = "earlier" if index < where else "later"
                for one in (index, where):
                    found[one] = _told(found[one], way, f"moved {way}", "", language)


def _place(graph: Graph, node: Node, partner: Mapping[str, str]) -> _Place | None:
    """Where a call may move: in the lane of its block; none where that has no partner."""
    lineage = graph.lineage(node.group)
    block = next((path for path in lineage if graph.group[path].level), "")
    if block not in partner:
        return None
    return partner[block], node.lane, node.role, title(node)


def _told(one_pair: Pair, fate: Fate, words: str, what: str, language: Language) -> Pair:
    return replace(one_pair, fate=fate, differences=(Difference(say(words, language), what, ""),))
