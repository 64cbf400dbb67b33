"""The allow-list of a picture: what an SVG may hold before it is kept and given to a browser.

All that a reader types is escaped where it is written. This is the second look, at the finished
document and by one strict pattern: whatever slips in, a script, a link, a picture from elsewhere, a
style sheet, an entity, is in no list, and the answer is a failure instead of somebody's trap.
"""

from __future__ import annotations

import re
from typing import Final

# Nothing that runs, links, loads or embeds; of what holds other things only the plain group.
ELEMENTS: Final = (
    "svg",
    "g",
    "title",
    "desc",
    "metadata",
    "rect",
    "path",
    "ellipse",
    "text",
)
ATTRIBUTES: Final = (
    # what it is, for scripts, styles and readers of a screen
    "xmlns", "class", "id", "role", "aria-labelledby",
    # where it is, and how large
    "width", "height", "viewBox", "transform", "x", "y", "cx", "cy", "rx", "ry", "d",
    # lines and letters
    "stroke-width", "stroke-dasharray",
    "font-family", "font-size", "font-weight", "textLength", "text-decoration",
)  # fmt: skip
# A paint is a colour as such, not the address of a pattern that lies elsewhere.
_COLOUR: Final = r"(?>none|transparent|#[0-9a-f]{6})"
# The dark twins of the colours: rules for the paints of one picture, which is named by its id.
_TWIN: Final = rf'#[\w-]++ \[(?>fill|stroke)="{_COLOUR}"\]\{{(?>fill|stroke):{_COLOUR}\}}'
_STYLE: Final = rf"<style>@media \(prefers-color-scheme:dark\)\{{(?>{_TWIN})*+\}}</style>"


def _any(names: tuple[str, ...]) -> str:
    # The longest first: nothing is tried twice.
    return "|".join(sorted(names, key=len, reverse=True))


# No browser acts on data-…. Nothing in the pattern is gone back to: its time grows with the length.
_SAID: Final = rf' ++(?>(?>fill|stroke)="{_COLOUR}"|(?>data-[a-z]++|{_any(ATTRIBUTES)})="[^"<>]*+")'
_TAG: Final = rf"<(?>/(?>{_any(ELEMENTS)})|(?>{_any(ELEMENTS)})(?>{_SAID})*+/?+)>"
_PICTURE: Final = re.compile(rf"<svg(?>{_SAID})++>(?>[^<>]++|{_TAG}|{_STYLE})*+")


class Forbidden(Exception):
    """A document that holds what no picture of ours does."""


def passed(drawn: str) -> str:
    """The SVG itself, letter for letter. Raises Forbidden for one that holds anything else.

    Whether each element is closed is not asked: a browser shows less of such a document, not more.
    """
    found = _PICTURE.match(drawn)
    end = found.end() if found else 0
    if end != len(drawn):
        raise Forbidden(f"what no picture holds, at character {end}: {drawn[end : end + 80]!r}")
    return drawn
