"""What differs between two structures, in clauses: replaced, added, removed, moved, changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from resnet_core.bilingual import Language
from resnet_core.compare.align import replaced
from resnet_core.compare.gist import examples, kinds, listed
from resnet_core.compare.pair import Pair
from resnet_core.graph.model import Graph, Node
from resnet_core.language.terms import say

_CHINESE = {
    "added": "新增",
    "removed": "移除",
    "changed": "改动",
    "reshaped": "形状改变",
    "unreached": "未执行到",
    "same": "相同",
}
_ENGLISH = {"unreached": "not reached"}
_CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")


def change_word(change: str, language: Language) -> str:
    """``added``, or ``新增``."""
    if language == "zh":
        return _CHINESE.get(change) or say(change, language)
    return _ENGLISH.get(change, change)


def clauses(a: Graph, b: Graph, rows: Iterable[Pair], language: Language) -> list[str]:
    """What differs, the decisive first; empty where no call differs."""
    calls = [row for row in rows if row.node.kind not in ("input", "output")]
    found = [*_replacements(a, b, language)]
    for change, graph in (("added", b), ("removed", a)):
        lone = [call.node for call in calls if call.change == change and not call.fate]
        found += _clause(change, len(lone), _things(graph, lone, language), language)
    for way in ("earlier", "later"):
        moved = [call.node for call in calls if call.change == "added" and call.fate == way]
        found += _clause(f"moved {way}", len(moved), kinds(moved, language), language)
    changed = [call for call in calls if call.change == "changed"]
    found += _clause("changed", len(changed), examples(changed, language), language)
    reshaped = [call for call in calls if call.change == "reshaped"]
    return found + _clause("reshaped", len(reshaped), "", language)


def _clause(word: str, count: int, inside: str, language: Language) -> list[str]:
    """``2 calls added (batch norm, ReLU)``; none where there is nothing to tell."""
    if not count:
        return []
    word = change_word(word, language)
    if language == "zh":
        return [f"{word} {count} 个运算" + (f"（{inside}）" if inside else "")]
    noun = "call" if count == 1 else "calls"
    return [f"{count} {noun} {word}" + (f" ({inside})" if inside else "")]


def _replacements(a: Graph, b: Graph, language: Language) -> Iterator[str]:
    """``7×7 conv replaced by 3 × 3×3 conv, 2 × batch norm, 2 × ReLU``."""
    sides = [(kinds([a.node[name]], language), _module(b, path, language))
             for name, path in replaced(a, b).items()]  # fmt: skip
    sides += [(_module(a, path, language), kinds([b.node[name]], language))
              for name, path in replaced(b, a).items()]  # fmt: skip
    for one, other in sides:
        yield f"{one}替换为 {other}" if language == "zh" else f"{one} replaced by {other}"


def _module(graph: Graph, path: str, language: Language) -> str:
    return kinds((n for n in graph.nodes if path in graph.lineage(n.group)), language)


def _things(graph: Graph, nodes: Sequence[Node], language: Language) -> str:
    """What sorts of call; a block or module that is there as a whole is told by its class."""
    alone = {node.id for node in nodes}
    parts: dict[str, set[str]] = {}
    for node in graph.nodes:
        for path in graph.lineage(node.group):
            parts.setdefault(path, set()).add(node.id)
    whole = {path for path, inside in parts.items()
             if inside <= alone and graph.group[path].type not in _CONTAINERS}  # fmt: skip
    found: dict[str, str] = {}
    for node in nodes:
        around = [path for path in graph.lineage(node.group) if path in whole]
        sort = graph.group[around[-1]].type if around else kinds([node], language)
        found[around[-1] if around else node.id] = sort
    return listed(found.values(), language)
