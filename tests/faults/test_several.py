"""Several server processes on one port: each drawing made once, the dead replaced, all ended."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections import Counter
from contextlib import suppress
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


def stopped(server: Server, client: socket.socket) -> int:
    """The process that has this connection, stopped while it has a request to answer."""
    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
    theirs = client.getsockname()[1]
    (pid,) = (pid for pid in fronts(server) if f"{theirs:04X}" in ends(pid))
    os.kill(pid, signal.SIGSTOP)
    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    return pid


def ends(pid: int) -> set[str]:
    """The ports at the other ends of a process's connections."""
    sockets = {
        link.readlink().name.strip("socket:[]") for link in Path(f"/proc/{pid}/fd").iterdir()
    }
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[2].partition(":")[2] for row in rows if row[9] in sockets}


def hung_up(client: socket.socket) -> bool:
    """Whether the connection ends without an answer."""
    said = b""
    with suppress(ConnectionResetError):
        while part := client.recv(4096):
            said += part
    # What is left of an answer before may come, and no other.
    return b"HTTP/1.1" not in said


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

        # One that is stopped takes nobody with it but whom it was answering, and is replaced.
        with server.connect() as held:
            answered = stopped(server, held)
            for _ in range(4):
                with at_most(5):
                    assert server.ask(path).status_code == 200
            told = figures(server)
            up = [told["resnet_diagram_process_up", str(at)] for at in range(COUNT)]
            assert sorted(up) == [0, 1]
            with at_most(5):
                assert hung_up(held)
        soon(lambda: len(fronts(server)) == COUNT and answered not in fronts(server))

        # Who is stopped for a moment, because somebody looks at it, goes on.
        one = fronts(server)[0]
        for by in (signal.SIGSTOP, signal.SIGCONT):
            os.kill(one, by)
            time.sleep(1)
        time.sleep(2)
        assert one in fronts(server)
        os.kill(one, signal.SIGSTOP)

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


def test_a_process_that_hangs_is_replaced() -> None:
    hang = """
import asyncio, os, time
from app.main import Application
inside = Application.inside
async def hanging(self, scope, receive, send):
    if scope.get("path") == "/nothing":
        time.sleep(60)
    await inside(self, scope, receive, send)
Application.inside = hanging
import app.processes
app.processes.SILENT = 3.0
"""
    with serving(processes=COUNT, before=hang, workers="0", shutdown="1") as server:
        before = fronts(server)
        with server.connect() as client:
            client.sendall(b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")
            with at_most(8):
                assert hung_up(client)
        soon(lambda: len(fronts(server)) == COUNT and fronts(server) != before)
        for _ in range(4):
            with at_most(5):
                assert server.ask("/healthz").status_code == 200
