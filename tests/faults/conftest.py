"""A running server for each test that harms one, its processes, and clients that misbehave."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

SERVE = "import sys; from app.main import serve; serve('127.0.0.1', 0, processes=int(sys.argv[1]))"
READY = re.compile(r"resnet-diagram is ready on (http://127\.0\.0\.1:(\d+))\n")
SMALL = "/diagram.svg?block=basic"
HEAVY = "/diagram.svg?model=hornet&depths=99,99,99,99&shapes=symbolic&input={}"


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    url: str
    port: int
    client: httpx2.Client

    @property
    def workers(self) -> list[int]:
        """The processes that draw."""
        return sorted(pid for forker in self.forkers for pid in children(forker))

    @property
    def forkers(self) -> list[int]:
        """The process that the workers are forked from."""
        return [pid for pid in children(self.process.pid) if "forkserver" in command(pid)]

    def ask(self, path: str = SMALL, timeout: float = 30, **named: object) -> httpx2.Response:
        # One client for all: to make one costs more than most answers.
        return self.client.get(self.url + path, timeout=timeout, **named)  # type: ignore[arg-type]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def forsake(self, path: str) -> None:
        """Ask for something, and leave."""
        with self.connect() as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            time.sleep(0.02)


def children(parent: int) -> list[int]:
    """The processes that a process has started and that still live."""
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(pid) for pid in task.read_text().split() if lives(int(pid))]
    return found


def lives(pid: int) -> bool:
    """Whether a process is more than its parent's memory of it."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


@contextmanager
def serving(
    files: int = 0, before: str = "", processes: int = 1, **settings: str
) -> Iterator[Server]:
    """A server under these settings, ready; ended whatever becomes of the test."""

    def limit() -> None:
        if files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    environment = {**os.environ}
    environment |= {f"RESNET_DIAGRAM_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", before + "\n" + SERVE, str(processes)],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=limit,
    )
    assert process.stdout
    with process:
        try:
            line = process.stdout.readline()
            found = READY.fullmatch(line)
            assert found, line or process.communicate(timeout=5)
            with httpx2.Client(limits=httpx2.Limits(max_keepalive_connections=0)) as client:
                yield Server(process, found[1], int(found[2]), client)
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            process.kill()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with two workers and next to no cache."""
    with serving(cache_bytes="1", timeout="6", silence="2", shutdown="2") as server:
        yield server


def soon(true: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds
