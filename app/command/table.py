"""``resnet-diagram table``: every layer in order, with its shapes and costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.command.output import STDOUT, ending, write
from app.command.refusal import Refusal
from app.command.subject import on_subject, tell

if TYPE_CHECKING:
    from app.command.words import Request

TABLES = ("txt", "md", "csv")


@on_subject
@click.option("-o", "--output", metavar="FILE", help="Where to write, if not standard output.")
@click.option(
    "--format",
    type=click.Choice(TABLES),
    help="Columns, Markdown, or exact numbers; if not said, the file's ending, else txt.",
)
def table(request: Request, output: str | None, format: str | None) -> None:
    """List every layer with its shapes and costs.

    \b
    resnet-diagram table resnet50
    resnet-diagram table bottleneck --stride 2 --format md
    """
    chosen = format or (ending(output) if output not in (None, STDOUT) else "txt")
    if chosen not in TABLES:
        raise Refusal(f"-o {output}: {chosen!r} is no format of a table", allowed=", ".join(TABLES))
    diagram = request.diagram
    if chosen == "txt":
        from resnet_core.formats.table import columns

        content = columns(diagram.graph, diagram.caption, diagram.options.lang).encode()
    else:
        content = diagram.render(chosen)
    tell(diagram.graph.problem)
    write(content, output or STDOUT)
