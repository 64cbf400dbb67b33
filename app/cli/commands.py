"""The commands whose first word is a subject: ``render``, ``table``, ``explain``, ``url``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from app.cli.errors import Refusal
from app.cli.output import FORMATS, STDOUT, asked_format, chosen_format, say, write
from app.cli.own import OwnRequest
from app.cli.subject_command import on_subject
from resnet_core.bilingual import Text

if TYPE_CHECKING:
    from resnet_core.diagram.words import Request
    from resnet_core.graph.model import Problem


def tell(problem: Problem | None) -> None:
    """Say on the standard error that what was asked for cannot run, and why."""
    if problem is None:
        return
    reason = problem.reason
    if len(problem.shapes) > 1:
        reason = " and ".join("×".join(str(size) for size in shape) for shape in problem.shapes)
    where = f" at {problem.node}" if problem.node else ""
    say(f"Note: {problem.title}{where}: {reason}", err=True)


@on_subject
@click.option("-o", "--output", metavar="FILE", help="Where to write; '-' is standard output.")
@click.option(
    "--format", metavar="FORMAT", help=f"{FORMATS}; if not said, the file's ending, else svg."
)
def render(request: Request | OwnRequest, output: str | None, format: str | None) -> None:
    """Draw a block or a network.

    `resnet-diagram list` names the subjects, `resnet-diagram render bottleneck --help` tells the
    knobs of one. Without -o the file is called after the subject.

    \b
    resnet-diagram render bottleneck --stride 2 -o bottleneck.svg
    resnet-diagram render resnet50 --detail stage --theme dark --format png
    resnet-diagram render resnet --block basic --layers 2,2,2,2 -o - > resnet.svg

    In the place of a subject stands as well a module of your own, here and in `table`, `explain`
    and `compare`: see `resnet-diagram draw --help`. Its file is run.

    \b
    resnet-diagram render my_block.py:Net --arg planes=64 --input 1x64x56x56
    """
    chosen = asked_format(format, output, "svg")
    diagram = request.diagram
    content = diagram.render(chosen)
    tell(diagram.graph.problem)
    write(content, output or f"{request.name}.{chosen}")


TABLES = ("txt", "md", "csv")


@on_subject
@click.option("-o", "--output", metavar="FILE", help="Where to write, if not standard output.")
@click.option(
    "--format",
    type=click.Choice(TABLES),
    help="Columns, Markdown, or exact numbers; if not said, the file's ending, else txt.",
)
def table(request: Request | OwnRequest, output: str | None, format: str | None) -> None:
    """List every layer with its shapes and costs.

    \b
    resnet-diagram table resnet50
    resnet-diagram table bottleneck --stride 2 --format md
    """
    chosen = chosen_format(format, output, TABLES, "txt", Text("a table", "表格"))
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
def explain(request: Request | OwnRequest, output: str | None, format: str | None) -> None:
    """Say what a block or a network computes, why it is built so, and where its numbers come from.

    --lang zh says it in Chinese.

    \b
    resnet-diagram explain bottleneck --stride 2
    resnet-diagram explain resnet50 --lang zh -o resnet50.md
    resnet-diagram explain bottleneck --format py > bottleneck.py
    """
    chosen = chosen_format(format, output, TELLING, "txt", Text("an explanation", "讲解"))
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
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, for programs.")
def url(request: Request | OwnRequest, base_url: str, as_json: bool) -> None:
    """Print a diagram's address and the lines that embed it.

    \b
    resnet-diagram url bottleneck --stride 2 --base-url https://diagrams.example.org
    """
    from app.pages.snippets import snippets

    if isinstance(request, OwnRequest):
        raise Refusal(
            Text(
                "{} has no address: a server runs nobody's code",
                "{} 没有网址：服务器不运行别人的代码",
            ).format(request.words[0]),
            allowed=Text(
                "a block or a model of the catalogue; `resnet-diagram render` writes a picture",
                "目录里的块或网络；`resnet-diagram render` 可以写出图片",
            ),
        )
    diagram = request.diagram
    address, lines_of = base_url.rstrip("/") + diagram.url, snippets(diagram, base_url)
    if as_json:
        data = {"url": address, "snippets": lines_of}
        write((json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode(), STDOUT)
        return
    parts = [address, *(f"{name}:\n{lines}" for name, lines in lines_of.items())]
    write(("\n\n".join(parts) + "\n").encode(), STDOUT)
