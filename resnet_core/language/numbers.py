"""Numbers as people write them: amounts, ordinals, ratios, shares, shapes, counts in words."""

from __future__ import annotations

from collections.abc import Iterable

from resnet_core.bilingual import Language


def amount(count: int, language: Language = "en") -> str:
    """A large number with four digits: ``372.5 M`` and ``4.09 G``, or ``3.725 亿``."""
    if language == "zh":
        for unit, size in ((" 万亿", 10**12), (" 亿", 10**8), (" 万", 10**4)):
            if count >= size:
                return f"{float(f'{count / size:.4g}'):,g}{unit}"
        return f"{count:,} "
    for unit, size in (("T", 10**12), ("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= size:
            return f"{count / size:.{2 if count < 10 * size else 1}f} {unit}"
    return str(count)


def ordinal(number: int, language: Language = "en") -> str:
    """``2nd``; in Chinese the number itself."""
    if language == "zh":
        return str(number)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in (11, 12, 13) else 0)
    return f"{number}{ending or 'th'}"


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


def several(count: int, noun: str) -> str:
    """``1 layer``, ``16 layers``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


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
    return "×".join(str(size) for size in list(shape)[2:])


def whole(shape: Iterable[int]) -> str:
    """A shape without its batch: ``256×56×56``."""
    return "×".join(str(size) for size in list(shape)[1:])
