"""``resnet-diagram url``: a diagram's address, and how to embed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.command.output import STDOUT, write
from app.command.subject import on_subject, tell

if TYPE_CHECKING:
    from app.command.words import Request


@on_subject
@click.option(
    "--base-url",
    default="http://127.0.0.1:8000",
    show_default=True,
    metavar="URL",
    help="Where the server is.",
)
def url(request: Request, base_url: str) -> None:
    """Print a diagram's address and the lines that embed it.

    \b
    resnet-diagram url bottleneck --stride 2 --base-url https://diagrams.example.org
    """
    from app.pages.snippets import snippets

    diagram = request.diagram
    tell(diagram.shown.problem)  # an address that the server would refuse is refused here
    parts = [base_url.rstrip("/") + diagram.url]
    parts += [f"{name}:\n{lines}" for name, lines in snippets(diagram, base_url).items()]
    write(("\n\n".join(parts) + "\n").encode(), STDOUT)
