"""The disk saves work: what is broken, gone or another build's is drawn again, never shown."""

from __future__ import annotations

import asyncio
import os
import pickle
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.workers import build
from app.workers.cache import Cache
from app.workers.disk import DATABASE, FOLDER, Disk

SIZE = 2**24
MADE = b"<svg/>" * 1000


class Maker:
    """Makes what it is asked for, and counts."""

    def __init__(self, made: bytes = MADE) -> None:
        self.made = made
        self.count = 0

    async def __call__(self) -> bytes:
        self.count += 1
        return self.made


def play(folder: Path, scene: Callable[[Disk, Disk], Awaitable[None]], size: int = SIZE) -> None:
    """A scene with two server processes that share a folder."""

    async def whole() -> None:
        one, two = Disk(folder, size), Disk(folder, size)
        try:
            await scene(one, two)
        finally:
            await one.close()
            await two.close()

    asyncio.run(whole())


async def has(disk: Disk, key: object) -> bool:
    """Whether it is on the disk."""
    return await disk._read(build.name_of(key)) is not None


def database(folder: Path) -> Path:
    return folder / FOLDER / DATABASE


def test_what_one_has_drawn_no_other_draws_now_or_after_a_start(tmp_path: Path) -> None:
    maker = Maker()

    async def scene(one: Disk, two: Disk) -> None:
        assert await one.get("key", maker) == MADE
        await one.settle()
        assert await has(two, "key")
        assert not await has(two, "other")
        assert await Cache(0, levels=[two]).get("key", maker) == MADE
        assert one.trouble is two.trouble is None

    play(tmp_path, scene)
    play(tmp_path, scene)
    assert maker.count == 1


def test_another_build_draws_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker()

    async def scene(one: Disk, two: Disk) -> None:
        await one.get("key", maker)
        await one.settle()
        monkeypatch.setattr(build, "digest", lambda: "another build")
        await two.get("key", maker)

    play(tmp_path, scene)
    assert maker.count == 2


def test_no_more_is_kept_than_may_be(tmp_path: Path) -> None:
    async def scene(one: Disk, _: Disk) -> None:
        for key in range(60):
            await one.get(key, Maker(os.urandom(50_000)))
            await one.settle()
        # What came last is there, what came first is not; nor is what is too large for all.
        assert await has(one, 59)
        assert not await has(one, 0)
        await one.get("large", Maker(os.urandom(100_000)))
        await one.settle()
        assert not await has(one, "large")
        assert one.trouble is None

    play(tmp_path, scene, 2**20)
    assert sum(file.stat().st_size for file in (tmp_path / FOLDER).iterdir()) < 2**21


def swap(file: Path) -> None:
    """Whole values under each other's names."""
    with sqlite3.connect(file) as base:
        rows = base.execute("SELECT rowid, value FROM Cache").fetchall()
        for (row, _), (_, value) in zip(rows, reversed(rows), strict=True):
            base.execute("UPDATE Cache SET value = ? WHERE rowid = ?", (value, row))
    base.close()


def poison(file: Path) -> None:
    """A value that would make a file when it is read."""

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(file.parent.parent / "trap"),)

    with sqlite3.connect(file) as base:
        base.execute("UPDATE Cache SET mode = 4, value = ?", (pickle.dumps(Trap()),))
    base.close()


def spoil(file: Path) -> None:
    """Letters that do not unpack, under a checksum that fits."""
    with sqlite3.connect(file) as base:
        for row, name in base.execute("SELECT rowid, key FROM Cache").fetchall():
            value = build._sum(name, b"rubbish") + b"rubbish"
            base.execute("UPDATE Cache SET value = ? WHERE rowid = ?", (value, row))
    base.close()


def tear(file: Path) -> None:
    """A hole of zeros in the middle."""
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(bytes(file.stat().st_size - 8192))


LIES: list[Callable[[Path], object]] = [
    swap,
    poison,
    spoil,
    tear,
    lambda file: file.write_bytes(b"this is no database" * 1000),
    lambda file: file.write_bytes(b""),
    lambda file: os.truncate(file, 5000),
    lambda file: file.unlink(),
    lambda file: shutil.rmtree(file.parent),
]


@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
def test_a_store_that_lies_is_never_believed(
    tmp_path: Path, lie: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.workers.disk.REST", 0.05)
    monkeypatch.setattr("app.workers.disk.FULL", 0.05)

    async def scene(one: Disk, two: Disk) -> None:
        for key in ("one", "two"):
            await one.get(key, Maker(key.encode() * 500))
        await one.settle()
        assert await has(two, "one")
        lie(database(tmp_path))
        for disk in (one, two, one):
            for key in ("one", "two"):
                assert await disk.get(key, Maker(key.encode() * 500)) == key.encode() * 500
            await disk.settle()
            await asyncio.sleep(0.1)
        # And it is used again.
        for disk in (one, two):
            maker = Maker()
            await disk.get("three", maker)
            await disk.settle()
            assert disk.trouble is None
        assert await has(one, "three")
        assert await has(two, "three")
        assert maker.count == 0

    play(tmp_path, scene)
    assert not (tmp_path / "trap").exists()


def test_a_folder_that_cannot_be_used_is_told_and_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")

    async def scene(one: Disk, _: Disk) -> None:
        begun = time.monotonic()
        for key in range(20):
            assert await one.get(key, Maker()) == MADE
        assert time.monotonic() - begun < 5
        assert "cannot be read" in str(one.trouble)

    play(tmp_path / "file", scene)


def test_a_disk_that_hangs_keeps_nobody_waiting_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Disk, "_find", lambda *_: time.sleep(2))

    async def scene(one: Disk, _: Disk) -> None:
        begun = time.monotonic()
        for key in range(20):
            assert await one.get(key, Maker()) == MADE
        assert time.monotonic() - begun < 1.5
        assert one.trouble

    play(tmp_path, scene)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 kilobytes."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "none", tmp_path], capture_output=True
    )
    if made.returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


def test_a_full_disk_is_told_read_and_used_again_when_it_has_room(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.workers.disk.FULL", 0.05)

    async def scene(one: Disk, _: Disk) -> None:
        await one.get("early", Maker())
        await one.settle()
        filler = small / "filler"
        with pytest.raises(OSError, match="No space left"):
            filler.write_bytes(bytes(2**20))
        made = os.urandom(60_000)
        for key in range(3):
            assert await one.get(key, Maker(made)) == made
            await one.settle()
            await asyncio.sleep(0.1)
        assert "cannot be written" in str(one.trouble)
        assert await has(one, "early")
        filler.unlink()
        await one.get("late", Maker())
        await one.settle()
        assert one.trouble is None
        assert await has(one, "late")

    play(small, scene)


LIMITED = """
import asyncio, os, sys
from pathlib import Path
from app.workers.disk import Disk

async def main():
    disk = Disk(Path(sys.argv[1]), 2**24)
    async def make():
        return os.urandom(200_000)
    for key in range(3):
        assert len(await disk.get(key, make)) == 200_000
        await disk.settle()
    print(disk.trouble)
    await disk.close()

asyncio.run(main())
"""


def test_where_files_may_not_grow_answers_do_not_suffer(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, tmp_path],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert done.returncode == 0, done.stderr
    assert "cannot be written" in done.stdout


def test_the_server_says_what_it_does_without_and_draws_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    settings = {"workers": 0, "timeout": 60}
    with TestClient(create_app(Settings(**settings, disk=str(tmp_path / "file")))) as client:
        picture = client.get("/diagram.svg?block=basic&planes=40")
        assert picture.status_code == 200
        deadline = time.monotonic() + 30
        while (said := client.get("/readyz")).status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert said.json()["status"] == "ready"
        assert "disk" in said.json()["degraded"][0]
    with TestClient(create_app(Settings(**settings, disk=str(tmp_path)))) as client:
        assert client.get("/diagram.svg?block=basic&planes=40").content == picture.content
    with TestClient(create_app(Settings(**settings, disk=str(tmp_path)))) as client:

        async def refuse(*_: object) -> bytes:
            raise AssertionError("it was drawn again")

        client.app.state.renderer.workers.run = refuse  # type: ignore[attr-defined]
        assert client.get("/diagram.svg?block=basic&planes=40").content == picture.content
        assert "degraded" not in client.get("/readyz").json()
        assert 'resnet_diagram_disk_events_total{event="hit"} 1.0' in client.get("/metrics").text
