"""Figures that others have measured, with paper and table, and the reasons that lean on them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resnet_core.bilingual import TYPESET, Language, Text
from resnet_core.explain.explanation import Reason, Said


@dataclass(frozen=True)
class Published:
    """One number, what it measures, and where it is printed."""

    name: str
    value: float
    what: Text
    paper: str
    where: Text
    url: str

    @property
    def shown(self) -> str:
        """The number as the source prints it: two digits for a percentage of a paper."""
        return f"{self.value:.2f}" if self.where.en.startswith("table") else f"{self.value:g}"

    def cite(self, language: Language) -> str:
        """Author and year, where in it, and the address: ``He et al., 2015, table 2, https://…``"""
        year = re.search(r"\b20\d\d$", self.paper)
        author = f"{self.paper.partition(',')[0]}, {year.group()}" if year else self.paper
        comma = {"en": ", ", "zh": "，"}[language]
        return comma.join((author, self.where[language], self.url))


def _read(file: Path) -> Mapping[str, Published]:
    rows = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        name: Published(
            name,
            float(row["value"]),
            Text(**row["what"]),
            row["paper"],
            Text(**row["where"]),
            row["url"],
        )
        for name, row in rows.items()
    }


PUBLISHED = _read(Path(__file__).with_suffix(".toml"))


def cited(names: tuple[str, ...], language: Language) -> tuple[str, ...]:
    """Where figures are printed, each source once."""
    return tuple(dict.fromkeys(PUBLISHED[name].cite(language) for name in names))


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
