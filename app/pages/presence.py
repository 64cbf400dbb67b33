"""What other programs show of a page: its title, its words and its picture in a chat; its map."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

from resnet_core import Diagram
from resnet_core.documents import DOCUMENTS
from resnet_core.registry import BLOCKS, NETWORKS

PAGES = ("", "gallery", "documents", "compare", "reference")
MOST_LETTERS = 300
# A picture of more boxes is no longer read in a chat, nor quickly drawn for one.
MOST_BOXES = 400


@dataclass(frozen=True)
class Card:
    """What is shown of an address where it is pasted."""

    title: str
    description: str
    image: str


def card(diagram: Diagram, title: str, words: str, boxes: int, base: str) -> Card:
    """The card of a diagram; without a picture where that has more boxes than a chat can show."""
    bare = [pair for pair in diagram.query if pair[0] not in ("scale", "theme")]
    query = "&".join(f"{name}={quote(value, safe=',:')}" for name, value in bare)
    image = f"{base.rstrip('/')}/diagram.png?{query}" if boxes <= MOST_BOXES else ""
    return Card(title, cut(words), image)


def cut(words: str) -> str:
    """The words as far as a card has room, to the end of a word."""
    if len(words) <= MOST_LETTERS:
        return words
    short = words[:MOST_LETTERS]
    return (short[: short.rfind(" ")] if " " in short else short).rstrip(" ,;") + "…"


def sitemap(base: str) -> str:
    """Every page and every subject, for those that index pages."""
    paths = [
        *PAGES,
        *(f"documents/{document.slug}" for document in DOCUMENTS),
        *(f"?block={name}" for name in BLOCKS),
        *(f"?model={name}" for name in NETWORKS),
    ]
    places = "".join(
        f"<url><loc>{escape(base.rstrip('/') + '/' + path)}</loc></url>\n" for path in paths
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return (
        f'{head}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    )


def robots(base: str) -> str:
    """What is on the map may be fetched, and the picture of a chat.

    Of several knobs at once there are endlessly many pages and pictures, each of which costs.
    """
    rules = ("Allow: /diagram.png", "Disallow: /diagram", "Disallow: /*&")
    return "\n".join(["User-agent: *", *rules, f"Sitemap: {base.rstrip('/')}/sitemap.xml", ""])
