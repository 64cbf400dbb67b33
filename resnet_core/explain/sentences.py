"""A sentence and a paragraph in both languages, each in its own idiom, with the same numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resnet_core.bilingual import TYPESET, Language, Text
from resnet_core.explain.explanation import Paragraph, Sentence
from resnet_core.graph.model import Node


@dataclass(frozen=True)
class Said(Text):
    """A sentence in both languages, and the nodes or groups that it speaks of."""

    nodes: tuple[str, ...] = ()

    def sentence(self, language: Language) -> Sentence:
        return Sentence(TYPESET[language](self[language]), self.nodes)


@dataclass(frozen=True)
class Passage:
    """A paragraph in both languages. The claim comes first."""

    claim: Said
    said: tuple[Said, ...]

    def paragraph(self, language: Language) -> Paragraph:
        told = tuple(sentence.sentence(language) for sentence in self.said)
        return Paragraph(self.claim.sentence(language).text, told)


def ids(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(node.id for node in nodes)
