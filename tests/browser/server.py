"""A server in a process of its own, started as a user starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Server:
    """``resnet-diagram serve`` on a port that stays the same when it stops and starts again."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
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


@contextmanager
def serving(workers: int = 1) -> Iterator[Server]:
    """A running server, stopped afterwards."""
    server = Server(workers)
    server.start()
    try:
        yield server
    finally:
        server.stop()
