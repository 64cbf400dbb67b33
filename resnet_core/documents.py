"""Five pages that explain residual code in words and ASCII, and what the code really is.

They are written in ``documents.toml``. Each system of each page is a query that draws it; what is
said of it is held against the trace by the tests.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resnet_core.bilingual import Text, same


@dataclass(frozen=True)
class Claim:
    """Something that a page says, whether it holds, and what is the case."""

    said: Text
    holds: bool
    answer: Text

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Claim:
        return cls(Text(**row["said"]), row["holds"], Text(**row["answer"]))


@dataclass(frozen=True)
class System:
    """One piece of code: what the page makes of it, and what it is.

    ``query`` draws it; ``also`` are further drawings that belong to the story, each with a word
    of its own. ``drawing`` is what the page draws in letters, retyped, or where it is
    ``described`` what it tells in words, drawn as told; ``claims`` are its statements that call
    for an answer. ``refused`` is a query that the code refuses.
    """

    name: str
    query: Mapping[str, Any]
    told: Text
    truth: Text
    also: tuple[tuple[Text, Mapping[str, Any]], ...]
    drawing: Text | None = None
    claims: tuple[Claim, ...] = ()
    title: Text = field(default_factory=lambda: same("?"))
    described: bool = False
    refused: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> System:
        also = tuple((Text(**item["words"]), item["query"]) for item in row.get("also", ()))
        told, truth = Text(**row["told"]), Text(**row["truth"])
        drawing = Text(**row["drawing"]) if "drawing" in row else None
        claims = tuple(map(Claim.of, row.get("claim", ())))
        title = Text(**row["title"]) if "title" in row else same(row["name"])
        described, refused = row.get("described", False), row.get("refused", {})
        return cls(
            row["name"], row["query"], told, truth, also, drawing, claims, title, described, refused
        )


@dataclass(frozen=True)
class Document:
    """One page: its subject and its systems, in the page's order."""

    slug: str
    title: Text
    about: Text
    systems: tuple[System, ...]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Document:
        systems = tuple(map(System.of, row["system"]))
        return cls(row["slug"], Text(**row["title"]), Text(**row["about"]), systems)


def _read(file: Path) -> tuple[Document, ...]:
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["document"]
    return tuple(map(Document.of, rows))


DOCUMENTS = _read(Path(__file__).with_suffix(".toml"))


def documents_of(subject: str) -> tuple[str, ...]:
    """The slugs of the documents in which a subject occurs."""
    return tuple(
        document.slug
        for document in DOCUMENTS
        if any(
            subject in (query.get("model") or query.get("block"),)
            for system in document.systems
            for query in (system.query, *(query for _, query in system.also))
        )
    )
