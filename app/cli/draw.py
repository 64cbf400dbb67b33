"""``resnet-diagram draw``: the picture of somebody's own module."""

from __future__ import annotations

import click

from app.cli.commands import tell
from app.cli.errors import refusal_of
from app.cli.output import FORMATS, asked_format, write
from app.cli.own import OwnRequest, spelled
from app.cli.subject_command import PASS_ON


@click.command(context_settings=PASS_ON)
@click.argument("target", metavar="FILE.py:NAME")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[--KNOB VALUE]…")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    required=True,
    metavar="SHAPE",
    help="Shape of an input, batch first, such as 1x3x224x224; again for each further input. One "
    "that is a list or a dict: [1x8,1x4] or {a:1x8,b:1x4}.",
)
@click.option(
    "--arg",
    "args",
    multiple=True,
    metavar="NAME=VALUE",
    help="An argument of NAME, such as planes=64; again for each further one.",
)
@click.option(
    "--dtype",
    "dtypes",
    multiple=True,
    metavar="KIND",
    help="What an input holds, such as long for an embedding; again for each further input.",
)
@click.option(
    "--with",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value for forward that is no tensor, or a shape for a tensor by name: mask=1x16.",
)
@click.option("--call", metavar="CALL", help='The whole call instead, such as "Net(64, stride=2)".')
@click.option("-o", "--output", metavar="FILE", help="Where to write; '-' is standard output.")
@click.option(
    "--format", metavar="FORMAT", help=f"{FORMATS}; if not said, the file's ending, else svg."
)
def draw(
    target: str,
    words: tuple[str, ...],
    inputs: tuple[str, ...],
    args: tuple[str, ...],
    dtypes: tuple[str, ...],
    given: tuple[str, ...],
    call: str | None,
    output: str | None,
    format: str | None,
) -> None:
    """Draw your own module.

    NAME is a class of modules, a function that makes a module, or a module. The file
    is imported, that is run: draw what you trust. The view takes the knobs of `render`: --detail,
    --fold, --expand, --direction, --theme, --scale. Without -o the file is called after NAME.

    \b
    resnet-diagram draw my_model.py:Net --input 1x3x224x224
    resnet-diagram draw my_block.py:Net --arg planes=64 --arg stride=2 --input 1x64x56x56
    resnet-diagram draw torchvision.models:resnet50 --call "(num_classes=10)" --input 1x3x224x224
    resnet-diagram draw my_model.py:Siamese --input 1x3x64x64 --input 1x3x64x64 -o siamese.png
    """
    chosen = asked_format(format, output, "svg")
    from resnet_core.errors import ResnetDiagramError

    try:
        drawing = OwnRequest((target, *spelled(inputs, args, call, dtypes, given), *words)).diagram
        content = drawing.render(chosen)
    except ResnetDiagramError as error:
        raise refusal_of(error) from None
    tell(drawing.graph.problem)
    write(content, output or f"{target.rpartition(':')[2]}.{chosen}")
