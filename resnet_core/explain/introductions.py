"""The field's other names for a thing, given once: where an explanation first speaks of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from resnet_core.bilingual import Language
from resnet_core.explain.explanation import Paragraph, Sentence

# English papers have one word for each; in Chinese several are in use beside one another.
_NAMES: Mapping[Language, Mapping[str, str]] = {
    "en": {},
    "zh": {"捷径": "跳跃连接、残差连接，shortcut", "步长": "stride"},
}


def introduced(paragraphs: Iterable[Paragraph], language: Language) -> tuple[Paragraph, ...]:
    """The paragraphs, each term followed by its other names at its first mention."""
    found = tuple(paragraphs)
    for term, names in _NAMES[language].items():
        found = _first(found, term, names)
    return found


def _first(paragraphs: tuple[Paragraph, ...], term: str, names: str) -> tuple[Paragraph, ...]:
    for index, paragraph in enumerate(paragraphs):
        texts = [paragraph.lead, *(sentence.text for sentence in paragraph.sentences)]
        place = next((place for place, text in enumerate(texts) if term in text), None)
        if place is None:
            continue
        # A bracket behind the term already stays apart from this one.
        texts[place] = re.sub(rf"{term}(?!（)", f"{term}（{names}）", texts[place], count=1)
        sentences = tuple(
            Sentence(text, sentence.nodes)
            for text, sentence in zip(texts[1:], paragraph.sentences, strict=True)
        )
        changed = replace(paragraph, lead=texts[0], sentences=sentences)
        return (*paragraphs[:index], changed, *paragraphs[index + 1 :])
    return paragraphs
