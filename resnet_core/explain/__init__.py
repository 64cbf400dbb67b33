"""Graph → sentences: what a structure is for, what happens in it, and why these numbers.

Everything that is said is read from the Graph and the parameters, so it is right at every
setting. English and Chinese are written side by side, each in its own idiom.
"""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.draw.heading import Caption
from resnet_core.draw.words import Language
from resnet_core.explain.anatomy import anatomies
from resnet_core.explain.explanation import Explanation, LayerNote, Paragraph, Sentence
from resnet_core.explain.layers import layer_notes
from resnet_core.explain.path import main_path
from resnet_core.explain.said import Passage
from resnet_core.graph import Graph

__all__ = ["Explanation", "LayerNote", "Paragraph", "Sentence", "explain"]


def explain(graph: Graph, caption: Caption, language: Language = "en") -> Explanation:
    """The structure told in words, in one language."""
    return Explanation(
        title=caption.title,
        paragraphs=tuple(each.paragraph(language) for each in _passages(graph)),
        layers=layer_notes(graph, caption.parameters, language),
        language=language,
    )


def _passages(graph: Graph) -> Iterator[Passage]:
    for block in anatomies(graph).values():
        yield from main_path(block)
        return
