"""What a drawing may end in, and the problem that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.jobs import Refusal
from app.problems import Problem, refusal
from app.renderer import Renderer
from app.workers import Busy
from resnet_core import ParameterError

FAILURES: Final = (ParameterError, Refusal, Busy, TimeoutError)


async def problem_of(
    error: Exception, renderer: Renderer, pairs: Sequence[tuple[str, str]] | None
) -> Problem:
    """The problem of one of ``FAILURES``; with ``pairs`` of a diagram, also what would mend it."""
    match error:
        case Refusal():
            return refusal(error.error, error.fix)
        case ParameterError():
            return refusal(error, None if pairs is None else await renderer.fix(pairs, error))
        case Busy():
            detail = "too many drawings are waiting; try again in a moment"
            return Problem("busy", detail, headers={"Retry-After": "2"})
        case TimeoutError():
            detail = f"it was not drawn within {renderer.limit:g} s; try a smaller structure"
            return Problem("timeout", detail)
    raise error
