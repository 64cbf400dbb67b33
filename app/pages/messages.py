"""Every text that a page may show: what the catalogues must know.

``python -m app.phrases`` brings them up to date: new texts come in empty, old ones go.
"""

from __future__ import annotations

from collections.abc import Iterator

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from jinja2 import Environment
from pydantic import BaseModel

from app.http.problems import SORTS
from app.pages.explorer import PANELS
from app.pages.gallery import FAMILIES
from app.pages.i18n import (
    LANGUAGES,
    SAYING,
    catalogue,
    catalogue_file,
)
from app.pages.templates import folder
from resnet_core.diagram.form import properties
from resnet_core.diagram.options import Input, Options
from resnet_core.params import GROUPS
from resnet_core.registry import BLOCKS, NETWORKS

# What the library and the server say with values in it, clause by clause.
SAYINGS = (
    "%(given)s: %(reason)s",
    "%(low)s to %(high)s at planes=%(planes)s and groups=%(groups)s",
    "%(name)s is %(base)s with %(fixed)s",
    "%(number)s or more",
    "%(subject)s has no parameter %(name)s",
    "20, 32, 44, 56, 110, 1202, or another 6n + 2",
    "BasicBlock supports only %(value)s",
    "SVG and PDF have no such limit",
    "a coarser detail or a smaller scale",
    "a query has at most %(limit)s bytes",
    "a query, percent-encoded",
    "a whole number from %(low)s to %(high)s",
    "at most %(limit)s blocks in all",
    "block %(block)s has no %(name)s",
    "block %(block)s has no pre-activation form",
    "block=bottleneck takes other values",
    "cannot run",
    "channels do not fit",
    "did you mean %(near)s?",
    "it is empty",
    "it is given more than once",
    "it is not %(allowed)s",
    "it is not a name with options",
    "it is not a whole number",
    "it is not from %(low)s to %(high)s",
    "it is not one of the choices",
    "it must divide both the %(given)s channels coming in and the %(made)s going out",
    "it was not drawn in time",
    "it was not drawn within %(limit)s s",
    "its log calls it %(name)s",
    "mode=conv can change them",
    "model=%(base)s leaves %(name)s free",
    "multiples of %(part)s",
    "name what to compare: give a query, such as model=resnet50",
    "name what to draw: give block=… or model=…",
    "one value",
    "order %(order)s halves the channels %(times)s times: %(part)s must divide them",
    "pooling keeps its %(given)s channels",
    "shapes do not fit",
    "that is %(count)s blocks",
    "the PNG would be %(size)s pixels, more than %(limit)s on a side",
    "the depth is 6n + 2: a stem, three stages of n blocks of two layers, a classifier",
    "the input is too small",
    "the picture would have %(count)s boxes, more than %(limit)s",
    "the server made a mistake",
    "the slices would have %(width)s channels",
    "the structure does not run, or runs differently, at other input sizes",
    "there is no %(kind)s %(name)s",
    "there is no group %(path)s in this structure",
    "there is nothing at %(path)s",
    "too many drawings are waiting",
    "try a smaller structure",
    "try again in a moment",
    "width = %(formula)s would be %(width)s",
    "zeros can only add channels: %(given)s come in and %(made)s go out",
    "block", "model", "HTML, light and dark", "Shell",
)  # fmt: skip


def phrases() -> dict[str, list[str]]:
    """Every text with the places that it comes from."""
    found: dict[str, list[str]] = {}
    for text, place in (*_templates(), *_forms(), *_problems(), *_others()):
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
    """What the knobs mean, and what may be typed into them."""
    subjects = [*BLOCKS.values(), *NETWORKS.values()]
    forms: list[type[BaseModel]] = [Input, Options, *(subject.params for subject in subjects)]
    for form in forms:
        for name, schema in properties(form).items():
            yield schema["description"], name
            if "format_hint" in schema:
                yield schema["format_hint"], name


def _problems() -> Iterator[tuple[str, str]]:
    for name, sort in SORTS.items():
        yield sort.title, name
        yield sort.meaning, name


def _others() -> Iterator[tuple[str, str]]:
    yield from ((name, "group") for name in ("Structure", *GROUPS, *PANELS))
    yield from ((family, "family") for family in FAMILIES)
    yield from ((saying, SAYING) for saying in SAYINGS)


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
