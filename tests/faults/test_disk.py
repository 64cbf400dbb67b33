"""A disk that is full or cannot be written to: pictures are drawn all the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from resnet_core import draw
from tests.faults.conftest import serving, soon

pytestmark = pytest.mark.slow
PICTURE = "/diagram.{}?block=bottleneck&planes={}&activation=gelu"

# Of every process of the server: nothing can be written while the file is there.
FULL = """
import errno, os, sys, tempfile
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
SPARED = {spared!r}
def full():
    return os.path.exists({flag!r})
def refuse(event, about):
    if event == "open" and about[2] & WRITING:
        path = os.fsdecode(about[0]) if isinstance(about[0], (str, bytes)) else ""
    elif event == "os.mkdir" or (event == "socket.bind" and isinstance(about[1], (str, bytes))):
        path = os.fsdecode(about[-1] if event == "socket.bind" else about[0])
    else:
        return
    if path.startswith("/") and path != os.devnull and not path.startswith(SPARED) and full():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
sys.addaudithook(refuse)
access = os.access
def tried(path, mode, **named):
    writes = bool(mode & os.W_OK) and full() and not str(path).startswith(SPARED)
    return not writes and access(path, mode, **named)
os.access = tried
"""


def filled(folder: Path, monkeypatch: pytest.MonkeyPatch, spared: tuple[str, ...] = ()) -> Path:
    """The file that fills the disk; it is not there yet."""
    flag = folder / "full"
    code = FULL.format(flag=str(flag), spared=("/proc/", *spared))
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{before}")
    return flag


@pytest.mark.parametrize("spared", [("/dev/shm",), ()], ids=["memory", "nothing"])
def test_a_machine_that_cannot_be_written_to_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spared: tuple[str, ...]
) -> None:
    filled(tmp_path, monkeypatch, spared).touch()
    with serving(cache_bytes="1", workers="1", timeout="30") as server:
        picture = server.ask(PICTURE.format("svg", 64))
        assert picture.text == draw(block="bottleneck", activation="gelu").svg
        for ending in ("png", "pdf", "json"):
            assert server.ask(PICTURE.format(ending, 72)).status_code == 200
        assert server.ask("/?block=basic", headers={"Accept": "text/html"}).status_code == 200
        told = server.ask("/readyz")
        assert told.status_code == 200
        assert ("degraded" in told.json()) == (not spared)


def test_a_disk_that_fills_up_and_workers_that_die_then_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = filled(tmp_path, monkeypatch)
    with serving(cache_bytes="1", workers="1") as server:
        full.touch()
        for ending in ("svg", "png", "pdf", "json"):
            assert server.ask(PICTURE.format(ending, 80)).status_code == 200
        before = server.workers
        for worker in before:
            os.kill(worker, 9)
        soon(lambda: len(server.workers) == 2 and not set(before) & set(server.workers))
        assert server.ask(PICTURE.format("svg", 88)).status_code == 200
        assert server.ask("/readyz").status_code == 200
