"""Limits before the work and while it goes on: boxes, edges, pixels, and the time of each stage."""

from __future__ import annotations

import signal
import time

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.workers import limits
from app.workers.limits import HERE, Limited, TooSlow
from resnet_core.stages import stage, timed
from tests.app.http.test_operating import figures

pytestmark = pytest.mark.skipif(not HERE, reason="this system has no timers")
DEEP = "/diagram.svg?model=hornet&depths=99,99,99,99&shapes=symbolic"
WIDE = "/diagram.svg?model=resnet152&detail=op&fold=false"


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


class Late(Exception):
    """What the alarm of these tests raises, in the place of an end of the process."""


def late(why: TooSlow) -> None:
    raise Late(why.stage, why.seconds)


def test_a_stage_that_takes_too_much_of_the_processor_is_told() -> None:
    with (
        pytest.raises(Late) as told,
        timed(Limited({"trace": 0.05}, late)),
        stage("layout"),
        stage("trace"),
    ):
        burn(2)
    assert told.value.args == ("trace", 0.05)
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_what_waits_and_what_another_stage_takes_is_not_counted() -> None:
    with timed(Limited({"layout": 0.1}, late)) as watch:
        with stage("layout"):
            time.sleep(0.2)
            with stage("trace"):
                burn(0.2)
        burn(0.2)
    assert [lap.stage for lap in watch.laps] == ["trace", "layout"]


def test_a_stage_in_pieces_is_counted_together() -> None:
    def pieces() -> None:
        with timed(Limited({"layout": 0.1}, late)):
            for _ in range(40):
                with stage("layout"):
                    burn(0.02)

    with pytest.raises(Late):
        pieces()


def test_many_small_stages_set_the_alarm_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """To set it costs as much as some of them."""
    monkeypatch.setattr(limits, "_alarm", limits.Alarm())
    asked: list[float] = []
    monkeypatch.setattr(signal, "setitimer", lambda _, seconds: asked.append(seconds))
    for _ in range(20):
        with timed(Limited({"trace": 5, "layout": 5}, late)):
            for name in ("build", "trace", "layout", "engine"):
                with stage(name):
                    pass
    assert asked == [pytest.approx(5, abs=0.1)]


def test_an_alarm_of_an_earlier_job_ends_no_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_alarm", limits.Alarm())
    with timed(Limited({"trace": 0.1}, late)), stage("trace"):
        burn(0.05)
    with timed(Limited({"trace": 0.3}, late)), stage("trace"):
        burn(0.15)
    with pytest.raises(Late), timed(Limited({"trace": 0.1}, late)), stage("trace"):
        burn(1)


@pytest.mark.slow
def test_a_request_whose_stage_takes_too_long_is_told_which_one() -> None:
    app = create_app(Settings(workers=1, timeout=60, trace=0.3, layout=0.01))
    with TestClient(app) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.1)
        for path, told in ((DEEP, "trace took more than 0.3 s"), (WIDE, "layout took more than")):
            answer = client.get(path, headers={"Accept": "application/json"})
            assert answer.status_code == 504
            assert told in answer.text
            # What was found to be too large is not tried again at once.
            before = figures(client)["worker_events_total", "timeout"]
            assert client.get(path).status_code == 504
            assert figures(client)["worker_events_total", "timeout"] == before > 0
            assert client.get("/diagram.txt?block=basic").status_code == 200
        chinese = {"Accept": "text/html", "Accept-Language": "zh"}
        page = client.get(WIDE.replace("/diagram.svg", "/"), headers=chinese)
        assert page.status_code == 504
        assert "layout 阶段占用处理器超过了 0.01 秒" in page.text
