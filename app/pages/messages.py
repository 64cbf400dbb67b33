"""Every text that a page may show: what the catalogues must know.

``python -m app.pages.messages`` brings them up to date: new texts come in empty, old ones go.
"""

from __future__ import annotations

from collections.abc import Iterator

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from jinja2 import Environment
from pydantic import BaseModel

from app.pages.explorer import PANELS
from app.pages.fields import OWN_KNOB
from app.pages.gallery import FAMILIES
from app.pages.i18n import (
    LANGUAGES,
    catalogue,
    catalogue_file,
)
from app.pages.templates import folder
from resnet_core.diagram.form import Input, Options, properties
from resnet_core.params import GROUPS
from resnet_core.registry import BLOCKS, NETWORKS

# What the lines to paste are written in, where that is no name.
SNIPPETS = ("Address for a CDN", "HTML, light and dark", "Marker", "Shell")


def phrases() -> dict[str, list[str]]:
    """Every text with the places that it comes from."""
    found: dict[str, list[str]] = {}
    for text, place in (*_templates(), *_forms(), *_others()):
        places = found.setdefault(text, [])
        if place not in places:
            places.append(place)
    return dict(sorted(found.items()))


def _templates() -> Iterator[tuple[str, str]]:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for file in sorted(folder("templates").glob("*.html")):
        source = file.read_text(encoding="utf-8")
        # The extension adds this method to the environment.
        for _, _, texts in getattr(environment, "extract_translations")(source):  # noqa: B009
            yield str(texts if isinstance(texts, str) else texts[0]), f"templates/{file.name}"


def _forms() -> Iterator[tuple[str, str]]:
    """What the knobs mean."""
    subjects = [*BLOCKS.values(), *NETWORKS.values()]
    forms: list[type[BaseModel]] = [Input, Options, *(subject.params for subject in subjects)]
    for form in forms:
        for name, schema in properties(form).items():
            yield schema["description"], name


def _others() -> Iterator[tuple[str, str]]:
    yield from ((name, "group") for name in ("Structure", *GROUPS, *PANELS))
    yield from ((family, "family") for family in FAMILIES)
    yield OWN_KNOB, "knob"
    yield from ((name, "snippet") for name in SNIPPETS)


def update(name: str) -> None:
    """Write the catalogue of a language again, with the texts that there are now."""
    path = catalogue_file(name)
    known = catalogue(name) if path.exists() else Catalog()
    fresh = Catalog(locale=name, project="resnet-diagram", fuzzy=False)
    for text, places in phrases().items():
        old = known.get(text)
        fresh.add(text, old.string if old else "", auto_comments=[", ".join(places[:3])])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=100, omit_header=True)


if __name__ == "__main__":
    for language in LANGUAGES:
        if language != "en":
            update(language)
