"""``resnet-diagram open``: a saved picture tells what it shows, and is drawn again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from shlex import join
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import click

from app.cli.commands import tell
from app.cli.errors import Refusal, refusal_of
from app.cli.output import FORMATS, STDOUT, ending, say, write
from app.cli.subject_command import PASS_ON

if TYPE_CHECKING:
    from resnet_core.compare import Comparison
    from resnet_core.diagram.diagram import Diagram


@click.command("open", context_settings=PASS_ON)
@click.argument("file")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[--OPTION VALUE]…")
@click.option("-o", "--output", metavar="FILE", help="Draw it again; '-' is standard output.")
@click.option("--format", metavar="FORMAT", help=f"{FORMATS}; if not said, the file's ending.")
def open_(file: str, words: tuple[str, ...], output: str | None, format: str | None) -> None:
    """Read from a saved picture what it shows.

    FILE is an SVG, PNG or PDF that was saved here. Its address is printed, and the command that
    draws it; with -o it is drawn again, with other options if they are said.

    \b
    resnet-diagram open bottleneck.png
    resnet-diagram open bottleneck.png --theme dark -o bottleneck.svg
    """
    url = _address(file)
    from resnet_core.errors import ResnetDiagramError

    try:
        picture = _picture(url, words)
        if output is None and format is None:
            say(f"{picture.url}\n{join(_command(picture))}")
            return
        content = picture.render((format or (ending(output) if output else "")).lower())
    except ResnetDiagramError as error:
        raise refusal_of(error) from None
    tell(picture.described.problem)
    write(content, output or STDOUT)


def _address(file: str) -> str:
    """The address in a picture. Raises Refusal for a file that cannot be read or has none."""
    from resnet_core.formats.metadata import source

    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise Refusal(f"cannot read {file}: {error.strerror}") from None
    found = source(data)
    if found is None:
        raise Refusal(f"{file} is no picture", allowed="an SVG, PNG or PDF")
    if not found.startswith(("/diagram?", "/compare?")):
        raise Refusal(
            f"{file} holds no address of a diagram: it was drawn elsewhere, or from a module of "
            "one's own, or another program has saved it since",
            allowed="an SVG, PNG or PDF as resnet-diagram or its server wrote it",
        )
    return found


def _picture(url: str, words: tuple[str, ...]) -> Diagram | Comparison:
    """What the address names, with other options where the words say so. Raises ParameterError."""
    from resnet_core.compare import asked
    from resnet_core.diagram.diagram import Diagram
    from resnet_core.diagram.form import Options, properties
    from resnet_core.diagram.words import options

    path, _, query = url.partition("?")
    pairs = {**dict(parse_qsl(query)), **dict(options(words, properties(Options), "open"))}
    return Diagram.of(pairs.items()) if path == "/diagram" else asked(pairs.items())


def _command(picture: Diagram | Comparison) -> Iterable[str]:
    """The command line that draws it."""
    from resnet_core.diagram.diagram import Diagram
    from resnet_core.diagram.words import spelled

    if isinstance(picture, Diagram):
        return ("resnet-diagram", "render", *spelled(picture))
    named = dict(picture.query)
    sides = [dict(parse_qsl(named.pop(name))) for name in ("a", "b")]
    view = ("--view", named.pop("view")) if "view" in named else ()
    # What both are shown with is said with the first of them, whose options count.
    first, second = (spelled(Diagram.of(side.items())) for side in (sides[0] | named, sides[1]))
    file = f"{picture.caption.name}.svg"
    return ("resnet-diagram", "compare", join(first), join(second), *view, "-o", file)
