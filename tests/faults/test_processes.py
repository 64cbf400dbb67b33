"""Processes that are killed or stopped under load: right answers, quick recovery, no strays."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from urllib.parse import quote

import httpx2
import pytest

from app.http import cards
from app.http.problems import SORTS, Problem
from bench.pictures import ask
from resnet_core import Diagram
from resnet_core.bilingual import Text
from resnet_core.diagram.pasted import packed
from tests.faults.conftest import (
    SERVE,
    SMALL,
    Server,
    at_most,
    children,
    command,
    lives,
    serving,
    soon,
)

pytestmark = pytest.mark.slow
BUSY = 30
HARMED = 4
# `python -m bench.pictures` asks for 10,000.
PICTURES = 60
SOURCE = packed(
    "class Net(nn.Module):\n    def forward(self, x):\n        return x + nn.functional.relu(x)\n"
)
# Every page and every sort of answer, refusals too.
TOUR = (
    "/", "/?model=resnet50d&lang=zh", "/?block=convnext&planes=3", "/gallery", "/documents",
    "/documents/stacking-blocks", "/blocks", "/models", "/models/hornet_stage", "/openapi.json",
    "/compare?a=model%3Dresnet50&b=model%3Dresnet50d", "/window.svg?block=basic&node=conv1",
    "/sweep.json?block=basic&over=stride", "/explain.py?model=resnet20", "/diagram.svg?block=nope",
    "/diagram.svg?block=basic&stride=9", "/?model=resnet&layers=999,1,1,1", "/metrics",
    f"/read?source={SOURCE}", f"/diagram.svg?source={SOURCE}", f"/?source={SOURCE}",
    f"/compare?a={quote(f'source={SOURCE}')}&b=block%3Dbasic",
)  # fmt: skip


def kind_of(answer: httpx2.Response, right: bytes) -> str:
    """200, wrong for a picture that is not the right one, or the sort of problem.

    A problem comes as a picture to who asks for one, and its title is all that says the sort there.
    """
    if answer.status_code == 200:
        return "200" if answer.content == right else "wrong"
    for sort, meaning in SORTS.items():
        if f">{meaning.status} · {meaning.title['en']}</text>" in answer.text:
            return sort if meaning.status == answer.status_code else "mislabelled"
    return str(answer.status_code)


def load(
    server: Server, over: Event, right: dict[str, bytes], into: Counter[str] | None = None
) -> Counter[str]:
    """Ask until it is over; the kinds of answers, which are counted ``into`` what is given."""
    kinds: Counter[str] = Counter() if into is None else into
    while not over.is_set():
        path = random.choice(list(right))
        answer = server.ask(path, timeout=BUSY)
        kinds[kind_of(answer, right[path])] += 1
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1
    return kinds


@pytest.mark.parametrize("sort", ["busy", "worker-lost", "timeout", "no-picture"])
def test_the_sort_of_a_problem_is_read_off_its_picture(sort: str) -> None:
    card = cards.svg(Problem(sort, Text("so it is", "如此")), "auto")
    assert kind_of(httpx2.Response(SORTS[sort].status, content=card), b"") == sort
    assert kind_of(httpx2.Response(500, content=card), b"") == "mislabelled"
    assert kind_of(httpx2.Response(503, content=b"<svg/>"), b"") == "503"


def shared_out(right: dict[str, bytes], clients: int) -> list[dict[str, bytes]]:
    """Pictures of its own for each client: who ask for the same at once lose the same drawing."""
    return [dict(list(right.items())[at::clients]) for at in range(clients)]


def rendered() -> dict[str, bytes]:
    """Pictures by what is asked for, as this process draws them, alone."""
    return {
        f"/diagram.svg?block=bottleneck&planes={planes}": Diagram.of(
            [("block", "bottleneck"), ("planes", str(planes))]
        ).render("svg")
        for planes in range(64, 128, 8)
    }


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSTOP])
def test_workers_that_are_harmed_under_load_cost_their_own_requests_alone(
    server: Server, by: signal.Signals
) -> None:
    right = rendered()
    over = Event()
    with ThreadPoolExecutor(4) as threads:
        counts = [Counter[str]() for _ in range(4)]
        parts = zip(shared_out(right, 4), counts, strict=True)
        loads = [threads.submit(load, server, over, own, into) for own, into in parts]
        try:
            for _ in range(HARMED):
                time.sleep(0.5)
                soon(lambda: bool(server.workers))
                os.kill(random.choice(server.workers), by)
            # However slow the machine is: it goes on.
            soon(lambda: sum(count["200"] for count in counts) > 3 * HARMED, BUSY)
        finally:
            over.set()
        kinds = sum((future.result() for future in loads), Counter[str]())
    # A slow machine may refuse what has waited too long, which says nothing of lost workers.
    assert set(kinds) <= {"200", "busy", "worker-lost", "timeout"}, kinds
    assert kinds["worker-lost"] + kinds["timeout"] <= HARMED, kinds
    assert kinds["200"] > 3 * HARMED
    with at_most(5):
        assert server.ask(SMALL).status_code == 200
    soon(lambda: len(server.workers) == 3)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSTOP])
def test_the_parent_of_all_workers_may_be_harmed_under_load(by: signal.Signals) -> None:
    with serving(cache_bytes="1", timeout="20", workers="1") as server:
        right = rendered()
        over = Event()
        with ThreadPoolExecutor(3) as threads:
            loads = [threads.submit(load, server, over, own) for own in shared_out(right, 3)]
            try:
                time.sleep(0.5)
                # Who dies then is to be replaced by one that does nothing, or is no more.
                for forker in server.forkers:
                    os.kill(forker, by)
                for worker in server.workers:
                    os.kill(worker, signal.SIGKILL)
                time.sleep(3)
            finally:
                over.set()
            kinds = sum((future.result() for future in loads), Counter[str]())
        assert set(kinds) <= {"200", "busy", "worker-lost"}, kinds
        assert kinds["busy"] + kinds["worker-lost"] <= 4, kinds
        soon(lambda: server.ask(SMALL).status_code == 200, 5)
        soon(lambda: len(server.workers) == 2, 10)
        soon(lambda: server.ask("/readyz").status_code == 200, 10)


def test_a_server_that_is_stopped_and_goes_on_answers_all_who_waited(server: Server) -> None:
    right, over = rendered(), Event()
    with ThreadPoolExecutor(3) as threads:
        loads = [threads.submit(load, server, over, own) for own in shared_out(right, 3)]
        try:
            time.sleep(0.5)
            server.process.send_signal(signal.SIGSTOP)
            time.sleep(1.5)
        finally:
            server.process.send_signal(signal.SIGCONT)
            time.sleep(0.5)
            over.set()
        kinds = sum((future.result() for future in loads), Counter[str]())
    assert set(kinds) == {"200"}
    with at_most(5):
        assert server.ask(SMALL).status_code == 200


def test_no_picture_is_wrong_while_workers_are_killed(server: Server) -> None:
    def harm() -> None:
        if workers := server.workers:
            os.kill(random.choice(workers), signal.SIGKILL)

    statuses, wrong = ask(server.url, PICTURES, harm)
    assert wrong == 0
    assert statuses["200"] == statuses.total() == PICTURES


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_its_server(by: signal.Signals) -> None:
    with serving(shutdown="1") as server:
        # It is ready once the first worker has drawn; the others follow.
        soon(lambda: len({*server.workers, *server.forkers}) == 4)
        ours = {*server.workers, *server.forkers}
        server.forsake("/diagram.svg?model=resnet&layers=75,75,75,75&attention=cbam")
        server.process.send_signal(by)
        server.process.wait(10)
        soon(lambda: not any(lives(pid) for pid in ours), 6)


def loads_torch(pid: int) -> bool:
    """Whether the fork server is at what takes it seconds."""
    return "forkserver" in command(pid) and "torch" in Path(f"/proc/{pid}/maps").read_text()


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_outlives_a_server_that_ends_during_its_start(
    by: signal.Signals, tmp_path: Path
) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", SERVE, "1"], env=environment) as process:
        try:
            soon(lambda: any(loads_torch(pid) for pid in children(process.pid)), 60)
            ours = children(process.pid)
            process.send_signal(by)
            process.wait(10)
            soon(lambda: not any(lives(pid) for pid in ours), 3)
        finally:
            process.kill()


def test_a_server_says_that_it_leaves_before_it_does() -> None:
    with serving(drain="2", workers="1") as server:
        server.process.send_signal(signal.SIGTERM)
        soon(lambda: server.ask("/readyz").status_code == 503, 1)
        assert server.ask("/readyz").json() == {"status": "leaving"}
        assert server.ask(SMALL).status_code == 200
        server.process.wait(8)


def test_only_the_processes_that_draw_hold_torch(server: Server) -> None:
    for path in TOUR:
        answer = server.ask(path, headers={"Accept": "text/html, */*"})
        assert answer.status_code < 500, (path, answer.text)
    assert "libtorch" in Path(f"/proc/{server.workers[0]}/maps").read_text()
    assert "libtorch" not in Path(f"/proc/{server.process.pid}/maps").read_text()
