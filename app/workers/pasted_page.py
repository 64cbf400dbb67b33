"""What a page shows of a pasted source: read, restored and drawn by a worker."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import unified_diff
from typing import Any

from app.workers.allow_list import passed
from resnet_core.bilingual import LANGUAGES, Language, Text, same
from resnet_core.compare import compare
from resnet_core.diagram.diagram import Diagram
from resnet_core.diagram.lookalike import lookalike, near, nearest, others, said
from resnet_core.diagram.pasted import SourceDrawing, draw_source, unpacked
from resnet_core.errors import ParameterError, SourceError
from resnet_core.source.copied_page import restored
from resnet_core.source.listing import Part, Restored
from resnet_core.source.offer import Offer, offer_of, offers
from resnet_core.source.program import Program


def read(pairs: Sequence[tuple[str, str]]) -> bytes:
    """All that the page of one's own code shows, as JSON; a refusal is part of it.

    ``part`` chooses one of the places of a page where code stands, ``class`` a class, ``arg.NAME``
    the values of its constructor, ``call`` the whole call, ``known.NAME`` what a name stands for,
    and ``language`` that of the words.
    """
    given = dict(pairs)
    found: dict[str, Any] = {"error": None, "svg": "", "offers": [], "difference": [], "notes": []}
    try:
        part = int(given["part"]) if re.fullmatch("[1-9][0-9]?", given.get("part", "")) else None
        whole = restored(unpacked(given.get("source", "")), part)
        found["text"] = whole.text
        found["difference"] = whole.difference() if whole.changed else []
        found["notes"] = [_both(note) for note in whole.notes]
        found["given"] = whole.given if whole.parts else ""
        made = offers(Program(whole.text))
        wanted = whole.parts[part - 1].names if part and part <= len(whole.parts) else ()
        chosen = offer_of(made, [given.get("class", "")]) or offer_of(made, wanted)
        found["offers"] = [_offer(offer) for offer in made]
        found["chosen"] = (chosen or made[0]).name if made else ""
        found["parts"] = [_part(part, found["chosen"]) for part in whole.parts]
        call = _call(given, made, chosen)
        found["call"] = call or ""
        known = {name[6:]: value for name, value in pairs if name.startswith("known.")}
        drawing = draw_source(
            whole.text, call, given.get("input") or None, known=known, lang=given["language"]
        )
        found |= _drawn(drawing)
        found["readings"] = [_reading(whole, other) for other in others(whole.given, drawing, part)]
    except ParameterError as error:
        found["error"] = _error(error)
    return json.dumps(found, ensure_ascii=False).encode()


def _part(part: Part, chosen: str) -> dict[str, Any]:
    """A place of a page where code stands, and whether the class that is drawn is of it."""
    drawn = part.taken and chosen in part.names
    return {"names": list(part.names), "first": part.first, "last": part.last, "drawn": drawn}


def restore(source: str) -> bytes:
    """A listing as Python, as far as it can be restored."""
    return restored(source).text.encode()


def _call(given: dict[str, str], made: list[Offer], chosen: Offer | None) -> str | None:
    """The call that was typed, or the one that the form's fields make."""
    typed = given.get("call", "").strip()
    if typed or not made:
        return typed or None
    values = {name[4:]: value for name, value in given.items() if name.startswith("arg.") and value}
    return (chosen or made[0]).call(values if chosen else None)


def _drawn(drawing: SourceDrawing) -> dict[str, Any]:
    graph = drawing.graph
    language: Language = drawing.options.lang
    twin = lookalike(graph)
    close = nearest(graph) if twin is None else None
    query = dict(drawing.query)
    broken = next((n for n in graph.nodes if graph.problem and n.id == graph.problem.node), None)
    return {
        "call": drawing.call,
        "input": query["input"],
        "url": drawing.url,
        "svg": passed(drawing.svg),
        "record": drawing.to_dict(),
        "explanation": drawing.explain(language).to_dict(),
        "assumptions": [
            {
                "name": item.name, "taken": item.taken, "line": item.line,
                "choices": list(item.choices), "said": _both(item.said()),
            }
            for item in drawing.assumptions
        ],
        "twin": {"said": _both(said(twin)), "url": twin.url} if twin else None,
        "near": _near(close, drawing) if close else None,
        "problem": _both(graph.problem.text) if graph.problem else None,
        "broken": broken.source.line if broken and broken.source else 0,
    }  # fmt: skip


def _near(close: Diagram, drawing: SourceDrawing) -> dict[str, Any]:
    """The subject that the structure nearly is, and Compare's words and picture of the rest."""
    found = compare(close, drawing, lang=drawing.options.lang)
    return {
        "said": _both(near(close)),
        "url": close.url,
        "differs": {language: found.summary(language) for language in LANGUAGES},
        "svg": passed(found.render("svg").decode()),
    }


def _reading(first: Restored, other: Restored) -> dict[str, Any]:
    """Another reading of the listing: what it rests on, and where it differs from the first."""
    lines = unified_diff(first.text.splitlines(), other.text.splitlines(), lineterm="", n=1)
    return {
        "text": other.text,
        "notes": [_both(note) for note in other.notes if note not in first.notes],
        "difference": list(lines)[2:],
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.name,
        "line": offer.line,
        "knobs": [
            {"name": knob.name, "value": knob.value, "default": knob.default}
            for knob in offer.knobs
        ],
    }


def _error(error: ParameterError) -> dict[str, Any]:
    legal = error.legal
    return {
        "parameter": error.parameter,
        "words": error.words if isinstance(error, SourceError) else str(error.value),
        "line": error.line if isinstance(error, SourceError) else 0,
        "said": _both(error.text),
        "todo": _both(legal if isinstance(legal, Text) else same(", ".join(legal) or "–")),
    }


def _both(text: Text) -> dict[str, str]:
    return {language: text[language] for language in LANGUAGES}
