"""The language of a page: which one the reader wants, and how its texts are said in it.

The texts of the templates and the descriptions of the knobs are looked up as they stand. What the
library and the server say is a Text, and brings both languages with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from starlette.requests import Request

from resnet_core.bilingual import LANGUAGES as SPOKEN
from resnet_core.bilingual import TAGS, Text
from resnet_core.bilingual import Language as Spoken

CATALOGUES = Path(__file__).parent / "locale"
PARAMETER = "lang"
COOKIE = "lang"
A_YEAR = 365 * 24 * 3600
GAP = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Language:
    """A language of the pages. ``tag`` is for HTML and HTTP, ``label`` for the switch."""

    name: Spoken
    tag: str
    label: str

    @cached_property
    def translations(self) -> NullTranslations:
        """The catalogue as gettext wants it, compiled in memory."""
        if not catalogue_file(self.name).exists():
            return NullTranslations()
        compiled = BytesIO()
        write_mo(compiled, catalogue(self.name))
        compiled.seek(0)
        return Translations(compiled)

    def say(self, text: str) -> str:
        """What a knob means, or a heading that is not written in a template, looked up whole."""
        # To gettext the empty text is the catalogue's own heading.
        return str(self.translations.gettext(text)) if text else text


# What each language is called by those who switch to it.
NAMES = Text("EN", "中文")
LANGUAGES: dict[str, Language] = {
    value.name: value for value in (Language(name, TAGS[name], NAMES[name]) for name in SPOKEN)
}
DEFAULT = LANGUAGES["en"]


def catalogue_file(name: str) -> Path:
    return CATALOGUES / name / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(name: str) -> Catalog:
    """The texts of a language with what they are in English."""
    with catalogue_file(name).open("rb") as file:
        return read_po(file, locale=name)


def language_of(request: Request) -> Language:
    """What the address says, or what was chosen before, or what the browser prefers."""
    for choice in (request.query_params.get(PARAMETER), request.cookies.get(COOKIE)):
        if choice in LANGUAGES:
            return LANGUAGES[choice]
    return preferred(request.headers.get("accept-language", ""))


def preferred(accepted: str) -> Language:
    """The language that an ``Accept-Language`` header likes best, of those there are."""
    wishes = []
    for part in accepted.split(","):
        tag, _, weight = part.partition(";")
        wishes.append((_quality(weight), tag.strip().split("-")[0].lower()))
    # The sort is stable: among equals the first one named is the one meant.
    for quality, name in sorted(wishes, key=lambda wish: -wish[0]):
        if quality > 0 and name in LANGUAGES:
            return LANGUAGES[name]
    return DEFAULT


def _quality(weight: str) -> float:
    """``q=0.8`` as a number; 1 where nothing is said, 0 where it cannot be read."""
    if not weight.strip():
        return 1.0
    found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", weight)
    return float(found.group(1)) if found else 0.0
