"""Clients that send too much, too slowly, read nothing or leave: nobody else feels it."""

from __future__ import annotations

import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from app.api.resources import Way
from app.main import create_app
from app.settings import Settings
from tests.faults.conftest import HEAVY, SMALL, Server, at_most, serving, soon

pytestmark = pytest.mark.slow
# What a Host cannot be, and what it can.
NO_HOSTS = (
    b"a[b", b"\xff", b"[::1", b"]", b"a/b?c", b"a:b", b"user@x", b"a b", b"<script>",
    b"a\r\nHost: b",
)  # fmt: skip
HOSTS = (
    b"a",
    b"example.org:8080",
    b"[::1]:80",
    b"",
    b"127.0.0.1",
    b"a_b",
    b"b%C3%BCcher",
    b"a:99999",
)
STRANGE = b"".join(
    name + b": " + value + b"\r\n"
    for name, value in {
        b"Accept": b"\xff/\xff", b"Accept-Encoding": b"\xff", b"Accept-Language": b"\xff;q=\xe4",
        b"Cookie": b"lang=\xff; \xff", b"If-None-Match": b"\xff", b"Origin": b"http://[",
        b"Referer": b"\xff", b"X-Request-ID": b"\xff", b"X-Forwarded-For": b"\xff",
        b"X-Forwarded-Proto": b"\xff", b"Range": b"bytes=\xff", b"Content-Type": b"\xff",
    }.items()
)  # fmt: skip
# What stands in the addresses of routes for what varies.
NAMES = {"extension": "svg", "name": "basic", "slug": "stage-3"}


def test_headers_that_are_too_long_together_get_431(server: Server) -> None:
    with server.connect() as client:
        rows = "".join(f"X-{number}: {'a' * 1000}\r\n" for number in range(20))
        client.sendall(f"GET /healthz HTTP/1.1\r\nHost: a\r\n{rows}\r\n".encode())
        assert client.recv(4096).startswith(b"HTTP/1.1 431 ")
    with server.connect() as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 40_000)
        assert client.recv(4096).startswith(b"HTTP/1.1 431 ")
    assert server.ask("/healthz", headers={"X-Much": "a" * 8000}).status_code == 200


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /healthz HTT",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-",
        b"POST /diagram HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Content-Length: 9\r\n\r\n{",
    ],
)
def test_a_client_that_does_not_go_on_is_hung_up_on(server: Server, begun: bytes) -> None:
    with server.connect() as client:
        client.sendall(begun)
        with at_most(8):
            try:
                while client.recv(4096):
                    pass
            except ConnectionResetError:
                pass


def test_a_drop_at_a_time_is_not_going_on(server: Server) -> None:
    def drip(client: socket.socket) -> None:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ")
        for _ in range(200):
            client.sendall(b"a")
            time.sleep(0.1)

    with server.connect() as client, at_most(8), pytest.raises(ConnectionError):
        drip(client)


def test_answers_that_nobody_reads_are_dropped(server: Server) -> None:
    path = "/diagram.json?model=resnet&layers=75,75,75,75&attention=cbam"
    whole = len(server.ask(path).content)
    with ExitStack() as stack:
        readers = []
        for _ in range(4):
            reader = socket.socket()
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", server.port))
            stack.enter_context(reader)
            # Several megabytes are taken over by the system, and cost us nothing.
            reader.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() * 8)
            readers.append(reader)
        time.sleep(9)
        # Only what the system itself has taken over is still to be had.
        assert all(received(reader) < 8 * whole for reader in readers)


def received(reader: socket.socket) -> int:
    """How much is still to be had."""
    reader.settimeout(5)
    taken = 0
    try:
        while part := reader.recv(2**20):
            taken += len(part)
    except ConnectionResetError:
        pass
    return taken


def addresses() -> list[str]:
    """One of every route, and two of none."""
    routes = create_app(Settings(workers=0)).routes
    routers = [getattr(route, "original_router", None) for route in routes]
    found = {route.path for router in routers if router for route in router.routes}
    found |= {route.path for route in routes if isinstance(route, Way)}
    assert {"/", "/diagram.{extension}", "/readyz", "/embed", "/documents/{slug}"} <= found
    return sorted(
        re.sub(r"\{(\w+)[^}]*\}", lambda name: NAMES[name[1]], path)
        for path in {*found, "/nothing", "/static/nothing"}
    )


def status(server: Server, path: str, query: bytes, headers: bytes) -> int:
    """How such a request is answered."""
    with server.connect() as client:
        client.sendall(b"GET %s?%s HTTP/1.1\r\n%s\r\n" % (path.encode(), query, headers))
        with client.makefile("rb") as answer:
            return int(answer.readline().split()[1])


def test_a_request_that_names_no_server_or_two_is_refused(server: Server) -> None:
    for host in NO_HOSTS:
        assert status(server, "/", b"", b"Host: " + host + b"\r\n") == 400, host
    assert status(server, "/", b"", b"") == 400
    for host in HOSTS:
        assert status(server, "/embed", b"block=basic", b"Host: " + host + b"\r\n") == 200, host
    with server.connect() as client:
        client.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_bytes_that_no_request_may_hold_are_the_client_s_mistake(server: Server) -> None:
    for path in addresses():
        assert status(server, path, b"", b"Host: a[\r\n") == 400, path
        assert status(server, path, b"block=\xff", b"Host: a\r\n") == 400, path
        for query in (b"block=%ff%00", b"block=basic&lang=%ff", b"url=http://[&=&;"):
            assert status(server, path, query, b"Host: a\r\n" + STRANGE) < 500, (path, query)


def test_who_leaves_makes_nobody_wait(server: Server) -> None:
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(server.forsake, [HEAVY.format(64 + at) for at in range(60)]))
    with at_most(1.5):
        assert server.ask(f"{SMALL}&planes=72").status_code == 200
    soon(lambda: server.ask("/readyz").status_code == 200)


def test_heavy_requests_make_no_small_one_wait_and_each_gets_an_answer(server: Server) -> None:
    paths = [HEAVY.format(256 + at) for at in range(12)]
    with ThreadPoolExecutor(12) as threads:
        heavy = [threads.submit(server.ask, path) for path in paths]
        time.sleep(0.5)
        for planes in range(64, 512, 64):
            with at_most(1.5):
                assert server.ask(f"{SMALL}&planes={planes}").status_code == 200
        with at_most(12):
            answers = [future.result() for future in heavy]
    assert {answer.status_code for answer in answers} <= {200, 503, 504}
    for answer in answers:
        if answer.status_code == 503:
            assert 1 <= int(answer.headers["retry-after"]) <= 60


def test_more_silent_connections_than_descriptors_keep_nobody_out() -> None:
    with serving(files=96, workers="1") as server, ExitStack() as stack:
        for _ in range(140):
            stack.enter_context(server.connect())
        with at_most(3):
            assert server.ask().status_code == 200


def test_a_server_ends_in_time_whatever_its_clients_leave_open() -> None:
    with serving(workers="1", shutdown="2", silence="60") as server, ExitStack() as stack:
        body = b"POST /diagram HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        unread = (
            b"GET /diagram.json?model=resnet152&detail=op&fold=false HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        for said in (body + b"Content-Length: 9\r\n\r\n{", unread, b"", b"GET / HT"):
            client = stack.enter_context(server.connect())
            client.sendall(said)
        time.sleep(2)
        server.process.send_signal(signal.SIGTERM)
        with at_most(10):
            server.process.wait(10)
