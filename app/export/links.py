"""Addresses of the server → files of the folder, from whichever page they stand on."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import parse_qsl, urlsplit

from app.pages.i18n import DEFAULT, LANGUAGES, PARAMETER
from app.pages.templates import stamp
from resnet_core import Diagram
from resnet_core.bilingual import Language
from resnet_core.diagram.form import Options

# Of a page's attributes these hold an address; the others keep theirs for scripts, which are
# not there.
_ADDRESS = re.compile(r' (href|src|srcset|data-notes|data-root)="([^"]*)"')
_FILE = re.compile(r"/(?P<what>diagram|explain)\.(?P<ending>\w+)")
# What only says how a structure is shown.
_VIEW = {*Options.model_fields, PARAMETER}
FOLDERS = {"diagram": "pictures", "explain": "code"}
STYLES = "static/theme.css"


@dataclass(frozen=True)
class File:
    """What is written beside the pages: a picture, or a source with comments."""

    diagram: Diagram
    what: str
    ending: str


class Links:
    """What each address of the server leads to, of the pages that are written.

    ``pages`` are files by address: ``/gallery`` → ``index.html``, the language left out of both.
    ``server`` is where an address leads that is no file; nothing where there is no server.
    ``files`` is filled with what the pages show or offer to be saved, by name.
    """

    def __init__(self, pages: Mapping[str, str], server: str = "") -> None:
        self.pages = pages
        self.server = server.rstrip("/")
        self.files: dict[str, File] = {}

    def page(self, address: str, language: Language) -> str:
        """The file of a page in a language: English at the top, the others in folders."""
        file = self.pages[address]
        return file if language == DEFAULT.name else f"{language}/{file}"

    def rewrite(self, html: str, at: str, language: Language) -> str:
        """The page with files in place of addresses; ``at`` is the address of the page itself."""
        here = self.page(at, language)

        def point(match: re.Match[str]) -> str:
            name, address = match.group(1), unescape(match.group(2))
            if name.startswith("data-"):
                return ""
            found = self._target(address, at, language)
            if found is None:
                return f' {name}="{self.server}{escape(address)}"' if self.server else ""
            file, mark, fragment = found.partition("#")
            if "://" in file or not file:
                return f' {name}="{escape(found)}"'
            relative = os.path.relpath(file, os.path.dirname(here) or ".")  # noqa: PTH120
            return f' {name}="{escape(relative + mark + fragment)}"'

        return _ADDRESS.sub(point, html)

    def _target(self, address: str, at: str, language: Language) -> str | None:
        """A file, an address elsewhere, or a place on the page; None where there is no file."""
        parts = urlsplit(address)
        if parts.scheme or address.startswith("#") or not address:
            return address
        query = parse_qsl(parts.query, keep_blank_values=True)
        if parts.path.startswith(before := f"/static/{stamp()}/"):
            return "static/" + parts.path.removeprefix(before)
        if parts.path == "/theme.css":
            return STYLES
        if match := _FILE.fullmatch(parts.path):
            return self.file(Diagram.of(query), match["what"], match["ending"])
        if not parts.path and dict(query).get(PARAMETER):
            return self.page(at, LANGUAGES[dict(query)[PARAMETER]].name)
        # A page has one view of its structure.
        kept = "&".join(f"{name}={value}" for name, value in query if name not in _VIEW)
        known = f"{parts.path}?{kept}" if kept else parts.path
        if known not in self.pages:
            return None
        return self.page(known, language) + (f"#{parts.fragment}" if parts.fragment else "")

    def file(self, diagram: Diagram, what: str, ending: str) -> str:
        """The file of a picture or of a source, which is then one of those to be written."""
        digest = hashlib.sha256(repr(diagram.query).encode()).hexdigest()[:8]
        name = f"{FOLDERS[what]}/{diagram.file_name}-{digest}.{ending}"
        self.files[name] = File(diagram, what, ending)
        return name
