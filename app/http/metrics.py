"""What an operator asks: whether the server is alive, whether it can draw, counts and times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from fastapi import APIRouter, HTTPException
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.http.requests import READ, readable
from app.http.siblings import Siblings
from app.workers.journey import Leg
from app.workers.pool import Workers
from app.workers.renderer import Renderer

PREFIX = "resnet_diagram"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
DISK_EVENTS = ("hit", "miss", "written", "garbage", "failed")
STAGE_SECONDS = (0.0005, 0.001, 0.0025, *SECONDS)
EVENTS = ("started", "lost", "recycled", "refused", "timeout", "abandoned")


class Metrics:
    """What one application has done since it started.

    Answers that are given again are counted with one addition and nothing else, since they are
    meant to cost next to nothing.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.hits = self.routed = 0
        self._requests = Counter(
            f"{PREFIX}_requests", "Requests", ["route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            f"{PREFIX}_request_seconds",
            "Seconds from a request to its answer, of those that were not given before",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._jobs = Histogram(
            f"{PREFIX}_job_seconds",
            "Seconds of a job: in the queue, and in a worker",
            ["job", "stage"],
            buckets=SECONDS,
            registry=self.registry,
        )

        self._stages = Histogram(
            f"{PREFIX}_stage_seconds",
            "Seconds of a job in the queue and in each stage, without the stages inside of it",
            ["stage"],
            buckets=STAGE_SECONDS,
            registry=self.registry,
        )

    def request(self, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self.routed += 1
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    @property
    def asked(self) -> int:
        """How many requests there were."""
        return self.hits + self.routed

    def job(self, leg: Leg) -> None:
        """One job was done."""
        self._jobs.labels(leg.job, "queue").observe(leg.waited)
        self._jobs.labels(leg.job, "worker").observe(leg.taken)
        for name, taken in leg.stages.items():
            self._stages.labels(name).observe(taken)

    def watch(self, workers: Workers) -> None:
        """Also tell of the workers, as they are when somebody asks."""
        workers.observe = self.job
        self.registry.register(_Standing(workers, lambda: self.hits))

    def store(self, counts: Mapping[str, int]) -> None:
        """Also tell what came of asking the disk, as it is when somebody asks."""
        self.registry.register(_Kept(counts))

    def text(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self.registry)


class _Kept(Collector):
    """What was found on disk and what was not."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Drawings read and written, and what went wrong."""
        events = CounterMetricFamily(
            f"{PREFIX}_disk_events", "Drawings on disk: found or not, written", labels=["event"]
        )
        for event in DISK_EVENTS:
            events.add_metric([event], self._counts.get(event, 0))
        yield events


class _Standing(Collector):
    """What is known elsewhere and read when it is asked for."""

    def __init__(self, workers: Workers, hits: Callable[[], int]) -> None:
        self._workers, self._hits = workers, hits

    def collect(self) -> Iterator[Metric]:
        """Queue, workers, and answers given again."""
        workers = self._workers
        yield CounterMetricFamily(f"{PREFIX}_hits", "Answers that were given again", self._hits())
        yield GaugeMetricFamily(f"{PREFIX}_queue", "Jobs that wait for a worker", workers.waiting)
        yield GaugeMetricFamily(f"{PREFIX}_busy", "Workers that are at work", workers.busy)
        ready = 0 if workers.trouble else 1
        yield GaugeMetricFamily(f"{PREFIX}_ready", "Whether more may be asked", ready)
        events = CounterMetricFamily(
            f"{PREFIX}_worker_events", "What became of workers and jobs", labels=["event"]
        )
        for event in EVENTS:
            events.add_metric([event], workers.counts[event])
        yield events


router = APIRouter(tags=["health"])


@readable(router, "/healthz", summary="Whether the server is alive")
async def healthz() -> dict[str, str]:
    """Answers as long as the event loop turns."""
    return {"status": "alive"}


@readable(router, "/readyz", summary="Whether the server can draw", responses={503: {}})
async def readyz(request: Request) -> JSONResponse:
    """Ready while something was drawn lately and more may be asked; otherwise 503, and why not.

    What is missing and costs nothing but time, such as a store that is gone, is told beside it.
    """
    renderer: Renderer = request.app.state.renderer
    trouble = renderer.workers.trouble
    if trouble is None:
        lacks = renderer.lacks
        return JSONResponse({"status": "ready"} | ({"degraded": lacks} if lacks else {}))
    return JSONResponse({"status": trouble}, 503, {"Retry-After": "1"})


@router.api_route("/metrics", methods=READ, include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Counts and times for Prometheus. Raises HTTPException where the operator wants none."""
    if not request.app.state.settings.metrics:
        raise HTTPException(404)
    text: bytes = request.app.state.metrics.text()
    siblings: Siblings | None = getattr(request.app.state, "siblings", None)
    if siblings:
        text = await siblings.text(text)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
