"""Several server processes on one port: each drawing made once, the dead replaced, all ended."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from resnet_core import Diagram
from tests.faults.conftest import Server, at_most, children, lives, serving, soon

pytestmark = pytest.mark.slow
COUNT = 2


def fronts(server: Server) -> list[int]:
    """The server processes."""
    return children(server.process.pid)


def family(server: Server) -> set[int]:
    """All processes below the one that was started."""
    found = set(fronts(server))
    for pid in [*found]:
        found |= {pid, *children(pid), *(one for child in children(pid) for one in children(child))}
    return found


def figures(server: Server) -> Counter[tuple[str, str]]:
    """Sums of the figures, each by its name and process."""
    found: Counter[tuple[str, str]] = Counter()
    for told in text_string_to_metric_families(server.ask("/metrics").text):
        for sample in told.samples:
            # What the sample is about but for its process adds up.
            if sample.labels.get("job", "render") == "render":
                found[sample.name, sample.labels["process"]] += sample.value
    return found


def drawn(server: Server, path: str, times: int = 12) -> set[bytes]:
    """The answers to so many connections, which both processes take."""
    answers = [server.ask(path) for _ in range(times)]
    assert {answer.status_code for answer in answers} == {200}
    return {answer.content for answer in answers}


def test_several_processes_are_one_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving(processes=COUNT, root_path="/below", shutdown="2") as server:
        assert len(fronts(server)) == COUNT
        answer = server.ask("/diagram.svg?block=basic&planes=96")
        assert answer.headers["link"].startswith("</below/diagram?")

        # What one has drawn no other draws, and each is asked.
        query = [("block", "bottleneck"), ("planes", "104")]
        path = "/diagram.svg?block=bottleneck&planes=104"
        before = figures(server)
        assert server.ask(path).content == Diagram.of(query).render("svg")
        soon(
            lambda: (
                sum(
                    figures(server)["resnet_diagram_disk_events_total", str(at)]
                    for at in range(COUNT)
                )
                > 0
            )
        )
        assert drawn(server, path) == {Diagram.of(query).render("svg")}
        after = figures(server)
        for at in map(str, range(COUNT)):
            assert after["resnet_diagram_process_up", at] == 1
            assert (
                after["resnet_diagram_requests_total", at]
                > before["resnet_diagram_requests_total", at]
            )

        # One that dies is replaced; the other answers meanwhile.
        dead, alive = fronts(server)
        os.kill(dead, signal.SIGKILL)
        soon(lambda: dead not in fronts(server))
        with at_most(5):
            assert server.ask(path).status_code == 200
        soon(lambda: len(fronts(server)) == COUNT)
        assert alive in fronts(server)
        soon(
            lambda: (
                sum(figures(server)["resnet_diagram_ready", str(at)] for at in range(COUNT))
                == COUNT
            ),
            60,
        )

        # One that is stopped takes nobody with it.
        os.kill(alive, signal.SIGSTOP)
        for _ in range(4):
            with at_most(5):
                assert server.ask(path).status_code == 200
        told = figures(server)
        assert sorted(told["resnet_diagram_process_up", str(at)] for at in range(COUNT)) == [0, 1]

        # All end together, the stopped one too, and leave nothing behind.
        ours = family(server)
        assert len(ours) > 3 * COUNT
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(10)
        soon(lambda: not any(lives(pid) for pid in ours), 6)
        assert not [*tmp_path.glob("resnet-diagram-*")]


def test_no_process_outlives_the_one_that_was_started() -> None:
    with serving(processes=COUNT, shutdown="1", workers="1") as server:
        ours = family(server)
        server.process.kill()
        server.process.wait(5)
        soon(lambda: not any(lives(pid) for pid in ours), 8)
