"""Requests as OpenTelemetry's spans: the request, each of its jobs, each stage in the worker.

A worker tells its stages with their times, and the spans are made here, when the answer is there:
it loads nothing of OpenTelemetry, and a trace that a client or a proxy has begun goes on in it.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from starlette.requests import Request

from app.workers.journey import QUEUE, Journey, Leg

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer, TracerProvider

NAME = "resnet-diagram"
MISSING = 3
# Milliseconds that the end of a server waits for whoever collects its spans.
MOMENT = 2000


class Tracing:
    """Makes the spans of requests. Only a server that is told to has one."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        from opentelemetry import propagate, trace

        self._provider = provider or _provider()
        self._tracer: Tracer = self._provider.get_tracer(NAME)
        self._extract = propagate.extract
        self._under = trace.set_span_in_context

    def tell(self, request: Request, name: str, status: int, asked: int, way: Journey) -> None:
        """A request was answered, which came at this moment and went this way.

        Its query is what somebody draws, and not told.
        """
        from opentelemetry.trace import SpanKind, StatusCode

        route = getattr(request.scope.get("route"), "path", "other")
        span = self._tracer.start_span(
            f"{request.method} {route}",
            self._extract(dict(request.headers)),
            kind=SpanKind.SERVER,
            start_time=asked,
            attributes={
                "http.request.method": request.method,
                "http.route": route,
                "http.response.status_code": status,
                "url.path": request.scope["path"],
                "resnet_diagram.request": name,
            },
        )
        for leg in way.legs:
            self._job(leg, self._under(span))
        if status >= 500:
            span.set_status(StatusCode.ERROR)
        span.end(max(time.time_ns(), asked))

    def close(self) -> None:
        """Send what is not sent yet, as far as that takes no longer than a moment."""
        flush = getattr(self._provider, "force_flush", None)
        if flush:
            flush(MOMENT)

    def _job(self, leg: Leg, inside: Context) -> None:
        """A job and, inside of it, the queue and each stage below the one that it belongs to."""
        whole = self._tracer.start_span(
            leg.job, inside, start_time=leg.asked, attributes={"resnet_diagram.worker": leg.worker}
        )
        waited = self._tracer.start_span(QUEUE, self._under(whole), start_time=leg.asked)
        waited.end(leg.begun)
        # A stage that contains another begins first, and both may begin in one nanosecond.
        around: list[Span] = [whole]
        for lap in sorted(leg.laps, key=lambda lap: (lap.begun, lap.depth)):
            del around[lap.depth + 1 :]
            span = self._tracer.start_span(lap.stage, self._under(around[-1]), start_time=lap.begun)
            span.end(lap.ended)
            around.append(span)
        whole.end(leg.ended)


def begun() -> Tracing:
    """The spans of this server. Exits with status 3 where the extra is not installed."""
    try:
        return Tracing()
    except ModuleNotFoundError as error:
        print(
            f'resnet-diagram: {error.name} is not installed: pip install "resnet-diagram[otel]"',
            file=sys.stderr,
        )
        raise SystemExit(MISSING) from None


def _provider() -> TracerProvider:
    """The one that is set up in this process, or one that sends where ``OTEL_EXPORTER_…`` says."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    found = trace.get_tracer_provider()
    if not isinstance(found, trace.ProxyTracerProvider):
        return found
    named = Resource({SERVICE_NAME: NAME}).merge(OTELResourceDetector().detect())
    made = TracerProvider(resource=named)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made
