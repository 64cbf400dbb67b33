"""``resnet-diagram render``: the picture of a block or a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.command.output import FORMATS, STDOUT, ending, write
from app.command.subject import on_subject, tell

if TYPE_CHECKING:
    from app.command.words import Request


@on_subject
@click.option("-o", "--output", metavar="FILE", help="Where to write; '-' is standard output.")
@click.option(
    "--format", metavar="FORMAT", help=f"{FORMATS}; if not said, the file's ending, else svg."
)
def render(request: Request, output: str | None, format: str | None) -> None:
    """Draw a block or a network.

    `resnet-diagram list` names the subjects, `resnet-diagram render bottleneck --help` tells the
    knobs of one. Without -o the file is called after the subject.

    \b
    resnet-diagram render bottleneck --stride 2 -o bottleneck.svg
    resnet-diagram render resnet50 --detail stage --theme dark --format png
    resnet-diagram render resnet --block basic --layers 2,2,2,2 -o - > resnet.svg
    """
    chosen = (format or (ending(output) if output not in (None, STDOUT) else "svg")).lower()
    diagram = request.diagram
    content = diagram.render(chosen)
    tell(diagram.graph.problem)
    write(content, output or f"{diagram.subject.name}.{chosen}")
