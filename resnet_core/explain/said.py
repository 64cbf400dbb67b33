"""One thing said twice: in English and in Chinese, each in its own idiom, with the same numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from resnet_core.draw.words import Language, amount
from resnet_core.explain.explanation import Paragraph, Sentence
from resnet_core.graph import Node

LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True)
class Said:
    """A sentence in both languages, and the nodes or groups that it speaks of."""

    en: str
    zh: str
    nodes: tuple[str, ...] = ()

    def sentence(self, language: Language) -> Sentence:
        return Sentence(spaced(self.zh) if language == "zh" else self.en, self.nodes)


@dataclass(frozen=True)
class Passage:
    """A paragraph in both languages. The claim comes first."""

    claim: Said
    said: tuple[Said, ...]

    def paragraph(self, language: Language) -> Paragraph:
        told = tuple(each.sentence(language) for each in self.said)
        return Paragraph(self.claim.sentence(language).text, told)


class Many(int):
    """A large number: ``f"{macs:en}"`` is ``115.6 M`` and ``f"{macs:zh}"`` is ``1.156 亿``."""

    def __format__(self, language: str) -> str:
        if language == "zh":
            return amount(int(self), "zh")
        return amount(int(self), "en") if self >= 1000 else str(int(self))


_WORDS = {
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
           "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
    "zh": ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十",
           "十一", "十二", "十三", "十四", "十五", "十六"),
}  # fmt: skip


class Few(int):
    """A small number, written out: ``f"{n:en}"`` is ``four`` and ``f"{n:zh}"`` is ``四``."""

    def __format__(self, language: str) -> str:
        words = _WORDS[language]
        return words[self] if self < len(words) else f"{int(self):,}"


def spaced(text: str) -> str:
    """A gap between Chinese and Latin letters or digits, wherever a value was put in."""
    text = re.sub(r"([\u4e00-\u9fff])([A-Za-z0-9⌊γ])", r"\1 \2", text)
    return re.sub(r"([A-Za-z0-9⁻%)])([\u4e00-\u9fff])", r"\1 \2", text)


def several(count: int, noun: str) -> str:
    """``1 layer``, ``16 layers``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def ids(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(each.id for each in nodes)


def ratio(value: float) -> str:
    """A ratio as people write it: ``16``, ``2.25``, ``0.44``; three digits at most."""
    if abs(value - round(value)) < 0.005 or value >= 100:
        return f"{round(value):,}"
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(part: int, whole: int) -> str:
    """A share: ``35 %``; below one percent with the digits that matter."""
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 0.001:
        return "< 0.001 %"
    if share and share < 0.95:
        return f"{share:.1g} %"
    return f"{share:.0f} %"


def side(shape: Iterable[int]) -> str:
    """Height × width of a shape: ``56×56``."""
    return "×".join(str(each) for each in list(shape)[2:])


def whole(shape: Iterable[int]) -> str:
    """A shape without its batch: ``256×56×56``."""
    return "×".join(str(each) for each in list(shape)[1:])


def listed(items: Iterable[str], language: Language) -> str:
    """``a, b and c``; ``a、b 和 c``."""
    found = list(items)
    if len(found) < 2:
        return "".join(found)
    if language == "zh":
        return f"{'、'.join(found[:-1])}和{found[-1]}"
    return f"{', '.join(found[:-1])} and {found[-1]}"
