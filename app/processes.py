"""Several server processes on one port: started, watched, replaced when they die, ended together.

All accept from one socket, which the process that starts them opens and never reads. So a process
that is stopped takes no connection that it does not answer, and one that dies takes none with it
but its own.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

# A process that lived for less is not replaced at once, each time less soon.
SHORT, SLOWEST = 5.0, 30.0
# Seconds after which a process that was asked to end is ended, beside those that it may take.
GRACE = 4.0
# Looks after the processes at least so often, in seconds.
LOOK = 0.5


@dataclass
class Place:
    """One of the processes: its number, and what became of it."""

    number: int
    pid: int = 0
    since: float = 0.0
    # When it is started again, and after how long the next time.
    due: float = 0.0
    pause: float = 0.5


@dataclass
class Line:
    """What ties a process to the one that started it."""

    number: int
    ready: int
    # It can be read when there is nobody at the other end any more.
    alive: int

    def tell(self) -> None:
        """Say that it is ready."""
        with suppress(OSError):
            os.write(self.ready, bytes([self.number]))


@dataclass
class Processes:
    """So many processes that all do ``run``, until a signal ends them."""

    count: int
    # What a process does; it ends when this returns.
    run: Callable[[Line], None]
    # Called once, when all have said that they are ready.
    announce: Callable[[], None]
    # Seconds that they may take to end.
    patience: float
    _places: list[Place] = field(default_factory=list)
    _signal: int = 0

    def serve(self) -> int:
        """Keep them running until a signal ends them all, which is told."""
        ready, telling = os.pipe()
        alive, living = os.pipe()
        woken, waking = os.pipe()
        os.set_blocking(waking, False)
        os.set_blocking(woken, False)
        self._ours = (ready, living, woken, waking)
        self._theirs = (telling, alive)
        self._places = [Place(number) for number in range(self.count)]
        kept = {name: signal.signal(name, self._end) for name in (signal.SIGTERM, signal.SIGINT)}
        # A death writes there, so that it is seen at once.
        kept[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        try:
            self._watch(ready, woken)
            self._stop()
        finally:
            signal.set_wakeup_fd(-1)
            for name, handler in kept.items():
                signal.signal(name, handler)
        return self._signal

    def _watch(self, ready: int, woken: int) -> None:
        missing: set[int] | None = {place.number for place in self._places}
        while not self._signal:
            self._bury()
            now = time.monotonic()
            for place in self._places:
                if not place.pid and place.due <= now and not self._signal:
                    self._start(place)
            seen, _, _ = select.select([ready, woken], [], [], LOOK)
            if woken in seen:
                os.read(woken, 4096)
            said = os.read(ready, 64) if ready in seen else b""
            if said and missing is not None:
                missing -= set(said)
                if not missing:
                    self.announce()
                    # Those that replace others are ready without a word.
                    missing = None

    def _start(self, place: Place) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        place.since = time.monotonic()
        place.pid = os.fork()
        if place.pid:
            return
        status = 1
        try:
            # Ctrl-C is for the one that started it, which ends all.
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            for name in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
                signal.signal(name, signal.SIG_DFL)
            for end in self._ours:
                os.close(end)
            self.run(Line(place.number, *self._theirs))
            status = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _bury(self) -> None:
        """Note who has died, and when another takes its place."""
        now = time.monotonic()
        for place in self._places:
            if not place.pid or os.waitpid(place.pid, os.WNOHANG) == (0, 0):
                continue
            place.pid, place.due = 0, now
            if now - place.since < SHORT:
                place.due, place.pause = now + place.pause, min(SLOWEST, 2 * place.pause)
            else:
                place.pause = Place.pause

    def _stop(self) -> None:
        """Ask all to end, and end who does not."""
        for place in self._places:
            if place.pid:
                with suppress(ProcessLookupError):
                    # One that somebody has stopped would hear of nothing else.
                    os.kill(place.pid, signal.SIGTERM)
                    os.kill(place.pid, signal.SIGCONT)
        end = time.monotonic() + self.patience + GRACE
        while any(place.pid for place in self._places) and time.monotonic() < end:
            self._bury()
            time.sleep(0.02)
        for place in self._places:
            if place.pid:
                with suppress(ProcessLookupError):
                    os.kill(place.pid, signal.SIGKILL)
                os.waitpid(place.pid, 0)

    def _end(self, number: int, _: FrameType | None) -> None:
        self._signal = number
