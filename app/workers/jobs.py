"""What a worker process does. Arguments and answers are plain enough to cross over to it.

The server names the jobs and never does one: importing this module does not load torch.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace

from app.workers.allow_list import passed
from resnet_core import Diagram, ParameterError
from resnet_core.compare.query import asked, checked, fixed_comparison
from resnet_core.diagram.diagram import fixed_diagram
from resnet_core.diagram.pasted import is_pasted, of_pairs, restored_drawing
from resnet_core.diagram.picture import Drawing
from resnet_core.formats import graphviz as layout
from resnet_core.sweep import series, sweeping
from resnet_core.window import asking, still

Pairs = Sequence[tuple[str, str]]
log = logging.getLogger(__name__)


class Refusal(Exception):
    """The values do not go together: the error, and the URL of the nearest diagram that works."""

    def __init__(self, error: ParameterError, fix: str | None) -> None:
        super().__init__(error, fix)
        self.error = error
        self.fix = fix


@contextmanager
def _refusing(pairs: Pairs) -> Iterator[None]:
    """Let a mistake in the values of a diagram leave as a Refusal, which says what would work."""
    try:
        yield
    except ParameterError as error:
        raise Refusal(error, fix(pairs, error)) from None


def render(pairs: Pairs, format: str) -> bytes:
    """The diagram as bytes. Raises Refusal."""
    with _refusing(pairs):
        return _kept(_drawing(pairs).render(format), format)


def _kept(made: bytes, format: str) -> bytes:
    """What goes out and is laid away: of a picture only one that holds nothing but a picture."""
    if format == "svg":
        passed(made.decode())
    return made


def explore(pairs: Pairs) -> bytes:
    """What a page shows of a diagram beside words, as JSON: picture, numbers, presets.

    Raises Refusal.
    """
    from resnet_core.diagram.placements import settings

    with _refusing(pairs):
        diagram = Diagram.of(pairs)
        found = {
            "svg": passed(diagram.svg),
            "record": diagram.to_dict(),
            "presets": [
                {"model": place.model, "path": place.path, "knobs": knobs}
                for place, knobs in settings(diagram.subject)
            ],
        }
    return json.dumps(found, ensure_ascii=False).encode()


def prose(pairs: Pairs) -> bytes:
    """The explanation that a page shows, as JSON. Raises Refusal.

    A job of its own: a picture that is drawn is shown, whatever becomes of the words.
    """
    with _refusing(pairs):
        told = Diagram.of(pairs).explain()
    # Of the layers only those that have something to say; ``/explain`` has them all.
    found = replace(told, layers=told.told, next=None).to_dict()
    return json.dumps(found, ensure_ascii=False).encode()


def turns(pairs: Pairs) -> bytes:
    """What is worth trying next, as JSON. Raises Refusal.

    A job of its own: three more traces, which neither picture nor words shall wait for.
    """
    with _refusing(pairs):
        found = Diagram.of(pairs).explain().turns
    told = [asdict(turn) | {"label": turn.label} for turn in found]
    return json.dumps(told, ensure_ascii=False).encode()


def fix(pairs: Pairs, error: ParameterError) -> str | None:
    """The URL of the nearest diagram that works, if there is one."""
    if is_pasted(pairs):
        # What a page has done to a listing is undone; the rest only its author can fix.
        drawing = restored_drawing(pairs)
        return drawing.url if drawing else None
    diagram = fixed_diagram(pairs, error)
    return diagram.url if diagram else None


def _drawing(pairs: Pairs) -> Drawing:
    """What names and values ask for: a subject of the catalogue, or a pasted source."""
    return of_pairs(pairs) if is_pasted(pairs) else Diagram.of(pairs)


def explain(pairs: Pairs, format: str) -> bytes:
    """The structure told in words, as bytes. Raises Refusal."""
    with _refusing(pairs):
        return _drawing(pairs).explain().render(format)


def compare(pairs: Pairs, format: str) -> bytes:
    """The comparison as bytes. Raises Refusal; its fix is the URL of one that works."""
    try:
        return _kept(checked(asked(pairs)).render(format), format)
    except ParameterError as error:
        better = fixed_comparison(pairs, error)
        raise Refusal(error, better.url if better else None) from None


def window(pairs: Pairs, format: str) -> bytes:
    """The window of a call as bytes. Raises Refusal; its fix is the URL of one that works."""
    try:
        return _kept(asking.found(pairs).render(format), format)
    except ParameterError as error:
        better = asking.fixed_window(pairs, error)
        raise Refusal(error, still.address(better) if better else None) from None


def sweep(pairs: Pairs, format: str) -> bytes:
    """A sweep over a knob as bytes. Raises Refusal; its fix is the URL of one that works."""
    try:
        return _kept(sweeping.asked(pairs).render(format), format)
    except ParameterError as error:
        better = sweeping.fixed_sweep(pairs, error)
        raise Refusal(error, series.address(better) if better else None) from None


def read(pairs: Pairs) -> bytes:
    """What a page shows of a pasted source, as JSON; a refusal is part of it."""
    from app.workers import pasted_page

    return pasted_page.read(pairs)


def restore(source: str) -> bytes:
    """A pasted listing as Python, as far as it can be restored."""
    from app.workers import pasted_page

    return pasted_page.restore(source)


def paint(dot: str, format: layout.Format) -> bytes:
    """A picture in the DOT language as bytes."""
    return layout.draw(dot, format)


def warm_up() -> None:
    """Draw once, so that whatever is loaded on first use is loaded before the first request."""
    first = [("block", "bottleneck")]
    explore(first)
    prose(first)


def probe() -> None:
    """Draw something small, to see whether drawing works at this moment."""
    render([("block", "basic")], "svg")
