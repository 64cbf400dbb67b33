"""Where bytes and words go: a file, put in place at once or not at all, or the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import click

from app.cli.errors import Refusal, safe, vivid
from resnet_core.bilingual import Text
from resnet_core.index import formats

STDOUT = "-"
CANNOT_WRITE = Text("cannot write {}: {}", "无法写入 {}：{}")

# As a sentence of the help spells them; their writers are not loaded for it.
FORMATS = ", ".join(formats())


def say(text: str, err: bool = False, nl: bool = True) -> None:
    """Print words, whoever wrote them."""
    click.echo(safe(text), nl=nl, err=err)


def say_of(place: str, colour: str, text: str) -> None:
    """Tell something of a place in a file, which is coloured on a terminal."""
    click.echo(f"{vivid(safe(place), colour)} {safe(text)}", err=True)


def write(content: bytes, output: str) -> None:
    """Write to a file and say so, or to the standard output. Raises Refusal where it cannot."""
    if output == STDOUT:
        print_bytes(content)
        return
    path = Path(output)
    try:
        replace_file(path, content)
    except OSError as error:
        raise Refusal(CANNOT_WRITE.format(output, error.strerror)) from None
    say(f"{output}: {len(content):,} bytes", err=True)


def print_bytes(content: bytes) -> None:
    """Write to the standard output, whatever its encoding; for a terminal words are made safe."""
    if sys.stdout.isatty():
        with suppress(UnicodeDecodeError):
            content = safe(content.decode()).encode()
    try:
        click.echo(content, nl=False)
    except BrokenPipeError:
        # `resnet-diagram table resnet152 | head`: the reader has seen enough, nothing is wrong.
        # Python would complain once more while it closes the stream at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def ending(output: str) -> str:
    """The format that a file's name asks for. Raises Refusal where it has no ending."""
    found = Path(output).suffix.removeprefix(".").lower()
    if not found:
        raise Refusal(
            Text(
                "-o {}: the name has no ending that says the format",
                "-o {}：文件名没有表明格式的扩展名",
            ).format(output),
            allowed=Text(
                "an ending, such as {}.svg, or --format with it",
                "加上扩展名，例如 {}.svg，或者另给 --format",
            ).format(output),
        )
    return found


def asked_format(format: str | None, output: str | None, otherwise: str) -> str:
    """The format that is named, or else the one of the file's name, or else the usual one."""
    found = format or (ending(output) if output not in (None, STDOUT) else otherwise)
    return found.lower()


def chosen_format(
    format: str | None, output: str | None, known: Collection[str], otherwise: str, what: Text
) -> str:
    """The same among those that ``what`` is written in. Raises Refusal for another."""
    found = asked_format(format, output, otherwise)
    if found not in known:
        none = Text("-o {}: {!r} is no format of {}", "-o {0}：{2}没有 {1!r} 这种格式")
        raise Refusal(none.format(output, found, what), allowed=", ".join(known))
    return found


def put_file(path: Path, content: bytes) -> None:
    """Write a file, in a folder that may not be there yet. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, content)


def progress(done: int, count: int) -> None:
    """How far it is, on a terminal alone."""
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {count}" + ("\n" if done == count else ""), nl=False, err=True)


def replace_file(path: Path, content: bytes) -> None:
    """A reader of the file sees the old content or the new one, never a half of it."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)  # /dev/null, a pipe: nothing to be put in its place
        return
    path = path.resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
