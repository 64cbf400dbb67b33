"""ASGI middleware: pages that are finished, and lists that never change, are made once.

A page differs by its reader's language and colours, and by the address that it tells others; so
does what is kept. Only what carries a weak ETag is: a page that lacks something, because it could
not be had in time, has none.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from starlette.requests import Request
from starlette.types import Scope

from app.http.encoding import chosen
from app.http.hits import Again
from app.pages.i18n import language_of
from app.pages.templates import theme_of
from resnet_core import FORMATS
from resnet_core.registry import BLOCKS, NETWORKS


class Finished(Again):
    """Pages and lists, by all that decides what is on them."""

    def key(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Hashable:
        """The address, the reader, and the names that there are, which a program may add to."""
        request = Request(scope)
        return (
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

    def keeps(self, tag: str) -> bool:
        """A strong tag is that of a file, which is kept in front of this."""
        return tag.startswith("W/")
