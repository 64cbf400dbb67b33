"""A worker: a process with a pipe of its own, which does one job at a time.

No lock and no pipe is shared: whatever happens to one worker, at whatever moment, is felt at its
own pipe's end alone, which the process's death closes.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import pickle
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from typing import Any

from app.workers.limits import Limited, TooSlow
from app.workers.pipe import Pipe, both_ends
from resnet_core.errors import ResnetDiagramError
from resnet_core.stages import Lap, timed

PRELOAD = ["app.workers.preload"]
# Whatever a worker may send. Its answer follows after BEGUN.
BEGUN = "begun"
BEGINNING = pickle.dumps(BEGUN)
# Seconds between two looks at a worker that has not said that it has begun: it may have been
# stopped, or there is little of the machine for it.
PATIENCE = 1.0
# Seconds between two attempts to wake a fork server that somebody has stopped.
NUDGE = 2.0
# Seconds in which a worker that is not forked loads torch, on a slow machine too.
LOADING = 60.0
# How seldom a worker looks for garbage. A large picture is half a million small objects, nearly all
# of them in use to its end: to look through them at every 700 took a sixth of its time.
GARBAGE = (50_000, 20, 20)
# A folder that is there where no other can be written to.
IN_MEMORY = "/dev/shm"


class WorkerLost(Exception):
    """The process that was at work on the job has ended."""


class NotBegun(Exception):
    """The process ended, or was stopped, before it looked at the job: another one may do it."""


class Process:
    """One worker process, started again after each of its deaths."""

    def __init__(
        self,
        name: str,
        memory: int,
        calm: int = 0,
        begin: Callable[[], object] | None = None,
        limits: Mapping[str, float] | None = None,
    ) -> None:
        self.name = name
        # What the process does before its first job.
        self._begin = begin
        self.resident = 0
        # The stages of the last job.
        self.laps: list[Lap] = []
        self._memory, self._calm, self._limits = memory, calm, limits or {}
        self._process: Any = None
        self._pipe: Pipe | None = None
        # The answer that is waited for, and whether the process has begun to make it.
        self._answer: asyncio.Future[Any] | None = None
        self._begun = False
        self._patience: asyncio.TimerHandle | None = None
        # Something was heard of it without a job.
        self._loaded = asyncio.Event()
        self._starts = False
        # It starts and buries: a process that has ended takes as long as it likes to be gone.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix=f"resnet-diagram-{name}")

    @property
    def alive(self) -> bool:
        """Whether there is a process that takes jobs.

        One whose parent has died is none: nobody would learn how it ends.
        """
        reached = self._pipe is not None and self._pipe.open
        return reached and self._process is not None and bool(self._process.is_alive())

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def _stopped(self) -> bool:
        """Whether somebody has stopped the process, so that it does nothing and does not end."""
        try:
            with open(f"/proc/{self.pid}/stat", encoding="ascii") as said:  # noqa: PTH123
                return said.read().rpartition(")")[2].split()[0] in "Tt"
        except (OSError, IndexError):
            return False

    async def start(self) -> None:
        """Start it, or another in its place. The first of all takes as long as torch's import."""
        self.kill()
        loop = asyncio.get_running_loop()
        starting = loop.run_in_executor(self._threads, self._start)
        try:
            while not (await asyncio.wait({starting}, timeout=NUDGE))[0]:
                _signal_fork_server(signal.SIGCONT)
        except asyncio.CancelledError:
            starting.add_done_callback(_unwanted)
            raise
        end = await starting
        self._pipe = pipe = Pipe(self._heard, self._garbled, lambda: self._ended(pipe))
        self._loaded.clear()
        await pipe.connect(end)
        if not forks():
            # It loads for seconds what the others are forked with, and no job shall wait for that.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._loaded.wait(), LOADING)

    def do(self, job: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        """What the job returns or raises, to be waited for. Raises NotBegun, WorkerLost in it."""
        loop = asyncio.get_running_loop()
        self._begun, self._answer = False, loop.create_future()
        # A failure that nobody waits for any more is no news.
        self._answer.add_done_callback(_looked_at)
        if self._pipe is None or not self._pipe.open:
            self._fail(NotBegun(f"worker {self.name} has ended"))
        else:
            self._pipe.send((job, arguments))
            self._patience = loop.call_later(PATIENCE, self._look)
        return self._answer

    def kill(self) -> None:
        """End it at once, whatever it is doing; who waits for its answer gets WorkerLost."""
        process, self._process = self._process, None
        if process is None:
            return
        # 255 says as well that the fork server has died, which alone knows how the process ended.
        if process.exitcode in (None, 255):
            _kill(process.pid)
        if self._pipe:
            # Whatever state the process is in, who waits for it is free.
            self._pipe.close()
        with suppress(RuntimeError):
            self._threads.submit(process.join, 5)

    def close(self) -> None:
        """Start none any more, and wait until it is buried. For a thread, after ``kill``."""
        if self._starts:
            # What it waits for loads torch, and that takes seconds.
            _signal_fork_server(signal.SIGKILL)
        self._threads.shutdown(wait=True)
        if self._process:
            # It has come too late to be killed before.
            _kill(self._process.pid)

    def _start(self) -> socket.socket:
        """Start the process, which takes a while; the server's end of its pipe."""
        context = _context()
        ours, theirs = both_ends()
        arguments = (theirs, self._memory, self._calm, self._limits, self._begin)
        process = context.Process(
            target=work, args=arguments, name=f"resnet-diagram-{self.name}", daemon=True
        )
        self._starts = True
        try:
            process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            self._starts = False
            # The last copy must be the worker's, or its death would not be seen here.
            theirs.close()
        self._process = process
        return ours

    def _heard(self, message: Any) -> None:
        """The process has begun, or it has an answer."""
        answer = self._answer
        if answer is None or answer.done():
            self._loaded.set()
            return
        try:
            if not self._begun:
                self._begin_with(message)
                return
            fine, value, resident, laps = message
            self.resident, self.laps = int(resident), [Lap._make(lap) for lap in laps]
            if fine:
                answer.set_result(value)
            else:
                answer.set_exception(value)
        except (TypeError, ValueError) as error:
            self._garbled(error)

    def _begin_with(self, message: Any) -> None:
        if message != BEGUN:
            raise ValueError("a worker spoke out of turn")
        self._begun = True
        if self._patience:
            self._patience.cancel()

    def _garbled(self, error: Exception) -> None:
        """What it sent cannot be read, and so nothing that it will send."""
        self.kill()
        self._fail(WorkerLost(f"worker {self.name} answered garbage: {error!r}"))

    def _ended(self, pipe: Pipe) -> None:
        """The process is gone, or it will be."""
        if pipe is not self._pipe:
            return
        self.kill()
        self._loaded.set()
        failure: type[Exception] = WorkerLost if self._begun else NotBegun
        self._fail(failure(f"worker {self.name} ended"))

    def _fail(self, error: Exception) -> None:
        if self._patience:
            self._patience.cancel()
        if self._answer and not self._answer.done():
            self._answer.set_exception(error)

    def _look(self) -> None:
        """See whether a process that has not said that it has begun is able to."""
        if self._answer is None or self._answer.done() or self._begun:
            return
        if self._stopped:
            self.kill()
        else:
            self._patience = asyncio.get_running_loop().call_later(PATIENCE, self._look)


def _unwanted(started: asyncio.Future[socket.socket]) -> None:
    """The server has left while its worker was starting."""
    if not started.cancelled() and started.exception() is None:
        started.result().close()


def _looked_at(done: asyncio.Future[Any]) -> None:
    if not done.cancelled():
        done.exception()


def forks() -> bool:
    """Whether workers can be forked from one process, which listens at a file of its own.

    Without any folder to put it in, each of them starts by itself and loads torch for itself.
    """
    try:
        tempfile.gettempdir()
    except OSError:
        # Read-only containers have this one; it is memory.
        if not os.access(IN_MEMORY, os.W_OK | os.X_OK):
            return False
        # Of this process, and of all that it starts.
        tempfile.tempdir = os.environ["TMPDIR"] = IN_MEMORY
    return "forkserver" in multiprocessing.get_all_start_methods()


def load_early() -> None:
    """Begin with what takes a server longest, beside all else that it begins with.

    The process that the workers are forked from loads torch by itself, for seconds. For a server
    that is not forked afterwards: each is to have a fork server of its own.
    """
    if forks():
        # Where it cannot be begun now, the first worker says why.
        with suppress(OSError):
            _context()
            forkserver.ensure_running()


def _context() -> Any:
    """The way in which workers start here."""
    context: Any = multiprocessing.get_context("forkserver" if forks() else "spawn")
    context.set_forkserver_preload(PRELOAD)
    return context


def work(
    pipe: Connection,
    memory: int,
    calm: int,
    limits: Mapping[str, float],
    begin: Callable[[], object] | None = None,
) -> None:
    """The life of a worker process: one job after the other, until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "setpgrp"):
        os.setpgrp()
    threading.Thread(target=_end_with_server, daemon=True).start()
    _restrain(memory, calm)
    held = Memory()
    if PRELOAD[0] not in sys.modules:
        import_module(PRELOAD[0])
        pipe.send_bytes(BEGINNING)
    if begin:
        with suppress(Exception):  # the server has tried it before, and told what is wrong
            begin()
    while True:
        try:
            job, arguments = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send_bytes(BEGINNING)
        with timed(Limited(limits, partial(_give_up, pipe))) as watch:
            fine, value = _done(job, arguments)
        try:
            # Not ``send``, whose pickler looks for locks and sockets in all that it is given; and
            # no laps, of whose class it would ask the name each time.
            laps = [tuple(lap) for lap in watch.laps]
            pipe.send_bytes(pickle.dumps((fine, value, held.resident, laps)))
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            failure = RuntimeError(f"no answer that can be sent: {error}")
            pipe.send((False, failure, held.resident, []))
        # Now nobody waits for it, as somebody would in the middle of the next job.
        if gc.get_count()[0] > GARBAGE[0] // 2:
            gc.collect(0)


def _give_up(pipe: Connection, why: TooSlow) -> None:
    """Say why there is no answer, and end: what was going on cannot be gone on with."""
    with suppress(OSError):
        pipe.send((False, why, 0, []))
    os._exit(0)


def _done(job: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, job(*arguments)
    except StopIteration as error:
        return False, _unheld(error)
    except Exception as error:
        if not isinstance(error, ResnetDiagramError) and hasattr(error, "add_note"):
            # Only text crosses the pipe, and the log wants to know where it was.
            error.add_note("".join(traceback.format_exception(error)))
        return False, error


def _end_with_server() -> None:
    """A job may be at work for long when the server is gone; nobody waits for it."""
    server = multiprocessing.parent_process()
    if server:
        server.join()
        _kill(os.getpid())
        os._exit(1)


def _kill(process: int) -> None:
    """End a worker and what it has started: a Graphviz that hangs would stay behind."""
    if hasattr(os, "killpg"):
        # A worker that has only just begun leads no group yet.
        with suppress(OSError):
            os.killpg(process, signal.SIGKILL)
    with suppress(OSError):
        os.kill(process, signal.SIGKILL)


def _restrain(memory: int, calm: int) -> None:
    """Let the server and the small jobs go first, and let no drawing take all memory."""
    with suppress(AttributeError, OSError):
        os.nice(calm)
    if memory:
        with suppress(ImportError, OSError, ValueError):
            import resource

            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            resource.setrlimit(resource.RLIMIT_DATA, (memory, hard))


class Memory:
    """The memory of this process, asked for after each job: the file that says it stays open."""

    def __init__(self) -> None:
        try:
            self._page = os.sysconf("SC_PAGE_SIZE")
            self._said = os.open("/proc/self/statm", os.O_RDONLY)
        except (OSError, ValueError, AttributeError):
            self._said = -1

    @property
    def resident(self) -> int:
        """Bytes that it holds; 0 where that cannot be told."""
        if self._said < 0:
            return 0
        return int(os.pread(self._said, 128, 0).split()[1]) * self._page


def _signal_fork_server(number: int) -> None:
    """All workers are forked from one process; stopped, it would keep everybody waiting."""
    server: Any = getattr(forkserver, "_forkserver", None)
    if process := getattr(server, "_forkserver_pid", None):
        with suppress(ProcessLookupError, OSError):
            os.kill(process, number)


class Thread:
    """A thread of the server in the place of a process: it cannot be killed, only waited for."""

    name = "thread"
    resident = 0
    alive = True
    pid = None

    def __init__(self) -> None:
        self.laps: list[Lap] = []
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="resnet-diagram")

    async def start(self) -> None:
        """There is nothing to start."""

    def do(self, job: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        """What the job returns or raises, to be waited for."""
        return asyncio.ensure_future(self._do(job, *arguments))

    async def _do(self, job: Callable[..., Any], *arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        self.laps = []
        value, self.laps = await loop.run_in_executor(self._threads, _sheltered, job, *arguments)
        return value

    def kill(self) -> None:
        """What it does goes on, and nobody waits for it."""

    def close(self) -> None:
        """Take no more jobs."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _sheltered(job: Callable[..., Any], *arguments: Any) -> tuple[Any, list[Lap]]:
    """What the job returns or raises, and its stages."""
    try:
        with timed() as watch:
            return job(*arguments), watch.laps
    except StopIteration as error:
        raise _unheld(error) from error


def _unheld(_: StopIteration) -> RuntimeError:
    """What stands for a StopIteration, which no future can hold."""
    return RuntimeError("a job ended in the middle of an iteration")


Worker = Process | Thread
