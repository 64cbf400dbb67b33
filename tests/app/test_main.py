"""A real server in a process of its own: when it is ready, what it answers, how it ends."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx2
import pytest

from resnet_core import Diagram

SERVE = "import sys; from app.main import serve; serve('127.0.0.1', int(sys.argv[1]))"
READY = re.compile(r"resnet-diagram is ready on (http://127\.0\.0\.1:\d+)\n")
QUERIES = [
    *(f"block={block}&stride={stride}&planes={planes}"
      for block in ("basic", "bottleneck") for stride in (1, 2) for planes in (32, 64, 128)),
    *(f"block=bottleneck&activation={name}" for name in ("gelu", "mish")),
    *(f"block=bottleneck&norm_layer={name}&theme=dark" for name in ("group", "none")),
    *(f"block=basic&stride=2&shortcut={name}" for name in ("identity", "none", "projection")),
    *(f"block=bottleneck&direction=LR&groups={number}" for number in (2, 32)),
    *(f"model=resnet18&detail={name}" for name in ("stage", "block")),
    "block=basic&theme=auto",
    "block=bottleneck&input=97x131&batch=3",
]  # fmt: skip
FORMATS = ("svg", "svg", "json", "csv", "dot", "png")


# Each starts a server in a process of its own.
pytestmark = pytest.mark.slow


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    url: str


def started(port: int = 0, code: str = SERVE, **settings: str) -> subprocess.Popen[str]:
    environment = {**os.environ, **settings}
    command = [sys.executable, "-c", code, str(port)]
    return subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip


def announced(process: subprocess.Popen[str]) -> Server:
    assert process.stdout
    line = process.stdout.readline()
    found = READY.fullmatch(line)
    assert found, line
    return Server(process, found[1])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Two workers, hardly any cache, and another order of sets than this process has."""
    process = started(
        RESNET_DIAGRAM_WORKERS="2",
        RESNET_DIAGRAM_CACHE_BYTES="120000",
        RESNET_DIAGRAM_TIMEOUT="60",
        PYTHONHASHSEED="4242",
    )
    with process:
        yield announced(process)
        process.kill()


def test_a_server_that_says_it_is_ready_is_ready(server: Server) -> None:
    assert httpx2.get(f"{server.url}/readyz").json() == {"status": "ready"}


def test_a_thousand_requests_at_once_get_what_one_gets_alone(server: Server) -> None:
    wanted = [(query, FORMATS[at % len(FORMATS)]) for at, query in enumerate(QUERIES)]
    alone = {(query, format): Diagram.of(_pairs(query)).render(format) for query, format in wanted}
    asked = wanted * (1000 // len(wanted) + 1)
    random.Random(7).shuffle(asked)

    def ask(part: list[tuple[str, str]]) -> list[tuple[str, str]]:
        with httpx2.Client(base_url=server.url, timeout=60) as client:
            return [
                pair for pair in part
                if client.get(f"/diagram.{pair[1]}?{pair[0]}").content != alone[pair]
            ]  # fmt: skip

    with ThreadPoolExecutor(16) as threads:
        wrong = list(threads.map(ask, [asked[:1000][at::16] for at in range(16)]))
    assert wrong == [[]] * 16


def test_another_hash_seed_gives_the_same_bytes(server: Server) -> None:
    for query in ("model=resnet50", "model=resnet34&detail=op&fold=false"):
        answer = httpx2.get(f"{server.url}/diagram.svg?{query}", timeout=60)
        assert answer.content == Diagram.of(_pairs(query)).render("svg")


def test_an_answer_on_a_kept_connection_takes_no_delayed_packet(server: Server) -> None:
    taken = []
    with httpx2.Client(base_url=server.url, timeout=60) as client:
        for _ in range(21):
            begun = time.perf_counter()
            # Its cache is too small for a picture, and to draw one takes longer than a packet.
            assert client.get("/healthz").status_code == 200
            taken.append(time.perf_counter() - begun)
    # A packet that is held back is held back each time, however busy the machine.
    assert min(taken) < 0.02


def test_what_a_server_has_loaded_is_not_searched_for_garbage() -> None:
    told = "signal.signal(signal.SIGUSR1, lambda *_: print(gc.get_freeze_count(), flush=True))"
    code = f"import gc, signal; {told}; {SERVE}"
    with started(RESNET_DIAGRAM_WORKERS="1", code=code) as process:
        try:
            server = announced(process)
            process.send_signal(signal.SIGUSR1)
            assert httpx2.get(f"{server.url}/healthz").status_code == 200
            assert process.stdout
            assert int(process.stdout.readline()) > 10_000
        finally:
            process.kill()


def test_a_server_with_a_slow_body_open_ends_when_told() -> None:
    process = started(RESNET_DIAGRAM_WORKERS="1", RESNET_DIAGRAM_SHUTDOWN="1")
    with process:
        try:
            server = announced(process)
            port = int(server.url.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port)) as slow:
                head = "POST /diagram.json HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n"
                slow.sendall(f"{head}Content-Type: application/json\r\n\r\n{{".encode())
                assert httpx2.get(f"{server.url}/healthz").status_code == 200
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=10)
        finally:
            process.kill()


def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = started(port)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 3
    assert said.count("\n") == 1
    assert f"127.0.0.1:{port}" in said


def test_an_interrupted_server_ends_quietly(server: Server) -> None:
    # The last test of the file: it ends the server that the others share.
    os.killpg(server.process.pid, signal.SIGINT)
    said = server.process.communicate(timeout=20)
    assert server.process.returncode == 0
    assert said == ("", "")


def _pairs(query: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (part.partition("=") for part in query.split("&"))]
