"""The language of the pages: gettext catalogues, or the texts as they stand in the templates."""

from __future__ import annotations

from pathlib import Path

from babel.support import NullTranslations, Translations

CATALOGUES = Path(__file__).parent / "locale"


def translations(language: str = "en") -> NullTranslations:
    """The catalogue of a language; without one, texts stay as they are."""
    return Translations.load(CATALOGUES, [language])
