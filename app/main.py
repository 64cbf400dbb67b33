"""The application, and the server that runs it.

``uvicorn app.main:app`` serves it as any ASGI application; ``resnet-diagram serve`` calls
``serve``, which says when it is really ready.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api import (
    openapi,
    resources,
    subjects,
)
from app.http import connection, tracing
from app.http.encoding import Packing
from app.http.hits import Hits
from app.http.metrics import Metrics
from app.http.metrics import router as health
from app.http.middleware import Guard
from app.http.problems import FAILURES, ProblemError
from app.http.rate import Rate
from app.http.requests import NotAcceptable
from app.http.responses import VERSION, to_exception
from app.http.siblings import Siblings
from app.http.sites import EverySite, PublicAddress, TrustedHosts, spelled
from app.http.watch import Watch, write_log
from app.pages import frame
from app.pages import routes as pages
from app.pages.compare import compare_page
from app.pages.finished import Finished, likely
from app.pages.templates import (
    Pages,
    Unchanging,
    folder,
    stamp,
)
from app.processes import BEAT, Line, Processes
from app.settings import Settings, read
from app.workers.own_module import Own
from app.workers.pool import Workers
from app.workers.renderer import Renderer
from app.workers.spare_time import Idle

if sys.platform == "win32":
    new_event_loop = asyncio.new_event_loop
else:
    from uvloop import new_event_loop

CANNOT = 3
# How seldom a server looks for garbage: as Python 3.11 does by itself.
USUAL = (700, 10, 10)
# A folder in memory that containers have, whatever else they may not write.
IN_MEMORY = "/dev/shm"


class Application(FastAPI):
    """The application behind its front, which gives answers again without it."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.front(scope, receive, send)

    async def inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """All that is behind the front."""
        spelled(scope)
        await super().__call__(scope, receive, send)


def create_app(settings: Settings | None = None, own: Own | None = None) -> Application:
    """The application. Its workers start with it and end with it.

    ``own`` is a module of whoever starts it, which is run: for the loopback alone.
    """
    app = Application(
        title="resnet-diagram",
        version=VERSION,
        description="What a residual network really does, as pictures that can be checked.",
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings or read()
    app.state.own = own
    app.state.pages = Pages()
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    app.router.routes += [
        *resources.routes(resources.DIAGRAM),
        *resources.routes(resources.EXPLANATION),
        *resources.routes(resources.COMPARISON, compare_page),
        *resources.routes(resources.WINDOW),
        *resources.routes(resources.SWEEP),
    ]
    for router in (
        subjects.router,
        openapi.router,
        health,
        pages.router,
        frame.router,
    ):
        app.include_router(router)
    app.mount(f"/static/{stamp()}", Unchanging(directory=folder("static")), name="static")
    for error in (*FAILURES, ProblemError, NotAcceptable, HTTPException):
        app.add_exception_handler(error, to_exception)
    app.state.metrics = Metrics()
    _wrap(app)
    return app


def _wrap(app: Application) -> None:
    """Put the layers around the application, the innermost first."""
    settings: Settings = app.state.settings
    if settings.rate != "none":
        app.add_middleware(Rate, rate=settings.rate)
    app.add_middleware(Packing)
    if app.state.own is None:
        app.add_middleware(Finished, size=settings.cache_bytes // 8)
    app.add_middleware(Guard)
    app.state.tracing = tracing.begun() if settings.otel else None
    watching = {"metrics": app.state.metrics, "tracing": app.state.tracing}
    if not settings.access_log:
        app.add_middleware(Watch, **watching)
    app.add_middleware(EverySite)
    if settings.base_url != "none":
        app.add_middleware(PublicAddress, base_url=settings.base_url)
    if settings.hosts != "*":
        names = [name.strip() for name in settings.hosts.split(",")]
        app.add_middleware(TrustedHosts, allowed_hosts=names, www_redirect=False)
    app.front = app.inside
    if app.state.own is None:
        # An address may be answered before it is known whether a file was saved.
        # It shares the memory with pages and with what is drawn, which takes half.
        size, by_host = settings.cache_bytes * 3 // 8, settings.hosts != "*"
        app.front = Hits(app.front, size, app.state.metrics, by_host)
    if settings.access_log:
        app.front = Watch(app.front, **watching)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    own: Own | None = app.state.own
    app.state.renderer = Renderer(app.state.settings, own)
    app.state.metrics.watch(app.state.renderer.workers)
    if app.state.renderer.disk:
        app.state.metrics.store(app.state.renderer.disk.counts)
    app.state.renderer.workers.start()
    aside = [asyncio.create_task(own.watch(app.state.renderer.renew))] if own else []
    if _draws_ahead(app):
        app.state.idle = Idle(app.state.renderer.workers, lambda: app.state.metrics.asked)
        aside.append(asyncio.create_task(app.state.idle.run(likely(app.state.renderer))))
    yield
    for task in aside:
        task.cancel()
    await app.state.renderer.stop()
    if app.state.tracing:
        await asyncio.to_thread(app.state.tracing.close)


def _draws_ahead(app: FastAPI) -> bool:
    """Whether this process fills the disk; of several that share one it is the first."""
    siblings: Siblings | None = getattr(app.state, "siblings", None)
    first = siblings is None or siblings.number == 0
    return bool(app.state.settings.ahead and app.state.renderer.disk and first)


def serve(
    host: str,
    port: int,
    settings: Settings | None = None,
    own: Own | None = None,
    processes: int = 1,
) -> None:
    """Serve until interrupted. Exits with status 3 where the address cannot be had."""
    settings = settings or read()
    write_log(settings.access_log)
    _find_room()
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
    with listener:
        if processes > 1:
            _together(settings, listener, processes)
        else:
            _alone(create_app(settings, own), listener, lambda: _announce(listener))


def _find_room() -> None:
    """See to a folder for the sockets of the processes, also below a root that is read-only."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        if os.access(IN_MEMORY, os.W_OK | os.X_OK):
            # The processes learn it from there.
            os.environ["TMPDIR"] = tempfile.tempdir = IN_MEMORY


def _alone(app: FastAPI, listener: socket.socket, ready: Callable[[], None]) -> None:
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_serve(app, listener, ready))


def _together(settings: Settings, listener: socket.socket, count: int) -> None:
    """Several processes that share the port, what the settings grant, and what they have drawn."""
    try:
        private = tempfile.TemporaryDirectory(prefix="resnet-diagram-")
    except OSError as error:
        print(f"resnet-diagram cannot serve with several processes: {error}", file=sys.stderr)
        raise SystemExit(CANNOT) from None
    with private as folder:
        part = {
            name: -(-getattr(settings, name) // count)
            for name in ("workers", "queue", "cache_bytes", "connections")
        }
        disk = folder if settings.disk == "none" else settings.disk
        shared = settings.model_copy(update={**part, "disk": disk})

        def run(line: Line) -> None:
            app = create_app(shared)
            app.state.siblings = Siblings(Path(folder), line.number, count)
            app.state.alive = line.alive
            _alone(app, listener, line.tell)

        patience = settings.drain + settings.shutdown
        ended = Processes(count, run, lambda: _announce(listener), patience).serve()
    if ended == signal.SIGTERM:
        # As a single process ends, for whoever looks.
        signal.raise_signal(ended)


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


async def _serve(app: FastAPI, listener: socket.socket, ready: Callable[[], None]) -> None:
    settings: Settings = app.state.settings
    server = Server(
        app,
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            http=connection.protocol(settings),
            # Nothing here speaks over a websocket, and to load what could takes a while.
            ws="none",
            forwarded_allow_ips=settings.proxies,
            root_path="" if settings.root_path == "none" else settings.root_path,
            # Of open connections there may be more: the oldest silent one gives way.
            limit_concurrency=settings.connections + 1,
            timeout_keep_alive=settings.keep_alive,
            timeout_graceful_shutdown=settings.shutdown,
        ),
    )
    told = asyncio.create_task(_tell(app, server, ready))
    if alive := getattr(app.state, "alive", None):
        # Whoever started this process and the others is gone.
        asyncio.get_running_loop().add_reader(alive, setattr, server, "should_exit", True)
    try:
        await server.serve(sockets=[listener])
    finally:
        told.cancel()


async def _tell(app: FastAPI, server: uvicorn.Server, ready: Callable[[], None]) -> None:
    """Say that it listens and has drawn something; before, tell the others its figures."""
    if siblings := getattr(app.state, "siblings", None):
        app.state.telling = await siblings.tell(app.state.metrics.text)
    while not server.started:
        await asyncio.sleep(0.05)
    # What is loaded by now stays. To look for garbage in it would stop every answer for a tenth of
    # a second now and then.
    gc.freeze()
    # A command that ends soon looks more seldom than a server may, which stays.
    gc.set_threshold(*USUAL)
    await app.state.renderer.workers.ready.wait()
    ready()
    while getattr(app.state, "alive", None):
        # Whoever started this process and the others takes one that is silent to hang.
        await asyncio.sleep(BEAT)
        ready()


def _announce(listener: socket.socket) -> None:
    """Say where the server is."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"resnet-diagram is ready on http://{shown}:{port}", flush=True)


app = create_app()
