"""The text of a file that a reader names, whatever alphabet it was saved in.

Python's own is UTF-8. Files from a Chinese Windows are often GBK, those of an older notepad UTF-16:
both are read too, and which one it was is said. What is no text, or cannot be read at all, is
refused in words.
"""

from __future__ import annotations

import codecs
import os
import sys
from pathlib import Path

from resnet_core.bilingual import Text
from resnet_core.errors import SourceError, nearest

STDIN = "-"
# A source may have 32 KB; of what is far larger nothing is read.
_MOST = 4 * 1024 * 1024
_ALLOWED = Text(
    "a text file with Python code, or - for standard input",
    "含有 Python 代码的文本文件，或用 - 表示标准输入",
)
# A byte of these is in no text; of a tab, an end of line or of page it is.
_CONTROLS = bytes(range(9)) + bytes(range(14, 27)) + b"\x1c\x1d\x1e\x1f\x7f"


def text_of(file: str) -> tuple[str, Text | None]:
    """The text, and what is to be said of how it was read. Raises SourceError."""
    return _decoded(file, sys.stdin.buffer.read() if file == STDIN else _bytes(file))


def _bytes(file: str) -> bytes:
    path = Path(file)
    try:
        if path.is_dir():
            raise _refused(file, Text("this is a folder", "这是一个文件夹"), _python_in(path))
        if path.exists() and not path.is_file():
            raise _refused(file, Text("this is no ordinary file", "这不是普通文件"))
        if path.stat().st_size > _MOST:
            raise _refused(file, Text("this file is far too large", "文件太大"))
        return path.read_bytes()
    except FileNotFoundError:
        raise _refused(file, Text("there is no such file", "没有这个文件"), _near(path)) from None
    except PermissionError:
        reason = Text("you may not read this file", "没有读取这个文件的权限")
        raise _refused(file, reason) from None
    except SourceError:
        raise
    except (OSError, ValueError) as error:
        reason = Text("it cannot be read: {}", "读不出来：{}")
        raise _refused(file, reason.format(getattr(error, "strerror", None) or error)) from None


def _decoded(file: str, raw: bytes) -> tuple[str, Text | None]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _read_as(file, raw, "utf-16", "UTF-16")
    if raw.translate(None, _CONTROLS) != raw:
        raise _refused(file, Text("this is no text file", "这不是文本文件"))
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return _read_as(file, raw, "gb18030", "GBK")


def _read_as(file: str, raw: bytes, codec: str, name: str) -> tuple[str, Text | None]:
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        reason = Text("it is neither UTF-8 nor GBK", "它既不是 UTF-8，也不是 GBK 编码")
        raise _refused(file, reason) from None
    note = Text(
        "{} is not UTF-8; it was read as {}", "{} 不是 UTF-8 编码，已按 {} 读取"
    )  # fmt: skip
    return text, note.format(file, name)


def _near(path: Path) -> str:
    """A file beside it whose name is nearly this one; nothing where there is none."""
    try:
        names = sorted(item.name for item in path.parent.iterdir() if item.suffix == ".py")
    except OSError:
        return ""
    stems = {Path(name).stem: name for name in names}
    found = nearest(path.stem, stems)
    return str(path.with_name(stems[found])) if found else ""


def _python_in(folder: Path) -> str:
    """The one Python file of a folder that holds no second one."""
    try:
        found = sorted(item for item in folder.iterdir() if item.suffix == ".py")
    except OSError:
        return ""
    return str(found[0]) if len(found) == 1 else ""


def _refused(file: str, reason: Text, near: str = "") -> SourceError:
    if near:
        meant = Text("did you mean {}?", "是不是想写 {}？").format(near)
        reason = Text("{}; {}", "{}；{}").format(reason, meant)
    return SourceError(file.rstrip(os.sep) or file, reason, allowed=_ALLOWED)
