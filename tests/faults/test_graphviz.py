"""A Graphviz that is missing or misbehaves: told in one clear answer, and all else is answered."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.faults.conftest import Server, at_most, children, serving, soon

pytestmark = pytest.mark.slow
SVG = "/diagram.svg?block=bottleneck&planes={}"
TEXT = "/diagram.txt?block=bottleneck&planes={}"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of the ``neato`` that a server finds, whose own copy of Graphviz does not load."""
    broken = tmp_path / "modules"
    broken.mkdir()
    (broken / "pygraphviz.py").write_text("raise ImportError('libfoo.so')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{broken}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin" / "neato"


def put(engine: Path, lines: str) -> None:
    beside = engine.with_suffix(".new")
    beside.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{lines}\n", encoding="utf-8")
    beside.chmod(0o755)
    beside.replace(engine)


# It answers every question with one small picture: what is tested is what becomes of its failures.
DRAWS = """cat >/dev/null
cat <<'SVG'
<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">
<g class="graph" transform="scale(1 1) translate(0 9)"></g></svg>
SVG"""


@pytest.mark.parametrize(
    "fault",
    [
        "echo 'no layout' >&2; exit 3",
        "cat >/dev/null; echo garbage",
        "kill -9 $$",
        "exec cat /dev/zero",
        "exec sleep 600",
        None,
    ],
    ids=["exits", "prints garbage", "is killed", "floods", "hangs", "goes missing"],
)
def test_an_engine_that_fails_costs_its_own_pictures_alone(engine: Path, fault: str | None) -> None:
    put(engine, DRAWS)
    with serving(timeout="3", cache_bytes="1", worker_limit=str(2**30)) as server:
        assert server.ask(SVG.format(64)).status_code == 200
        if fault is None:
            engine.unlink()
        else:
            put(engine, fault)
        with at_most(8):
            answer = server.ask(SVG.format(72))
        assert answer.status_code in (503, 504), answer.text
        assert answer.headers["content-type"] == "image/svg+xml"
        assert "Traceback" not in answer.text
        with at_most(5):
            assert server.ask(TEXT.format(80)).status_code == 200
        put(engine, DRAWS)
        soon(lambda: server.ask(SVG.format(88)).status_code == 200)
        soon(lambda: server.ask("/readyz").status_code == 200)
        soon(lambda: not _engines(server))


def test_a_server_without_graphviz_says_so_and_answers_in_text(engine: Path) -> None:
    put(engine, DRAWS)
    with serving(timeout="3", cache_bytes="1") as server:
        engine.unlink()
        told = server.ask(SVG.format(64), headers={"Accept": "application/json"})
        assert told.status_code == 503
        soon(lambda: server.ask("/readyz").status_code == 503)
        assert "Graphviz" in server.ask("/readyz").json()["status"]
        assert server.ask("/healthz").status_code == 200
        for ending in ("txt", "md", "csv", "json", "mmd"):
            assert server.ask(f"/diagram.{ending}?block=basic").status_code == 200
        page = server.ask("/?block=basic", headers={"Accept-Language": "zh"})
        assert page.status_code == 503
        assert "Graphviz" in page.text


def _engines(server: Server) -> list[int]:
    time.sleep(0.05)
    return [pid for worker in server.workers for pid in children(worker)]
