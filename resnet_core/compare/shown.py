"""What a comparison shows: both structures at one level of detail, marked, and as one if it can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resnet_core.bilingual import Language
from resnet_core.compare.align import align, replaced
from resnet_core.compare.apart import apart
from resnet_core.compare.fates import rows
from resnet_core.compare.pair import Pair
from resnet_core.compare.union import BEFORE, marked, union
from resnet_core.diagram.picture import MAX_BOXES
from resnet_core.errors import TooLarge
from resnet_core.graph.model import Edge, Graph
from resnet_core.graph.view import view
from resnet_core.language.terms import say
from resnet_core.layout.diff_marks import SIGNS, change_of

if TYPE_CHECKING:
    from resnet_core.compare.comparison import Comparison


@dataclass(frozen=True)
class Shown:
    """Two views, and what became of each box.

    ``sides`` are the views with marks, ``both`` their union. Where there is none although it was
    asked for, ``why`` says so.
    """

    a: Graph
    b: Graph
    pairs: tuple[Pair, ...]
    sides: tuple[Graph, Graph]
    both: Graph | None
    why: str = ""

    def notes(self, language: Language) -> Mapping[Edge, str]:
        """What each shortcut of the union is, or was: of two into one addition each has its own."""
        if self.both is None:
            return {}
        before = {pair.b.id: pair.a.id for pair in self.pairs if pair.a and pair.b}
        found: dict[Edge, str] = {}
        for edge in self.both.edges:
            change, target = change_of(edge), edge.target
            if edge.lane != "shortcut" or self.both.node[target].role != "add":
                continue
            if change == "removed" or target not in self.b.node:
                kind = self.a.shortcut_into(before.get(target, target.removesuffix(BEFORE)))
            else:
                kind = self.b.shortcut_into(target)
            found[edge] = " ".join(filter(None, (SIGNS.get(change), say(kind, language))))
        return found


def shown(comparison: Comparison) -> Shown:
    """The views of a comparison. Raises TooLarge where nobody could read them."""
    options = comparison.options
    a, b = _views(comparison)
    alignment = align(a, b)
    pairs = rows(a, b, alignment, options.lang)
    one, other = (_checked(marked(graph, pairs, side, options.fold))
                  for side, graph in (("a", a), ("b", b)))  # fmt: skip
    both, why = None, ""
    if comparison.view == "one":
        stopped = [name for name, graph in zip(comparison.names, (a, b), strict=True)
                   if graph.problem]  # fmt: skip
        try:
            both = None if stopped else _checked(union(a, b, alignment, pairs, options.fold))
        except ValueError:
            why = say("side by side, because the order is reversed", options.lang)
        if stopped:
            # It ends somewhere: the other one is no continuation of it.
            why = say("side by side, because {} cannot run", options.lang, stopped[0])
    return Shown(a, b, pairs, (one, other), both, why)


def _views(comparison: Comparison) -> tuple[Graph, Graph]:
    """Both structures at one level of detail, equal neighbours not yet folded."""
    graphs = (comparison.a.graph, comparison.b.graph)
    detail = comparison.detail
    if any(graph.problem and graph.group[""].level == "block" for graph in graphs):
        # A block that cannot run is never closed: neither is the one beside it.
        detail = "op" if detail == "op" else "layer"
    known = [{group.path for group in graph.groups} for graph in graphs]
    wanted = (*comparison.options.expanded, *filter(None, map(_failing, graphs)))
    shown = [
        view(
            graph, detail, fold=False,
            # A group that only the other one has is nothing to open here.
            expand=[name for name in wanted if name in own or name not in other],
        )
        for graph, own, other in zip(graphs, known, known[::-1], strict=True)
    ]  # fmt: skip
    a, b = graphs
    return apart(shown[0], replaced(a, b)), apart(shown[1], replaced(b, a))


def _failing(graph: Graph) -> str:
    """The block in which a structure fails."""
    if graph.problem is None:
        return ""
    lineage = graph.lineage(graph.node[graph.problem.node].group)
    return next((path for path in lineage if graph.group[path].level == "block"), "")


def _checked(graph: Graph) -> Graph:
    if len(graph.nodes) > MAX_BOXES:
        raise TooLarge(
            "detail",
            "op",
            f"the picture would have {len(graph.nodes):,} boxes, more than {MAX_BOXES:,}",
            allowed=["block", "stage"],
            suggestion="block",
            mend={"detail": "block", "fold": None, "expand": None},
        )
    return graph
