"""The line of a pasted source that is being read at this moment: where its calls are made."""

from __future__ import annotations

import threading


class _Place(threading.local):
    """File and line, of one thread; no line while no source is being read."""

    file: str = ""
    line: int | None = None


PLACE = _Place()
