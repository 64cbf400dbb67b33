"""What a document's page shows: its systems with their pictures and numbers."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.pages.snippets import themed
from app.workers.jobs import Refusal
from app.workers.pool import Busy, WorkerLost
from app.workers.renderer import Renderer
from resnet_core import Diagram
from resnet_core.bilingual import Text
from resnet_core.documents import DOCUMENTS, Document, System, documents_of
from resnet_core.registry import Subject

# One page shall not fill the queue of the workers.
AT_ONCE = 4
SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True)
class Figure:
    """A diagram in a page. Without a record it could not be drawn in time."""

    diagram: Diagram
    words: Text | None
    record: dict[str, Any] | None
    width: int = 360
    height: int = 600

    @property
    def query(self) -> str:
        return self.diagram.url.partition("?")[2]

    @property
    def dark(self) -> str:
        """The query of the same picture for a dark page."""
        return themed(self.diagram, "dark").url.partition("?")[2]


@dataclass(frozen=True)
class Section:
    """One system of a document: its own figure, and those that belong to its story."""

    system: System
    figure: Figure
    also: list[Figure]

    @property
    def id(self) -> str:
        return re.sub(r"\W+", "-", self.system.name.lower()).strip("-")


def found_in(subject: Subject) -> list[Document]:
    """The documents in which a subject occurs."""
    slugs = documents_of(subject.name)
    return [document for document in DOCUMENTS if document.slug in slugs]


async def read(renderer: Renderer, document: Document, language: str) -> list[Section]:
    """The sections of a document, everything drawn that can be drawn in time."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def figure(words: Text | None, query: Mapping[str, Any]) -> Figure:
        diagram = Diagram.of([*query.items(), ("lang", language)])
        async with turn:
            return await _figure(renderer, diagram, words)

    async def section(system: System) -> Section:
        own, *also = await asyncio.gather(
            figure(None, system.query), *(figure(*item) for item in system.also)
        )
        return Section(system, own, also)

    return list(await asyncio.gather(*(section(system) for system in document.systems)))


async def _figure(renderer: Renderer, diagram: Diagram, words: Text | None) -> Figure:
    """The figure with its numbers, and its size, so that the page has room for it."""
    try:
        record = await renderer.render(diagram.query, "json")
        svg = await renderer.render(diagram.query, "svg")
    except (Refusal, Busy, WorkerLost, TimeoutError):
        # The page is worth reading without; the picture itself may still come.
        return Figure(diagram, words, None)
    size = SIZE.search(svg[:2000].decode("utf-8", "ignore"))
    width, height = (round(float(group)) for group in size.groups()) if size else (360, 600)
    return Figure(diagram, words, await asyncio.to_thread(json.loads, record), width, height)
