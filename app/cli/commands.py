"""The commands whose first word is a subject: ``render``, ``table``, ``explain``, ``url``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from shlex import join
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from app.cli.errors import refusal_of

if TYPE_CHECKING:
    from resnet_core.diagram.words import Request
    from resnet_core.errors import ResnetDiagramError
    from resnet_core.graph.model import Problem
from typing import TYPE_CHECKING

from app.cli.output import (
    FORMATS,
    STDOUT,
    ending,
    write,
)

if TYPE_CHECKING:
    from resnet_core.diagram.words import Request
from app.cli.errors import Refusal

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
        from app.cli.arguments import leaflet
        from resnet_core.diagram.words import Request
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


# Written here once more because `--help` does without torch; a test holds it to the library.
TELLING = ("txt", "md", "py", "json")


@on_subject
@click.option("-o", "--output", metavar="FILE", help="Where to write, if not standard output.")
@click.option(
    "--format",
    type=click.Choice(TELLING),
    help="Text for a terminal, Markdown, the source with a comment at each line, or data; "
    "if not said, the file's ending, else txt.",
)
def explain(request: Request, output: str | None, format: str | None) -> None:
    """Say what a block or a network computes, why it is built so, and where its numbers come from.

    --lang zh says it in Chinese.

    \b
    resnet-diagram explain bottleneck --stride 2
    resnet-diagram explain resnet50 --lang zh -o resnet50.md
    resnet-diagram explain bottleneck --format py > bottleneck.py
    """
    chosen = format or (ending(output) if output not in (None, STDOUT) else "txt")
    if chosen not in TELLING:
        raise Refusal(
            f"-o {output}: {chosen!r} is no format of an explanation", allowed=", ".join(TELLING)
        )
    diagram = request.diagram
    content = diagram.explain().render(chosen)
    tell(diagram.graph.problem)
    write(content, output or STDOUT)


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
    parts = [base_url.rstrip("/") + diagram.url]
    parts += [f"{name}:\n{lines}" for name, lines in snippets(diagram, base_url).items()]
    write(("\n\n".join(parts) + "\n").encode(), STDOUT)
