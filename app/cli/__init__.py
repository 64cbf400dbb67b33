"""``resnet-diagram``: the command line. It draws nothing itself, it asks the library.

Exit status: 0 done, 1 ``compare`` found a difference or ``docs --check`` something stale, 2 a
mistake in the call, 3 the machine lacks something.

torch takes seconds to import and ``--help`` must answer at once: whatever imports it is imported
inside the command that needs it.
"""

from __future__ import annotations

import atexit
import gc
from typing import Any

import click

from app.cli.commands import explain, render, table, url
from app.cli.compare import compare
from app.cli.docs import docs
from app.cli.draw import draw
from app.cli.errors import hear, missing_extra
from app.cli.export import export
from app.cli.list import catalogue
from app.cli.man import completion, manual
from app.cli.open import open_
from app.cli.read import read
from app.cli.serve import serve
from app.cli.sweep import sweep
from app.cli.window import window

# How seldom a command looks for garbage, in objects and rounds.
SELDOM = (100_000, 20, 20)


class Program(click.Group):
    """The commands; one that needs what is not installed says so."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        hear(ctx, args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. Raises Refusal where a library of the server is missing."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            refusal = missing_extra(error)
            if refusal is None:
                raise
            raise refusal from None


@click.group("resnet-diagram", cls=Program, context_settings={"max_content_width": 100})
@click.version_option(package_name="resnet-diagram")
def main() -> None:
    """Draw residual blocks and networks as they really run.

    \b
    resnet-diagram render bottleneck --stride 2 -o bottleneck.svg
    resnet-diagram table resnet50
    resnet-diagram explain bottleneck --stride 2
    resnet-diagram draw my_model.py:Net --input 1x3x224x224
    """
    # What torch has loaded goes with the process: to look through it for garbage while it is loaded
    # takes a seventh of that time, and at the end as long as a drawing does.
    gc.set_threshold(*SELDOM)
    atexit.register(gc.freeze)


for _command in (
    serve, render, table, explain, compare, window, sweep, draw, read, docs, export, catalogue, url,
    open_, manual, completion,
):  # fmt: skip
    main.add_command(_command)


if __name__ == "__main__":
    main()
