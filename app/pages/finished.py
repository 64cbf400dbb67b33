"""Pages that are finished: kept once they are made, and made before anybody asks.

ASGI middleware keeps pages, and lists that never change. A page differs by its reader's language
and colours, and by the address that it tells others; so does what is kept. Only what carries a weak
ETag is: a page that lacks something, because it could not be had in time, has none.

Likely to be asked for are the pictures of the gallery, the documents and every preset, in the order
in which somebody who has just come meets them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import partial
from itertools import chain, product
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.http.encoding import chosen
from app.http.hits import Again
from app.http.requests import PICTURES, in_a_hurry
from app.pages.documents import read
from app.pages.explorer import START, explore
from app.pages.gallery import Card, families
from app.pages.i18n import LANGUAGES, language_of
from app.pages.snippets import themed
from app.pages.templates import theme_of
from app.workers.renderer import Renderer
from app.workers.spare_time import Work
from resnet_core import FORMATS, Diagram
from resnet_core.documents import DOCUMENTS, Document
from resnet_core.registry import BLOCKS, NETWORKS

FILES = tuple(f".{format}" for format in PICTURES)


class Finished(Again):
    """Pages and lists, by all that decides what is on them."""

    # For a reader who takes nothing packed, a page of a large network is half a megabyte.
    share = 8

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A picture is kept in front of this, by its address alone: nobody need be looked at for it.
        if scope["type"] == "http" and scope["path"].endswith(FILES):
            await self._app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def key(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Hashable:
        """The address, the reader, and the names that there are, which a program may add to."""
        request = Request(scope)
        reader = (
            scope["scheme"],
            headers.get(b"host", b""),
            scope["path"],
            # As it came: a query of letters that are none is no page's, and no mistake of ours.
            scope["query_string"],
            scope.get("root_path", ""),
            headers.get(b"accept", b""),
            chosen(headers.get(b"accept-encoding", b"").decode("latin-1")),
            language_of(request).name,
            theme_of(request),
            hash((*BLOCKS, *NETWORKS, *FORMATS)),
        )
        # Who is in a hurry gets the whole page where it is there, and else one of the hurried.
        return (*reader, True) if in_a_hurry(request) and reader not in self._hits else reader

    def keeps(self, tag: str) -> bool:
        """A strong tag is that of a file, which is kept in front of this."""
        return tag.startswith("W/")


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
