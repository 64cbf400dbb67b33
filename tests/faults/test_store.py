"""A store that is slow, poisoned, stopped or restarted: pictures are drawn all the same."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Iterator

import pytest
from redis import Redis

from resnet_core import Diagram
from tests.app.workers.test_store import Shared
from tests.faults.conftest import Server, at_most, serving, soon

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("valkey-server") or shutil.which("redis-server")),
        reason="neither valkey-server nor redis-server is here",
    ),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    started = Shared(tmp_path_factory.mktemp("store"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def machine(store: Shared) -> Iterator[Server]:
    """A server that keeps nothing by itself, so that each answer asks the store."""
    with serving(store=store.url, cache_bytes="1", workers="1") as server:
        yield server


def right(server: Server, planes: int) -> bool:
    query = [("block", "basic"), ("planes", str(planes))]
    answer = server.ask(f"/diagram.svg?block=basic&planes={planes}")
    return answer.status_code == 200 and answer.content == Diagram.of(query).render("svg")


def well(server: Server) -> bool:
    told = server.ask("/readyz")
    return told.status_code == 200 and "degraded" not in told.json()


def drawn(server: Server) -> int:
    """How many jobs the workers have done."""
    text = server.ask("/metrics").text.splitlines()
    name = 'resnet_diagram_job_seconds_count{job="render",stage="worker"}'
    return next((int(float(line.split()[-1])) for line in text if line.startswith(name)), 0)


def test_what_the_store_holds_is_given_again_unless_it_is_poisoned(
    store: Shared, machine: Server
) -> None:
    assert right(machine, 72)
    before = drawn(machine)
    assert right(machine, 72)
    assert drawn(machine) == before
    with Redis.from_url(store.url) as client:
        for name in client.keys("*"):
            client.set(name, b"\x00" * 64)
        assert right(machine, 72)
        assert drawn(machine) == before + 1
        for name in client.keys("*"):
            client.delete(name)
            client.lpush(name, "another sort of value")
        assert right(machine, 72)
    store.stop()
    store.start()


def test_a_store_that_is_slow_costs_moments_and_is_left_alone(
    store: Shared, machine: Server
) -> None:
    soon(lambda: right(machine, 80) and well(machine), 10)
    with Redis.from_url(store.url) as client:
        client.client_pause(4000)
    with at_most(2):
        assert right(machine, 88)
    assert "degraded" in machine.ask("/readyz").json()
    with at_most(1):
        assert right(machine, 96)
    soon(lambda: right(machine, 104) and well(machine), 10)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSTOP])
def test_a_store_that_is_gone_or_hangs_is_found_again(
    store: Shared, machine: Server, by: signal.Signals
) -> None:
    soon(lambda: right(machine, 112) and well(machine), 10)
    store.process.send_signal(by)
    time.sleep(0.1)
    with at_most(2):
        assert right(machine, 120)
    assert machine.ask("/readyz").json()["status"] == "ready"
    store.stop()
    store.start()
    soon(lambda: right(machine, 128) and well(machine), 10)
    assert right(machine, 136)
    before = drawn(machine)
    assert right(machine, 136)
    assert drawn(machine) == before
