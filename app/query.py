"""What a request asks: the names and values of its query."""

from __future__ import annotations

from starlette.requests import Request

from app.problems import Problem, ProblemError

Pairs = list[tuple[str, str]]


def pairs_of(request: Request) -> Pairs:
    """Names and values in order, repeated names kept. Raises ProblemError where it is too long."""
    limit = request.app.state.settings.query_bytes
    if len(request.url.query) > limit:
        raise ProblemError(Problem("query-too-long", f"a query has at most {limit:,} bytes"))
    return list(request.query_params.multi_items())
