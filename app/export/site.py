"""The site: its pages in every language, the pictures that they show, the files to take home."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from app.export.links import STYLES, File, Links
from app.pages.documents import found_in, read
from app.pages.explorer import explore
from app.pages.gallery import Family, families
from app.pages.i18n import LANGUAGES, PARAMETER
from app.pages.templates import Pages, folder, theme_css
from app.settings import Settings
from app.workers.renderer import Renderer
from resnet_core import FORMATS, Diagram
from resnet_core.bilingual import Language
from resnet_core.documents import DOCUMENTS
from resnet_core.registry import Subject

# These scripts need no server.
ALONE = ("theme.js", "gallery.js")
# What a page offers to be saved.
OFFERED = ("svg", "png", "pdf", "mmd", "txt", "csv")
# Nobody waits for a single page, and each shall be complete.
PATIENCE = 600.0
# A name and its content; what is done, and of how much.
Put = Callable[[str, bytes], None]
Progress = Callable[[int, int], None]
GALLERY, SHELF = "/gallery", "/documents"


class Site:
    """The pages for some subjects, made by the templates of the server and written as files."""

    def __init__(self, subjects: Iterable[Subject], server: str = "") -> None:
        chosen: set[tuple[str, str]] = {(one.kind, one.name) for one in subjects}
        self.families = [family for family in map(_only(chosen), families()) if family.cards]
        self.subjects = [card.subject for family in self.families for card in family.cards]
        told = {document.slug for subject in self.subjects for document in found_in(subject)}
        self.documents = [document for document in DOCUMENTS if document.slug in told]
        self.links = Links(self._addresses(), server)
        self._pages = Pages()

    def _addresses(self) -> Mapping[str, str]:
        found = {GALLERY: "index.html"}
        if self.documents:
            found[SHELF] = "documents/index.html"
        for document in self.documents:
            found[f"{SHELF}/{document.slug}"] = f"documents/{document.slug}.html"
        for subject in self.subjects:
            found[_address(subject)] = f"{subject.kind}/{subject.name}.html"
        return found

    async def write(self, put: Put, settings: Settings, progress: Progress) -> int:
        """Draw everything and ``put`` it in its place, by name; how many files there are.

        Raises what ``put`` raises.
        """
        patient = settings.model_copy(update={"timeout": PATIENCE, "queue": 100_000})
        renderer = Renderer(patient)
        renderer.workers.start()
        try:
            still = list(_still_files())
            for name, content in still:
                put(name, content)
            done = count(1)
            turn = asyncio.Semaphore(max(1, settings.workers))
            total = len(self.links.pages) * len(LANGUAGES)

            async def page(address: str, language: Language) -> None:
                async with turn:
                    html = await self._page(renderer, address, language)
                file = self.links.page(address, language)
                put(file, self.links.rewrite(html, address, language).encode())
                progress(next(done), total)

            spoken = [language.name for language in LANGUAGES.values()]
            await _all(page(at, name) for at in self.links.pages for name in spoken)
            # Only now is it known what the pages show.
            total += len(self.links.files)

            async def picture(name: str, file: File) -> None:
                ask = {"diagram": renderer.render, "explain": renderer.explain}[file.what]
                async with turn:
                    put(name, await ask(file.diagram.query, file.ending))
                progress(next(done), total)

            await _all(picture(name, file) for name, file in self.links.files.items())
            return len(still) + total
        finally:
            await renderer.stop()

    async def _page(self, renderer: Renderer, address: str, language: Language) -> str:
        path, _, query = address.partition("?")
        if path == GALLERY:
            context: dict[str, Any] = {"families": self.families, "documents_of": self._discussed}
            return await self._html("gallery.html", address, language, **context)
        if path == SHELF:
            context = {"documents": self.documents, "missing": ""}
            return await self._html("documents.html", address, language, **context)
        if path.startswith(SHELF):
            (found,) = [one for one in self.documents if path == f"{SHELF}/{one.slug}"]
            context = {"document": found, "documents": self.documents}
            context["sections"] = await read(renderer, found, language)
            return await self._html("document.html", address, language, **context)
        kind, name = query.split("=")
        (subject,) = [one for one in self.subjects if (one.kind, one.name) == (kind, name)]
        return await self._subject(renderer, subject, address, language)

    async def _subject(
        self, renderer: Renderer, subject: Subject, address: str, language: Language
    ) -> str:
        pairs = [(subject.kind, subject.name)]
        # What to try next is made first: a page that somebody waits for goes without.
        await renderer.turns(Diagram.of([*pairs, (PARAMETER, language)]))
        shown = await explore(renderer, pairs, language)
        files = []
        if shown.diagram:
            query = urlencode(shown.diagram.query)
            files = [(FORMATS[name].title, f"/diagram.{name}?{query}") for name in OFFERED]
        return await self._html("still.html", address, language, explorer=shown, files=files)

    def _discussed(self, subject: Subject) -> list[Any]:
        return [document for document in found_in(subject) if document in self.documents]

    async def _html(self, template: str, at: str, language: Language, **context: Any) -> str:
        request = Request(
            {
                "type": "http",
                "method": "GET",
                "path": at.partition("?")[0],
                "query_string": urlencode({PARAMETER: language}).encode(),
                "headers": [(b"host", b"localhost")],
            }
        )
        page = await asyncio.to_thread(self._pages.page, request, template, **context)
        return bytes(page.body).decode()


def _only(chosen: set[tuple[str, str]]) -> Callable[[Family], Family]:
    def reduced(family: Family) -> Family:
        cards = [card for card in family.cards if (card.subject.kind, card.subject.name) in chosen]
        return replace(family, cards=cards)

    return reduced


def _address(subject: Subject) -> str:
    return f"/?{subject.kind}={subject.name}"


async def _all(work: Iterable[Any]) -> None:
    """Everything, or the first failure and nothing more."""
    async with asyncio.TaskGroup() as group:
        for one in work:
            group.create_task(one)


def _still_files() -> Iterable[tuple[str, bytes]]:
    """Styles, and the scripts that need no server: the switch of the theme, the gallery's order."""
    static = folder("static")
    for path in sorted(static.iterdir()):
        if path.suffix in (".css", ".svg") or path.name in ALONE:
            yield f"static/{path.name}", path.read_bytes()
    yield STYLES, theme_css().encode()
    # A host that makes pages of Markdown (GitHub's) leaves the folder as it is.
    yield ".nojekyll", b""
