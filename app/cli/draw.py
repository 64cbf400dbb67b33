"""``resnet-diagram draw``: the picture of somebody's own module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from app.cli.commands import tell
from app.cli.errors import refusal_of
from app.cli.output import FORMATS, STDOUT, ending, write
from app.cli.subject_command import PASS_ON

if TYPE_CHECKING:
    from resnet_core.diagram.picture import Drawing


@click.command(context_settings=PASS_ON)
@click.argument("target", metavar="FILE.py:NAME")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[--KNOB VALUE]…")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    required=True,
    metavar="SHAPE",
    help="Shape of an input, batch first, such as 1x3x224x224; again for each further input.",
)
@click.option("-o", "--output", metavar="FILE", help="Where to write; '-' is standard output.")
@click.option(
    "--format", metavar="FORMAT", help=f"{FORMATS}; if not said, the file's ending, else svg."
)
def draw(
    target: str,
    words: tuple[str, ...],
    inputs: tuple[str, ...],
    output: str | None,
    format: str | None,
) -> None:
    """Draw your own module.

    NAME is a class that needs no arguments, a function that makes a module, or a module. The file
    is imported, that is run: draw what you trust. The view takes the knobs of `render`: --detail,
    --fold, --expand, --direction, --theme, --scale. Without -o the file is called after NAME.

    \b
    resnet-diagram draw my_model.py:Net --input 1x3x224x224
    resnet-diagram draw my_model.py:Siamese --input 1x3x64x64 --input 1x3x64x64 -o siamese.png
    """
    chosen = (format or (ending(output) if output not in (None, STDOUT) else "svg")).lower()
    from resnet_core.errors import ResnetDiagramError

    try:
        drawing = _drawing(target, words, inputs)
        content = drawing.render(chosen)
    except ResnetDiagramError as error:
        raise refusal_of(error) from None
    tell(drawing.graph.problem)
    write(content, output or f"{target.rpartition(':')[2]}.{chosen}")


def _drawing(target: str, words: tuple[str, ...], inputs: tuple[str, ...]) -> Drawing:
    from app.cli.load_module import module_of, shape_of
    from resnet_core import draw_module
    from resnet_core.diagram.form import properties
    from resnet_core.diagram.options import Options
    from resnet_core.diagram.words import options

    shapes = [shape_of(node_input) for node_input in inputs]
    chosen: dict[str, Any] = dict(options(words, properties(Options), "draw"))
    return draw_module(module_of(target), shapes, **chosen)
