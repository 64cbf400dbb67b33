"""``resnet-diagram read``: the picture of a source that is read and never run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.commands import tell
from app.cli.errors import Refusal, refusal_of
from app.cli.output import FORMATS, STDOUT, asked_format, say, write
from app.cli.subject_command import PASS_ON
from app.cli.text_file import text_of
from resnet_core.bilingual import Text

if TYPE_CHECKING:
    from resnet_core.diagram.pasted import SourceDrawing
    from resnet_core.source.listing import Restored


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
@click.option(
    "--part", type=click.IntRange(1, 99), metavar="N",
    help="Which of the places to draw, where code stands in several of a page of prose.",
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
    part: int | None,
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
        view = dict(options(words, properties(Options), "read"))
        text, alphabet = text_of(file)
        whole = _reading(text, reading, part)
        drawing = draw_source(
            whole.text, call or _call(whole, part), ",".join(inputs), known=taken,
            file=Path(file).name, dtype=",".join(dtype) or None, **view,
        )  # fmt: skip
        kind = (chosen or ("txt" if told else "svg")).lower()
        content = drawing.explain().render(kind) if told else drawing.render(kind)
    except ResnetDiagramError as error:
        raise refusal_of(error) from None
    _tell(whole, drawing, alphabet)
    if reading == 1:
        _tell_others(whole, drawing, part)
    write(content, output or (STDOUT if told else f"{drawing.name}.{kind}"))


def _reading(text: str, number: int, part: int | None) -> Restored:
    """The reading of this number. Raises Refusal where there are not so many."""
    from resnet_core.source.copied_page import readings

    found = readings(text, part)
    places = len(found[0].parts) or 1
    if part and part > places:
        few = Text("--part {}: code stands in {} place(s)", "--part {}：文中有 {} 处代码")
        raise Refusal(few.format(part, places))
    if number > len(found):
        few = Text(
            "--reading {}: this listing has {} reading(s)", "--reading {}：这段代码有 {} 种读法"
        )
        raise Refusal(few.format(number, len(found)))
    return found[number - 1]


def _call(listing: Restored, part: int | None) -> str | None:
    """The call that draws what stands in a place of a page; None where none was chosen."""
    if not part or not listing.parts:
        return None
    from resnet_core.source.offer import offer_of, offers
    from resnet_core.source.program import Program

    offer = offer_of(offers(Program(listing.text)), listing.parts[part - 1].names)
    return offer.call() if offer else None


def _tell_parts(listing: Restored, drawing: SourceDrawing) -> None:
    """The places of a page where code stands, if there are several, and how to ask for each."""
    if not listing.parts:
        return
    _note(Text("code stands in {} places of the text; --part N draws what stands there:",
               "文中有 {} 处代码；--part N 画第 N 处的代码：").format(len(listing.parts)),
          drawing)  # fmt: skip
    for number, part in enumerate(listing.parts, 1):
        names = ", ".join(part.names)
        said = Text("{}: {} (lines {} to {})", "{}：{}（第 {} 到 {} 行）")
        if part.first == part.last:
            said = Text("{}: {} (line {})", "{}：{}（第 {} 行）")
        say(
            f"  {said.format(number, names, part.first, part.last)[drawing.options.lang]}", err=True
        )


def _tell_others(listing: Restored, drawing: SourceDrawing, part: int | None) -> None:
    """The readings that would draw something else, and how to ask for them."""
    from resnet_core.diagram.lookalike import others
    from resnet_core.source.copied_page import readings

    if not listing.changed:
        return
    numbers = {other.text: number for number, other in enumerate(readings(listing.given, part), 1)}
    for other in others(listing.given, drawing, part):
        said = Text(
            "another reading is possible, --reading {}: {}", "还有另一种读法，--reading {}：{}"
        )
        new = [note for note in other.notes if note not in listing.notes]
        why = Text("; ".join(note["en"] for note in new), "；".join(note["zh"] for note in new))
        _note(said.format(numbers[other.text], why), drawing)


def _note(said: Text, drawing: SourceDrawing) -> None:
    language = drawing.options.lang
    say(f"{Text('Note: ', '注意：')[language]}{said[language]}", err=True)


def _tell(listing: Restored, drawing: SourceDrawing, alphabet: Text | None) -> None:
    """What was restored, what was drawn, what was taken for granted, and what cannot run."""
    if alphabet:
        _note(alphabet, drawing)
    if listing.changed:
        _note(Text("the code was restored; please check what was changed:",
                   "代码已复原，请核对改动："), drawing)  # fmt: skip
        say("\n".join(listing.difference()), err=True)
    drawn = Text("Drawn: {} at {}", "已画出：{}，输入 {}")
    said = drawn.format(drawing.call, dict(drawing.query)["input"])
    say(said[drawing.options.lang], err=True)
    for assumption in drawing.assumptions:
        _note(assumption.said(), drawing)
    tell(drawing.graph.problem)
    _tell_parts(listing, drawing)
