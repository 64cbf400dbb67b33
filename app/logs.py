"""The log: one JSON object a line, and only what somebody should look at."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from app.http.watch import request_id


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


def set_up(access: bool = False) -> None:
    """Warnings and worse to standard error; with ``access`` also a line for each request."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    handler.addFilter(Sparing())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("app.access").setLevel(logging.INFO if access else logging.WARNING)
