"""A reason with the published figures that it leans on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resnet_core.bilingual import TYPESET, Language, Text
from resnet_core.explain.explanation import Reason
from resnet_core.explain.published import PUBLISHED, cited
from resnet_core.explain.sentences import Said

Given = Mapping[str, Any]
_FIGURES = {name: figure.shown for name, figure in PUBLISHED.items()}


@dataclass(frozen=True)
class Why:
    """A claim, what lies behind it, and the published figures that it leans on."""

    claim: Said
    said: tuple[Said, ...]
    figures: tuple[str, ...] = ()

    def reason(self, language: Language) -> Reason:
        def told(said: Said) -> str:
            return TYPESET[language](said[language])

        return Reason(told(self.claim), tuple(map(told, self.said)), cited(self.figures, language))


def quoting(english: str, chinese: str) -> Said:
    """A sentence with published figures in place of their names."""
    words = Text(english, chinese).format(**_FIGURES)
    return Said(words["en"], words["zh"])
