"""The two languages of the library, and a text in both of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Language = Literal["en", "zh"]


LANGUAGES: tuple[Language, ...] = get_args(Language)
# The tag of each language in HTML and HTTP (BCP 47).
TAGS: dict[Language, str] = {"en": "en", "zh": "zh-CN"}


def spaced(text: str) -> str:
    """A gap between Chinese and Latin letters or digits, wherever a value was put in.

    Brackets and stops of full width bring their own.
    """
    text = re.sub(r"(?<=[\w%)]) +(?=[（），。：；、])", "", text)
    text = re.sub(r"(?<=[（），。：；、]) +(?=\w)", "", text)
    text = re.sub(r"([\u4e00-\u9fff])([A-Za-z0-9⌊γ])", r"\1 \2", text)
    return re.sub(r"([A-Za-z0-9⁻%)])([\u4e00-\u9fff])", r"\1 \2", text)


# How a text is set in each language, once all values are in it.
TYPESET: dict[Language, Callable[[str], str]] = {"en": str, "zh": spaced}


@dataclass(frozen=True)
class Text:
    """What the library says, in every language that it speaks.

    ``text[language]`` is the text in one language; no language may be left out. A third language
    is a third field: mypy then lists every place where it is missing.
    """

    en: str
    zh: str

    def __post_init__(self) -> None:
        for language in LANGUAGES:
            if not self[language]:
                raise ValueError(f"a text is empty in {language}: {self!r}")

    def __getitem__(self, language: Language) -> str:
        return str(getattr(self, language))

    def __str__(self) -> str:
        return self.en

    def format(self, *values: object, **named: object) -> Text:
        """The text with values in place of its braces; a value that is a Text says itself."""
        return Text(
            *(
                self[language].format(
                    *(_in(language, value) for value in values),
                    **{name: _in(language, value) for name, value in named.items()},
                )
                for language in LANGUAGES
            )
        )

    @property
    def typeset(self) -> Text:
        """The text with the gaps that each language sets, once its values are in it."""
        return Text(*(TYPESET[language](self[language]) for language in LANGUAGES))

    def mapped(self, change: Callable[[str], str]) -> Text:
        """The text with every language's words put through ``change``."""
        return Text(*(change(self[language]) for language in LANGUAGES))


class Words(NamedTuple):
    """A part of a sentence in every language; in one of them it may need no words at all."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        return str(getattr(self, language))


NO_WORDS = Words("", "")


def same(words: object) -> Text:
    """Words that are the same in every language: a name, a value, what another program said."""
    return Text(*(str(words) for _ in LANGUAGES))


def clauses(*texts: Text | None) -> Text:
    """Texts as the clauses of one sentence; those that are None are left out."""
    said = [text for text in texts if text is not None]
    between = Text("; ", "；")
    return Text(*(between[language].join(text[language] for text in said)
                  for language in LANGUAGES))  # fmt: skip


@dataclass(frozen=True)
class Noun:
    """What a thing is called: one of it with its article, and several of it in English."""

    one: Text
    several: str


def _in(language: Language, value: object) -> object:
    return value[language] if isinstance(value, Text) else value
