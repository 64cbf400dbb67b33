"""Servers that a benchmark starts and ends, and the command that asks them many times."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit
from urllib.request import urlopen

READY = re.compile(r"ready on (http://\S+)")
SERVE = "from app.cli import main; main()"
# Of a process's times in /proc, in ticks, those that it has used itself.
USER, SYSTEM = 11, 12
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
WRONG = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)")
LENGTH = re.compile(rb"(?i)^content-length: *(\d+)\r?$", re.MULTILINE)
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass
class Server:
    """A running server: its process and where it listens."""

    process: subprocess.Popen[str]
    url: str

    @property
    def seconds(self) -> float:
        """Seconds of a core that its front has used so far."""
        said = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        ticks = said.rpartition(")")[2].split()
        return (int(ticks[USER]) + int(ticks[SYSTEM])) / os.sysconf("SC_CLK_TCK")

    def get(self, path: str) -> bytes:
        """The answer's body."""
        with urlopen(self.url + path, timeout=60) as answer:
            body: bytes = answer.read()
            return body


class Client:
    """One kept connection. It does no more than it must: what it measures is the server."""

    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.url)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = parts.netloc

    def get(self, path: str) -> bytes:
        """The answer's body. Raises SystemExit for any that is not 200."""
        return self.ask(path)[1]

    def ask(self, path: str, *headers: str, status: int = 200) -> tuple[bytes, bytes]:
        """The answer's head and body. Raises SystemExit for any other status."""
        lines = (f"GET {path} HTTP/1.1", f"Host: {self._host}", *headers, "", "")
        self._socket.sendall("\r\n".join(lines).encode())
        said = b""
        while b"\r\n\r\n" not in said:
            said += self._more(path)
        head, _, body = said.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 %d " % status) or (length is None and status == 200):
            raise SystemExit(f"{path} was answered with {head.splitlines()[0].decode()}")
        parts = [body]
        left = int(length[1]) - len(body) if length and status == 200 else 0
        while left:
            parts.append(self._more(path))
            left -= len(parts[-1])
        return head, b"".join(parts)

    def _more(self, path: str) -> bytes:
        if got := self._socket.recv(2**18):
            return got
        raise SystemExit(f"{path}: the server has closed the connection")


@dataclass(frozen=True)
class Load:
    """What came of asking for some seconds: answers a second, and milliseconds by percentile."""

    rate: float
    percentiles: dict[int, float]
    core: float

    @property
    def of_a_core(self) -> float:
        """Answers for each second of a core that the server used; a busy machine leaves it."""
        return self.rate / self.core if self.core else 0.0


@contextmanager
def serving(*arguments: str, code: str = SERVE, **settings: object) -> Iterator[Server]:
    """``resnet-diagram serve``, or a program that announces itself likewise, until it is left."""
    given = {f"RESNET_DIAGRAM_{name.upper()}": str(value) for name, value in settings.items()}
    call = [sys.executable, "-c", code]
    if code == SERVE:
        call += ["serve", "--port", "0"]
    process = subprocess.Popen(
        [*call, *arguments], stdout=subprocess.PIPE, text=True, env={**os.environ, **given}
    )
    try:
        assert process.stdout is not None  # it is a pipe
        found = READY.search(process.stdout.readline())
        if found is None:
            raise SystemExit("the server did not start")
        yield Server(process, found[1])
    finally:
        process.terminate()
        process.wait(30)


def asked(
    server: Server, path: str, connections: int, seconds: int, headers: Sequence[str] = ()
) -> Load:
    """What ``wrk`` finds when it asks for one address over and over."""
    if which("wrk") is None:
        raise SystemExit("this benchmark asks with the command wrk, and there is none")
    call = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for header in headers:
        call += ["-H", header]
    before, begun = server.seconds, time.perf_counter()
    said = subprocess.run([*call, server.url + path], text=True, capture_output=True, check=True)
    core = (server.seconds - before) / (time.perf_counter() - begun)
    if found := WRONG.search(said.stdout):
        raise SystemExit(f"not every answer was right: {found[0]}")
    rate = RATE.search(said.stdout)
    assert rate is not None  # wrk always says it
    times = re.findall(r"^\s+(\d+)%\s+([\d.]+)(us|ms|s)$", said.stdout, re.MULTILINE)
    percentiles = {int(part): float(time) * UNITS[unit] for part, time, unit in times}
    return Load(float(rate[1]), percentiles, core)
