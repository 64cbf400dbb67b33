"""``resnet-diagram window``: which positions each output of a convolution or a pooling reads."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from app.cli.commands import tell
from app.cli.errors import refusal_of
from app.cli.output import chosen_format, write
from app.cli.subject_command import on_subject
from resnet_core.bilingual import Text

if TYPE_CHECKING:
    from resnet_core.diagram.words import Request

# Written here once more because `--help` does without torch; a test holds it to the library.
FORMATS = ("svg", "png", "pdf", "json")


@on_subject
@click.option("--node", default="", metavar="CALL", help="The call: conv2, layer2.0.conv1.")
@click.option(
    "--at", default="0,0", show_default=True, metavar="ROW,COLUMN",
    help="The output whose window is marked.",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Where to write; '-' is standard output.")
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help="A picture, or data; if not said, the file's ending, else svg.",
)
def window(request: Request, node: str, at: str, output: str | None, format: str | None) -> None:
    """Draw the window of a convolution or a pooling: which positions each output reads.

    The map is shown as at most 12 by 12 cells; positions that are never read stay dark. Without
    -o the file is called after subject and call.

    \b
    resnet-diagram window bottleneck --stride 2 --node downsample.0 -o never-read.svg
    resnet-diagram window resnet50 --node maxpool --at 55,55 --theme dark
    """
    chosen = chosen_format(format, output, FORMATS, "svg", Text("a window", "窗口图"))
    from resnet_core.errors import ParameterError
    from resnet_core.window.asking import OWN, fixed_window, window_of

    diagram = request.diagram
    try:
        found = window_of(diagram, node, at)
    except ParameterError as error:
        if error.parameter not in OWN:
            raise
        better = fixed_window([*diagram.query, ("node", node), ("at", at)], error)
        raise refusal_of(error, _spelled(request, dict(better)) if better else "") from None
    content = found.render(chosen)
    tell(diagram.graph.problem)
    write(content, output or f"{diagram.subject.name}-{node}.{chosen}")


def _spelled(request: Request, query: dict[str, str]) -> str:
    """The command line that works, as it is to be typed."""
    own = [word for name in ("node", "at") if name in query for word in (f"--{name}", query[name])]
    return shlex.join(["resnet-diagram", "window", *request.words, *own])
