"""DOT → svg, png, pdf. The only caller of Graphviz.

The positions are in the DOT already (``draw.arrange`` decides them, for no general layout engine
keeps the main path straight and the shortcuts in their lanes); Graphviz measures the letters and
draws. Its own copy inside the pygraphviz wheel comes first, a ``dot`` on the PATH second.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryFile
from typing import IO, Any, Literal

from resnet_core.bilingual import Text
from resnet_core.errors import GraphvizMissing, RenderError
from resnet_core.stages import stage

Format = Literal["svg", "png", "pdf"]

# Pixels per inch of a PNG at scale 1: as large as a browser shows the SVG.
DPI = 96

# What fontconfig reads: its settings, and the folder above that of the fonts.
_HOME = Path(__file__).parents[1]
_FONTS = {"FONTCONFIG_FILE": str(_HOME / "fonts" / "fonts.conf"), "XDG_DATA_HOME": str(_HOME)}
# Where the system has fonts; fonts.conf names the same.
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
# What a command may take to draw a picture, in seconds, and how large that may be, in bytes.
PATIENCE = 60.0
MOST = 256 * 2**20
_BEGINNINGS: dict[Format, tuple[bytes, ...]] = {
    "svg": (b"<?xml", b"<svg"),
    "png": (b"\x89PNG\r\n",),
    "pdf": (b"%PDF-",),
}
_BOX = re.compile(r'bb="0,0,([\d.]+),([\d.]+)"')
_in_turn = threading.Lock()


@stage("engine")
def draw(dot: str, format: Format, factor: float = 1.0) -> bytes:
    """The picture as bytes, ``factor`` times as large (PNG and PDF; an SVG is sized by its page).

    Raises RenderError where Graphviz refuses, GraphvizMissing where there is none.
    """
    if format == "png":
        dot = dot.replace("{", f"{{\n\tgraph [dpi={DPI * factor:.4f}]", 1)
    elif format == "pdf" and factor != 1:
        dot = _resized(dot, factor)
    with _in_turn:
        _use_own_fonts()
        library = _library()
        if isinstance(library, str):
            return _by_command(dot, format, library)
        return _in_process(dot, format, library)


def _resized(dot: str, factor: float) -> str:
    """The graph with the size, in inches, that Graphviz is to scale its page to."""
    found = _BOX.search(dot)
    assert found is not None
    wide, high = (float(side) * factor / 72 for side in found.groups())
    return dot.replace("{", f'{{\n\tgraph [size="{wide:.4f},{high:.4f}!"]', 1)


def _in_process(dot: str, format: Format, library: Any) -> bytes:
    # The functions themselves: pygraphviz's graphs load all of Graphviz anew for each picture.
    c = library.graphviz
    try:
        graph = _read(dot, c)
        try:
            failed, drawn = c.gvLayout(_engine(c), graph, b"nop2"), b""
            if not failed:
                failed, drawn = c.gvRenderData(_engine(c), graph, format.encode())
                c.gvFreeLayout(_engine(c), graph)
        finally:
            c.agclose(graph)
    except (OSError, ValueError) as error:
        raise RenderError(f"Graphviz: {error}") from error
    if failed or not drawn:
        none = Text("Graphviz: it has drawn no {}", "Graphviz：没有画出 {}")
        raise RenderError(none.format(format.upper()))
    return bytes(drawn)


@cache
def _engine(c: Any) -> Any:
    """Graphviz with what it draws with, loaded once."""
    return c.gvContextWithBuiltins()


def _read(dot: str, c: Any) -> Any:
    """The graph. It is read from files alone: this one is in memory, since a disk may be full."""
    memory = hasattr(os, "memfd_create")
    with os.fdopen(os.memfd_create("dot"), "wb+") if memory else TemporaryFile() as file:
        file.write(dot.encode())
        file.seek(0)
        return c.agread(file, None)


def engine() -> str:
    """What draws the pictures here, with its version; empty where nothing does."""
    library = _library()
    if not isinstance(library, str):
        return f"pygraphviz {library.__version__}"
    command = _command()
    if command is None:
        return ""
    with suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run([command, "-V"], capture_output=True, timeout=5)
        return f"{Path(command).name} {told.stderr.decode(errors='replace').strip()}"
    return command


def _command() -> str | None:
    return shutil.which("neato") or shutil.which("dot")


def _by_command(dot: str, format: Format, cause: str) -> bytes:
    command = _command()
    if command is None:
        raise GraphvizMissing(cause)
    try:
        drawn = _answer([command, "-Kneato", "-n2", f"-T{format}"], dot.encode())
    except OSError as error:
        raise RenderError(f"Graphviz: {command}: {error.strerror}") from error
    if not drawn.startswith(_BEGINNINGS[format]):
        other = Text("Graphviz: what {} printed is no {}", "Graphviz：{} 输出的不是 {}")
        raise RenderError(other.format(command, format.upper()))
    return drawn


def _answer(call: list[str], question: bytes) -> bytes:
    """What a command prints; it is stopped where that takes too long, or is too much.

    Raises RenderError where it fails, OSError where it cannot be run.
    """
    with subprocess.Popen(
        call, stdin=PIPE, stdout=PIPE, stderr=PIPE, env={**os.environ, **_FONTS}
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        complaint: list[bytes] = []
        clock = threading.Timer(PATIENCE, process.kill)
        for work in (
            clock,
            threading.Thread(target=_give, args=(process.stdin, question)),
            threading.Thread(target=_take, args=(process.stderr, complaint)),
        ):
            work.daemon = True
            work.start()
        drawn = process.stdout.read(MOST + 1)
        if len(drawn) > MOST:
            process.kill()
        status = process.wait()
        late = not clock.is_alive()
        clock.cancel()
    if len(drawn) > MOST:
        long = Text(
            "Graphviz: {} printed more than {:,} bytes", "Graphviz：{} 输出的内容超过了 {:,} 字节"
        )
        raise RenderError(long.format(call[0], MOST))
    if late:
        slow = Text(
            "Graphviz: {} did not end within {:g} seconds", "Graphviz：{} 在 {:g} 秒内没有结束"
        )
        raise RenderError(slow.format(call[0], PATIENCE))
    if status != 0:
        said = b"".join(complaint).decode(errors="replace").strip()
        if said:
            raise RenderError(f"Graphviz: {said}")
        ended = Text("Graphviz: {} ended with status {}", "Graphviz：{} 以状态码 {} 结束")
        raise RenderError(ended.format(call[0], status))
    return drawn


def _give(pipe: IO[bytes], content: bytes) -> None:
    # A command that does not read what it is given says why when it ends.
    with suppress(OSError), pipe:
        pipe.write(content)


def _take(pipe: IO[bytes], into: list[bytes]) -> None:
    with suppress(OSError, ValueError):
        into.append(pipe.read(4096))


@cache
def _library() -> Any:
    """pygraphviz, or why it does not load."""
    try:
        import pygraphviz
    except (ImportError, OSError) as error:
        return str(error)
    return pygraphviz


@cache
def _use_own_fonts() -> None:
    """Letters come from the project's fonts, so that the same text is as wide everywhere.

    Fontconfig reads this once, at the first picture of the process.
    """
    library = _library()
    if isinstance(library, str):
        return
    kept = {name: os.environ.get(name) for name in _FONTS}
    os.environ.update(_FONTS)
    try:
        with _silence():
            _in_process('digraph { a [label="a" pos="0,0"] }', "png", library)
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _silence() -> Iterator[None]:
    """Say nothing while fontconfig reads the system's settings.

    The copy in the wheel is older than most systems and complains of what it does not know, from
    C, where Python's warnings do not reach.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
