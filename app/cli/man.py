"""What a system reads of the program: its manual page and a shell's completion."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version

import click
from click.shell_completion import get_completion_class

from app.cli.output import STDOUT, write

STATUS = {
    "0": "Done.",
    "1": "compare found a difference, or docs --check something stale.",
    "2": "A mistake in the call.",
    "3": "The machine lacks something, Graphviz for instance.",
}


@click.command("man")
@click.option("-o", "--output", metavar="FILE", help="Where to write, if not standard output.")
@click.pass_context
def manual(context: click.Context, output: str | None) -> None:
    """Print the manual page, for man(1).

    \b
    resnet-diagram man -o ~/.local/share/man/man1/resnet-diagram.1
    resnet-diagram man | man -l -
    """
    root = context.find_root()
    assert isinstance(root.command, click.Group)
    write(("\n".join(page(root.command, root)) + "\n").encode(), output or STDOUT)


def page(program: click.Group, context: click.Context) -> Iterator[str]:
    """The lines of the page in roff."""
    release = version("resnet-diagram")
    summary, _, rest = (program.help or "").strip().partition("\n")
    yield f'.TH RESNET\\-DIAGRAM 1 "" "resnet\\-diagram {_said(release)}" "User Commands"'
    yield from (".SH NAME", f"resnet\\-diagram \\- {_said(summary.rstrip('.')).lower()}")
    yield from (".SH SYNOPSIS", ".B resnet\\-diagram", ".I COMMAND", "[OPTIONS] [ARGUMENTS]")
    yield from (".SH DESCRIPTION", *_prose(summary + "\n" + rest))
    yield ".SH COMMANDS"
    for name, command in sorted(program.commands.items()):
        yield from _command(name, command, context)
    yield from (".SH EXIT STATUS", *_terms(STATUS))
    yield from (".SH SEE ALSO", ".BR dot (1)")


def _command(name: str, command: click.Command, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS resnet\\-diagram {_said(name)} {_said(usage)}"
    yield from _prose(command.help or "")
    records = (option.get_help_record(context) for option in command.get_params(context))
    yield from _terms({record[0]: record[1] for record in records if record})


def _terms(rows: Mapping[str, str]) -> Iterator[str]:
    for term, told in rows.items():
        yield from (".TP", f".B {_said(term)}", _said(" ".join(told.split())))


def _prose(text: str) -> Iterator[str]:
    """Paragraphs; one after a backspace keeps its lines, as it does in the help."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [_said(line.strip()) for line in paragraph.splitlines()]
        if lines[0] == "\b":
            yield from (".PP", ".nf", ".RS", *lines[1:], ".RE", ".fi")
        else:
            yield from (".PP", *lines)


def _said(text: str) -> str:
    """A text as roff reads it: hyphens that can be copied, and no command where a line begins."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text[:1] in (".", "'") else text


SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.option("-o", "--output", metavar="FILE", help="Where to write, if not standard output.")
@click.pass_context
def completion(context: click.Context, shell: str, output: str | None) -> None:
    """Print what completes commands, subjects and knobs in a shell.

    \b
    eval "$(resnet-diagram completion bash)"    # in ~/.bashrc
    eval "$(resnet-diagram completion zsh)"     # in ~/.zshrc, after compinit
    resnet-diagram completion fish -o ~/.config/fish/completions/resnet-diagram.fish
    """
    made = get_completion_class(shell)
    assert made is not None
    root = context.find_root().command
    name = str(root.name)
    source = made(root, {}, name, f"_{name.replace('-', '_').upper()}_COMPLETE").source()
    write((source.strip() + "\n").encode(), output or STDOUT)
