"""The clock on the wall is set while the server runs: nothing that it waits for follows it."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.conftest import HEAVY, SMALL, at_most, serving, soon

pytestmark = pytest.mark.slow
HOUR = 3600
TIMEOUT = 3
# In every process that Python starts. What a file says is added to the time of day.
SET = """
import time
from pathlib import Path
real, real_ns, file = time.time, time.time_ns, Path({file!r})
time.time = lambda: real() + float(file.read_text())
time.time_ns = lambda: real_ns() + int(1e9 * float(file.read_text()))
"""


def test_a_clock_that_is_set_neither_hurries_nor_delays_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    (tmp_path / "sitecustomize.py").write_text(SET.format(file=str(clock)))
    path = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
    settings = {"timeout": str(TIMEOUT), "trace": "0", "workers": "1", "rate": "1000/minute"}
    with serving(disk=str(tmp_path / "disk"), **settings) as server:
        kept = server.ask(SMALL).content
        for turn, by in enumerate((HOUR, -HOUR)):
            begun = time.monotonic()
            with ThreadPoolExecutor(1) as thread:
                heavy = thread.submit(server.ask, HEAVY.format(64 + turn))
                time.sleep(0.5)
                clock.write_text(str(by))
                assert heavy.result().status_code == 504
            assert TIMEOUT - 0.1 < time.monotonic() - begun < 2 * TIMEOUT
            assert server.ask(SMALL).content == kept
            with at_most(TIMEOUT):
                assert server.ask(f"{SMALL}&planes={72 + 8 * turn}").status_code == 200
            soon(lambda: server.ask("/readyz").status_code == 200)
            assert abs(by - moved(server.ask("/healthz").headers["date"])) < HOUR / 10


def moved(date: str) -> float:
    """Seconds between what the server calls now and what this process does: it was really set."""
    return time.mktime(time.strptime(date, "%a, %d %b %Y %H:%M:%S %Z")) - time.mktime(time.gmtime())
