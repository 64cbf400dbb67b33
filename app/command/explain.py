"""``resnet-diagram explain``: a block or a network told in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.command.output import STDOUT, ending, write
from app.command.refusal import Refusal
from app.command.subject import on_subject, tell

if TYPE_CHECKING:
    from app.command.words import Request

# Written here once more because `--help` does without torch; a test holds it to the library.
FORMATS = ("txt", "md", "json")


@on_subject
@click.option("-o", "--output", metavar="FILE", help="Where to write, if not standard output.")
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help="Text for a terminal, Markdown, or data; if not said, the file's ending, else txt.",
)
def explain(request: Request, output: str | None, format: str | None) -> None:
    """Say what a block or a network computes, why it is built so, and where its numbers come from.

    --lang zh says it in Chinese.

    \b
    resnet-diagram explain bottleneck --stride 2
    resnet-diagram explain resnet50 --lang zh -o resnet50.md
    """
    chosen = format or (ending(output) if output not in (None, STDOUT) else "txt")
    if chosen not in FORMATS:
        raise Refusal(
            f"-o {output}: {chosen!r} is no format of an explanation", allowed=", ".join(FORMATS)
        )
    diagram = request.diagram
    content = diagram.explain().render(chosen)
    tell(diagram.graph.problem)
    write(content, output or STDOUT)
