"""DOT → svg, png, pdf. The only caller of Graphviz.

The positions are in the DOT already (``draw.arrange`` decides them, for no general layout engine
keeps the main path straight and the shortcuts in their lanes); Graphviz measures the letters and
draws. Its own copy inside the pygraphviz wheel comes first, a ``dot`` on the PATH second.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import warnings
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any, Literal
from xml.sax.saxutils import escape

from resnet_core.errors import GraphvizMissing, RenderError

Format = Literal["svg", "png", "pdf"]

# Points per inch: at 72 a PNG at scale 1 has one pixel per point, which is too coarse to read.
DPI = 96

_FONTS = Path(__file__).parent / "fonts"
_CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern">
    <edit name="family" mode="prepend" binding="strong"><string>Liberation Sans</string></edit>
  </match>
</fontconfig>
"""
_in_turn = threading.Lock()


def draw(dot: str, format: Format, scale: int = 1) -> bytes:
    """The picture as bytes. ``scale`` multiplies the resolution of a PNG.

    Raises RenderError where Graphviz refuses, GraphvizMissing where there is none.
    """
    if format == "png":
        dot = dot.replace("{", f"{{\n\tgraph [dpi={DPI * scale}]", 1)
    with _in_turn:
        _use_own_fonts()
        library = _library()
        if isinstance(library, str):
            return _by_command(dot, format, library)
        return _in_process(dot, format, library)


def _in_process(dot: str, format: Format, library: Any) -> bytes:
    graph = library.AGraph(string=dot)
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            drawn = graph.draw(format=format, prog="nop2")
    except (OSError, ValueError) as error:
        raise RenderError(f"Graphviz: {error}") from error
    finally:
        graph.close()
    if not drawn:
        raise RenderError("Graphviz: " + "; ".join(str(each.message) for each in said))
    return bytes(drawn)


def _by_command(dot: str, format: Format, cause: str) -> bytes:
    command = which("neato") or which("dot")
    if command is None:
        raise GraphvizMissing(cause)
    call = [command, "-Kneato", "-n2", f"-T{format}"]
    done = subprocess.run(call, input=dot.encode(), capture_output=True, timeout=60)
    if done.returncode != 0:
        raise RenderError(f"Graphviz: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


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
    place = Path(tempfile.mkdtemp(prefix="resnet-diagram-"))
    config = place / "fonts.conf"
    config.write_text(_CONFIG.format(fonts=escape(str(_FONTS)), cache=place), encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(config)
