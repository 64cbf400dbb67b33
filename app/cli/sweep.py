"""``resnet-diagram sweep``: one structure at several values of one knob."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from app.cli.errors import refusal_of
from app.cli.output import STDOUT, chosen_format, write
from app.cli.subject_command import on_subject
from resnet_core.bilingual import Text

if TYPE_CHECKING:
    from resnet_core.diagram.words import Request

# Written here once more because `--help` does without torch; a test holds it to the library.
FORMATS = ("svg", "png", "pdf", "json", "csv")


@on_subject
@click.option("--over", default="", metavar="KNOB", help="The knob: stride, groups, input.")
@click.option(
    "--values", metavar="A,B,C",
    help="The values to show, at most 12; with semicolons where a value has commas.",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Where to write, if not standard output.")
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help="A picture, data or a table; if not said, the file's ending, else csv.",
)
def sweep(
    request: Request, over: str, values: str | None, output: str | None, format: str | None
) -> None:
    """Show a block or a network at several values of one knob, and what each costs.

    Without --values all that the knob has are shown where they are few, else some near the
    present one. A value that is refused is shown with the reason.

    \b
    resnet-diagram sweep bottleneck --over stride -o stride.svg
    resnet-diagram sweep resnet --over layers
    resnet-diagram sweep basic --planes 128 --over groups --values 1,2,32
    """
    chosen = chosen_format(format, output, FORMATS, "csv", Text("a sweep", "逐值对比"))
    from resnet_core.errors import ParameterError
    from resnet_core.sweep.sweeping import OWN, asked, fixed_sweep

    own = [("over", over), *([("values", values)] if values is not None else [])]
    pairs = [*request.diagram.query, *own]
    try:
        found = asked(pairs)
    except ParameterError as error:
        if error.parameter not in OWN:
            raise
        better = fixed_sweep(pairs, error)
        raise refusal_of(error, _spelled(request, dict(better)) if better else "") from None
    write(found.render(chosen), output or STDOUT)


def _spelled(request: Request, query: dict[str, str]) -> str:
    """The command line that works, as it is to be typed."""
    names = [name for name in ("over", "values") if name in query]
    own = [word for name in names for word in (f"--{name}", query[name])]
    return shlex.join(["resnet-diagram", "sweep", *request.words, *own])
