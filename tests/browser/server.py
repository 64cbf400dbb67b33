"""A server in a process of its own, started as a user starts it."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# No system gives these to whoever calls somebody: a port is still there when it is needed again.
PORTS = range(20_000, 32_000)


class Server:
    """``resnet-diagram serve`` on a port that stays the same when it stops and starts again."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._port = _free()
        self.address = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Return when it is ready to draw."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", str(self._port)],
            env=os.environ | {"RESNET_DIAGRAM_WORKERS": str(self._workers)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        said = self._process.stdout.readline()
        assert self.address in said, said

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate()


def _free() -> int:
    """A port that nobody listens on."""
    while True:
        port = random.choice(PORTS)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port


@contextmanager
def serving(workers: int = 1) -> Iterator[Server]:
    """A running server, stopped afterwards."""
    server = Server(workers)
    server.start()
    try:
        yield server
    finally:
        server.stop()
