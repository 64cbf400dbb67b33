"""Where the time of an answer goes: the same stages in header, log, metrics and spans."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from app.http import tracing
from app.http.tracing import Tracing
from app.http.watch import OneLine
from app.main import create_app
from app.settings import Settings
from resnet_core import draw
from resnet_core.stages import STAGES, Stopwatch, seconds, stage, timed
from tests.app.http.test_operating import figures, under

DRAWN = ["build", "trace", "layout", "engine", "dress", "encode"]


def durations(value: str) -> dict[str, float]:
    """Milliseconds by name of a ``Server-Timing`` header."""
    found = re.findall(r"(\w+);dur=([\d.]+)(?:, |$)", value)
    assert ", ".join(f"{name};dur={taken}" for name, taken in found) == value
    return {name: float(taken) for name, taken in found}


def test_an_answer_says_how_long_each_stage_took_and_a_second_one_does_not() -> None:
    with under() as client:
        path = "/diagram.svg?block=basic&planes=46"
        told = durations(client.get(path).headers["server-timing"])
        assert list(told) == ["queue", *DRAWN, "total"]
        # Each stage is told without those inside of it, so that their sum is a part of the whole.
        assert sum(told.values()) - told["total"] <= told["total"] + 0.1 * len(told)
        assert "server-timing" not in client.get(path).headers
        assert list(durations(client.get("/healthz").headers["server-timing"])) == ["total"]


def test_a_format_that_needs_no_picture_goes_through_fewer_stages() -> None:
    with under() as client:
        told = durations(client.get("/diagram.csv?block=basic&planes=49").headers["server-timing"])
        assert list(told) == ["queue", "build", "trace", "encode", "total"]
        again = client.get("/diagram.svg?block=basic&planes=49").headers["server-timing"]
        assert not {"build", "trace"} & durations(again).keys()


def test_the_log_and_the_metrics_have_the_same_stages(caplog: pytest.LogCaptureFixture) -> None:
    with under(access_log=True) as client, caplog.at_level(logging.INFO, "app.access"):
        answer = client.get("/diagram.svg?block=basic&planes=45")
        found = figures(client)
    (line,) = [
        json.loads(OneLine().format(record))
        for record in caplog.records
        if record.name == "app.access" and "diagram" in record.more["path"]  # type: ignore[attr-defined]
    ]
    header = durations(answer.headers["server-timing"])
    assert list(line["stages"]) == ["queue", *DRAWN]
    for name, taken in line["stages"].items():
        assert taken == pytest.approx(header[name] / 1000, abs=2e-4)
        assert found["stage_seconds_count", name] >= 1
        assert found["stage_seconds_sum", name] > 0


def test_a_worker_process_tells_its_stages_too(client: TestClient) -> None:
    told = client.get("/diagram.svg?block=basic&planes=47").headers["server-timing"]
    assert list(durations(told)) == ["queue", *DRAWN, "total"]


@contextmanager
def traced(workers: int) -> Iterator[tuple[TestClient, InMemorySpanExporter]]:
    """A server whose spans are kept in memory."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracing, "begun", lambda: Tracing(provider))
        app = create_app(Settings(workers=workers, timeout=60, otel=True))
        with TestClient(app) as client:
            while client.get("/readyz").status_code != 200:
                time.sleep(0.1)
            kept.clear()
            yield client, kept


def inside(spans: tuple[ReadableSpan, ...], one: ReadableSpan) -> list[ReadableSpan]:
    """The spans directly below one, in their order."""
    assert one.context
    below = [span for span in spans if span.parent and span.parent.span_id == one.context.span_id]
    return sorted(below, key=lambda span: span.start_time or 0)


@pytest.mark.slow
def test_a_request_is_a_trace_that_goes_on_into_the_worker() -> None:
    with traced(1) as (client, kept):
        begun = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        path = "/diagram.svg?block=basic&planes=96&activation=silu"
        answer = client.get(path, headers={"traceparent": begun})
        spans = kept.get_finished_spans()
        assert {f"{span.context.trace_id:x}" for span in spans} == {begun[3:35].lstrip("0")}  # type: ignore[union-attr]
        (whole,) = [span for span in spans if span.kind is SpanKind.SERVER]
        assert whole.name == "GET /diagram.{extension}"
        assert whole.parent
        assert f"{whole.parent.span_id:x}" == begun[36:52]
        told = dict(whole.attributes or {})
        assert told["http.response.status_code"] == 200
        assert told["resnet_diagram.request"] == answer.headers["x-request-id"]
        assert not any("planes" in str(value) for value in told.values())
        (job,) = inside(spans, whole)
        assert job.name == "render"
        queue, encode = inside(spans, job)
        assert (queue.name, encode.name) == ("queue", "encode")
        assert {span.name for span in inside(spans, encode)} >= {"layout", "engine", "dress"}
        assert {"build", "trace"} <= {span.name for span in spans}
        for outer in spans:
            for span in inside(spans, outer):
                assert span.start_time
                assert outer.end_time
                # The processes read one clock, not at one moment.
                assert span.start_time >= (outer.start_time or 0) - 5e6
                assert (span.end_time or 0) <= outer.end_time + 5e6


def test_a_failure_is_an_error_and_a_refusal_is_none() -> None:
    with traced(0) as (client, kept):
        client.get("/diagram.json?block=basic&planes=-1")
        (refused,) = [one for one in kept.get_finished_spans() if one.kind is SpanKind.SERVER]
        assert refused.status.status_code is StatusCode.UNSET
        kept.clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.workers.renderer.Renderer.render", None)
            assert client.get("/diagram.json?block=basic&planes=104").status_code == 500
        (failed,) = [one for one in kept.get_finished_spans() if one.kind is SpanKind.SERVER]
        assert failed.status.status_code is StatusCode.ERROR


@pytest.mark.slow
def test_a_server_starts_where_the_extra_is_not_installed() -> None:
    # The interface alone comes with FastAPI.
    code = "import sys; sys.modules['opentelemetry.sdk'] = None; import app.main\n"
    code += "assert 'opentelemetry.exporter' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_without_the_extra_a_server_that_wants_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)
    with pytest.raises(SystemExit) as ended:
        create_app(Settings(workers=0, otel=True))
    assert ended.value.code == 3
    assert 'pip install "resnet-diagram[otel]"' in capsys.readouterr().err


def test_a_stage_inside_another_is_told_once() -> None:
    watch = Stopwatch()
    watch.begin("layout")
    time.sleep(0.01)
    watch.begin("trace")
    time.sleep(0.02)
    watch.end()
    watch.end()
    told = seconds(watch.laps)
    assert list(told) == ["trace", "layout"]
    whole = max(lap.ended for lap in watch.laps) - min(lap.begun for lap in watch.laps)
    assert sum(told.values()) == pytest.approx(whole / 1e9, abs=1e-6)
    assert told["trace"] >= 0.02


def test_without_a_stopwatch_a_stage_is_nothing_and_a_failure_ends_it() -> None:
    with stage("trace"):
        pass
    with timed() as watch:
        with pytest.raises(ValueError, match="no"), stage("layout"), stage("trace"):
            raise ValueError("no")
        with stage("dress"):
            pass
    assert [(lap.stage, lap.depth) for lap in watch.laps] == [
        ("trace", 1),
        ("layout", 0),
        ("dress", 0),
    ]


def test_a_stopwatch_changes_no_byte() -> None:
    plain = draw(block="basic", planes=112).svg
    with timed() as watch:
        assert draw(block="basic", planes=112).svg == plain
    assert {lap.stage for lap in watch.laps} <= set(STAGES)
    assert all(one.ended <= other.ended for one, other in pairwise(watch.laps))
