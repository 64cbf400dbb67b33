"""The application, and the server that runs it.

``uvicorn app.main:app`` serves it as any ASGI application; ``resnet-diagram serve`` calls
``serve``, which says when it is really ready.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from app import logs
from app.api import (
    health,
    openapi,
    resources,
    subjects,
)
from app.http import connection, tracing
from app.http.address import PublicAddress, TrustedHosts
from app.http.hits import Hits
from app.http.metrics import Metrics
from app.http.middleware import Guard
from app.http.problems import FAILURES, ProblemError
from app.http.rate import Rate
from app.http.requests import NotAcceptable
from app.http.responses import VERSION, to_exception
from app.http.watch import Watch
from app.pages import frame
from app.pages import routes as pages
from app.pages.compare import compare_page
from app.pages.templates import (
    Pages,
    Unchanging,
    folder,
    stamp,
)
from app.settings import Settings, read
from app.workers.own_module import Own
from app.workers.pool import Workers
from app.workers.renderer import Renderer

if sys.platform == "win32":
    new_event_loop = asyncio.new_event_loop
else:
    from uvloop import new_event_loop

CANNOT = 3


def create_app(settings: Settings | None = None, own: Own | None = None) -> FastAPI:
    """The application. Its workers start with it and end with it.

    ``own`` is a module of whoever starts it, which is run: for the loopback alone.
    """
    app = FastAPI(
        title="resnet-diagram",
        version=VERSION,
        description="What a residual network really does, as pictures that can be checked.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings or read()
    app.state.own = own
    app.state.pages = Pages()
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    for router in (
        resources.routes(resources.DIAGRAM),
        resources.routes(resources.EXPLANATION),
        resources.routes(resources.COMPARISON, compare_page),
        resources.routes(resources.WINDOW),
        resources.routes(resources.SWEEP),
        subjects.router,
        health.router,
        pages.router,
        frame.router,
    ):
        app.include_router(router)
    files = GZipMiddleware(Unchanging(directory=folder("static")))
    app.mount(f"/static/{stamp()}", files, name="static")
    for error in (*FAILURES, ProblemError, NotAcceptable, HTTPException):
        app.add_exception_handler(error, to_exception)
    app.state.metrics = Metrics()
    _wrap(app)
    return app


def _wrap(app: FastAPI) -> None:
    """Put the layers around the application, the innermost first."""
    settings: Settings = app.state.settings
    if settings.rate != "none":
        app.add_middleware(Rate, rate=settings.rate)
    app.add_middleware(Guard)
    app.state.tracing = tracing.begun() if settings.otel else None
    watching = {"metrics": app.state.metrics, "tracing": app.state.tracing}
    if not settings.access_log:
        app.add_middleware(Watch, **watching)
    if app.state.own is None:
        # An address may be answered before it is known whether a file was saved.
        app.add_middleware(Hits, size=settings.cache_bytes, metrics=app.state.metrics)
    if settings.access_log:
        app.add_middleware(Watch, **watching)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["*"],
        expose_headers=["ETag", "Link", "Content-Location"],
    )
    if settings.base_url != "none":
        app.add_middleware(PublicAddress, base_url=settings.base_url)
    if settings.hosts != "*":
        names = [name.strip() for name in settings.hosts.split(",")]
        app.add_middleware(TrustedHosts, allowed_hosts=names, www_redirect=False)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    own: Own | None = app.state.own
    app.state.renderer = Renderer(app.state.settings, own)
    app.state.metrics.watch(app.state.renderer.workers)
    app.state.renderer.workers.start()
    watching = asyncio.create_task(own.watch(app.state.renderer.renew)) if own else None
    yield
    if watching:
        watching.cancel()
    await app.state.renderer.stop()
    if app.state.tracing:
        await asyncio.to_thread(app.state.tracing.close)


def serve(host: str, port: int, settings: Settings | None = None, own: Own | None = None) -> None:
    """Serve until interrupted. Exits with status 3 where the address cannot be had."""
    settings = settings or read()
    logs.set_up(settings.access_log)
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=2048)
        # Accepted connections inherit it. asyncio sets it only where the socket names its protocol,
        # which this one does not; without it the second half of each answer waits 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        # The socket module adds the address once more, in brackets.
        reason = str(error.strerror).partition(" (")[0]
        print(f"resnet-diagram cannot listen on {host}:{port}: {reason}", file=sys.stderr)
        raise SystemExit(CANNOT) from None
    with (
        listener,
        suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=new_event_loop) as runner,
    ):
        runner.run(_serve(create_app(settings, own), listener))


class Server(uvicorn.Server):
    """uvicorn, which says that it is not ready for a while before it stops listening."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app
        self._drain = app.state.settings.drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        workers: Workers | None = self._app.state.renderer.workers if self.started else None
        if workers is None or workers.leaving or not self._drain:
            super().handle_exit(sig, frame)
            return
        workers.leaving = True
        end = super().handle_exit
        asyncio.get_event_loop().call_later(self._drain, end, sig, frame)


async def _serve(app: FastAPI, listener: socket.socket) -> None:
    settings: Settings = app.state.settings
    server = Server(
        app,
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            http=connection.protocol(settings),
            forwarded_allow_ips=settings.proxies,
            # Of open connections there may be more: the oldest silent one gives way.
            limit_concurrency=settings.connections + 1,
            timeout_keep_alive=settings.keep_alive,
            timeout_graceful_shutdown=settings.shutdown,
        ),
    )
    host, port = listener.getsockname()[:2]
    announcement = asyncio.create_task(_announce(app, server, host, port))
    try:
        await server.serve(sockets=[listener])
    finally:
        announcement.cancel()


async def _announce(app: FastAPI, server: uvicorn.Server, host: str, port: int) -> None:
    """Say where the server is once it listens and has drawn something."""
    while not server.started:
        await asyncio.sleep(0.05)
    await app.state.renderer.workers.ready.wait()
    shown = f"[{host}]" if ":" in host else host
    print(f"resnet-diagram is ready on http://{shown}:{port}", flush=True)


app = create_app()
