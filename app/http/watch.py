"""ASGI middleware: each request gets an id, is timed and counted, and may stand in the log."""

from __future__ import annotations

import logging
import re
import secrets
import time
from contextvars import ContextVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.metrics import Metrics

HEADER = b"x-request-id"
LEGAL = re.compile(rb"[\w.:-]{1,64}")
# The id of the request that is being answered, for the log.
request_id: ContextVar[str] = ContextVar("request_id", default="")
log = logging.getLogger("app.access")


class Watch:
    """Sees every request that reaches the application. A proxy's own id is kept."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(HEADER, b"")
        name = given if LEGAL.fullmatch(given) else secrets.token_hex(8).encode()
        kept = request_id.set(name.decode())
        # Where it stays 499, the client has left before there was an answer.
        status = 499

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, name)]
            await send(message)

        begun = time.perf_counter()
        try:
            await self._app(scope, receive, told)
        finally:
            self._tell(scope, status, time.perf_counter() - begun)
            request_id.reset(kept)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        self._metrics.request(route, status, seconds)
        if log.isEnabledFor(logging.INFO):
            # The query is what somebody draws: it is theirs, and not in the log.
            more = {"method": scope["method"], "path": scope["path"][:200], "status": status}
            log.info("answered", extra={"more": {**more, "seconds": round(seconds, 4)}})
