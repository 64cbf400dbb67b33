"""Several server processes on one port: started, watched, replaced when they die, ended together.

All accept from one socket, which the process that starts them opens and never reads. So a process
that is stopped takes no connection that it does not answer, and one that dies takes none with it
but its own. One that stays stopped, or that says nothing any more, is ended and replaced.
"""

from __future__ import annotations

import os
import select
import signal
import struct
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
# Seconds that a process may be stopped: long enough for somebody who looks at it, and what it was
# answering waits so long.
STOPPED = 2.0
# Each says so often that it goes on, and is taken to hang after so many seconds without a word.
BEAT, SILENT = 1.0, 15.0
WORD = struct.Struct("=i")


@dataclass
class Place:
    """One of the processes: its number, and what became of it."""

    number: int
    pid: int = 0
    since: float = 0.0
    # When it is started again, and after how long the next time.
    due: float = 0.0
    pause: float = 0.5
    # When it was stopped, and when it last said that it goes on; zero where neither happened.
    stopped: float = 0.0
    heard: float = 0.0

    def lost(self, now: float) -> bool:
        """Whether it will answer nobody any more, though it lives."""
        stopped = self.stopped and now - self.stopped > STOPPED
        return bool(stopped or (self.heard and now - self.heard > SILENT))


@dataclass
class Line:
    """What ties a process to the one that started it."""

    number: int
    ready: int
    # It can be read when there is nobody at the other end any more.
    alive: int

    def tell(self) -> None:
        """Say that it is ready, and from then on that it goes on."""
        with suppress(OSError):
            # By its own number, for another may have had its place a moment ago.
            os.write(self.ready, WORD.pack(os.getpid()))


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
        for end in (waking, telling):
            os.set_blocking(end, False)
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
        looked = time.monotonic()
        while not self._signal:
            self._bury()
            now = time.monotonic()
            for place in self._places:
                if now - looked > SILENT / 2:
                    # This process itself stood still, and perhaps the whole machine.
                    place.heard = place.heard and now
                if place.pid and place.lost(now):
                    print(f"resnet-diagram: process {place.number} hangs", file=sys.stderr)
                    os.kill(place.pid, signal.SIGKILL)
                if not place.pid and place.due <= now and not self._signal:
                    self._start(place)
            looked = now
            seen, _, _ = select.select([ready, woken], [], [], LOOK)
            if woken in seen:
                os.read(woken, 4096)
            said = self._heard(ready) if ready in seen else set()
            if said and missing is not None:
                missing -= said
                if not missing:
                    self.announce()
                    # Those that replace others are ready without a word.
                    missing = None

    def _heard(self, ready: int) -> set[int]:
        """The numbers of those that have said that they go on."""
        pids = {pid for (pid,) in WORD.iter_unpack(os.read(ready, 1024 * WORD.size))}
        said = [place for place in self._places if place.pid in pids]
        for place in said:
            place.heard = time.monotonic()
        return {place.number for place in said}

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
        """Note who is stopped, who has died, and when another takes its place."""
        now = time.monotonic()
        for place in self._places:
            if not place.pid or (status := self._news(place.pid)) is None:
                continue
            if os.WIFSTOPPED(status):
                place.stopped = now
                continue
            if os.WIFCONTINUED(status):
                place.stopped, place.heard = 0.0, place.heard and now
                continue
            place.pid, place.due, place.stopped, place.heard = 0, now, 0.0, 0.0
            if now - place.since < SHORT:
                place.due, place.pause = now + place.pause, min(SLOWEST, 2 * place.pause)
            else:
                place.pause = Place.pause

    @staticmethod
    def _news(pid: int) -> int | None:
        """What the system last noted of a process that this one has started."""
        found, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
        return status if found else None

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
