"""Graph → sentences: what a structure is for, what happens in it, and why these numbers.

Everything that is said is read from the Graph and the parameters, so it is right at every
setting. English and Chinese are written side by side, each in its own idiom.
"""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.bilingual import Language
from resnet_core.explain.components import attention, chosen, concat
from resnet_core.explain.cost import biases, depth, savings, shares, total
from resnet_core.explain.ending import ending
from resnet_core.explain.explanation import (
    Explanation,
    LayerNote,
    Paragraph,
    Passage,
    Sentence,
    introduced,
)
from resnet_core.explain.failure import failure, so_far
from resnet_core.explain.idle import idle, idle_in
from resnet_core.explain.layer_notes import layer_notes
from resnet_core.explain.main_path import main_path
from resnet_core.explain.network import blocks, parts, shortcuts, stages, strides
from resnet_core.explain.sequential import plain, without_weights
from resnet_core.explain.shortcut import shortcut
from resnet_core.explain.sight import sight
from resnet_core.explain.special_blocks import (
    convnext,
    downsample,
    horblock,
    inverted_residual,
    res2net,
)
from resnet_core.explain.stride import size
from resnet_core.explain.traits import traits
from resnet_core.explain.unconnected import unconnected
from resnet_core.explain.why import why
from resnet_core.graph.model import Graph
from resnet_core.graph.structure import Anatomy, Outline
from resnet_core.language.notation import Caption

__all__ = ["Explanation", "LayerNote", "Paragraph", "Sentence", "explain"]

# By class: how a block is introduced that is more than a chain of convolutions.
OPENINGS = {
    "Res2NetBlock": res2net,
    "InvertedResidual": inverted_residual,
    "Downsample": downsample,
    "ConvNeXtBlock": convnext,
    "HorBlock": horblock,
}


def explain(graph: Graph, caption: Caption, language: Language = "en") -> Explanation:
    """The structure told in words, in one language."""
    outline = Outline(graph)
    passages = tuple(_passages(outline, caption)) or (without_weights(outline, caption),)
    return Explanation(
        title=caption.called(language),
        paragraphs=introduced((passage.paragraph(language) for passage in passages), language),
        layers=layer_notes(outline, caption.parameters, language),
        language=language,
        why=why(outline, caption.parameters, language),
    )


def _passages(outline: Outline, caption: Caption) -> Iterator[Passage]:
    graph = outline.graph
    yield from failure(graph)
    if graph.problem:
        yield from _failed(outline.failing) if outline.failing else ()
    elif outline.blocks[0].path:
        yield from _network(outline, caption)
    elif outline.blocks[0].group.level == "block":
        yield from _block(outline.blocks[0])
    else:
        yield from plain(outline, caption)
        yield from sight(outline)
    yield from unconnected(graph)


def _failed(block: Anatomy) -> Iterator[Passage]:
    """A block that did not run: told as a block only where its main path reached the addition."""
    return _block(block) if block.join else so_far(block)


def _block(block: Anatomy) -> Iterator[Passage]:
    opening = OPENINGS.get(block.type, main_path)
    for tell in (
        opening,
        size,
        shortcut,
        concat,
        attention,
        savings,
        chosen,
        biases,
        idle,
        total,
        ending,
    ):
        yield from tell(block)


def _network(outline: Outline, caption: Caption) -> Iterator[Passage]:
    yield parts(outline, caption)
    yield from stages(outline)
    block = outline.typical
    yield from blocks(outline, OPENINGS, main_path)
    for tell in (attention, savings, chosen):
        yield from tell(block)
    yield from strides(outline)
    yield from shortcuts(outline)
    yield from ending(block, outline.blocks)
    yield from traits(outline)
    yield from idle_in(outline)
    yield from shares(outline)
    yield from depth(outline, caption)
    yield from sight(outline)
