"""nginx with our configuration before a real server: what it asks for, keeps and gives again."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.browser.server import Server, serving

CONF = Path(__file__).parents[2] / "deploy" / "nginx.conf"
CROWD = 100
SLOW = 500
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
]


class Proxy:
    """nginx on a port of its own, with the deployed configuration."""

    def __init__(self, folder: Path, backend: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        site = CONF.read_text(encoding="utf-8")
        for is_deployed, here in (
            ("server app:8000", f"server {backend.removeprefix('http://')}"),
            ("/var/cache/nginx", str(folder / "cache")),
            ("client_header_timeout 10s", "client_header_timeout 5s"),
            ("listen 80 ", f"listen 127.0.0.1:{self.port} "),
        ):
            assert is_deployed in site
            site = site.replace(is_deployed, here)
        (folder / "site.conf").write_text(site)
        (folder / "cache").mkdir()
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"{user} daemon off; pid {folder}/pid; error_log stderr;\n"
            "events { worker_connections 4096; } http { access_log off; include site.conf; }"
        )
        with (folder / "errors").open("w") as errors:
            self._process = subprocess.Popen(
                ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=errors
            )
        for _ in range(100):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        raise AssertionError((folder / "errors").read_text())

    def get(
        self, path: str, client: str = "127.0.0.1", **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """The answer to a client with this address; each has a limit of its own."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(client, 0)
        )
        connection.request("GET", path, headers={"Accept": "*/*", **headers})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESNET_DIAGRAM_MAX_AGE", "1")
        patch.setenv("RESNET_DIAGRAM_ACCESS_LOG", "false")
        with serving(workers=0) as started:
            yield started


@pytest.fixture(scope="module")
def proxy(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    started = Proxy(tmp_path_factory.mktemp("nginx"), server.address)
    yield started
    started.stop()


def asked(server: Server) -> float:
    """How many pictures the server itself has been asked for."""
    host = server.address.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    return sum(
        float(line.rsplit(" ", 1)[1])
        for line in lines
        if line.startswith("resnet_diagram_requests_total") and "/diagram" in line
    )


def test_a_hundred_first_requests_at_once_are_one_for_the_server(server, proxy):
    before = asked(server)
    ready = Barrier(CROWD)

    def ask(number: int) -> tuple[int, str | None, bytes]:
        ready.wait()
        answer, body = proxy.get("/diagram.svg?model=resnet50", f"127.0.1.{number + 1}")
        return answer.status, answer.getheader("X-Cache"), body

    with ThreadPoolExecutor(CROWD) as crowd:
        answers = list(crowd.map(ask, range(CROWD)))
    assert {status for status, _, _ in answers} == {200}
    assert len({body for _, _, body in answers}) == 1
    assert [cache for _, cache, _ in answers].count("MISS") == 1
    assert asked(server) - before == 1


def test_who_has_the_picture_is_told_so(proxy):
    first, body = proxy.get("/diagram.svg?block=basic&v=0123456789ab")
    assert first.status == 200
    assert body.startswith(b"<svg")
    tag = first.getheader("ETag")
    again, nothing = proxy.get(
        "/diagram.svg?block=basic&v=0123456789ab", **{"If-None-Match": str(tag)}
    )
    assert (again.status, nothing) == (304, b"")
    assert again.getheader("ETag") == tag


def test_figures_are_not_for_everybody(proxy):
    assert proxy.get("/metrics")[0].status == 404


def test_five_hundred_who_send_a_byte_a_second_keep_nobody_waiting(proxy):
    crowd = [
        socket.create_connection(
            ("127.0.0.1", proxy.port), source_address=(f"127.0.2.{at % 250}", 0)
        )
        for at in range(SLOW)
    ]
    words = b"GET /diagram.svg?block=basic HTTP/1.1\r\nHost: a\r\n"
    begun = time.monotonic()
    try:
        for at in range(3):
            for client in crowd:
                client.sendall(words[at : at + 1])
            sent = time.monotonic()
            answer, _ = proxy.get(
                f"/diagram.svg?block=basic&planes={72 + 8 * at}", f"127.0.3.{at + 1}"
            )
            assert answer.status == 200
            assert time.monotonic() - sent < 5
            time.sleep(max(0.0, begun + at + 1 - time.monotonic()))
        # None of them has reached the service, and nginx hangs up on them by itself.
        crowd[0].settimeout(15)
        assert crowd[0].recv(1) == b""
    finally:
        for client in crowd:
            client.close()


def test_a_picture_is_still_shown_while_the_server_is_gone(server, proxy):
    path = "/diagram.svg?block=bottleneck&stride=2"
    _, body = proxy.get(path)
    time.sleep(2.1)  # it may be kept for one second
    server.stop()
    try:
        answer, still = proxy.get(path)
        assert (answer.status, still) == (200, body)
        assert answer.getheader("X-Cache") in ("STALE", "UPDATING")
        assert proxy.get("/diagram.svg?block=bottleneck&stride=3")[0].status == 502
    finally:
        server.start()
