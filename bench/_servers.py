"""Servers that a benchmark starts and ends, and the command that asks them many times."""

from __future__ import annotations

import http.client
import os
import re
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
    """One kept connection, which a browser or a proxy has too; what it costs is the server's."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)

    def get(self, path: str) -> bytes:
        """The answer's body. Raises SystemExit for any that is not 200."""
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} was answered with {answer.status}")
        return body


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
