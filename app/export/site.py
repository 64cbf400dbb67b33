"""The site: its pages in every language, the pictures that they show, the files to take home."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from app.export.links import STYLES, File, Links, Progress
from app.pages.documents import found_in, read
from app.pages.explorer import explore
from app.pages.gallery import Family, families
from app.pages.i18n import LANGUAGES, PARAMETER
from app.pages.templates import Pages, folder, theme_css
from app.settings import Settings
from app.workers.renderer import Renderer
from resnet_core import Diagram
from resnet_core.bilingual import Language
from resnet_core.documents import DOCUMENTS
from resnet_core.registry import Subject

# What a page offers to be saved: the ending and what it is called there.
OFFERED = {"svg": "SVG", "png": "PNG", "pdf": "PDF", "mmd": "Mermaid", "txt": "Text", "csv": "CSV"}
# Nobody waits for a single page, and each shall be complete.
PATIENCE = 600.0
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

    async def write(self, into: Path, settings: Settings, progress: Progress) -> int:
        """Draw everything and write it; how many files there are. Raises OSError."""
        patient = settings.model_copy(update={"timeout": PATIENCE, "queue": 100_000})
        renderer = Renderer(patient)
        renderer.workers.start()
        try:
            made = _Made(into)
            for name, content in _still_files():
                made.write(name, content)
            turn = asyncio.Semaphore(max(1, settings.workers))
            total = len(self.links.pages) * len(LANGUAGES)

            async def page(address: str, language: Language) -> None:
                async with turn:
                    html = await self._page(renderer, address, language)
                file = self.links.page(address, language)
                made.write(file, self.links.rewrite(html, address, language).encode())
                made.count(progress, total)

            spoken = [language.name for language in LANGUAGES.values()]
            await _all(page(at, name) for at in self.links.pages for name in spoken)
            # Only now is it known what the pages show.
            total += len(self.links.files)

            async def picture(name: str, file: File) -> None:
                ask = {"diagram": renderer.render, "explain": renderer.explain}[file.what]
                async with turn:
                    made.write(name, await ask(file.diagram.query, file.ending))
                made.count(progress, total)

            await _all(picture(name, file) for name, file in self.links.files.items())
            return made.files
        finally:
            await renderer.stop()

    async def _page(self, renderer: Renderer, address: str, language: Language) -> str:
        path, _, query = address.partition("?")
        if path == GALLERY:
            context: dict[str, Any] = {"families": self.families, "documents_of": self._discussed}
            return await self._made("gallery.html", address, language, **context)
        if path == SHELF:
            context = {"documents": self.documents, "missing": ""}
            return await self._made("documents.html", address, language, **context)
        if path.startswith(SHELF):
            (found,) = [one for one in self.documents if path == f"{SHELF}/{one.slug}"]
            context = {"document": found, "documents": self.documents}
            context["sections"] = await read(renderer, found, language)
            return await self._made("document.html", address, language, **context)
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
            files = [(title, f"/diagram.{name}?{query}") for name, title in OFFERED.items()]
        return await self._made("still.html", address, language, explorer=shown, files=files)

    def _discussed(self, subject: Subject) -> list[Any]:
        return [document for document in found_in(subject) if document in self.documents]

    async def _made(self, template: str, at: str, language: Language, **context: Any) -> str:
        request = Request(
            {
                "type": "http",
                "method": "GET",
                "path": at.partition("?")[0],
                "query_string": urlencode({PARAMETER: language}).encode(),
                "headers": [(b"host", b"localhost")],
                # Of a server the pages ask this alone: nobody's own module is shown.
                "app": SimpleNamespace(state=SimpleNamespace(own=None)),
            }
        )
        page = await asyncio.to_thread(self._pages.page, request, template, **context)
        return bytes(page.body).decode()


class _Made:
    """Files in a folder, each put in place whole."""

    def __init__(self, into: Path) -> None:
        self._into = into
        self.files = 0
        self._counted = 0

    def write(self, name: str, content: bytes) -> None:
        path = self._into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_bytes(content)
        beside.replace(path)
        self.files += 1

    def count(self, progress: Progress, total: int) -> None:
        self._counted += 1
        progress(self._counted, total)


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
    """Styles, and the one script that a page without a server needs: the switch of its theme."""
    static = folder("static")
    for path in sorted(static.iterdir()):
        if path.suffix in (".css", ".svg") or path.name == "theme.js":
            yield f"static/{path.name}", path.read_bytes()
    yield STYLES, theme_css().encode()
    # A host that makes pages of Markdown (GitHub's) leaves the folder as it is.
    yield ".nojekyll", b""
