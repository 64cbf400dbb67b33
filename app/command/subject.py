"""The commands whose first word is a subject: they differ in what they do with its diagram."""

from __future__ import annotations

import functools
from collections.abc import Callable
from shlex import join
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from app.command.refusal import refusal_of

if TYPE_CHECKING:
    from app.command.words import Request
    from resnet_core.errors import ResnetDiagramError
    from resnet_core.graph.model import Problem

# The knobs of the subject are not known before torch is loaded, so click lets them through.
PASS_ON = {"ignore_unknown_options": True, "allow_extra_args": True}


def on_subject(run: Callable[..., None]) -> click.Command:
    """The command that reads a subject with its knobs and runs ``run(request, **own_options)``."""

    @click.command(context_settings=PASS_ON)
    @click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="SUBJECT [--KNOB VALUE]…")
    @click.option(
        "--kind",
        type=click.Choice(["block", "model"]),
        help="Which is meant where a block and a model share a name; if not said, the block.",
    )
    @click.option("--help", "help", is_flag=True, help="This text; after a subject, its knobs.")
    @functools.wraps(run)
    @click.pass_context
    def command(
        ctx: click.Context, /, words: tuple[str, ...], kind: str | None, help: bool, **own: Any
    ) -> None:
        if help and not words:
            click.echo(ctx.get_help())
            return
        from app.command.leaflet import leaflet
        from app.command.words import Request
        from resnet_core.errors import ResnetDiagramError

        request = Request(words, kind)
        try:
            if help:
                click.echo(leaflet(request.subject, ctx), nl=False)
            else:
                run(request, **own)
        except ResnetDiagramError as error:
            raise refusal_of(error, _instead(ctx, request, error)) from None

    return command


def tell(problem: Problem | None) -> None:
    """Say on the standard error that what was asked for cannot run, and why."""
    if problem is None:
        return
    reason = problem.reason
    if len(problem.shapes) > 1:
        reason = " and ".join("×".join(str(size) for size in shape) for shape in problem.shapes)
    where = f" at {problem.node}" if problem.node else ""
    click.echo(f"Note: {problem.title}{where}: {reason}", err=True)


def _instead(ctx: click.Context, request: Request, error: ResnetDiagramError) -> str:
    """The command line that works, as it is to be typed; empty where there is none."""
    words = request.mended(error)
    if words is None:
        return ""
    given = [
        param
        for param in ctx.command.params
        if isinstance(param, click.Option)
        and ctx.get_parameter_source(param.name or "") is ParameterSource.COMMANDLINE
    ]
    kept = [
        text
        for shape in given
        for text in (shape.opts[0], *([] if shape.is_flag else [str(ctx.params[shape.name or ""])]))
    ]
    return join([*ctx.command_path.split(), *words, *kept])
