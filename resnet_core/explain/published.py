"""Figures that others have measured, each with the paper and the table that it stands in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resnet_core.bilingual import Language, Text


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
