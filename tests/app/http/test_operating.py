"""What an operator sees and sets: metrics, request ids, hosts, the public address, settings."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from app.http.watch import OneLine, Sparing
from app.main import create_app
from app.settings import Settings
from app.workers import build


@contextmanager
def under(**settings: object) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(workers=0, timeout=60, **settings))) as client:  # type: ignore[arg-type]
        yield client


def figures(client: TestClient) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    return {
        (sample.name.removeprefix("resnet_diagram_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }


def test_metrics_count_requests_hits_and_jobs() -> None:
    with under() as client:
        for _ in range(3):
            assert client.get("/diagram.svg?block=basic&planes=80").status_code == 200
        assert client.get("/diagram.svg?block=basic&planes=-1").status_code == 422
        found = figures(client)
    assert found["requests_total", "/diagram.{extension}", "200"] == 1
    assert found["requests_total", "/diagram.{extension}", "422"] == 1
    assert found["hits_total",] == 2
    assert found["job_seconds_count", "render", "worker"] == 1
    assert found["queue",] == 0
    assert found["worker_events_total", "lost"] == 0


def test_metrics_can_be_turned_off() -> None:
    with under(metrics=False) as client:
        assert client.get("/metrics").status_code == 404


def test_a_request_has_an_id_and_keeps_one_that_a_proxy_gave() -> None:
    with under() as client:
        one, two = (client.get("/healthz").headers["x-request-id"] for _ in range(2))
        assert one != two
        given = client.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"]
        assert given == "abc-1"
        bad = client.get("/healthz", headers={"X-Request-ID": "a b<c"}).headers["x-request-id"]
        assert bad != "a b<c"


def test_the_access_log_has_no_query(caplog: pytest.LogCaptureFixture) -> None:
    with under(access_log=True) as client, caplog.at_level(logging.INFO, "app.access"):
        client.get("/diagram.svg?block=basic&planes=88")
        client.get("/diagram.svg?block=basic&planes=88")
    lines = [OneLine().format(record) for record in caplog.records if record.name == "app.access"]
    assert len(lines) == 2
    assert not any("planes" in line for line in lines)
    first = json.loads(lines[0])
    assert (first["path"], first["status"], first["method"]) == ("/diagram.svg", 200, "GET")
    assert first["seconds"] > 0


def test_the_same_complaint_is_written_once_in_ten_seconds() -> None:
    spare = Sparing()
    records = [
        logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, "Invalid HTTP request", (), None)
        for _ in range(100)
    ]
    for at, record in enumerate(records):
        record.created = 1000 + at / 5
    assert sum(spare.filter(record) for record in records) == 2


def test_only_trusted_hosts_are_answered() -> None:
    with under(hosts="example.org, testserver") as client:
        assert client.get("/blocks").status_code == 200
        assert client.get("/blocks", headers={"Host": "evil.example"}).status_code == 400
        # A probe calls a server by its number.
        assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_the_public_address_stands_in_links_whatever_the_client_says() -> None:
    with under(base_url="https://example.org/diagrams") as client:
        answer = client.get("/diagram.svg?block=basic", headers={"Host": "evil.example"})
        assert answer.headers["link"].startswith("</diagrams/diagram?block=basic>")
        page = client.get("/", headers={"Host": "evil.example", "Accept": "text/html"}).text
        assert "evil.example" not in page
        assert "https://example.org/diagrams/" in page
        problem = client.get("/diagram.json?block=basic&planes=-1").json()
        assert problem["type"].startswith("/diagrams/reference#")


def test_crawlers_and_browsers_get_what_they_ask_for() -> None:
    with under() as client:
        assert "Disallow: /*&" in client.get("/robots.txt").text
        assert client.get("/favicon.ico").status_code == 200
        assert client.head("/healthz").status_code == 200


def test_the_tag_of_an_answer_depends_on_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    with under() as client:
        one = client.get("/diagram.svg?block=basic").headers["etag"]
    monkeypatch.setattr(build, "digest", lambda: "another")
    with under() as client:
        assert client.get("/diagram.svg?block=basic").headers["etag"] != one


def test_a_wrong_setting_is_one_line_and_a_mistyped_one_too() -> None:
    call = [sys.executable, "-c", "from app.settings import read; read()"]
    names = {"RESNET_DIAGRAM_TIMEOUT": "soon", "RESNET_DIAGRAM_WORKRES": "3"}
    done = subprocess.run(call, env={**os.environ, **names}, text=True, capture_output=True)
    assert done.returncode == 2
    typed, wrong = done.stderr.splitlines()
    assert "RESNET_DIAGRAM_WORKERS?" in typed
    assert "RESNET_DIAGRAM_TIMEOUT=soon" in wrong
