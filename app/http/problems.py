"""Refusals and failures as RFC 9457 problems: one shape, whatever went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.workers.jobs import Refusal
from app.workers.pool import Busy, WorkerLost
from app.workers.renderer import Renderer
from resnet_core import ParameterError
from resnet_core.errors import did_you_mean

MEDIA_TYPE: Final = "application/problem+json"
LONGEST: Final = 200


@dataclass(frozen=True)
class Sort:
    """A sort of problem: its status, its title, and what it means."""

    status: int
    title: str
    meaning: str


SORTS: Final[dict[str, Sort]] = {
    "invalid-parameter": Sort(422, "Invalid parameter", "A value is illegal, or the values clash."),
    "unknown-parameter": Sort(422, "Unknown parameter", "The subject has no such parameter."),
    "too-large": Sort(422, "Too large", "The request is legal, but nobody could read its answer."),
    "unknown-subject": Sort(404, "Unknown subject", "There is no block or model of this name."),
    "unknown-format": Sort(404, "Unknown format", "There is no such extension."),
    "not-found": Sort(404, "Not found", "There is nothing at this address."),
    "method-not-allowed": Sort(405, "Method not allowed", "The address does not take this method."),
    "not-acceptable": Sort(406, "Not acceptable", "No format on offer is one that Accept allows."),
    "not-an-object": Sort(400, "Not a JSON object", "The body is no JSON object of plain values."),
    "body-too-long": Sort(413, "Body too long", "The body is longer than the server takes."),
    "query-too-long": Sort(414, "Query too long", "The query is longer than the server takes."),
    "not-json": Sort(415, "Not JSON", "A POST takes application/json."),
    "internal": Sort(500, "Internal error", "The server made a mistake; its log knows the id."),
    "busy": Sort(503, "Busy", "Too many drawings are waiting; try again in a moment."),
    "worker-lost": Sort(503, "Worker lost", "The process that drew it ended; try again."),
    "timeout": Sort(504, "Timeout", "Drawing took too long."),
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One problem: its sort, what happened here, and how to fix it.

    ``fix`` is the address of the nearest diagram that works. ``more`` are members of the body
    that only this sort has, ``headers`` go with the answer.
    """

    sort: str
    detail: str
    parameter: str | None = None
    value: str | None = None
    allowed: list[str] | str | None = None
    suggestion: str | None = None
    fix: str | None = None
    more: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return SORTS[self.sort].status

    @property
    def title(self) -> str:
        return SORTS[self.sort].title

    def mended_by(self, fix: str | None) -> Problem:
        return replace(self, fix=fix)

    def body(self) -> dict[str, Any]:
        """The members of the JSON object, those that say nothing left out."""
        members = {
            "type": f"/reference#{self.sort}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "parameter": self.parameter,
            "value": self.value,
            "allowed": self.allowed or None,
            "suggestion": self.suggestion,
            "fix": self.fix,
            **self.more,
        }
        return {name: item for name, item in members.items() if item is not None}


class ProblemError(Exception):
    """Raised where a problem is found; the application answers with it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def refusal(error: ParameterError, fix: str | None = None) -> Problem:
    """The problem that a parameter's error is."""
    sort = error.title.lower().replace(" ", "-")
    allowed = error.allowed
    return Problem(
        sort if sort in SORTS else "invalid-parameter",
        clean(error.reason),
        clean(error.parameter),
        clean(error.value),
        allowed if isinstance(allowed, str) else list(allowed),
        None if error.suggestion is None else clean(_spelled(error.suggestion)),
        fix,
    )


def unknown_format(extension: str, known: Sequence[str], near: str, fix: str | None) -> Problem:
    """There is no format of this name; ``near`` was probably meant."""
    extension = clean(extension)
    detail = f"there is no format {extension!r}" + did_you_mean(near)
    return Problem("unknown-format", detail, "extension", extension, list(known), near, fix)


def clean(value: Any) -> str:
    """A text from outside, fit to be shown: short, one line, valid in XML and UTF-8."""
    text = str(value).encode("utf-8", "replace").decode()
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


FAILURES: Final = (ParameterError, Refusal, Busy, WorkerLost, TimeoutError)


async def problem_of(
    error: Exception, renderer: Renderer, pairs: Sequence[tuple[str, str]] | None
) -> Problem:
    """The problem of one of ``FAILURES``; with ``pairs`` of a diagram, also what would fix it."""
    match error:
        case Refusal():
            return refusal(error.error, error.fix)
        case ParameterError():
            return refusal(error, None if pairs is None else await renderer.fix(pairs, error))
        case Busy():
            detail = "too many drawings are waiting; try again in a moment"
            return Problem("busy", detail, headers={"Retry-After": "2"})
        case WorkerLost():
            detail = "the process that drew it ended; try again in a moment"
            return Problem("worker-lost", detail, headers={"Retry-After": "2"})
        case TimeoutError():
            detail = f"it was not drawn within {renderer.limit:g} s; try a smaller structure"
            return Problem("timeout", detail)
    raise error
