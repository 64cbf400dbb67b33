"""The server's end of a worker's pipe: whole messages, however they arrive."""

from __future__ import annotations

import asyncio
import os
import pickle
import struct
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import Any

import pytest
import uvloop

from app.workers.pipe import Pipe, both_ends

Scene = Callable[["Server", Connection], Awaitable[None]]


class Server:
    """What a pipe's owner gets to hear."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.garbled: list[Exception] = []
        self.ended = 0
        self.pipe = Pipe(self.heard.append, self.garbled.append, self._end)

    def _end(self) -> None:
        self.ended += 1


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def play(request: pytest.FixtureRequest) -> Callable[[Scene], None]:
    """Runs a scene with a pipe whose other end is a Connection."""

    def run(scene: Scene) -> None:
        async def whole() -> None:
            server = Server()
            ours, theirs = both_ends()
            await server.pipe.connect(ours)
            try:
                await scene(server, theirs)
            finally:
                server.pipe.close()
                if not theirs.closed:
                    theirs.close()

        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(asyncio.wait_for(whole(), 30))

    return run


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.005)


Play = Callable[[Scene], None]


@pytest.mark.parametrize("size", [0, 1, 16_384, 16_385, 3_000_000])
def test_messages_of_any_length_come_whole_and_in_order(play: Play, size: int) -> None:
    async def scene(server: Server, theirs: Connection) -> None:
        sent = [("first", b"x" * size), ("second", size)]
        for message in sent:
            await asyncio.to_thread(theirs.send, message)
        await until(lambda: len(server.heard) == 2)
        assert server.heard == sent
        server.pipe.send(sent)
        assert await asyncio.to_thread(theirs.recv) == sent

    play(scene)


def test_a_message_in_pieces_is_one_and_two_in_a_piece_are_two(play: Play) -> None:
    words = pickle.dumps({"knob": 2})
    message = struct.pack("!i", len(words)) + words

    async def scene(server: Server, theirs: Connection) -> None:
        sock = theirs.fileno()
        for byte in message:
            os.write(sock, bytes([byte]))
            await asyncio.sleep(0)
        await until(lambda: bool(server.heard))
        os.write(sock, message + message + message[:3])
        await until(lambda: len(server.heard) == 3)
        os.write(sock, message[3:])
        await until(lambda: len(server.heard) == 4)
        assert server.heard == [{"knob": 2}] * 4

    play(scene)


def test_a_length_beyond_two_gigabytes_is_read_as_connection_writes_it(play: Play) -> None:
    words = pickle.dumps("long")

    async def scene(server: Server, theirs: Connection) -> None:
        os.write(theirs.fileno(), struct.pack("!iQ", -1, len(words)) + words)
        await until(lambda: bool(server.heard))
        assert server.heard == ["long"]

    play(scene)


def test_what_cannot_be_read_is_told_once_and_nothing_after_it_is_believed(play: Play) -> None:
    async def scene(server: Server, theirs: Connection) -> None:
        theirs.send_bytes(b"oops")
        await until(lambda: bool(server.garbled))
        assert server.heard == []
        assert len(server.garbled) == 1

    play(scene)


def test_the_end_of_the_other_side_is_told_once_and_nothing_is_open_then(play: Play) -> None:
    async def scene(server: Server, theirs: Connection) -> None:
        assert server.pipe.open
        theirs.close()
        await until(lambda: server.ended == 1)
        assert not server.pipe.open
        server.pipe.close()
        await asyncio.sleep(0.02)
        assert server.ended == 1

    play(scene)


def test_half_a_message_is_never_heard(play: Play) -> None:
    async def scene(server: Server, theirs: Connection) -> None:
        os.write(theirs.fileno(), struct.pack("!i", 1000) + b"half")
        theirs.close()
        await until(lambda: server.ended == 1)
        assert not server.heard
        assert not server.garbled

    play(scene)


def test_a_worker_that_does_not_listen_keeps_the_loop_free(play: Play) -> None:
    """More than the socket holds is taken, and nobody waits for it to be read."""

    async def scene(server: Server, _: Connection) -> None:
        server.pipe.send(b"x" * 8_000_000)
        await asyncio.wait_for(asyncio.sleep(0), 1)
        assert server.pipe.open

    play(scene)
