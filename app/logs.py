"""The log: one JSON object a line, and only what somebody should look at."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime


class OneLine(logging.Formatter):
    """A record as one line of JSON; a traceback is one of its members."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def set_up() -> None:
    """Warnings and worse to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
