"""Graph → sentences: what a structure is for, what happens in it, and why these numbers.

Everything that is said is read from the Graph and the parameters, so it is right at every
setting. English and Chinese are written side by side, each in its own idiom.
"""

from __future__ import annotations

from collections.abc import Iterator

from resnet_core.draw.heading import Caption
from resnet_core.draw.words import Language
from resnet_core.explain.anatomy import Anatomy
from resnet_core.explain.attention import attention
from resnet_core.explain.choices import chosen
from resnet_core.explain.concat import concat
from resnet_core.explain.cost import biases, savings, total
from resnet_core.explain.ending import ending
from resnet_core.explain.explanation import Explanation, LayerNote, Paragraph, Sentence
from resnet_core.explain.failure import failure
from resnet_core.explain.families import downsample, inverted_residual, res2net
from resnet_core.explain.layers import layer_notes
from resnet_core.explain.modern import convnext, horblock
from resnet_core.explain.network import blocks, parts, strides
from resnet_core.explain.outline import Outline
from resnet_core.explain.path import main_path
from resnet_core.explain.plain import plain, without_weights
from resnet_core.explain.said import Passage
from resnet_core.explain.shares import depth, shares, sight
from resnet_core.explain.shortcut import shortcut
from resnet_core.explain.size import size
from resnet_core.explain.stages import shortcuts, stages
from resnet_core.explain.traits import traits
from resnet_core.graph import Graph

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
        title=caption.title,
        paragraphs=tuple(each.paragraph(language) for each in passages),
        layers=layer_notes(outline, caption.parameters, language),
        language=language,
    )


def _passages(outline: Outline, caption: Caption) -> Iterator[Passage]:
    graph = outline.graph
    yield from failure(graph)
    if graph.problem:
        yield from _block(outline.failing) if outline.failing else ()
    elif outline.blocks[0].path:
        yield from _network(outline, caption)
    elif outline.blocks[0].group.level == "block":
        yield from _block(outline.blocks[0])
    else:
        yield from plain(outline, caption)
        yield from sight(outline)


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
    yield from ending(block)
    yield from traits(outline)
    yield from shares(outline)
    yield from depth(outline, caption)
    yield from sight(outline)
