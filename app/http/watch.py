"""ASGI middleware: each request gets an id, is timed and counted, and the log that tells of it."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.metrics import Metrics
from app.http.tracing import Tracing
from app.workers.journey import Journey, journey

HEADER, TIMING = b"x-request-id", b"server-timing"
LEGAL = re.compile(rb"[\w.:-]{1,64}")
# The id of the request that is being answered, for the log.
request_id: ContextVar[str] = ContextVar("request_id", default="")
log = logging.getLogger("app.access")


class Watch:
    """Sees every request that reaches the application. A proxy's own id is kept."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing | None = None) -> None:
        self._app, self._metrics, self._tracing = app, metrics, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(HEADER, b"")
        name = given if LEGAL.fullmatch(given) else secrets.token_hex(8).encode()
        kept = request_id.set(name.decode())
        way = Journey()
        journey.set(way)
        # Where it stays 499, the client has left before there was an answer.
        status = 499

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                taken = time.perf_counter() - begun
                timing = (TIMING, timing_of(way.stages, taken))
                message["headers"] = [*message["headers"], (HEADER, name), timing]
            await send(message)

        asked, begun = time.time_ns(), time.perf_counter()
        try:
            await self._app(scope, receive, told)
        finally:
            self._tell(scope, status, time.perf_counter() - begun, way)
            if self._tracing:
                self._tracing.tell(Request(scope), name.decode(), status, asked, way)
            request_id.reset(kept)

    def _tell(self, scope: Scope, status: int, seconds: float, way: Journey) -> None:
        route = getattr(scope.get("route"), "path", "other")
        self._metrics.request(route, status, seconds)
        if log.isEnabledFor(logging.INFO):
            # The query is what somebody draws: it is theirs, and not in the log.
            more: dict[str, Any] = {
                "method": scope["method"],
                "path": scope["path"][:200],
                "status": status,
            }
            stages = {name: round(taken, 4) for name, taken in way.stages.items()}
            more |= {"seconds": round(seconds, 4)} | ({"stages": stages} if stages else {})
            log.info("answered", extra={"more": more})


def timing_of(stages: dict[str, float], whole: float) -> bytes:
    """The value of ``Server-Timing``: milliseconds of each stage and of the whole answer."""
    every = {**stages, "total": whole}
    return ", ".join(f"{name};dur={1000 * taken:.1f}" for name, taken in every.items()).encode()


class OneLine(logging.Formatter):
    """A record as one line of JSON; a traceback is one of its members."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if name := request_id.get():
            said["request"] = name
        said |= getattr(record, "more", {})
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


class Sparing(logging.Filter):
    """Lets a message of another's code through once in ten seconds: an attack fills no disk."""

    SECONDS = 10.0

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("app.access"):
            return True
        key = (record.name, str(record.msg)[:200])
        if record.created - self._last.get(key, -self.SECONDS) < self.SECONDS:
            return False
        if len(self._last) > 1000:
            self._last.clear()
        self._last[key] = record.created
        return True


def write_log(access: bool = False) -> None:
    """Warnings and worse to standard error; with ``access`` also a line for each request."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    handler.addFilter(Sparing())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("app.access").setLevel(logging.INFO if access else logging.WARNING)
