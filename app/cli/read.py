"""``resnet-diagram read``: the picture of a source that is read and never run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.commands import tell
from app.cli.errors import Refusal, refusal_of
from app.cli.output import FORMATS, STDOUT, asked_format, say, write
from app.cli.subject_command import PASS_ON

if TYPE_CHECKING:
    from resnet_core.diagram.pasted import SourceDrawing
    from resnet_core.errors import ResnetDiagramError
    from resnet_core.source.listing import Restored

READ = "read"
_OWN = ("call", "input", "known", "dtype")


@click.command(context_settings=PASS_ON)
@click.argument("file", metavar="FILE.py")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[--KNOB VALUE]…")
@click.option("--call", metavar="CALL", help="What to draw of it, such as 'Net(3)'.")
@click.option(
    "--input", "inputs", multiple=True, metavar="SHAPE",
    help="Shape of an input, such as 1x3x224x224; again for each further input.",
)  # fmt: skip
@click.option(
    "--known", multiple=True, metavar="NAME=LAYER",
    help="What a name stands for that the file does not define.",
)  # fmt: skip
@click.option(
    "--dtype", multiple=True, metavar="KIND",
    help="What an input holds, such as long for an embedding; again for each further input.",
)  # fmt: skip
@click.option(
    "--reading", default=1, type=click.IntRange(min=1), metavar="N",
    help="Which reading of a listing that has lost lines or indentation; 1 is the likeliest.",
)  # fmt: skip
@click.option("--explain", "told", is_flag=True, help="Say it in words instead of drawing it.")
@click.option("-o", "--output", metavar="FILE", help="Where to write; '-' is standard output.")
@click.option(
    "--format", metavar="FORMAT", help=f"{FORMATS}; if not said, the file's ending, else svg."
)
def read(
    file: str,
    words: tuple[str, ...],
    call: str | None,
    inputs: tuple[str, ...],
    known: tuple[str, ...],
    dtype: tuple[str, ...],
    reading: int,
    told: bool,
    output: str | None,
    format: str | None,
) -> None:
    """Draw a module of a file that is read and never run; '-' is standard input.

    Without --call the likeliest class is called with sensible first values, without --input one
    is chosen that goes through. The view takes the knobs of `render`.

    \b
    resnet-diagram read block.py --call "Bottleneck(256, 64, stride=1)" --input 1x256x56x56
    resnet-diagram read block.py --explain --lang zh
    """
    from resnet_core.diagram.form import Options, properties
    from resnet_core.diagram.pasted import draw_source
    from resnet_core.diagram.words import options
    from resnet_core.errors import ResnetDiagramError

    chosen = asked_format(format, output, "")
    taken = dict(pair.partition("=")[::2] for pair in known)
    try:
        view: dict[str, Any] = dict(options(words, properties(Options), "read"))
        whole = _reading(text_of(file), reading)
        drawing = draw_source(
            whole.text, call, ",".join(inputs), known=taken, file=Path(file).name,
            dtype=",".join(dtype) or None, **view,
        )  # fmt: skip
        kind = (chosen or ("txt" if told else "svg")).lower()
        content = drawing.explain().render(kind) if told else drawing.render(kind)
    except ResnetDiagramError as error:
        raise refusal_of(error) from None
    _tell(whole, drawing)
    if reading == 1 and whole.changed:
        _tell_others(whole, drawing)
    write(content, output or (STDOUT if told else f"{drawing.name}.{kind}"))


def _reading(text: str, number: int) -> Restored:
    """The reading of this number. Raises Refusal where there are not so many."""
    from resnet_core.source.listing import readings

    found = readings(text)
    if number > len(found):
        raise Refusal(f"--reading {number}: this listing has {len(found)} reading(s)")
    return found[number - 1]


def _tell_others(listing: Restored, drawing: SourceDrawing) -> None:
    """The readings that would draw something else, and how to ask for them."""
    from resnet_core.diagram.lookalike import others
    from resnet_core.source.listing import readings

    numbers = {other.text: number for number, other in enumerate(readings(listing.given), 1)}
    for other in others(listing.given, drawing):
        why = "; ".join(str(note) for note in other.notes if note not in listing.notes)
        said = f"Note: another reading is possible, --reading {numbers[other.text]}: {why}"
        say(said, err=True)


def _tell(listing: Restored, drawing: SourceDrawing) -> None:
    """What was restored, what was drawn, what was taken for granted, and what cannot run."""
    if listing.changed:
        say("Note: the code was restored; please check what was changed:", err=True)
        say("\n".join(listing.difference()), err=True)
    say(f"Drawn: {drawing.call} at {dict(drawing.query)['input']}", err=True)
    for assumption in drawing.assumptions:
        say(f"Note: {assumption.said()}", err=True)
    tell(drawing.graph.problem)


def text_of(file: str) -> str:
    """The text of the file. Raises Refusal."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{file} cannot be read: {error}") from None


@dataclass(frozen=True)
class ReadRequest:
    """A file that is read, its call, its inputs and the view, in the words of a comparison.

    They stand where it takes a subject, spelled as the command takes them:
    ``read block.py --call "Net(3)"``.
    """

    words: tuple[str, ...]

    @cached_property
    def diagram(self) -> SourceDrawing:
        """What is asked for. Raises SourceError, ParameterError, Refusal."""
        from resnet_core.diagram.pasted import draw_source
        from resnet_core.source.listing import restored

        if len(self.words) < 2:
            raise Refusal("read: which file?", allowed='"read block.py --call Net(3)"')
        file = self.words[1]
        said = self._said
        return draw_source(
            restored(text_of(file)).text,
            next(iter(said["call"]), None),
            ",".join(said["input"]) or None,
            known=dict(pair.partition("=")[::2] for pair in said["known"]),
            file=Path(file).name,
            dtype=",".join(said["dtype"]) or None,
            **{name: value for name, value in self._options if name not in _OWN},
        )

    def fixed(self, _error: ResnetDiagramError) -> None:
        """No command line is known that works: what the code takes is its author's."""
        return

    @cached_property
    def _said(self) -> Mapping[str, list[str]]:
        return {name: [value for key, value in self._options if key == name] for name in _OWN}

    @cached_property
    def _options(self) -> list[tuple[str, Any]]:
        from resnet_core.diagram.form import Options, properties
        from resnet_core.diagram.words import options

        return list(options(self.words[2:], properties(Options), self.words[1]))
