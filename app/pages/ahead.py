"""What is likely to be asked for: pictures of the gallery, the documents and every preset.

In the order in which somebody who has just come meets them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain, product
from urllib.parse import parse_qsl

from app.pages.documents import read
from app.pages.explorer import START, explore
from app.pages.gallery import Card, families
from app.pages.i18n import LANGUAGES
from app.pages.snippets import themed
from app.workers.renderer import Renderer
from app.workers.spare_time import Work
from resnet_core import Diagram
from resnet_core.documents import DOCUMENTS, Document

THEMES = ("light", "dark")


def likely(renderer: Renderer) -> Iterator[Work]:
    """The works, each of which draws one thing or what stands on one page."""
    cards = [card for family in families() for card in family.cards if card.drawn]
    for language in LANGUAGES:
        yield partial(explore, renderer, [START], language)
    for card, theme, language in product(cards, THEMES, LANGUAGES):
        yield partial(_draw, renderer, card.picture(theme, language))
    for card in cards:
        yield partial(_draw, renderer, card.query)
    for document, language in product(DOCUMENTS, LANGUAGES):
        yield partial(read, renderer, document, language)
        for query in _dark(document, language):
            yield partial(_draw, renderer, query)
    for card, language in product(cards, LANGUAGES):
        yield partial(_explore, renderer, card, language)


async def _draw(renderer: Renderer, query: str) -> None:
    await renderer.render(Diagram.of(parse_qsl(query)).query, "svg")


async def _explore(renderer: Renderer, card: Card, language: str) -> None:
    await explore(renderer, parse_qsl(card.query), language)


def _dark(document: Document, language: str) -> Iterator[str]:
    """The pictures of a document for a dark page; the light ones are measured for the page."""
    for system in document.systems:
        for query in chain([system.query], (query for _, query in system.also)):
            diagram = Diagram.of([*query.items(), ("lang", language)])
            yield themed(diagram, "dark").url.partition("?")[2]
